import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from figures_src.article.predictions import (
    SHOWN,
    Check,
    checks_of,
    found,
    measured,
    prediction_table,
    quantity,
    state,
    verdict_of,
)
from figures_src.experiments.intervals import Ratio
from figures_src.experiments.prediction import Standing, Verdict, judge, judge_ratio


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
    found = (verdict(3), verdict(1), verdict(3, 2), verdict(3, 0.5))
    assert [each.standing for each in found] == [Standing.MET, Standing.FAILED, Standing.OPEN, Standing.MET]
    assert [state(Check(each)) for each in found] == [SHOWN[each.standing] for each in found]


def ratio(measured: float, **parts: Any) -> Verdict:
    return judge_ratio("p", "≤ 2", Ratio(measured, **{"seeds": 3, **parts}), 2)


def test_a_ratio_is_decided_by_both_ends_of_its_interval():
    assert [ratio(1.5, low=1.2, high=1.9).standing, ratio(1.5, low=0.5, high=4.5).standing] == ["tenue", "indécise"]
    assert ratio(2.5, low=2.1, high=3.0).standing == "démentie"
    assert found(Check(ratio(1.5, low=0.5, high=4.5))) == "× 1,50 (0,50 à 4,50)"


def test_a_verdict_on_one_seed_is_not_called_met():
    alone = [judge("p", "≥ 2", value, 2, samples=np.array([value])) for value in (3.0, 1.0)]
    assert [each.standing for each in alone] == [Standing.LONE, Standing.FAILED]
    assert "tenue" not in state(Check(alone[0]))
    assert "une graine" in state(Check(alone[0]))


@pytest.mark.parametrize(
    ("side", "measured_", "standing"),
    [("<", 1.0, "indécise"), ("<", 3.0, "indécise"), (">", 3.0, "démentie"), (">", 1.0, "indécise")],
)
def test_a_bound_settles_nothing_but_the_contrary(side, measured_, standing):
    censored = ratio(measured_, side=side)
    assert censored.standing == standing
    assert found(Check(censored)).startswith(f"&{'lt' if side == '<' else 'gt'};\u202f×")
    assert "(" not in found(Check(censored))


def test_a_prediction_that_failed_under_a_first_protocol_stays_failed():
    kept, failed = verdict(3), verdict(1)
    both = Check(kept, first=failed)
    assert both.standing is Standing.FAILED
    assert Check(failed, first=kept).standing is Standing.FAILED
    assert found(both) == "× 3,0 ; premier protocole : × 1,0"
    table = prediction_table([both], "T")
    assert "démentie" in table
    assert "tenue" not in table
    assert checks_of([kept], [failed]) == [both]
    with pytest.raises(ValueError, match="judged other predictions"):
        checks_of([kept], [replace(failed, prediction="another")])


def test_the_number_of_seeds_stands_in_the_table():
    shown = prediction_table([Check(judge("p", "≥ 2", 3.0, 2, samples=np.ones(7))), Check(verdict(3))], "T")
    assert 'data-label="Graines">7<' in shown
    assert 'data-label="Graines">—<' in shown


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
