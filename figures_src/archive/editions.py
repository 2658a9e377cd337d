"""The editions of the article, and what each changed in its conclusions: the part of CHANGELOG.md that is for readers.

`_plugins/edition.rb` reads the same part for the page about the site.
"""

import re
from dataclasses import dataclass
from datetime import date

HEADING = re.compile(r"^## \[(?P<version>[^\]]+)\] - (?P<date>\d{4}-\d{2}-\d{2})(?: \[YANKED\])?\s*$", re.MULTILINE)
READERS = re.compile(r"^### For readers\s*$(?P<items>.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)
ITEM = re.compile(r"^- (.*(?:\n  .*)*)", re.MULTILINE)


class NoEdition(ValueError):
    """CHANGELOG.md does not tell its editions."""


@dataclass(frozen=True)
class Edition:
    """A version of the article, its day, and its changes in French, each in Markdown."""

    version: str
    date: str
    changes: tuple[str, ...]


def editions(changelog: str) -> tuple[Edition, ...]:
    """Every dated edition, the newest first.

    Raises:
        NoEdition: there is none, or one has no day of the calendar, or tells readers nothing.
    """
    headings = list(HEADING.finditer(changelog))
    if not headings:
        raise NoEdition("CHANGELOG.md names no edition: write a heading such as `## [1.0.0] - 2026-11-23`")
    ends = [*(heading.start() for heading in headings[1:]), len(changelog)]
    found = [_edition(heading, changelog[heading.end() : end]) for heading, end in zip(headings, ends, strict=True)]
    return tuple(sorted(found, key=lambda edition: edition.date, reverse=True))


def _edition(heading: re.Match[str], text: str) -> Edition:
    readers = READERS.search(text)
    changes = tuple(" ".join(item.split()) for item in ITEM.findall(readers["items"])) if readers else ()
    if not changes:
        raise NoEdition(f"CHANGELOG.md: {heading['version']} tells readers nothing: add `### For readers`, in French")
    try:
        date.fromisoformat(heading["date"])
    except ValueError as error:
        raise NoEdition(f"CHANGELOG.md: {heading['version']} has no day of the calendar: {error}") from None
    return Edition(heading["version"], heading["date"], changes)
