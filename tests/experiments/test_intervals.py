"""Confidence intervals against the printed tables of Student's t."""

import numpy as np
import pytest

from figures_src.experiments.intervals import geometric_mean, half_width, paired_ratio


@pytest.mark.parametrize(("seeds", "quantile"), [(2, 12.706), (3, 4.303), (5, 2.776), (10, 2.262), (31, 2.042)])
def test_quantiles_are_those_of_the_printed_table(seeds: int, quantile: float) -> None:
    values = np.random.default_rng(0).normal(size=seeds)
    assert half_width(values) * np.sqrt(seeds) / values.std(ddof=1) == pytest.approx(quantile, abs=6e-4)


def test_the_axis_is_that_of_the_seeds() -> None:
    values = np.random.default_rng(0).normal(size=(4, 6))
    np.testing.assert_allclose(half_width(values, axis=1)[2], half_width(values[2]))


def test_intervals_of_95_percent_hold_the_mean_95_times_in_100() -> None:
    samples = np.random.default_rng(0).normal(size=(5, 20_000))
    assert np.mean(np.abs(samples.mean(axis=0)) <= half_width(samples)) == pytest.approx(0.95, abs=0.005)


@pytest.mark.parametrize("values", [np.ones(1), np.array([1.0, np.nan]), np.array([1.0, np.inf])])
def test_what_tells_nothing_of_the_spread_is_refused(values: np.ndarray) -> None:
    with pytest.raises(ValueError, match="two finite values"):
        half_width(values)


def test_a_ratio_is_the_mean_of_the_pairs_on_the_scale_of_logarithms() -> None:
    ratio = paired_ratio(np.array([1.0, 8.0]), np.array([2.0, 4.0]))
    assert ratio.value == pytest.approx(1)
    assert (ratio.low, ratio.high) == pytest.approx((np.exp(-12.706 * np.log(2)), np.exp(12.706 * np.log(2))), rel=1e-3)
    assert (ratio.seeds, ratio.side, ratio.sign) == (2, "", 0)
    assert ratio.value == pytest.approx(geometric_mean(np.array([1, 8])) / geometric_mean(np.array([2, 4])))


def test_a_ratio_turned_upside_down_has_the_interval_turned_upside_down() -> None:
    above, below = np.array([1.0, 2.0, 4.5]), np.array([3.0, 7.0, 9.0])
    ratio, inverse = paired_ratio(above, below), paired_ratio(below, above)
    assert (1 / inverse.value, 1 / inverse.high, 1 / inverse.low) == pytest.approx((ratio.value, ratio.low, ratio.high))
    assert (ratio.sign, inverse.sign) == (-1, 1)


def test_pairs_share_what_makes_seeds_differ() -> None:
    seeds = np.array([1.0, 10.0, 100.0])
    ratio = paired_ratio(3 * seeds, seeds)
    assert (ratio.low, ratio.high) == pytest.approx((3, 3)), "seeds that differ alike say the same ratio"


@pytest.mark.parametrize(
    ("above", "below", "side", "value"),
    [([4, np.inf], [2, 2], ">", np.sqrt(2 * 5)), ([4, 4], [2, np.inf], "<", np.sqrt(2 * 0.4))],
)
def test_a_time_never_reached_leaves_a_bound_without_interval(
    above: list[float], below: list[float], side: str, value: float
) -> None:
    ratio = paired_ratio(np.array(above), np.array(below), end=10)
    assert (ratio.side, ratio.low, ratio.high, ratio.sign) == (side, None, None, 0)
    assert ratio.value == pytest.approx(value)


def test_pairs_that_tell_nothing_have_no_ratio() -> None:
    assert np.isnan(paired_ratio(np.array([np.inf, 1]), np.array([1, np.inf]), end=10).value)
    assert np.isnan(paired_ratio(np.array([0.0, 1.0]), np.array([1.0, 1.0])).value)
    assert np.isnan(paired_ratio(np.array([]), np.array([])).value)


def test_one_pair_has_no_interval() -> None:
    alone = paired_ratio(np.array([3.0]), np.array([2.0]))
    assert (alone.value, alone.seeds, alone.low, alone.sign) == (1.5, 1, None, 0)
