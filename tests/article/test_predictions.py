import math

import pytest

from figures_src.article.predictions import (
    FAILED,
    MET,
    UNDECIDED,
    Check,
    measured,
    prediction_table,
    quantity,
    state,
    verdict_of,
)
from figures_src.experiments.experiment import Verdict, judge


def verdict(measured: float, half_width: float | None = None, unit: str = "×", bound: float = 2) -> Verdict:
    return Verdict("a > b", f"≥ {bound}", measured, bound, 1, unit, measured >= bound, half_width)


def test_quantities_have_their_unit():
    assert quantity(2.25, verdict(1)) == "× 2,2"
    assert quantity(1, verdict(1, unit="points")) == "1,0 point"
    assert quantity(2, verdict(1, unit="points")) == "2,0 points"
    assert quantity(0.5, verdict(1, unit="")) == "0,5"
    assert measured(verdict(17, unit="%")) == "17,0 %"


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_what_has_no_number_is_a_dash(value):
    assert quantity(value, verdict(1)) == "—"


def test_the_interval_decides_whether_a_prediction_is_open():
    assert [state(verdict(3)), state(verdict(1)), state(verdict(3, 2)), state(verdict(3, 0.5))] == [
        MET, FAILED, UNDECIDED, MET,
    ]  # fmt: skip


def test_published_values_have_a_column_only_where_there_are_any():
    without = prediction_table([Check(verdict(3))], "T")
    both = prediction_table([Check(verdict(3, 0.25), 6.24), Check(verdict(1))], "T")
    assert "Publié" not in without
    assert both.count('data-label="Publié">× 6,2<') == 1
    assert both.count('data-label="Publié">—<') == 1
    assert "× 3,0 (± 0,2)" in both
    assert "a &gt;\u202fb" in both


def test_the_sign_of_the_threshold_is_the_comparison():
    assert [judge("p", f"{sign} 2", 2.0, 2).met for sign in ("≥", "≤", ">", "<")] == [True, True, False, False]
    assert judge("p", "≥ 2", math.nan, 2).met is False
    with pytest.raises(ValueError, match="must hold one of ≥"):
        judge("p", "2", 2.0, 2)


def test_a_verdict_is_found_by_how_its_prediction_begins():
    checks = [Check(judge("Avec BN, le pas", "≥ 2", 3.0, 2)), Check(judge("Avec BN, la perte", "≥ 1", 3.0, 1))]
    assert verdict_of(checks, "Avec BN, la").bound == 1
    with pytest.raises(ValueError, match="2 predictions begin with 'Avec'"):
        verdict_of(checks, "Avec")
    with pytest.raises(ValueError, match="0 predictions begin"):
        verdict_of(checks, "Sans")
