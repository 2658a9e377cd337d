"""Links from the article to the laboratory notebook, refused where they would lead nowhere.

The anchors of a page are read off its sources, which are templates: those that a page writes by a heading
(``{#bandes}``) or by a table of results (``result("bandes", …)``). Anchors of curves, which follow from a record, are
not among them.
"""

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path

from figures_src.article import markup
from figures_src.article.markup import NOTEBOOK
from figures_src.commands import closest

PACKAGE = Path(__file__).parents[1]
RECORDS = PACKAGE / "records"  # not by way of the code that reads them, which brings the trainings
PAGE = PACKAGE / "notebook" / "templates" / "experiment.md.j2"
"""What the pages of all experiments have in common."""
RESULTS = "resultats"
_HEADING = re.compile(r"\{#([a-z][\w-]*)\}")
_RESULT = re.compile(r'\bresult\("([\w-]+)"')
_INCLUDED = re.compile(r'<% include "([^"]+)" %>')


def carnet(name: str, anchor: str = RESULTS, words: str = "carnet") -> str:
    """A link to the page of an experiment, at one of its anchors.

    Raises:
        KeyError: no record has that name, or its page no such anchor; the message names the nearest.
    """
    return f'<a href="{address(name, anchor)}">{escape(words, quote=False)}</a>'


def claim(kind: str, name: str = "", anchor: str = RESULTS) -> str:
    """A mark that says where a statement comes from; with the name of a record, it leads to its numbers.

    Raises:
        KeyError: as `carnet` does.
        ValueError: no such kind of claim.
    """
    return markup.claim(kind, address(name, anchor) if name else "")


def address(name: str, anchor: str = RESULTS) -> str:
    """Where the site has it; the layout puts the base path before it.

    Raises:
        KeyError: as `carnet` does.
    """
    known = anchors()
    page = closest(name, known, "page of the notebook")
    return f"{NOTEBOOK}/{page}/#{closest(anchor, known[page], f'anchor of {NOTEBOOK}/{page}/')}"


@cache
def anchors(package: Path = PACKAGE) -> Mapping[str, Mapping[str, None]]:
    """The anchors of every page of an experiment with a record."""
    common = _HEADING.findall(PAGE.read_text(encoding="utf-8"))
    texts = {path.name.removesuffix(".md.j2"): path for path in (package / "experiments").glob("*/*.md.j2")}
    recorded = {path.stem for path in RECORDS.glob("*.json")}
    return {
        name: dict.fromkeys([*common, *_anchors_of(_whole(path, package))])
        for name, path in sorted(texts.items())
        if name in recorded
    }


def _whole(path: Path, package: Path) -> str:
    """A template and those that it includes."""
    text = path.read_text(encoding="utf-8")
    return _INCLUDED.sub(lambda match: _whole(package / match[1], package), text)


def _anchors_of(text: str) -> list[str]:
    return [*_HEADING.findall(text), *_RESULT.findall(text)]
