"""A sentence that the records deny is not published; a quick post says that it was not verified."""

import dataclasses
import math
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from figures_src.article import assertions
from figures_src.article.assertions import NOT_VERIFIED, DeniedSentence, held, held_or_marked
from figures_src.article.facts.mnist import gather
from figures_src.article.unknown import UNKNOWN
from figures_src.build import FULL, load_records
from figures_src.catalogue import FIGURES, article_records
from figures_src.experiments.estimates import Estimate
from figures_src.experiments.intervals import Ratio
from figures_src.publish import TEMPLATE, TEMPLATES, environment


def test_a_sentence_that_holds_is_left_as_it_is() -> None:
    assert held(True, 0.5) == held_or_marked(True, 0.5) == ""


def test_a_denied_sentence_stops_the_pass_with_its_numbers() -> None:
    with pytest.raises(
        DeniedSentence, match=r"deny this sentence \(0,500 ; x ; 0,250 ± 0,100 ; 2,00 \(1,50 à 3,00\)\).*--draft"
    ):
        held(False, 0.5, "x", Estimate(0.25, 0.1), Ratio(2.0, 5, 1.5, 3.0))


@pytest.mark.parametrize("condition", [False, UNKNOWN, None])
def test_a_quick_post_marks_what_it_does_not_verify(condition: object) -> None:
    assert held_or_marked(condition, 0.5) == f" ({NOT_VERIFIED} : 0,500)"


Place = tuple[str, int, int]
"""A template, a line, and which call of that line."""
NAMES = {"learning_rate", "layer", "network", "smallest", "middle", "largest"}
"""Fields by which facts are looked up."""
WRITERS = (
    "figure",
    "twins",
    "see",
    "number",
    "signed",
    "integer",
    "significant",
    "setting",
    "percent",
    "points",
    "words",
    "measured",
)


@dataclasses.dataclass(frozen=True)
class Change:
    """What becomes of the numbers of the facts."""

    estimate: Callable[[Estimate], Estimate] = lambda value: value
    ratio: Callable[[Ratio], Ratio] = lambda value: value
    real: Callable[[float], float] = lambda value: value
    whole: Callable[[int], int] = lambda value: value


def ratio(value: float, wide: float) -> Ratio:
    return Ratio(value, 5, value / wide, value * wide)


CHANGES = {
    "the other sign": Change(
        lambda e: Estimate(-e.mean or 0.5, e.half_width), lambda r: ratio(1 / r.value, 1.01), lambda x: 1 - x
    ),
    "undecided": Change(lambda e: Estimate(e.mean, 9.0), lambda r: ratio(r.value, 1e6)),
    "surely more": Change(
        lambda e: Estimate(abs(e.mean) + 1, 1e-9), lambda r: ratio(1e4, 1.01), lambda x: 1e6 * abs(x)
    ),
    "surely less": Change(lambda e: Estimate(-abs(e.mean) - 1, 1e-9), lambda r: ratio(1e-4, 1.01), lambda x: 1e-6 * x),
    "shrunk": Change(lambda e: Estimate(e.mean / 1e6, 1e-12), real=lambda x: -abs(x)),
    "one more": Change(whole=lambda n: n + 1),
    "none": Change(whole=lambda n: 0),
    "no end": Change(ratio=lambda r: Ratio(r.value, r.seeds, side=">")),
}


def changed(value: Any, change: Change) -> Any:
    """The same facts, every number in them changed."""
    match value:
        case Estimate():
            return change.estimate(value) if type(value) is Estimate else value
        case Ratio():
            return change.ratio(value) if math.isfinite(value.value) else value
        case bool():
            return not value if change is CHANGES["the other sign"] else value
        case float():
            return change.real(value)
        case int():
            return change.whole(value)
        case dict() | Mapping():
            return {key: changed(inside, change) for key, inside in value.items()}
        case list() | tuple():
            return type(value)(changed(inside, change) for inside in value)
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            kept = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
            inside = {name: each if name in NAMES else changed(each, change) for name, each in kept.items()}
            return dataclasses.replace(value, **inside)
    return value


def place_of_call() -> Place:
    """Where in the templates the function that asks was called."""
    frame = sys._getframe(2)
    while (template := frame.f_globals.get("__jinja_template__")) is None:
        assert frame.f_back is not None
        frame = frame.f_back
    return template.name or "", template.get_corresponding_lineno(frame.f_lineno), frame.f_lasti


def told_under(change: Change, monkeypatch: pytest.MonkeyPatch) -> dict[Place, bool]:
    """Which sentences of the article hold when the facts are changed."""
    found: dict[Place, bool] = {}
    titled = ""

    def noted(condition: object, *_: object) -> str:
        name, line, instruction = place_of_call()
        place = (name or titled, line, instruction)
        found[place] = found.get(place, True) and bool(condition)
        return ""

    records = load_records(article_records(), FULL.preset)
    with monkeypatch.context() as patch:
        patch.setattr(assertions, "held", noted)
        jinja = environment(records, FULL.figures, FIGURES)
    jinja.globals.update(changed(gather(records), change))
    jinja.globals.update({name: lambda *_, **__: "x" for name in WRITERS})
    jinja.get_template(TEMPLATE).render()
    for figure in FIGURES.values():
        titled = f"title of {figure.id}"
        jinja.from_string(figure.title).render()
    return found


@pytest.mark.slow
def test_every_asserted_sentence_can_be_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    """A condition that no numbers deny asserts nothing."""
    today = told_under(Change(), monkeypatch)
    texts = [
        *(path.read_text() for path in TEMPLATES.rglob("sections/*.j2")),
        *(each.title for each in FIGURES.values()),
    ]
    written = sum(len(re.findall(r"<< held\(", text)) for text in texts)
    assert written == len(today) > 40
    assert all(today.values()), [place for place, holds in today.items() if not holds]
    denied = {
        place for change in CHANGES.values() for place, holds in told_under(change, monkeypatch).items() if not holds
    }
    assert set(today) - denied == set()
