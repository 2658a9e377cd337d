import math
from types import SimpleNamespace

import pytest
from jinja2 import UndefinedError

from figures_src import french, templating
from figures_src.article.unknown import MARK, Lenient, Strict, marked
from figures_src.experiments.estimates import NotMeasured, estimate

FACTS = {
    "curve": SimpleNamespace(end=math.nan, never=None, gap=estimate([1.0]), known=2.0),
    "steps": {100: 0.5},
    "at": {100: 0.5}.get,
    "number": marked(french.number),
    "words": marked(french.words),
}


def told(template: str) -> str:
    jinja = templating.environment(kind=Lenient)
    jinja.globals.update(FACTS)
    return jinja.from_string(template).render()


@pytest.mark.parametrize(
    "expression",
    [
        "number(curve.end)",
        "number(curve.never)",
        "number(curve.gap.mean, 1)",
        "number(100 * curve.end - 1)",
        "number(curve.known / (1 - curve.gap.mean))",
        "number(steps[4000])",
        "number(steps[4000].mean)",
        "number(at(4000) - at(5000))",
        "number(curve.end | round)",
        "words(16)",
        "curve.end",
    ],
)
def test_what_a_quick_record_does_not_tell_is_marked(expression: str) -> None:
    assert told(f"<< {expression} >>") == MARK


def test_what_a_quick_record_tells_is_told() -> None:
    assert told("<< number(curve.known) >> << number(steps[100], 1) >> << words(2) >>") == "2 0,5 deux"


@pytest.mark.parametrize(
    "condition", ["curve.end < 1", "curve.end >= 1", "1 < curve.gap.mean < 3", "steps[4000].sign > 0"]
)
def test_an_unknown_condition_is_false(condition: str) -> None:
    assert told(f"<% if {condition} %>yes<% else %>no<% endif %>") == "no"


def test_what_was_never_reached_is_none_in_quick_records_too() -> None:
    assert told("<% if curve.never is none %>never<% endif %><% if curve.known is none %>!<% endif %>") == "never"


def test_a_misspelt_name_is_an_error_in_quick_records_too() -> None:
    for template in ("<< curve.unheard_of >>", "<< unheard_of >>"):
        with pytest.raises(UndefinedError, match="unheard_of"):
            told(template)


@pytest.mark.parametrize("reading", ["curve.end < 1", "curve.gap.sign > 0", "curve.gap.mean"])
def test_a_full_record_may_not_be_asked_for_what_it_does_not_tell(reading: str) -> None:
    jinja = templating.environment(kind=Strict)
    with pytest.raises(NotMeasured):
        jinja.from_string(f"<% if {reading} %>yes<% else %>no<% endif %>").render(FACTS)


def test_a_full_record_tells_what_was_never_reached() -> None:
    jinja = templating.environment(kind=Strict)
    assert jinja.from_string("<% if curve.never is none %>never<% endif %>").render(FACTS) == "never"
