"""Passages of an earlier edition that stand elsewhere now (`moved.toml`).

Their old anchors live on in a list at the end of the page: a reader without scripts finds the link there, and a few
lines of ``assets/js/page.js`` follow it.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from figures_src.article import notebook_links

TABLE = Path(__file__).with_suffix(".toml")
_IDS = re.compile(r'\bid="([^"]+)"|\{#([\w-]+)\}')


@dataclass(frozen=True)
class Moved:
    """Where a passage stands now, and what it was."""

    to: str
    """A page of the notebook and its anchor, or an anchor of the article after "#"."""
    title: str

    @property
    def address(self) -> str:
        """What its link leads to.

        Raises:
            KeyError: the notebook has no such page or anchor.
        """
        page, _, anchor = self.to.partition("#")
        return notebook_links.address(page, anchor) if page else self.to


def read(table: Path = TABLE) -> Mapping[str, Moved]:
    """Every passage that moved, by its old anchor.

    Raises:
        TypeError: an entry lacks a field, or has one too many.
    """
    return {anchor: Moved(**row) for anchor, row in tomllib.loads(table.read_text(encoding="utf-8")).items()}


def moved(table: Path = TABLE) -> str:
    """The list of these passages, on one line; nothing where there is none.

    Raises:
        KeyError: one of them leads nowhere.
    """
    items = [
        f'<li id="{anchor}"><a href="{escape(passage.address)}">{escape(passage.title, quote=False)}</a></li>'
        for anchor, passage in read(table).items()
    ]
    if not items:
        return ""
    told = "Passages de la première édition, déplacés"
    return f'<nav class="moved" aria-label="{told}"><p>{told}\u00a0:</p><ul>{"".join(items)}</ul></nav>'


def checked(page: str, table: Path = TABLE) -> str:
    """The whole page as it is, where every passage that moved has one anchor and leads somewhere.

    Raises:
        ValueError: the page still has the anchor of a passage that moved, does not show the list, or lacks the place
            that one of them moved to.
    """
    found = [first or second for first, second in _IDS.findall(page)]
    for anchor, passage in read(table).items():
        if (count := found.count(anchor)) != 1:
            what = "does not show moved()" if count == 0 else "still has this anchor"
            raise ValueError(f"{table.name} says that {anchor!r} moved, and the page {what}")
        if passage.to.startswith("#") and passage.to[1:] not in found:
            raise ValueError(f"{table.name} sends {anchor!r} to {passage.to!r}, which the page does not have")
    return page
