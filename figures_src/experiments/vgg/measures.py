"""What is read off the arrays of the VGG networks."""

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
BETA_STEPS = 5000
"""Over these first steps, effective β differs without and with BN (figure 4c)."""
ACCURACY = 0.9
"""On the batches learnt: its first step tells how fast a network learns."""


def steps_to(arrays: Arrays, arm: str, learning_rate: float, accuracy: float = ACCURACY) -> np.ndarray:
    """First step at which the training accuracy reaches the level, one per seed; infinity where it never does."""
    reached = arrays["train_accuracy"][rows_of(arrays, arm, learning_rate)] >= accuracy
    return first_steps(arrays["accuracy_step"], reached)


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
