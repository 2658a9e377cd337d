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


def test_a_running_median_pools_runs_and_steps_of_its_window_and_leaves_out_what_is_not_finite() -> None:
    steps = np.array([0, 100, 200, 300, 400])
    values = np.array([[1.0, 2, 3, 4, 5], [np.nan, 12, 13, np.inf, 15]])
    found = readings.rolling(steps, values, 200, np.array([0, 200, 1000]))
    # At 0: 1, 2, 12. At 200: 2, 3, 4, 12, 13. At 1 000: nothing.
    np.testing.assert_allclose(found.median, [2, 4, np.nan])
    np.testing.assert_allclose(found.low, [1.2, 2.4, np.nan])
    np.testing.assert_allclose(found.high, [10, 12.6, np.nan])


def test_the_mean_range_is_that_of_the_finite_runs() -> None:
    values = np.array([[[1.0, 5, 3], [0, 2, 1]], [[2.0, 3, 4], [np.nan, 2, 1]], [[np.inf, 1, 1], [4, 4, 4]]])
    low, high = readings.mean_range(values)
    np.testing.assert_allclose(low, [1.5, 2])
    np.testing.assert_allclose(high, [4.5, 3])
    nothing = readings.mean_range(np.full((2, 3, 4), np.nan))
    assert np.isnan(nothing).all()


def test_steps_to_a_level_are_the_mean_of_seeds_and_none_unless_all_arrive() -> None:
    arrays = {
        "arm": np.array(["with_bn", "with_bn", "without_bn"]),
        "run_learning_rate": np.full(3, 0.1),
        "seed": np.array([0, 1, 0]),
        "accuracy_step": np.array([100, 200, 300]),
        "train_accuracy": np.array([[0.1, 0.95, 0.95], [0.95, 0.95, 0.95], [0.1, 0.2, 0.3]]),
    }
    assert readings.mean_steps_to(arrays, "with_bn") == 150
    assert readings.mean_steps_to(arrays, "without_bn") is None
    assert readings.mean_steps_to(arrays, "noisy_bn") is None


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
