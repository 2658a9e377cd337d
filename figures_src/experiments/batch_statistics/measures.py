"""What is read off the arrays of the networks with few images."""

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.networks.normalization import Normalization

ESTIMATES = ("ema_0.1", "ema_0.01", "cumulative", "precise")
"""Estimates of the population's statistics, in the order of the records."""


STANDARD, BATCH = Normalization.NONE, Normalization.BATCH
FAST, SLOW, CUMULATIVE, PRECISE = range(len(ESTIMATES))
SMALLEST, MIDDLE, LARGEST = 2, 32, 256
WHOLE = 0
"""The group of a batch that is not cut."""
LAST = -1
ENOUGH = 1000
"""Images that should be enough for precise statistics."""

Cell = tuple[Normalization, int, int]


def rows(arrays: Arrays, arm: str, size: int, group: int = WHOLE) -> np.ndarray:
    """Rows of a cell, in the order of their seeds."""
    chosen = (arrays["arm"] == str(arm)) & (arrays["batch_size"] == size) & (arrays["group"] == group)
    found = np.flatnonzero(chosen)
    return np.asarray(found[np.argsort(arrays["seed"][found], kind="stable")])


def sizes(arrays: Arrays) -> np.ndarray:
    """The batch sizes, increasing."""
    return np.unique(arrays["batch_size"])


def groups(arrays: Arrays) -> np.ndarray:
    """The groups, increasing, whole batches left out."""
    return np.asarray(np.setdiff1d(arrays["group"], [WHOLE]))


def accuracy(arrays: Arrays, arm: str, size: int, estimate: int = PRECISE, group: int = WHOLE) -> np.ndarray:
    """Test accuracy at the end in evaluation mode, in per cent, one per seed."""
    return np.asarray(100 * arrays["estimate_accuracy"][rows(arrays, arm, size, group), LAST, estimate])


def cost(arrays: Arrays, size: int, estimate: int) -> np.ndarray:
    """Test accuracy with precise statistics less that with an estimate, in points, one per seed."""
    return np.asarray(accuracy(arrays, BATCH, size) - accuracy(arrays, BATCH, size, estimate))


def mode_gap(arrays: Arrays, size: int, estimate: int) -> np.ndarray:
    """Test accuracy in training mode less that in evaluation mode, in points, one per seed."""
    own = 100 * arrays["own_accuracy"][rows(arrays, BATCH, size), LAST]
    return np.asarray(own - accuracy(arrays, BATCH, size, estimate))


def learnt(arrays: Arrays, arm: str, size: int, group: int = WHOLE) -> np.ndarray:
    """Accuracy on images learnt at the end, precise statistics, in per cent, one per seed."""
    return np.asarray(100 * arrays["train_accuracy"][rows(arrays, arm, size, group), LAST])


def overfit(arrays: Arrays, arm: str, size: int, group: int = WHOLE) -> np.ndarray:
    """Accuracy on images learnt less that on test images, precise statistics for both, in points, one per seed."""
    return np.asarray(learnt(arrays, arm, size, group) - accuracy(arrays, arm, size, PRECISE, group))


def precise_shortfall(arrays: Arrays, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Images that each number of batches makes up, and points lost to all ``precise_images``: (n,), (seeds, n)."""
    tried = 100 * arrays["precise_accuracy"][rows(arrays, BATCH, size)]
    known = np.isfinite(tried).all(axis=0)
    lost = accuracy(arrays, BATCH, size)[:, None] - tried[:, known]
    return size * arrays["precise_batches"][known], lost


def enough(arrays: Arrays) -> np.ndarray:
    """Points lost by the fewest batches that make up `ENOUGH` images, mean over the sizes, one per seed."""
    lost = []
    for size in sizes(arrays):
        images, each = precise_shortfall(arrays, size)
        if images[-1] >= ENOUGH:
            lost.append(each[:, int(np.argmax(images >= ENOUGH))])
    seeds = len(rows(arrays, BATCH, sizes(arrays)[0]))
    return np.mean(lost, axis=0) if lost else np.full(seeds, np.nan)
