"""A bound is written once: its text, its number and its sign cannot disagree."""

import numpy as np
import pytest

from figures_src.experiments.prediction import Bound, Prediction, by_name


@pytest.mark.parametrize(
    ("bound", "text"),
    [
        (Bound("≤", 0.65), "≤ 0,65"),
        (Bound("≥", 3, "points"), "≥ 3 points"),
        (Bound(">", 0, "points"), "> 0 point"),
        (Bound("≤", 1, "points", absolute=True), "≤ 1 point en valeur absolue"),
        (Bound("<", 20, "%"), "< 20 %"),
    ],
)
def test_a_bound_writes_its_own_text(bound: Bound, text: str) -> None:
    assert str(bound) == text


def test_a_sign_that_compares_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="choose among"):
        Bound("=", 1)


@pytest.mark.parametrize(("op", "met"), [("≥", True), (">", False), ("≤", True), ("<", False)])
def test_the_sign_of_the_bound_judges(op: str, met: bool) -> None:
    assert Prediction("x", "x", Bound(op, 2.0)).judge(2.0).met is met


def test_an_absolute_bound_forgets_the_sign_of_the_mean() -> None:
    verdict = Prediction("x", "x", Bound("≤", 1, "points", absolute=True)).judge_mean(np.array([-3.0, -1.0]))
    assert (verdict.measured, verdict.met, verdict.threshold) == (2.0, False, "≤ 1 point en valeur absolue")
    assert verdict.half_width == pytest.approx(12.706 * np.sqrt(2) / np.sqrt(2), rel=1e-3)


def test_a_prediction_written_after_a_trial_says_so() -> None:
    assert "après un essai" in Prediction("x", "x", Bound(">", 1), pilot=True).judge(2.0).prediction


def test_names_are_unique() -> None:
    one = Prediction("x", "x", Bound(">", 1))
    assert by_name([one])["x"] is one
    with pytest.raises(ValueError, match="same name"):
        by_name([one, one])
