"""Confidence intervals against the printed tables of Student's t."""

import numpy as np
import pytest

from figures_src.intervals import half_width


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
