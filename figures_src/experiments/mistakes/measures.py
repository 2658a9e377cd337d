"""What is read off the arrays of the mistakes: points lost, one per seed. Accuracies in per cent.

A mistake made while learning is told twice: at the best rate of the right network, as whoever does not know of it makes
it, and with each network at its own best rate. Seeds share images, batches and first weights: losses are paired.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.few_images.measures import accuracy, at_best, best_rate, kept
from figures_src.experiments.mistakes.runs import DOMAINS, TRAINED, Arm, Way

MOVING = (0.1, 0.01, 0.9, 0.99)
"""Weight of the new batch in each running average that is followed; the first is PyTorch's own."""
TRAINING = {"training_128": 128, "training_8": 8, "training_1": 1}
"""Readings in training mode, and the images a batch."""
SORTED = {"sorted_128": 128, "sorted_8": 8}
"""The same, images sorted by class."""
READINGS = (*(f"moving_{weight:g}" for weight in MOVING), "recomputed", *TRAINING, *SORTED)
"""Ways of judging one network, in the order of the records; the first one is right."""
RIGHT = READINGS[0]
ASIDE, NEW, OLD = range(3)
"""Images that a tuned network is judged by: of the other domain, to choose the rate; of it, to judge; as they are."""

Lost = Callable[[Arrays], np.ndarray]


def read(arrays: Arrays, name: str) -> np.ndarray:
    """Accuracy of the right network, at its best rate, in a reading, one per seed."""
    rows = rows_of(arrays, Arm.CORRECT, best_rate(arrays, Arm.CORRECT))
    return np.asarray(100 * arrays["reading_accuracy"][rows, READINGS.index(name)])


def misread(arrays: Arrays, name: str, against: str = RIGHT) -> np.ndarray:
    """Points lost by a reading, the weights being equal."""
    return np.asarray(read(arrays, against) - read(arrays, name))


def lost(arrays: Arrays, arm: Arm, against: Arm = Arm.CORRECT, name: str = "test_accuracy") -> np.ndarray:
    """Points lost by a mistake at the best rate of what it is held against."""
    rate = best_rate(arrays, against)
    return np.asarray(accuracy(arrays, against, rate, name) - accuracy(arrays, arm, rate, name))


def lost_at_best(arrays: Arrays, arm: Arm, against: Arm = Arm.CORRECT) -> np.ndarray:
    """Points lost by a mistake, each network at its own best rate."""
    return np.asarray(at_best(arrays, against) - at_best(arrays, arm))


def lost_in_weights(arrays: Arrays, arm: Arm, against: Arm = Arm.CORRECT) -> np.ndarray:
    """What recomputed statistics do not give back of `lost`."""
    return lost(arrays, arm, against, "recomputed_accuracy")


def tuned(arrays: Arrays, domain: str, way: Way, images: int = NEW) -> np.ndarray:
    """Accuracy after tuning to a domain in a way, at the rate that is best on images of it set aside, one per seed."""
    found = 100 * arrays["tuned_accuracy"][rows_of(arrays, Arm.TUNED), DOMAINS.index(domain), list(Way).index(way)]
    return np.asarray(found[:, int(found[..., ASIDE].mean(axis=0).argmax()), images])


def mistuned(arrays: Arrays, domain: str, way: Way, against: Way, images: int = NEW) -> np.ndarray:
    """Points lost by tuning in a way."""
    return np.asarray(tuned(arrays, domain, against, images) - tuned(arrays, domain, way, images))


@dataclass(frozen=True)
class Mistake:
    """What a mistake loses, and what it loses at its own best rate where it changes the training."""

    lost: Lost
    at_best: Lost | None = None
    arms: tuple[Arm, Arm] | None = None
    """What learns with the mistake, and what it is held against, where it changes the training."""


def _learnt(arm: Arm, against: Arm = Arm.CORRECT) -> Mistake:
    own = partial(lost_at_best, arm=arm, against=against)
    return Mistake(partial(lost, arm=arm, against=against), own, (arm, against))


def _tuned(domain: str, way: Way, against: Way, images: int = NEW) -> Mistake:
    return Mistake(partial(mistuned, domain=domain, way=way, against=against, images=images))


MISTAKES: Mapping[str, Mistake] = {
    **{name: Mistake(partial(misread, name=name)) for name in (*TRAINING, *SORTED, "moving_0.9")},
    "moving_0.99": Mistake(partial(misread, name="moving_0.99", against="moving_0.01")),
    **{
        str(arm): _learnt(arm)
        for arm in (
            *(Arm.COLUMNS, Arm.UNITS, Arm.ACCUMULATED, Arm.ACCUMULATED_BY_TWO, Arm.CARDS, Arm.LAST_ONE, Arm.LAST_TWO),
            *(Arm.BIAS, Arm.EPSILON, Arm.EVALUATING),
        )
    },
    str(Arm.DECAY_ALL): _learnt(Arm.DECAY_ALL, Arm.DECAY_WEIGHTS),
    str(Arm.DROPOUT_BEFORE): _learnt(Arm.DROPOUT_BEFORE, Arm.DROPOUT_AFTER),
    **{f"affine_frozen_{domain}": _tuned(domain, Way.AFFINE_FROZEN, Way.FROZEN) for domain in DOMAINS},
    **{f"affine_frozen_{domain}_old": _tuned(domain, Way.AFFINE_FROZEN, Way.FROZEN, OLD) for domain in DOMAINS},
    **{f"statistics_frozen_{domain}": _tuned(domain, Way.STATISTICS_FROZEN, Way.WHOLE) for domain in DOMAINS},
}
"""Every mistake that is told, by name; each loses against what is right in its place."""


def needed(arrays: Arrays) -> tuple[tuple[str, float], ...]:
    """The cells that every seed needs: a mistake is told at its own best rate, and at that of what is right."""
    return kept(arrays, TRAINED, [mistake.arms for mistake in MISTAKES.values() if mistake.arms])
