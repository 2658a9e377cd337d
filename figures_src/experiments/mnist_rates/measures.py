"""What is read off the arrays of the control on rates: steps to an accuracy, which some networks never reach.

A time that is not reached is infinite: it is known to exceed the last step, and nothing else is known of it. Cells are
chosen on the images set aside, and measured on the test images.
"""

import math
from dataclasses import dataclass

import numpy as np

from figures_src.experiments.experiment import Arrays
from figures_src.experiments.mnist import WITH_BN, WITHOUT_BN, best_cell
from figures_src.intervals import half_width

GOOD, BETTER = 0.95, 0.97
TEST, VALIDATION = "test_accuracy", "validation_accuracy"

Cell = tuple[int, int]
"""Places of a σ and of a learning rate."""


@dataclass(frozen=True)
class Ratio:
    """A ratio paired by seed, with its 95 % interval."""

    value: float
    low: float
    high: float


def log_ratio(numerators: np.ndarray, denominators: np.ndarray) -> Ratio:
    """Geometric mean of paired ratios, and the interval of Student's t on their logarithms: exp(mean ± t·s/√n).

    Raises:
        ValueError: fewer than two pairs, or a value that is not finite and positive.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(np.asarray(numerators, dtype=float) / np.asarray(denominators, dtype=float))
    mean, half = float(logs.mean()), float(half_width(logs))
    return Ratio(math.exp(mean), math.exp(mean - half), math.exp(mean + half))


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


def own_rates(arrays: Arrays, threshold: float, sigma: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Steps of each arm at its own fastest cell, with less without: (seeds,) each, NaN for an arm that has none."""
    cells = [
        fastest(arrays, arm, threshold) if sigma is None else fastest_at(arrays, arm, sigma, threshold)
        for arm in (WITH_BN, WITHOUT_BN)
    ]
    seeds = arrays[TEST].shape[3]
    with_bn, without = (
        np.full(seeds, np.nan) if cell is None else steps_to(arrays, arm, threshold)[cell]
        for arm, cell in zip((WITH_BN, WITHOUT_BN), cells, strict=True)
    )
    return with_bn, without


def best_gap(arrays: Arrays) -> np.ndarray:
    """Last test accuracy of each arm at its own best cell, with less without, in points, one per seed."""
    with_bn, without = (arrays[TEST][*best_cell(arrays, arm)][arm, :, -1] for arm in (WITH_BN, WITHOUT_BN))
    return np.asarray(100 * (with_bn - without))


def _place(means: np.ndarray) -> Cell:
    sigma, rate = np.unravel_index(int(means.argmin()), means.shape)
    return int(sigma), int(rate)
