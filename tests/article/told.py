"""What a page tells in numbers: the cells of its tables, and its sentences."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
_CAPTION = re.compile(r"<caption>(.*?)</caption>", re.DOTALL)
_ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)
_BLOCK = re.compile(r"\n\s*\n|\n[-*] |</(?:p|li|td|th|div|figcaption|aside|nav|h\d)>|<br>")
_ANCHORED = re.compile(r"^#{1,6} (?P<title>.*?) \{#(?P<anchor>[\w-]+)\}$", re.MULTILINE)
_UNTOLD = re.compile(r'<a class="(?:citation|section-link|figure-link)".*?</a>')
"""Numbers of works, of sections and of figures."""
_MEASURED = re.compile(r'<small class="claim claim-(\w+)">.*?</small>')
_SENTENCE = re.compile(r"(?<=[.!?…]) (?=[A-ZÀÂÉÊÎÔŒ«])")
_VALUE = re.compile(r"\d+(?:,\d+)?(?: ?(?:%|points?))?(?: ?\(± ?\d+(?:,\d+)?\)| ?\(\d+(?:,\d+)? à \d+(?:,\d+)?\))?")
_NUMBER = re.compile(r"\d+(?:,\d+)?")
_NOTHING = re.compile(r"± ?0(?:,0+)?(?!,?\d)")
"""An interval that says nothing."""
_COUNTS = re.compile(r"Des \d+ prédictions|Les \d+ autres, écrites")
"""Predictions are counted from the rows of their tables."""
NOT_OF_A_RECORD = (
    "Les noms employés",
    "La couche BN et ses valeurs",
    "Précision sur la validation d",
    "Précision sur ImageNet selon",
)
"""Captions of the tables that no record feeds."""
IN_SENTENCES = "Les trois hypothèses"
"""Caption of the table whose cells are sentences."""
LONGEST = 130


@dataclass(frozen=True)
class Told:
    """Numbers that stand together."""

    numbers: tuple[str, ...]
    about: str
    """The heads of a cell's row and column, or the sentence."""
    in_cell: bool = False
    beside: tuple[str, ...] = ()
    """Numbers of the heads of a cell, such as the rate that its row is about."""


def plain(markup: str) -> str:
    """Text as it is read: no tags, one kind of space, thousands together."""
    text = _UNTOLD.sub(" ", markup)
    text = re.sub(r"<math.*?</math>", lambda found: re.sub(r"<[^>]*>", "", found[0]), text, flags=re.DOTALL)
    text = unescape(re.sub(r"<[^>]*>", " ", text))
    text = re.sub(r"(?<=\d)[\u202f\u00a0](?=\d{3}(?!\d))", "", text)
    return " ".join(unicodedata.normalize("NFKC", text).split())


def numbers(text: str) -> tuple[str, ...]:
    """The numbers of a plain text, signs left out; so is an interval that is nothing."""
    return tuple(_NUMBER.findall(_NOTHING.sub("", text)))


def cells(page: str, title: str = "") -> Iterator[Told]:
    """Every cell of the tables of a page that holds a number."""
    for table in _TABLE.findall(page):
        head, *rows = (_CELL.findall(row) for row in _ROW.findall(table))
        for row in rows:
            for column, cell in zip(head[1:], row[1:], strict=True):
                if found := numbers(plain(cell)):
                    heads = f"{plain(row[0])} | {plain(column)}"
                    yield Told(found, heads, True, numbers(f"{plain(title)} {heads}"))


def paragraphs(page: str) -> Iterator[Told]:
    """Every block of text of a page but its tables that holds a number."""
    for block in _BLOCK.split(_TABLE.sub("", page)):
        if found := numbers(text := plain(block)):
            yield Told(found, text)


def by_section(page: str) -> dict[str, list[Told]]:
    """Cells and paragraphs of a page in Markdown, by the anchor of the heading that they stand under."""
    return {match["anchor"]: [*cells(part, match["title"]), *paragraphs(part)] for match, part in _sections(page)}


def _sections(page: str) -> Iterator[tuple[re.Match[str], str]]:
    starts = [*_ANCHORED.finditer(page)]
    ends = [*(match.start() for match in starts[1:]), len(page)]
    for match, end in zip(starts, ends, strict=True):
        yield match, page[match.start() : end]


def facts_of(page: str) -> Iterator[Told]:
    """What a post tells of its records: cells of tables, and values of the sentences marked as measured here."""
    for _, part in _sections(page):
        tables = _TABLE.findall(part)
        captions = [plain("".join(_CAPTION.findall(table))) for table in tables]
        for table, caption in zip(tables, captions, strict=True):
            if not caption.startswith((*NOT_OF_A_RECORD, IN_SENTENCES)):
                yield from cells(table)
        yield from measured(_TABLE.sub(lambda table: table[0] if IN_SENTENCES in table[0] else "", part))


def measured(part: str) -> Iterator[Told]:
    """Each value of the sentences that the article marks as measured here, with its interval."""
    for block in _BLOCK.split(part):
        start = 0
        for mark in _MEASURED.finditer(block):
            if mark[1] == "measured":
                for sentence in _SENTENCE.split(plain(block[start : mark.start()])):
                    yield from _values(sentence)
            start = mark.end()


def _values(sentence: str) -> Iterator[Told]:
    """Each number of a sentence, with the interval that follows it; a count of one digit is none."""
    if _COUNTS.search(sentence):
        return
    about = sentence if len(sentence) <= LONGEST else f"{sentence[: LONGEST - 3]}…"
    for match in _VALUE.finditer(sentence):
        found = numbers(match[0])
        if found and not re.fullmatch(r"\d", "".join(found)):
            yield Told(found, about)


def holds(block: Told, wanted: Sequence[str], *, heads: bool = False) -> bool:
    """Whether a block has all these numbers, in its cell or, if asked for, in the heads of its cell."""
    left = [*block.numbers, *(block.beside if heads else ())]
    for number in wanted:
        if number not in left:
            return False
        left.remove(number)
    return True
