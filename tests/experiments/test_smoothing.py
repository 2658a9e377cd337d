"""What figures and sentences read off the arrays of E3: percentiles, ranges, distances, against closed forms."""

import numpy as np
import pytest

from figures_src.experiments import smoothing as readings

BINS = 120


def normal(mean: float, deviation: float, total: int = 1_000_000) -> readings.Distribution:
    """A histogram of a normal distribution, as the probe takes it."""
    x = np.linspace(-6, 6, BINS + 1)
    density = np.exp(-(((x[1:] + x[:-1]) / 2) ** 2) / 2)
    counts = np.rint(total * density / density.sum()).astype(np.int32)
    found = readings.distribution(counts, mean, deviation)
    assert found is not None
    return found


def test_a_histogram_is_placed_by_its_mean_and_deviation() -> None:
    found = normal(3, 0.5)
    np.testing.assert_allclose(found.edges[[0, -1]], [0, 6])
    assert found.shares[[0, -1]].tolist() == [0, 1]
    assert found.quantile(0.5) == pytest.approx(3, abs=1e-6)
    assert found.quantile(0.8413) == pytest.approx(3.5, abs=2e-3)
    assert found.below(np.array([2.5, 3]))[0] == pytest.approx(0.1587, abs=1e-3)


def test_values_that_were_not_finite_have_no_distribution() -> None:
    assert readings.distribution(np.zeros(BINS), np.nan, np.nan) is None
    assert readings.distribution(np.zeros(BINS), 0.0, 1.0) is None


def test_a_layer_that_was_not_probed_is_refused() -> None:
    with pytest.raises(ValueError, match=r"layer 3 .* \[2\]"):
        readings.distributions({"histogram_layer": np.array([2])}, 0, 3)
