"""What is read off the arrays of arms that were each trained at several rates; accuracies in per cent, gaps in points.

A rate is chosen on images set aside, by the mean over seeds; what is told is measured on test images.
"""

import numpy as np

from figures_src.experiments.arrays import Arrays, rows_of


def rates(arrays: Arrays, arm: str) -> np.ndarray:
    """The rates that an arm was trained at, increasing."""
    return np.unique(arrays["run_learning_rate"][arrays["arm"] == str(arm)])


def best_rate(arrays: Arrays, arm: str) -> float:
    """The rate at which an arm is the most accurate on the images set aside, mean over seeds; the lowest of equals."""
    tried = rates(arrays, arm)
    means = [arrays["validation_accuracy"][rows_of(arrays, arm, rate)].mean() for rate in tried]
    return float(tried[int(np.argmax(means))])


def at_edge(arrays: Arrays, arm: str) -> bool:
    """Whether the best rate is the lowest or the highest tried: a better one may lie beyond."""
    return best_rate(arrays, arm) in rates(arrays, arm)[[0, -1]]


def accuracy(arrays: Arrays, arm: str, rate: float, name: str = "test_accuracy") -> np.ndarray:
    """Accuracy of an arm at a rate, one per seed."""
    return np.asarray(100 * arrays[name][rows_of(arrays, arm, rate)])


def at_best(arrays: Arrays, arm: str, name: str = "test_accuracy") -> np.ndarray:
    """Accuracy of an arm at its own best rate, one per seed."""
    return accuracy(arrays, arm, best_rate(arrays, arm), name)
