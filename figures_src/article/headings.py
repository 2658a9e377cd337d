"""The headings of a page, and the links of the text to them.

A link is written before its heading is known, so `fill_section_links` gives it its words once the whole page is there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from figures_src.article.typography import typeset
from figures_src.commands import closest

_HEADING = re.compile(r"^(?P<level>#{2,6}) (?P<text>.+?) \{#(?P<anchor>[\w-]+)\}$", re.MULTILINE)
_BOX = re.compile(
    r'<aside class="box"[^>]* id="(?P<anchor>[\w-]+)"[^>]*>\s*<p class="box-title"[^>]*>(?P<text>.*?)</p>'
)
_NUMBERED = re.compile(r"(?P<number>\w{1,4})\) (?P<title>.+)")
_LINK = re.compile(r'<a class="section-link" href="#(?P<anchor>[\w-]+)"></a>')


@dataclass(frozen=True)
class Heading:
    """A place that the text may name."""

    anchor: str
    level: int
    number: str
    """With those of the headings above it: "C.II.4"; empty where the heading has none."""
    title: str

    @property
    def words(self) -> str:
        """What a link to it says: "C.II.4", or "« Références »" where it has no number."""
        return self.number or f"« {self.title} »"


def headings(page: str) -> dict[str, Heading]:
    """Headings and titled boxes of a Markdown page, by anchor.

    Raises:
        ValueError: two have the same anchor.
    """
    found: dict[str, Heading] = {}
    above: list[tuple[int, str]] = []
    for match in sorted([*_HEADING.finditer(page), *_BOX.finditer(page)], key=re.Match.start):
        level = len(match["level"]) if "level" in match.groupdict() else 7
        above = [(other, number) for other, number in above if other < level]
        heading = _heading(match["anchor"], level, match["text"], [number for _, number in above])
        if heading.anchor in found:
            raise ValueError(f"two headings have the anchor {heading.anchor!r}: rename one")
        found[heading.anchor] = heading
        if heading.number:
            above.append((level, heading.number.rpartition(".")[2]))
    return found


def _heading(anchor: str, level: int, text: str, above: list[str]) -> Heading:
    match = _NUMBERED.fullmatch(text)
    number = ".".join([*above, match["number"]]) if match else ""
    return Heading(anchor, level, number, (match["title"] if match else text).replace("**", ""))


def section_link(anchor: str) -> str:
    """A link to a heading, whose words are its number; its title shows under a pointer."""
    return f'<a class="section-link" href="#{anchor}"></a>'


def fill_section_links(page: str) -> str:
    """Give the links of a whole page the words of the headings they lead to.

    Raises:
        KeyError: a link leads to no heading; the message names the nearest.
    """
    known: Mapping[str, Heading] = headings(page)
    return _LINK.sub(lambda match: _link(known[closest(match["anchor"], known, "heading")]), page)


def _link(heading: Heading) -> str:
    title = f' title="{escape(typeset(re.sub("<[^>]*>", "", heading.title)), quote=True)}"' if heading.number else ""
    return f'<a class="section-link" href="#{heading.anchor}"{title}>{heading.words}</a>'
