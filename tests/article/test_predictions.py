import math
from dataclasses import replace

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
from figures_src.experiments.prediction import Bound, Prediction, Standing, Verdict


def verdict(measured: float, half_width: float | None = None, unit: str = "×", bound: float = 2) -> Verdict:
    judged = Prediction("p", "a > b", Bound("≥", bound, unit, decimals=1)).judge(measured)
    return replace(judged, half_width=half_width)


def judge(op: str, value: float, samples: np.ndarray | None = None) -> Verdict:
    return Prediction("p", "p", Bound(op, 2)).judge(value, samples)


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


def ratio(measured: float, **parts: float | str | None) -> Verdict:
    return Prediction("p", "p", Bound("≤", 2)).judge_ratio(Ratio(measured, **{"seeds": 3, **parts}))


def test_a_ratio_is_decided_by_both_ends_of_its_interval():
    assert [ratio(1.5, low=1.2, high=1.9).standing, ratio(1.5, low=0.5, high=4.5).standing] == ["tenue", "indécise"]
    assert ratio(2.5, low=2.1, high=3.0).standing == "démentie"
    assert found(Check(ratio(1.5, low=0.5, high=4.5))) == "× 1,50 (0,50 à 4,50)"


def test_a_verdict_on_one_seed_is_not_called_met():
    alone = [judge("≥", value, np.array([value])) for value in (3.0, 1.0)]
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
    assert checks_of([kept], [failed]) == {"p": both}
    with pytest.raises(ValueError, match="judged other predictions"):
        checks_of([kept], [replace(failed, name="another")])


def test_first_protocols_and_published_values_are_found_by_name():
    verdicts = [replace(verdict(3), name=name) for name in ("a", "b")]
    found = checks_of(verdicts, verdicts[::-1], {"b": 6.0})
    assert [check.first for check in found.values()] == verdicts
    assert [check.published for check in found.values()] == [None, 6.0]
    with pytest.raises(ValueError, match="published values of"):
        checks_of(verdicts, published={"c": 1.0})


def test_the_number_of_seeds_stands_in_the_table():
    shown = prediction_table([Check(judge("≥", 3.0, np.ones(7))), Check(verdict(3))], "T")
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


def test_what_is_not_a_number_is_never_met():
    assert [judge(op, math.nan).met for op in ("≥", "≤", ">", "<")] == [False] * 4


def test_a_verdict_is_found_by_the_name_of_its_prediction():
    checks = [Check(replace(verdict(3, bound=bound), name=name)) for name, bound in (("step", 2), ("loss", 1))]
    assert verdict_of(checks, "loss").bound == 1
    with pytest.raises(KeyError, match="did you mean 'step'"):
        verdict_of(checks, "steps")
