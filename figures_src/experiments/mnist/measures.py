"""What is read off the arrays of the experiments on MNIST."""

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.intervals import Ratio, paired_ratio

WITHOUT_BN, WITH_BN = 0, 1
"""Places on the axis of arms of every record of E1."""
MATCHED = 0
"""Row of the learning rate at which the two arms are compared as in the paper."""
EARLY_STEPS = 5000
GOOD_ACCURACY = 0.95
"""On the test images: both arms of the paper reach it, so that "how soon" can be asked of each, and a cell of the grid
counts as trained from there on."""
GROWTH_STEP, LAST_STEP = 1000, 50_000
MEDIAN = 1
"""Place of the median among the percentiles of a signal."""
STATISTICS = ("without_bn", "with_bn_own", "with_bn_running")
"""Variants of `MnistStatistics`: which statistics normalise the probe."""


def accuracy_gap(arrays: Arrays, step: int) -> np.ndarray:
    """Test accuracy with less without batch normalization at the matched rate, in points, one per seed.

    Not a number where a quick run stops before the step.
    """
    accuracy = arrays["test_accuracy"][MATCHED, :, :, row_of(arrays["step"], step)]
    return _if_reached(100 * (accuracy[WITH_BN] - accuracy[WITHOUT_BN]), arrays["step"], step)


def width(percentiles: np.ndarray) -> np.ndarray:
    """Distance from the 15th to the 85th percentile."""
    return np.asarray(percentiles[..., 2] - percentiles[..., 0])


def early_path(arrays: Arrays, arm: int) -> np.ndarray:
    """Length of the way of the percentiles over the early steps, mean of the layer, one per seed; nan if it is cut."""
    last = row_of(arrays["percentile_step"], EARLY_STEPS)
    path = arrays["layer_percentiles_change"][MATCHED, arm, :, :last].sum(axis=1).mean(axis=-1)
    return _if_reached(path, arrays["percentile_step"], EARLY_STEPS)


def first_step(steps: np.ndarray, curve: np.ndarray, threshold: float) -> int | None:
    """First measured step at which ``curve`` is at least ``threshold``; None when it never is. Shapes (T,), (T,)."""
    reached = np.flatnonzero(curve >= threshold)
    return int(steps[reached[0]]) if reached.size else None


def row_of(steps: np.ndarray, step: int) -> int:
    """Row of a step; of the last one where a quick run stops before it."""
    return int(np.searchsorted(steps, min(step, steps[-1])))


def _if_reached(values: np.ndarray, steps: np.ndarray, step: int) -> np.ndarray:
    """The values, or as many that are not numbers where a quick run stops before ``step``."""
    return np.asarray(values) if step <= steps[-1] else np.full_like(values, np.nan, dtype=float)


def best_cell(arrays: Arrays, arm: int) -> tuple[int, int]:
    """Place (σ, learning rate) of the best mean validation accuracy at the last step; test images have no say."""
    means = arrays["validation_accuracy"][:, :, arm, :, -1].mean(axis=-1)
    sigma, rate = np.unravel_index(int(np.nanargmax(means)), means.shape)
    return int(sigma), int(rate)


def growth(arrays: Arrays, name: str) -> Ratio:
    """How many times the width with batch normalization grows from 1 000 to 50 000 steps; unknown if not reached."""
    widths, steps = width(arrays[name][MATCHED, WITH_BN]), arrays["percentile_step"]
    first, last = (row_of(steps, step) for step in (GROWTH_STEP, LAST_STEP))
    return paired_ratio(_if_reached(widths[:, last], steps, LAST_STEP), widths[:, first])


def settled_step(arrays: Arrays) -> int:
    """`GROWTH_STEP`, or the middle of what a quick record holds, which ends before."""
    last = int(arrays["percentile_step"][-1])
    return GROWTH_STEP if last > GROWTH_STEP else last // 2


def median_reach(arrays: Arrays) -> np.ndarray:
    """Largest distance of the declared unit's median from zero from `settled_step` on: (A, S).

    Earlier, without BN, it is that of the random weights, before they have learnt anything.
    """
    settled = row_of(arrays["percentile_step"], settled_step(arrays))
    return np.asarray(np.abs(arrays["unit_percentiles"][MATCHED][:, :, settled:, MEDIAN]).max(axis=-1))


def roughness(arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Step-to-step change of the median, and the same over the width at the same step: (variants, S) each.

    Both are means over the dense steps; the change is a mean over the layer's units, the width that of the layer.
    """
    change = arrays["layer_dense_change"][..., 1].astype(float)
    widths = width(arrays["layer_dense"])[..., :-1].astype(float)
    return change.mean(axis=-1), (change / widths).mean(axis=-1)
