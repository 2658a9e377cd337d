"""What is read off the arrays of the two places: gaps in points, each network at its own best rate."""

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.few_images.measures import accuracy, at_best, best_rate, kept
from figures_src.experiments.places.runs import NETWORKS, Architecture, Place, arm_of


def needed(arrays: Arrays) -> tuple[tuple[str, float], ...]:
    """The cells that every seed needs: BN after is also told at the best rate of BN before."""
    arms = [arm_of(*network) for network in NETWORKS]
    pairs = [(arm_of(each, Place.AFTER), arm_of(each, Place.BEFORE)) for each in Architecture]
    return kept(arrays, arms, pairs)


def gap(arrays: Arrays, architecture: Architecture, place: Place, against: Place) -> np.ndarray:
    """Accuracy with BN in a place less that with it in another, one per seed."""
    ours, theirs = (at_best(arrays, arm_of(architecture, each)) for each in (place, against))
    return np.asarray(ours - theirs)


def gap_at_equal_rate(arrays: Arrays, architecture: Architecture) -> np.ndarray:
    """BN after less BN before, both at the best rate of BN before, one per seed."""
    before, after = (arm_of(architecture, place) for place in (Place.BEFORE, Place.AFTER))
    rate = best_rate(arrays, before)
    return np.asarray(accuracy(arrays, after, rate) - accuracy(arrays, before, rate))
