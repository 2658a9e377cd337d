"""What is read off the arrays of the parts: accuracies in per cent at each arm's own best rate, gaps in points."""

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.few_images.measures import accuracy, at_best, best_rate, kept
from figures_src.experiments.parts.runs import Part

DRIFT_RATE = 0.01
"""The lowest rate: there means have the best chance to stay."""


def needed(arrays: Arrays) -> tuple[tuple[str, float], ...]:
    """The cells that every seed needs: statistics without gradient are also told at a low rate, and at that of BN."""
    drift = tuple((str(part), DRIFT_RATE) for part in (Part.WHOLE, Part.DETACHED))
    cells = kept(arrays, Part, [(Part.DETACHED, Part.WHOLE)])
    return tuple(dict.fromkeys(cells + drift))


def gap(arrays: Arrays, arm: Part, against: Part) -> np.ndarray:
    """Accuracy of an arm less that of another, each at its own best rate, one per seed."""
    return np.asarray(at_best(arrays, arm) - at_best(arrays, against))


def at_rate_of(arrays: Arrays, arm: Part, other: Part) -> np.ndarray:
    """Accuracy of an arm at the best rate of another, one per seed."""
    return accuracy(arrays, arm, best_rate(arrays, other))


def kept_mean(arrays: Arrays, arm: Part, rate: float) -> np.ndarray:
    """How far from zero the means of an arm's channels have gone at a rate, one per seed."""
    return accuracy(arrays, arm, rate, "kept_mean") / 100
