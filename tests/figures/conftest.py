"""Small made-up records of the shape of experiment E1's, from declared seeds: fixtures, never shown to a reader."""

from collections.abc import Sequence

import numpy as np
import pytest

from figures_src.records.record import Record

SEEDS, STEPS = 4, 2000


def learning_curves(rng: np.random.Generator, rates: Sequence[float], time: np.ndarray) -> np.ndarray:
    """Accuracies (len(rates), seeds, T) that rise from chance towards 0.96, each at its rate."""
    grown = 1 - np.exp(-np.asarray(rates)[:, None, None] * time / time[-1])
    noise = 0.004 * rng.standard_normal((len(rates), SEEDS, len(time)))
    return np.clip(0.1 + 0.87 * grown + noise, 0.05, 0.99)


def percentiles(rng: np.random.Generator, shape: tuple[int, ...], spread: float, shift: float) -> np.ndarray:
    """Percentiles (*shape, 3): medians that wander around ``shift``, about ``spread`` wide."""
    median = shift + 0.01 * rng.standard_normal(shape).cumsum(axis=-1)
    width = spread * (1 + 0.1 * rng.random(shape))
    return np.stack([median - width / 2, median, median + width / 2], axis=-1)


@pytest.fixture(scope="session")
def curves() -> Record:
    rng = np.random.default_rng(20210405)
    step, percentile_step, dense = np.arange(0, STEPS + 1, 100), np.arange(0, STEPS + 1, 50), 301
    accuracy = np.stack([learning_curves(rng, rates, step) for rates in ((4, 30), (12, 40))])
    arrays = {
        "learning_rate": np.array([0.1, 1.0]),
        "step": step,
        "percentile_step": percentile_step,
        "test_accuracy": accuracy,
        "test_loss": 3 * (1 - accuracy),
    }
    for name, length in (("percentiles", len(percentile_step)), ("dense", dense)):
        shape = (2, SEEDS, length)
        arms = (percentiles(rng, shape, 0.4, 0.9), percentiles(rng, shape, 2.0, 0.05))
        arrays[f"unit_{name}"] = arrays[f"layer_{name}"] = np.stack(arms, axis=1)
    config = {"sigma": 0.1, "learning_rates": [0.1, 1.0], "seeds": [0, 1, 2, 3], "steps": STEPS, "unit": 0}
    return Record("mnist_curves", arrays, {"config": config, "preset": "quick"})


@pytest.fixture(scope="session")
def statistics() -> Record:
    rng = np.random.default_rng(20210407)
    signals = ((0.4, 0.9), (2.0, 0.05), (2.0, 0.05))
    arrays = {"percentile_step": np.arange(0, STEPS + 1, 50)}
    for name, length in (("percentiles", STEPS // 50 + 1), ("dense", 301)):
        drawn = np.stack([percentiles(rng, (SEEDS, length), spread, shift) for spread, shift in signals])
        arrays[f"unit_{name}"] = arrays[f"layer_{name}"] = drawn
        arrays[f"layer_{name}_change"] = np.abs(np.diff(drawn, axis=2))
    config = {"learning_rate": 0.1, "seeds": [0, 1, 2, 3], "steps": STEPS, "dense_steps": 300, "unit": 0}
    return Record("mnist_statistics", arrays, {"config": config, "preset": "quick"})


@pytest.fixture(scope="session")
def grid() -> Record:
    rng = np.random.default_rng(20210406)
    sigma, rate = np.array([0.01, 0.03, 0.1, 0.3]), np.array([0.03, 0.1, 0.3, 1.0, 3.0])
    error = np.empty((4, 5, 2, SEEDS, 3))
    error[:, :, 0] = 0.9 / (1 + 40 * np.outer(sigma, rate) ** 0.5)[:, :, None, None]
    error[:, :, 1] = 0.03 + 0.01 * np.abs(np.log10(rate / 0.3))[None, :, None, None]
    error *= np.exp(0.05 * rng.standard_normal(error.shape))
    arrays = {
        "sigma": sigma,
        "learning_rate": rate,
        "step": np.array([0, 500, 1000]),
        "test_accuracy": 1 - error,
        "validation_accuracy": 1 - 1.02 * error,
    }
    config = {"sigmas": sigma.tolist(), "learning_rates": rate.tolist(), "seeds": [0, 1, 2, 3], "steps": 1000}
    return Record("mnist_grid", arrays, {"config": config, "preset": "quick"})


@pytest.fixture(scope="session")
def records(curves: Record, grid: Record, statistics: Record) -> dict[str, Record]:
    return {"mnist_curves": curves, "mnist_grid": grid, "mnist_statistics": statistics}
