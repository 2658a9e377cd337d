"""What is read off the arrays of the control on the border; accuracies in per cent, differences in points."""

import numpy as np

from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.cars_border.runs import FOLLOWED, PUBLISHED, SHIFTS, Reading

DARKENED, FOGGED = range(len(SHIFTS))
AS_IS, STRONGEST = 0, -1


def place(arrays: Arrays, reading: Reading) -> int:
    """Row of a reading on the second axis of the arrays.

    Raises:
        ValueError: it was not made.
    """
    found = np.flatnonzero(arrays["reading"] == str(reading))
    if not found.size:
        raise ValueError(f"the record has no reading {str(reading)!r}: retrain it")
    return int(found[0])


def accuracy(arrays: Arrays, arm: str, shift: int, reading: Reading = PUBLISHED) -> np.ndarray:
    """Accuracy on the images as they are, then at the greatest strength: (seeds, 2)."""
    return np.asarray(100 * arrays["accuracy"][rows_of(arrays, arm), place(arrays, reading), shift])


def followed(arrays: Arrays, arm: str, shift: int, reading: Reading = PUBLISHED) -> np.ndarray:
    """Accuracy by strength, the images as they are first: (seeds, 1 + strengths)."""
    return np.asarray(100 * arrays["followed_accuracy"][rows_of(arrays, arm), FOLLOWED.index(reading), shift])


def agreement(arrays: Arrays, arm: str, shift: int, reading: Reading) -> np.ndarray:
    """Share of the answers that the greatest strength leaves as they were, in per cent, one per seed."""
    return np.asarray(100 * arrays["agreement"][rows_of(arrays, arm), place(arrays, reading), shift, STRONGEST])


def lost(arrays: Arrays, arm: str, shift: int, reading: Reading = PUBLISHED) -> np.ndarray:
    """Points lost at the greatest strength in a reading, against the images as they are in the published one."""
    whole = accuracy(arrays, arm, shift)[:, AS_IS]
    return np.asarray(whole - accuracy(arrays, arm, shift, reading)[:, STRONGEST])


def given_back(arrays: Arrays, arm: str, shift: int, reading: Reading) -> np.ndarray:
    """Share of what the published reading loses that another gives back, in per cent, one per seed."""
    published = lost(arrays, arm, shift)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(100 * (published - lost(arrays, arm, shift, reading)) / published)


def price(arrays: Arrays, arm: str, reading: Reading, against: Reading = PUBLISHED) -> np.ndarray:
    """Points that a reading costs on images as they are, one per seed."""
    before, after = (accuracy(arrays, arm, DARKENED, each)[:, AS_IS] for each in (against, reading))
    return np.asarray(before - after)


def gain(arrays: Arrays, arm: str, shift: int, reading: Reading, over: Reading) -> np.ndarray:
    """Points that a reading has over another at the greatest strength, one per seed."""
    return np.asarray(lost(arrays, arm, shift, over) - lost(arrays, arm, shift, reading))
