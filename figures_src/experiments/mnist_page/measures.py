"""What is read off the arrays of the page's networks; axes: setting, arm, seed, then time and percentile."""

from collections.abc import Sequence

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.mnist.measures import WITH_BN, WITHOUT_BN, row_of
from figures_src.experiments.mnist_page.runs import DEFAULT, TRIED

RECORD = "mnist_page"
EARLY_STEP = 100
"""Where a reader has waited for a second or so."""
ARMS = {"without_bn": WITHOUT_BN, "with_bn": WITH_BN}
NAMES = tuple(setting.name for setting in (DEFAULT, *TRIED))


def accuracy(arrays: Arrays, setting: str, arm: int, step: int | None = None) -> np.ndarray:
    """Accuracy on the images held out, in points, one per seed; at the last step if none is given.

    Not a number where a quick run lacks the setting or stops before the step.
    """
    measured = arrays["held_out_accuracy"]
    if (row := row_of_name(setting, len(measured))) is None or (step or 0) > arrays["step"][-1]:
        return np.full(measured.shape[2], np.nan)
    column = -1 if step is None else row_of(arrays["step"], step)
    return np.asarray(100 * measured[row, arm, :, column].astype(np.float64))


def gap(arrays: Arrays, setting: str, step: int | None = None) -> np.ndarray:
    """Accuracy with batch normalization less without, in points, one per seed."""
    return np.asarray(accuracy(arrays, setting, WITH_BN, step) - accuracy(arrays, setting, WITHOUT_BN, step))


def row_of_name(setting: str, settings: int, names: Sequence[str] = NAMES) -> int | None:
    """Row of a setting; None where a quick run has too few."""
    row = names.index(setting)
    return row if row < settings else None


def spread(arrays: Arrays, setting: str, arm: int, step: int) -> np.ndarray:
    """Distance from the 15th to the 85th percentile of the signal of the last hidden layer, one per seed."""
    percentiles = arrays["layer_percentiles"]
    if (row := row_of_name(setting, len(percentiles))) is None or step > arrays["step"][-1]:
        return np.full(percentiles.shape[2], np.nan)
    at = percentiles[row, arm, :, row_of(arrays["step"], step)].astype(np.float64)
    return np.asarray(at[:, 2] - at[:, 0])
