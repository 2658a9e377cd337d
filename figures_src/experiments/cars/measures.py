"""What is read off the arrays of the networks that tell cars."""

import numpy as np

from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.networks.normalization import Normalization

SHIFTS = ("rotated", "darkened", "fogged")
VARIANTS = ("population", "recomputed")
"""Statistics of a network with BN on shifted images: those of the training images, or of the shifted ones."""


STANDARD, BATCH = Normalization.NONE, Normalization.BATCH
POPULATION, RECOMPUTED = range(len(VARIANTS))
ROTATED, DARKENED, FOGGED = range(len(SHIFTS))
AS_IS, STRONGEST = 0, -1


def accuracy(arrays: Arrays, arm: str, variant: int = POPULATION) -> np.ndarray:
    """Accuracy in per cent: (seeds, shifts, strengths), the images as they are first."""
    return np.asarray(100 * arrays["accuracy"][rows_of(arrays, arm), variant])


def loss_of(arrays: Arrays, arm: str, shift: int, variant: int = POPULATION) -> np.ndarray:
    """Points lost at the greatest strength, one per seed, against the images as they are and the population's."""
    as_is = accuracy(arrays, arm)[:, shift, AS_IS]
    return np.asarray(as_is - accuracy(arrays, arm, variant)[:, shift, STRONGEST])


def recovered(arrays: Arrays, shift: int) -> np.ndarray:
    """Share of that loss which recomputed statistics give back, in per cent, one per seed."""
    lost, left = (loss_of(arrays, BATCH, shift, variant) for variant in (POPULATION, RECOMPUTED))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(100 * (lost - left) / lost)
