"""Nothing that the first edition told is lost: each of its facts stands in the notebook, or names what replaced it.

A fact is a number, with its interval, that commit 5ba67dc told of a record: a cell of a table, or a value of a sentence
that the article marks « mesuré ici ». So is one that the article told at ab7058c, just before it was rewritten, and not
yet at 5ba67dc. `first_edition_facts.json` keeps, by the place where it stands now (a page of the notebook and its
anchor), what the fact was about and its digits; and apart, the facts that new evidence or another way of telling
corrected: what was told, where the new value stands, what it is, and why.

What these tests see: that the digits stand together under that anchor, in one cell or one paragraph. What they do not
see: signs and units; whether the cell is of the right row where another of the same table has the same digits (one
changed last digit in ten passes unnoticed, as a test below measures); numbers of one digit in sentences, and counts of
predictions, which a row each replaces; sentences that were not marked, titles and captions of figures, published
numbers in sentences; and words: a conclusion is held by the assertion beside it, not from here.
"""

import json
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from figures_src.notebook import build
from figures_src.notebook.pages import pages
from tests.article.told import Told, by_section, facts_of, holds, measured, numbers, plain
from tests.conftest import as_published

KEPT = json.loads(Path(__file__).with_name("first_edition_facts.json").read_text(encoding="utf-8"))
EDITIONS = ("5ba67dc", "ab7058c")
ROOT = Path(__file__).parents[2]
POST = "_posts/2021-04-05-normalisation-par-lots.md"
NOTICED = 0.9
"""Share of the facts whose last digit cannot change without these tests noticing."""


@dataclass(frozen=True)
class Fact:
    """A number that an edition told, with its interval."""

    about: str
    digits: tuple[str, ...]
    place: str
    in_cell: bool


def facts() -> list[Fact]:
    """Those that stand as they were."""
    return [
        Fact(about, tuple(digits), place, kind == "cells")
        for edition in EDITIONS
        for kind, places in KEPT[edition].items()
        for place, rows in places.items()
        for about, *digits in rows
    ]


def replacements() -> list[Fact]:
    """What corrected the others."""
    return [Fact(row["told"], tuple(row["is"].split()), row["at"], row["cell"]) for row in KEPT["corrected"]]


@cache
def notebook() -> dict[str, dict[str, list[Told]]]:
    """The cells and paragraphs of every page of the notebook, by page and anchor."""
    with as_published():
        written = pages(build.committed())
    return {name.removesuffix(".md"): by_section(page) for name, page in written.items()}


def stands(fact: Fact, there: dict[str, dict[str, list[Told]]]) -> bool:
    page, _, anchor = fact.place.partition("#")
    return any(holds(block, fact.digits, heads=not fact.in_cell) for block in there[page].get(anchor, []))


def lost(there: dict[str, dict[str, list[Told]]]) -> list[str]:
    """Facts, and replacements of facts, that do not stand in a notebook where they should."""
    return [
        f"{fact.place}: {fact.about} ({' '.join(fact.digits)})"
        for fact in [*facts(), *replacements()]
        if not stands(fact, there)
    ]


def test_every_fact_of_the_first_edition_stands_or_names_its_replacement() -> None:
    assert lost(notebook()) == []


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_list_is_what_the_edition_told(edition: str) -> None:
    """Read again from the history, where it is at hand: no fact was forgotten, and none made up."""
    done = subprocess.run(["git", "-C", str(ROOT), "show", f"{edition}:{POST}"], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"the history is not at hand: {done.stderr.decode().strip()}")
    told = {(fact.about, fact.numbers) for fact in facts_of(done.stdout.decode())}
    kept = {(fact.about, fact.digits) for fact in facts()}
    corrected = {(row["told"], tuple(row["was"].split())) for row in KEPT["corrected"]}
    assert len(told) > 350
    assert told - kept - corrected == set()
    if edition == EDITIONS[0]:
        assert corrected - told == set()


def test_a_correction_says_what_it_corrects_and_why() -> None:
    for row in KEPT["corrected"]:
        assert row["was"] != row["is"]
        assert len(row["why"]) > 20


@pytest.mark.parametrize("place", sorted({fact.place for fact in facts()}))
def test_a_part_of_the_notebook_that_goes_is_noticed(place: str) -> None:
    name, _, anchor = place.partition("#")
    without = {page: dict(parts) for page, parts in notebook().items()}
    del without[name][anchor]
    assert [told for told in lost(without) if told.startswith(f"{place}: ")]


def test_a_digit_that_changes_is_noticed_nine_times_in_ten() -> None:
    known = [*facts(), *replacements()]
    changed = [Fact(fact.about, (_next(fact.digits[0]), *fact.digits[1:]), fact.place, fact.in_cell) for fact in known]
    noticed = sum(not stands(fact, notebook()) for fact in changed)
    assert noticed >= NOTICED * len(known)


def _next(digits: str) -> str:
    return f"{digits[:-1]}{(int(digits[-1]) + 1) % 10}"


PAGE = (
    "## Un titre {#un-titre}\n\n<table><caption>Au taux 0,1</caption><tr><th>Lots</th><th>Écart</th></tr>"
    "<tr><th>de 1\u202f000</th><td>−4,5\u00a0points (±\u00a02,9)</td></tr></table>\n\n"
    'Il passe à 12\u202f%. <small class="claim claim-measured">mesuré ici</small> On dit 13\u202f%, '
    'et 0,5 (0,4 à 0,6). <small class="claim claim-published">publié</small>\n'
)


def test_cells_and_sentences_are_read_with_what_they_are_about() -> None:
    cell, sentence = by_section(PAGE)["un-titre"]
    assert cell.numbers == ("4,5", "2,9")
    assert cell.beside == ("1000",)
    assert cell.about == "de 1000 | Écart"
    assert sentence.numbers == ("12", "13", "0,5", "0,4", "0,6")
    assert holds(cell, ["2,9", "4,5"])
    assert not holds(cell, ["4,5", "4,5"])
    assert not holds(cell, ["1000"])
    assert holds(cell, ["1000"], heads=True)


def test_only_what_is_marked_as_measured_here_is_a_fact() -> None:
    assert [fact.numbers for fact in measured(PAGE.partition("</table>")[2])] == [("12",)]
    assert [fact.about for fact in facts_of(PAGE)] == ["de 1000 | Écart", "Il passe à 12 %."]


def test_an_interval_that_is_nothing_is_no_number() -> None:
    assert numbers(plain("50,0\u202f% (±\u00a00,0)")) == ("50,0",)
    assert numbers(plain("50,0\u202f% (±\u00a00,03)")) == ("50,0", "0,03")
