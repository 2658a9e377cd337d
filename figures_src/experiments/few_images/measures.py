"""What is read off the arrays of arms that were each trained at several rates; accuracies in per cent, gaps in points.

A rate is chosen by the first seed on images set aside; what is told is measured on test images, over all seeds. A seed
that chooses is counted, too: with images that did not choose.
"""

from collections.abc import Iterable

import numpy as np

from figures_src.experiments.arrays import Arrays, rows_of


def rates(arrays: Arrays, arm: str) -> np.ndarray:
    """The rates that an arm was trained at, increasing."""
    return np.unique(arrays["run_learning_rate"][arrays["arm"] == str(arm)])


def best_rate(arrays: Arrays, arm: str) -> float:
    """The rate at which the first seed is the most accurate on the images set aside; the lowest of equals."""
    tried = rates(arrays, arm)
    found = [arrays["validation_accuracy"][rows_of(arrays, arm, rate)[0]] for rate in tried]
    return float(tried[int(np.argmax(found))])


def kept(arrays: Arrays, own: Iterable[str], shared: Iterable[tuple[str, str]] = ()) -> tuple[tuple[str, float], ...]:
    """The cells that every seed needs: arms at their own best rate, and ``shared``, arms at that of another."""
    cells = [(str(arm), best_rate(arrays, arm)) for arm in own]
    cells += [(str(arm), best_rate(arrays, other)) for arm, other in shared]
    return tuple(dict.fromkeys(cells))


def at_edge(arrays: Arrays, arm: str) -> bool:
    """Whether the best rate is the lowest or the highest tried: a better one may lie beyond."""
    return best_rate(arrays, arm) in rates(arrays, arm)[[0, -1]]


def accuracy(arrays: Arrays, arm: str, rate: float, name: str = "test_accuracy") -> np.ndarray:
    """Accuracy of an arm at a rate, one per seed.

    Raises:
        ValueError: not every seed was trained there: the cell is missing among those that the protocol keeps.
    """
    rows = rows_of(arrays, arm, rate)
    if set(arrays["seed"][rows]) != set(arrays["seed"]):
        raise ValueError(f"{arm} was not trained at {rate:g} with every seed: add the cell to those kept")
    return np.asarray(100 * arrays[name][rows])


def at_best(arrays: Arrays, arm: str, name: str = "test_accuracy") -> np.ndarray:
    """Accuracy of an arm at its own best rate, one per seed."""
    return accuracy(arrays, arm, best_rate(arrays, arm), name)
