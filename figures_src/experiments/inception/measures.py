"""What is read off the arrays of the small Inception, arm by arm."""

from dataclasses import dataclass

import numpy as np

from figures_src.experiments.arrays import Arrays, first_steps, rows_of
from figures_src.experiments.intervals import Ratio, paired_ratio
from figures_src.networks.inception_plan import Activation
from figures_src.networks.normalization import Normalization

NONE, BATCH = Normalization.NONE, Normalization.BATCH
RELU, SIGMOID = Activation.RELU, Activation.SIGMOID


@dataclass(frozen=True)
class Arm:
    """A network of the paper and the multiple of the base rate at which it learns."""

    name: str
    """As in the files of published numbers, where the paper has a curve."""
    normalization: Normalization
    activation: Activation
    factor: float


STANDARD = Arm("inception", NONE, RELU, 1)
BN, BN_X5, BN_X30 = Arm("bn_baseline", BATCH, RELU, 1), Arm("bn_x5", BATCH, RELU, 5), Arm("bn_x30", BATCH, RELU, 30)
BN_SIGMOID = Arm("bn_x5_sigmoid", BATCH, SIGMOID, 5)
STANDARD_X5, STANDARD_SIGMOID = Arm("inception_x5", NONE, RELU, 5), Arm("inception_sigmoid", NONE, SIGMOID, 1)
PUBLISHED = (STANDARD, BN, BN_X5, BN_X30, BN_SIGMOID)
"""The five curves of the paper's figure 2."""
FAILING = (STANDARD_X5, STANDARD_SIGMOID)
"""What the paper says in words: the first diverged, the second stayed at chance."""
ARMS = {arm.name: arm for arm in (*PUBLISHED, *FAILING)}

TOLERANCE = 0.01
"""A noisy curve may touch its maximum late by luck: times are also taken one point of accuracy below it."""
FIXED_LEVEL = 0.74
"""A level that does not depend on the runs it is asked of, and that each of them can be expected to reach."""
FLAT = 0.5
"""A curve is flat when the mean accuracy of its last eighth is within so many points of that of the eighth before."""


def best_rate(arrays: Arrays) -> float:
    """The rate of the grid whose best validation accuracy is highest, mean of its seeds; of two equals the lower."""
    rates = np.unique(arrays["run_learning_rate"])
    best = arrays["validation_accuracy"].max(axis=1)
    means = [best[arrays["run_learning_rate"] == rate].mean() for rate in rates]
    return float(rates[int(np.argmax(means))])


def best_accuracy(arrays: Arrays, arm: Arm) -> np.ndarray:
    """Highest test accuracy along the way, one per seed."""
    return np.asarray(arrays["test_accuracy"][rows_of(arrays, arm.name)].max(axis=1))


def final_accuracy(arrays: Arrays, arm: Arm) -> np.ndarray:
    """Mean test accuracy of the last eighth of the steps, one per seed."""
    return np.asarray(_eighth(arrays, arm, 7).mean(axis=1))


def drift(arrays: Arrays, arm: Arm) -> float:
    """Accuracy of the last eighth less that of the eighth before, means of the seeds, in points."""
    return float(100 * (_eighth(arrays, arm, 7).mean() - _eighth(arrays, arm, 6).mean()))


def flat(arrays: Arrays, arm: Arm) -> bool:
    """Whether the curve of an arm has come to its end: see `FLAT`."""
    return abs(drift(arrays, arm)) <= FLAT


def threshold(arrays: Arrays) -> float:
    """The best accuracy of the network without batch normalization: highest point of the mean of its seeds."""
    return float(arrays["test_accuracy"][rows_of(arrays, STANDARD.name)].mean(axis=0).max())


def steps_to(arrays: Arrays, arm: Arm, accuracy: float) -> np.ndarray:
    """First measured step at which the test accuracy reaches the level, one per seed; infinity where it never does."""
    return first_steps(arrays["evaluation_step"], arrays["test_accuracy"][rows_of(arrays, arm.name)] >= accuracy)


def times_ratio(arrays: Arrays, arm: Arm, other: Arm, accuracy: float) -> Ratio:
    """Steps to the level of one arm over those of another, by the seeds that both have."""
    own = steps_to(arrays, arm, accuracy)[kept_seeds(arrays, arm, other)]
    others = steps_to(arrays, other, accuracy)[kept_seeds(arrays, other, arm)]
    return paired_ratio(own, others, float(arrays["evaluation_step"][-1]))


def kept_seeds(arrays: Arrays, arm: Arm, other: Arm) -> np.ndarray:
    """Which seeds of an arm, in their order, another has too."""
    own, others = (np.sort(arrays["seed"][rows_of(arrays, each.name)]) for each in (arm, other))
    return np.isin(own, others)


def _eighth(arrays: Arrays, arm: Arm, number: int) -> np.ndarray:
    steps = arrays["evaluation_step"] / arrays["evaluation_step"][-1]
    chosen = (steps > number / 8) & (steps <= (number + 1) / 8)
    return np.asarray(arrays["test_accuracy"][rows_of(arrays, arm.name)][:, chosen])
