"""What is read off the arrays of the control on rates: steps to an accuracy, which some networks never reach.

A time that is not reached is infinite: it is known to exceed the last step, and nothing else is known of it. Cells are
chosen on the images set aside, and measured on the test images.
"""

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.intervals import Ratio, paired_ratio
from figures_src.experiments.mnist.measures import WITH_BN, WITHOUT_BN, best_cell

GOOD, BETTER = 0.95, 0.97
TEST, VALIDATION = "test_accuracy", "validation_accuracy"

Cell = tuple[int, int]
"""Places of a σ and of a learning rate."""


def steps_to(arrays: Arrays, arm: int, threshold: float, images: str = TEST) -> np.ndarray:
    """First measured step at which each network is that accurate, infinity where it never is: (σ, rates, seeds)."""
    reached = arrays[images][:, :, arm] >= threshold  # false where the accuracy is not a number
    return np.where(reached.any(axis=-1), arrays["step"][reached.argmax(axis=-1)], np.inf)


def diverged(arrays: Arrays) -> np.ndarray:
    """Whether the last loss is no number, or is above that of the initial weights: (σ, rates, arms, seeds)."""
    losses = arrays["test_loss"]
    return np.asarray(~(losses[..., -1] <= losses[..., 0]))


def reached_by_all(arrays: Arrays, arm: int, threshold: float) -> np.ndarray:
    """Whether every seed of a cell is that accurate on the test images at some time: (σ, rates)."""
    return np.asarray(np.isfinite(steps_to(arrays, arm, threshold)).all(axis=-1))


def fastest(arrays: Arrays, arm: int, threshold: float) -> Cell | None:
    """The cell whose seeds reach an accuracy soonest on average, on the images set aside; None if no cell has all."""
    means = steps_to(arrays, arm, threshold, VALIDATION).mean(axis=-1)
    return _place(means) if np.isfinite(means).any() else None


def fastest_at(arrays: Arrays, arm: int, sigma: int, threshold: float) -> Cell | None:
    """The same among the rates of one σ."""
    means = steps_to(arrays, arm, threshold, VALIDATION)[sigma].mean(axis=-1)
    return (sigma, int(means.argmin())) if np.isfinite(means).any() else None


def own_ratio(arrays: Arrays, threshold: float, sigma: float | None = None) -> Ratio:
    """Steps of each arm at its own fastest cell, or at its own fastest rate from one σ, with over without, by seed."""
    return paired_ratio(*own_rates(arrays, threshold, sigma), float(arrays["step"][-1]))


def own_rates(arrays: Arrays, threshold: float, sigma: float | None = None) -> tuple[np.ndarray, np.ndarray]:
    """These steps, with and without: (seeds,) each, NaN for an arm that has no such cell, or where σ was not tried."""
    row = None if sigma is None else row_of_setting(arrays["sigma"], sigma)
    return _own_steps(arrays, WITH_BN, threshold, row), _own_steps(arrays, WITHOUT_BN, threshold, row)


def _own_steps(arrays: Arrays, arm: int, threshold: float, row: int | None) -> np.ndarray:
    tried = row is None or row >= 0  # a quick run has fewer
    cell = None
    if tried:
        cell = fastest(arrays, arm, threshold) if row is None else fastest_at(arrays, arm, row, threshold)
    return np.full(arrays[TEST].shape[3], np.nan) if cell is None else steps_to(arrays, arm, threshold)[cell]


def row_of_setting(values: np.ndarray, wanted: float) -> int:
    """Place of a setting, −1 where it was not tried."""
    found = np.flatnonzero(np.isclose(values, wanted, rtol=1e-9, atol=0))
    return int(found[0]) if found.size else -1


def best_gap(arrays: Arrays) -> np.ndarray:
    """Last test accuracy of each arm at its own best cell, with less without, in points, one per seed."""
    with_bn, without = (arrays[TEST][*best_cell(arrays, arm)][arm, :, -1] for arm in (WITH_BN, WITHOUT_BN))
    return np.asarray(100 * (with_bn - without))


def _place(means: np.ndarray) -> Cell:
    sigma, rate = np.unravel_index(int(means.argmin()), means.shape)
    return int(sigma), int(rate)
