"""What is read off the arrays of the control on groups; accuracies in per cent, differences in points."""

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.batch_statistics.measures import BATCH, LARGEST, SMALLEST, STANDARD, WHOLE, Cell, rows

PLAIN: Cell = (STANDARD, LARGEST, WHOLE)
BN: Cell = (BATCH, LARGEST, WHOLE)
GROUPED: Cell = (BATCH, LARGEST, 2)
MODERATE: Cell = (BATCH, LARGEST, 8)
SMALL: Cell = (BATCH, SMALLEST, WHOLE)
PLAIN_SMALL: Cell = (STANDARD, SMALLEST, WHOLE)


def fitted(arrays: Arrays, cell: Cell) -> np.ndarray:
    """Whether each network has learnt its images, one per seed."""
    return np.asarray(arrays["fitted_row"][rows(arrays, *cell)] >= 0)


def images_to_fit(arrays: Arrays, cell: Cell) -> np.ndarray:
    """Images seen until those learnt were known, infinity for a network that never was, one per seed."""
    row = arrays["fitted_row"][rows(arrays, *cell)]
    return np.where(row >= 0, arrays["images_seen"][row], np.inf)


def at_fit(arrays: Arrays, cell: Cell, images: str = "test") -> np.ndarray:
    """Accuracy when the images learnt are known, one per seed; NaN for a network that has not learnt them."""
    last = 100 * arrays[f"{images}_accuracy"][rows(arrays, *cell), -1]
    return np.where(fitted(arrays, cell), last, np.nan)


def at_best(arrays: Arrays, cell: Cell, images: str = "test") -> np.ndarray:
    """Accuracy where that on the images set aside is the best, the first time, one per seed."""
    chosen = rows(arrays, *cell)
    best = arrays["validation_accuracy"][chosen].argmax(axis=1)
    return np.asarray(100 * arrays[f"{images}_accuracy"][chosen, best])


def gap_at_fit(arrays: Arrays, cell: Cell) -> np.ndarray:
    """Accuracy on images learnt less on new ones, when those learnt are known, in points, one per seed."""
    return np.asarray(at_fit(arrays, cell, "train") - at_fit(arrays, cell))


def gap_at_best(arrays: Arrays, cell: Cell) -> np.ndarray:
    """The same where the accuracy on the images set aside is the best."""
    return np.asarray(at_best(arrays, cell, "train") - at_best(arrays, cell))
