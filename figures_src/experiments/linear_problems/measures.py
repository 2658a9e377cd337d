"""What is read off the arrays of the linear problems; numpy only. Axes: arm, factor, seed, time, layer."""

from dataclasses import dataclass

import numpy as np

from figures_src.experiments.arrays import Arrays

STANDARD, BATCH = 0, 1
"""Places on the axis of arms."""
BENEFIT = 0.5
"""A problem gains from BN where it ends with at most this share of the loss that it has without."""


@dataclass(frozen=True)
class Spread:
    """Of a quantity that is one number a problem."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: np.ndarray) -> "Spread":
        """Tenth, fiftieth and ninetieth percentiles."""
        return cls(*(float(value) for value in np.percentile(values, (10, 50, 90))))


def shift_ratios(arrays: Arrays, factor: float, layer: int, relative: bool = False) -> np.ndarray:
    """‖G − G′‖ with BN over without, medians over the steps, one per problem; ``relative``: both over ‖G‖."""
    place, of_layer = _factor(arrays, factor), arrays["shift_layer"].tolist().index(layer)
    values = arrays["shift_difference"][:, place, ..., of_layer]
    if relative:
        values = values / arrays["shift_norm"][:, place, ..., of_layer]
    medians = np.median(values, axis=-1)
    return np.asarray(medians[BATCH] / medians[STANDARD])


def cosines(arrays: Arrays, factor: float, arm: int) -> np.ndarray:
    """Cosine of G and G′, median over the steps, the least of the layers, one per problem."""
    return np.asarray(np.median(arrays["shift_cosine"][arm, _factor(arrays, factor)], axis=1).min(axis=-1))


def loss_ratios(arrays: Arrays, factor: float) -> np.ndarray:
    """Final loss with BN over without, one per problem."""
    final = arrays["train_loss"][:, _factor(arrays, factor), :, -1]
    return np.asarray(final[BATCH] / final[STANDARD])


def gains(arrays: Arrays, factor: float) -> float:
    """Share of the problems that gain from BN, in per cent."""
    return float(100 * (loss_ratios(arrays, factor) <= BENEFIT).mean())


def _factor(arrays: Arrays, factor: float) -> int:
    return int(np.flatnonzero(np.isclose(arrays["loss_factor"], factor))[0])
