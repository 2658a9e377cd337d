"""The way into a page: its three levels with the time each takes, and its table of contents.

Both are asked for at the top of the page, before what they tell is known: `fill_contents` writes them at the end.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

from figures_src import french
from figures_src.article.headings import Heading, headings

MARK = "<!-- contents -->"
READING_SPEED = 220
"""Words a minute, silently. Adults read non-fiction at 238 words a minute in English and most of them between 175 and
300 (Brysbaert 2019, doi:10.1016/j.jml.2019.104047); French, read here with formulas between its words, gets less."""


@dataclass(frozen=True)
class Level:
    """One of the depths at which the article can be read."""

    anchor: str
    title: str
    what: str
    shortest: float = 0
    longest: float = math.inf
    """Seconds of reading that its title allows."""


LEVELS = (
    Level("en-30-secondes", "30 secondes", "l’idée", 20, 45),
    Level("en-3-minutes", "3 minutes", "le principe et l’usage", 130, 205),
    Level("comprendre", "Comprendre", "le détail, les expériences, les explications"),
)

_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_NOT_PROSE = re.compile(
    r"<(figure|table|math|code|pre|h[1-6]|nav|head|script|style)\b.*?</\1>|^```.*?^```$|`[^`\n]+`|"
    r"^#{1,6} .*?$|<[^>]*>|\]\([^()\s]*\)|\{:.*?\}",
    re.DOTALL | re.MULTILINE,
)
_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
_PART = re.compile(r'(?:^## [^\n]*\{#|<h2\b[^>]*\bid=")([\w-]+)(?:\}$|".*?</h2>)', re.MULTILINE | re.DOTALL)


def prose_words(text: str) -> int:
    """Words of the running text, in Markdown or HTML: no figures, tables, headings, code nor formulas."""
    return len(_WORD.findall(unescape(_NOT_PROSE.sub(" ", text))))


def parts(page: str) -> dict[str, str]:
    """The text of each part of the first rank, by anchor; what comes before the first has none: ""."""
    pieces = _PART.split(_FRONT.sub("", page))
    return {"": pieces[0]} | dict(zip(pieces[1::2], pieces[2::2], strict=True))


def reading_seconds(words: int) -> float:
    """Time that silent reading takes."""
    return 60 * words / READING_SPEED


def reading_time(words: int) -> str:
    """The same as a reader is told it: to ten seconds under two minutes, to the minute beyond."""
    seconds = reading_seconds(words)
    if seconds < 120:
        return f"{max(10, 10 * round(seconds / 10))}{french.NO_BREAK_SPACE}s"
    return f"{round(seconds / 60)}{french.NO_BREAK_SPACE}min"


def levels(page: str) -> str:
    """Links to the three depths of the page, each with the time that its text takes.

    Raises:
        KeyError: the page lacks one of them.
    """
    texts = parts(page)
    links = "".join(
        f'<li><a href="#{level.anchor}"><strong>{level.title}</strong> <span>{level.what}</span> '
        f"<span>{reading_time(prose_words(texts[level.anchor]))} de lecture</span></a></li>"
        for level in LEVELS
    )
    return f'<nav class="levels" aria-label="Trois niveaux de lecture"><ol>{links}</ol></nav>'


def table_of_contents(page: str) -> str:
    """Links to the headings of the first two ranks."""
    found = [heading for heading in headings(page).values() if heading.level <= 3]
    entries = "".join(_entry(part, inside) for part, inside in _nested(found))
    return (
        '<nav class="contents" aria-label="Sommaire"><div class="contents-list"><p>Sommaire</p>'
        f"<ol>{entries}</ol></div></nav>"
    )


def fill_contents(page: str) -> str:
    """Write both where the page asks for them.

    Raises:
        ValueError: the page does not ask.
    """
    if MARK not in page:
        raise ValueError(f"the page has no place for its contents: put {MARK} where they go")
    return page.replace(MARK, f"{levels(page)}\n\n{table_of_contents(page)}", 1)


def _nested(found: Sequence[Heading]) -> list[tuple[Heading, list[Heading]]]:
    nested: list[tuple[Heading, list[Heading]]] = []
    for heading in found:
        if heading.level == 2:
            nested.append((heading, []))
        else:
            nested[-1][1].append(heading)
    return nested


def _entry(part: Heading, inside: Sequence[Heading]) -> str:
    below = "".join(f'<li><a href="#{heading.anchor}">{_title(heading)}</a></li>' for heading in inside)
    return f'<li><a href="#{part.anchor}">{_title(part)}</a>{f"<ol>{below}</ol>" if below else ""}</li>'


def _title(heading: Heading) -> str:
    number = heading.number.rpartition(".")[2]
    return f"{number}) {heading.title}" if number else heading.title
