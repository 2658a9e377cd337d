"""Verify the French, the links and the length of the article, and print how long each level takes to read.

The checks are in figures_src/article/language.py. Exit status 1 if one of them finds anything.
"""

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")  # which PYTHONSAFEPATH leaves out
from _environment import run  # starts the project's Python, before what another lacks

# isort: split
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from figures_src.article import contents, language
from figures_src.article.playable import filled
from figures_src.build import FULL, ROOT
from figures_src.publish import TEMPLATES


def main(
    post: Annotated[Path, typer.Argument(help="The post in Markdown, or a page in HTML.")] = FULL.post,
) -> None:
    """Check the published post."""
    if not post.is_file():
        sys.exit(f"check_language.py: {post} is missing: run `make figures`, which writes it")
    try:
        findings = findings_of(page := page_of(post))
    except FileNotFoundError as error:
        sys.exit(f"check_language.py: {error}")
    Console().print(reading_table(page))
    if post.suffix == ".md":
        Console().print(section_table(post.read_text(encoding="utf-8")))
    for name, lines in findings.items():
        for line in lines:
            print(f"{name}: {line}")
    raise SystemExit(any(findings.values()))


def page_of(post: Path) -> language.Page:
    """Read Markdown as Jekyll would, or HTML as it stands."""
    plays = {path.stem: path.read_text(encoding="utf-8") for path in FULL.plays.glob("*.txt")}
    text = filled(post.read_text(encoding="utf-8"), plays)
    return language.read(text if post.suffix == ".html" else language.to_html(text))


def findings_of(page: language.Page) -> dict[str, list[str]]:
    """All the findings, those of the templates included."""
    typed = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in sorted(TEMPLATES.rglob("*.j2"))
        for line in language.typed_numbers(path.read_text(encoding="utf-8"))
    ]
    return {**language.check(page), "numbers": typed}


def reading_table(page: language.Page) -> Table:
    """Words and reading time of each level, and of the whole."""
    table = Table(
        "level", "words", "at most", "minutes", title=f"Reading time at {contents.READING_SPEED} words a minute"
    )
    by_level = contents.level_words({**dict.fromkeys((level.anchor for level in contents.LEVELS), 0), **page.words})
    rows = [(level.title, by_level[level.anchor], str(level.most)) for level in contents.LEVELS]
    for title, words, most in [*rows, ("Whole article", sum(page.words.values()), "")]:
        table.add_row(title, str(words), most, f"{contents.reading_seconds(words) / 60:.1f}")
    return table


def section_table(post: str) -> Table:
    """Words of each section of a post in Markdown, without those of the sections inside it."""
    table = Table("section", "words", "minutes")
    for heading, words in contents.section_words(post):
        indented = f"{'  ' * (heading.level - 2)}{heading.title}"
        table.add_row(indented, str(words), f"{contents.reading_seconds(words) / 60:.1f}")
    return table


if __name__ == "__main__":
    run(lambda: typer.run(main))
