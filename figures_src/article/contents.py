"""The way into a page: its three levels with the time each takes, and its table of contents.

Both are asked for at the top of the page, before what they tell is known: `fill_contents` writes them at the end.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import takewhile

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
    most: int
    """Words that it may ask a reader to read: at `READING_SPEED`, 30 seconds, 3 minutes and 35 minutes."""
    parts: tuple[str, ...] = ()
    """Further parts of the first rank that belong to it."""


LEVELS = (
    Level("en-30-secondes", "30 secondes", "l’idée", 110),
    Level("en-3-minutes", "3 minutes", "le principe et l’usage", 660),
    Level(
        "comprendre",
        "Comprendre",
        "le détail, les expériences, les explications",
        7700,
        ("en-resume", "questions-en-suspens"),
    ),
)

_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_FOLDED = re.compile(r"<details\b(?![^>]*\bopen\b)[^>]*>(.*?)</details>", re.DOTALL)
_SUMMARY = re.compile(r"<summary\b.*?</summary>", re.DOTALL)
_UNSEEN = re.compile(r"<(script|template|style|nav|head)\b.*?</\1>|<!--.*?-->", re.DOTALL)
_DRAWING = re.compile(r"<svg\b(?:(?!<svg\b).)*?</svg>", re.DOTALL)
"""One that holds no other: drawings are taken out from the inside."""
_CODE = re.compile(r"^```[^\n]*\n(.*?)^```$|<pre\b[^>]*>(.*?)</pre>", re.DOTALL | re.MULTILINE)
_FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
_MARKUP = re.compile(r"<[^>]*>|\]\([^()\n]*\)|\{[:#][^}\n]*\}|^#{1,6} ", re.MULTILINE)
_CODE_WORD = re.compile(r"\w+")
_PART = re.compile(r'(?:^## [^\n]*\{#|<h2\b[^>]*\bid=")([\w-]+)(?:\}$|".*?</h2>)', re.MULTILINE | re.DOTALL)


def visible_words(text: str) -> int:
    """Words that a reader sees by default, in Markdown or HTML: prose, captions, tables, headings.

    A formula counts for one, a word of code for a half, what is folded for its summary. What a screen reader alone is
    told, such as alternative texts, is not counted.
    """
    seen = _FOLDED.sub(_summary, text)
    seen = _CODE.sub(_half, _without_drawings(_UNSEEN.sub(" ", seen)))
    plain = unescape(_MARKUP.sub(" ", _FORMULA.sub(" x ", seen)))
    return sum(any(map(str.isalnum, word)) for word in plain.split())


def _without_drawings(text: str) -> str:
    while (fewer := _DRAWING.sub(" ", text)) != text:
        text = fewer
    return text


def _summary(folded: re.Match[str]) -> str:
    found = _SUMMARY.search(folded[1])
    return found[0] if found else " "


def _half(code: re.Match[str]) -> str:
    return " x " * (len(_CODE_WORD.findall(unescape(re.sub(r"<[^>]*>", "", code[1] or code[2])))) // 2)


def parts(page: str) -> dict[str, str]:
    """The text of each part of the first rank, by anchor; what comes before the first has none: ""."""
    pieces = _PART.split(_FRONT.sub("", page))
    return {"": pieces[0]} | dict(zip(pieces[1::2], pieces[2::2], strict=True))


def level_words(words: Mapping[str, int]) -> dict[str, int]:
    """Words of each level, from those of each part of the first rank.

    Raises:
        KeyError: a level is missing.
    """
    return {level.anchor: words[level.anchor] + sum(words.get(part, 0) for part in level.parts) for level in LEVELS}


def section_words(page: str) -> list[tuple[Heading, int]]:
    """Every heading of a Markdown page, with the words between it and the next one."""
    found = list(headings(page).values())
    places = [page.index(f"{{#{heading.anchor}}}") if heading.level < 7 else -1 for heading in found]
    kept = [(heading, place) for heading, place in zip(found, places, strict=True) if place >= 0]
    ends = [page.rindex("\n", 0, place) for _, place in kept[1:]] + [len(page)]
    # A folded part may hold no heading, so that none is cut in two.
    return [(heading, visible_words(page[place:end])) for (heading, place), end in zip(kept, ends, strict=True)]


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
    words = level_words({anchor: visible_words(text) for anchor, text in parts(page).items()})
    links = "".join(
        f'<li><a href="#{level.anchor}"><strong>{level.title}</strong> <span>{level.what}</span> '
        f"<span>{reading_time(words[level.anchor])} de lecture</span></a></li>"
        for level in LEVELS
    )
    return f'<nav class="levels" aria-label="Trois niveaux de lecture"><ol>{links}</ol></nav>'


def table_of_contents(page: str) -> str:
    """Links to the headings down to the sections: the first three ranks.

    Folded where there is no room beside the text; a link leads back to it, and opens it.
    """
    found = [heading for heading in headings(page).values() if heading.level <= 4]
    return (
        '<nav class="contents" aria-label="Sommaire"><details class="contents-list"><summary>Sommaire</summary>'
        f'<ol id="sommaire">{_entries(found)}</ol></details></nav>\n\n'
        '<a class="to-contents" href="#sommaire">Sommaire</a>'
    )


def fill_contents(page: str, read: str = "") -> str:
    """Write both where the page asks for them; ``read`` is what a reader gets, where that is more than the page.

    Raises:
        ValueError: the page does not ask.
    """
    if MARK not in page:
        raise ValueError(f"the page has no place for its contents: put {MARK} where they go")
    return page.replace(MARK, f"{levels(read or page)}\n\n{table_of_contents(page)}", 1)


def _entries(found: Sequence[Heading]) -> str:
    """The headings of the highest rank, each with those below it."""
    if not found:
        return ""
    first, rest = found[0], list(found[1:])
    below = list(takewhile(lambda heading: heading.level > first.level, rest))
    inside = f"<ol>{_entries(below)}</ol>" if below else ""
    entry = f'<li><a href="#{first.anchor}">{_title(first)}</a>{inside}</li>'
    return entry + _entries(rest[len(below) :])


def _title(heading: Heading) -> str:
    number = heading.number.rpartition(".")[2]
    return f"{number}) {heading.title}" if number else heading.title
