"""What is read off the arrays of the VGG networks."""

from dataclasses import dataclass

import numpy as np

from figures_src.experiments.arrays import Arrays, first_steps, rows_of
from figures_src.experiments.intervals import Ratio, paired_ratio
from figures_src.experiments.vgg.landscape import effective_beta
from figures_src.networks.normalization import Normalization

STANDARD, BATCH, NOISY = Normalization.NONE, Normalization.BATCH, Normalization.NOISY
MATCHED, HIGH, LOW = 0.1, 0.5, 0.01
"""Learning rates of the comparison, of the stress, and of the smallest shift."""
L2 = 4.9e-4
"""λ of the penalty λ‖W‖² under which the published losses start at 4.2; for comparisons only."""
SHIFT_LAYER = 5
EARLY_SHARE = 1 / 3
"""Part of the training over which gradients are compared: later, the network with BN has learnt everything, and its
gradients die out for that reason alone (section 2.2)."""
BETA_STEPS = 5000
"""Over these first steps, effective β differs without and with BN (figure 4c)."""
ACCURACY = 0.9
"""On the batches learnt: its first step tells how fast a network learns."""


def steps_to(arrays: Arrays, arm: str, learning_rate: float, accuracy: float = ACCURACY) -> np.ndarray:
    """First step at which the training accuracy reaches the level, one per seed; infinity where it never does."""
    reached = arrays["train_accuracy"][rows_of(arrays, arm, learning_rate)] >= accuracy
    return first_steps(arrays["accuracy_step"], reached)


@dataclass(frozen=True)
class Place:
    """Where a shift is measured: a learning rate, and a layer by its number in the network, one of those probed."""

    learning_rate: float
    layer: int


def early_shifts(arrays: Arrays, arm: str, place: Place) -> np.ndarray:
    """‖G − G′‖ of a layer: median over the early steps, one per seed; what is not a number is left out.

    The deep linear network has the same arrays.
    """
    return _early_medians(arrays, arm, place, arrays["shift_difference"])


def early_relative_shifts(arrays: Arrays, arm: str, place: Place) -> np.ndarray:
    """‖G − G′‖ / ‖G‖, likewise."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return _early_medians(arrays, arm, place, arrays["shift_difference"] / arrays["shift_norm"])


def early_cosines(arrays: Arrays, arm: str, place: Place) -> np.ndarray:
    """Cosine of the angle of G and G′, likewise."""
    return _early_medians(arrays, arm, place, arrays["shift_cosine"])


def _early_medians(arrays: Arrays, arm: str, place: Place, values: np.ndarray) -> np.ndarray:
    early = arrays["shift_step"] <= EARLY_SHARE * arrays["shift_step"][-1]
    layer = arrays["shift_layer"].tolist().index(place.layer)
    chosen = values[rows_of(arrays, arm, place.learning_rate)][:, early, layer]
    return np.asarray(np.nanmedian(chosen, axis=1))


def early_shift_ratio(arrays: Arrays, place: Place) -> Ratio:
    """‖G − G′‖ with BN over without, early."""
    return paired_ratio(early_shifts(arrays, BATCH, place), early_shifts(arrays, STANDARD, place))


def over_steps(arrays: Arrays, arm: str, values: np.ndarray, window: tuple[float, float] | None = None) -> np.ndarray:
    """Means over the steps of an array (run, time) at the matched rate, one per seed.

    ``window`` keeps the landscape's steps after its first one, up to its second one; step 0 goes with the first ones.
    """
    low, high = window or (0, np.inf)
    steps = arrays["landscape_step"]
    chosen = ((steps > low) | (steps == 0) & (low == 0)) & (steps <= high)
    return np.asarray(values[rows_of(arrays, arm, MATCHED)][:, chosen].mean(axis=1))


def band_ratio(arrays: Arrays, widths: np.ndarray, window: tuple[float, float] | None = None) -> Ratio:
    """Mean width of a band (run, time) without BN over with it, by seed."""
    standard, with_bn = (over_steps(arrays, arm, widths, window) for arm in (STANDARD, BATCH))
    return paired_ratio(standard, with_bn)


def early_beta(arrays: Arrays, l2: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Largest effective β over the early steps, one per seed: without BN, with BN."""
    beta, early = effective_beta(arrays, l2), arrays["landscape_step"] <= BETA_STEPS
    standard, with_bn = (beta[rows_of(arrays, arm, MATCHED)][:, early].max(axis=1) for arm in (STANDARD, BATCH))
    return standard, with_bn


def usual_beta(arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Median effective β over all steps, one per seed: without BN, with BN."""
    beta = effective_beta(arrays)
    standard, with_bn = (np.median(beta[rows_of(arrays, arm, MATCHED)], axis=1) for arm in (STANDARD, BATCH))
    return standard, with_bn


def times_ratio(arrays: Arrays, slow: str, fast: str) -> Ratio:
    """Steps until `ACCURACY` of one arm over those of another, at the matched rate."""
    above, below = (steps_to(arrays, arm, MATCHED) for arm in (slow, fast))
    return paired_ratio(above, below, float(arrays["accuracy_step"][-1]))
