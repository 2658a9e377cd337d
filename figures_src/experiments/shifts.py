"""How far the gradient of a layer moves when the layers before it take their step, in every experiment that looks.

G is the gradient, G′ the same after that step (Santurkar et al. 2018, definition 2.1); numpy only.
"""

from dataclasses import dataclass

import numpy as np

from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.intervals import Ratio, paired_ratio

WITHOUT, WITH = "without_bn", "with_bn"
EARLY_SHARE = 1 / 3
"""Part of the training over which gradients are compared: later, the network with BN has learnt everything, and its
gradients die out for that reason alone (section 2.2)."""
EARLY = (0, 5000)
"""The same in steps, of the controls: the part in which networks learn most, ends included."""
READ = {"difference": ("difference",), "relative": ("difference", "norm"), "cosine": ("cosine",)}
"""Arrays behind each measure."""


@dataclass(frozen=True)
class Place:
    """Where a shift is measured: a learning rate, and a layer by its number in the network, one of those probed."""

    learning_rate: float
    layer: int


def early_shifts(arrays: Arrays, arm: str, place: Place) -> np.ndarray:
    """‖G − G′‖ of a layer: median over the early share of the steps, one per seed."""
    return shift(arrays, "difference", arm, place, EARLY_SHARE * arrays["shift_step"][-1])


def early_relative_shifts(arrays: Arrays, arm: str, place: Place) -> np.ndarray:
    """‖G − G′‖ / ‖G‖, likewise."""
    return shift(arrays, "relative", arm, place, EARLY_SHARE * arrays["shift_step"][-1])


def early_cosines(arrays: Arrays, arm: str, place: Place) -> np.ndarray:
    """Cosine of the angle of G and G′, likewise."""
    return shift(arrays, "cosine", arm, place, EARLY_SHARE * arrays["shift_step"][-1])


def early_shift_ratio(arrays: Arrays, place: Place) -> Ratio:
    """‖G − G′‖ with BN over without, early."""
    return paired_ratio(early_shifts(arrays, WITH, place), early_shifts(arrays, WITHOUT, place))


def shift(arrays: Arrays, name: str, arm: str, place: Place, until: float = EARLY[1]) -> np.ndarray:
    """Median over the probes up to a step of "difference", "relative" (‖G − G′‖ over ‖G‖) or "cosine", one per seed.

    What is not a number is left out.
    """
    column, early = arrays["shift_layer"].tolist().index(place.layer), arrays["shift_step"] <= until
    rows = rows_of(arrays, arm, place.learning_rate)
    parts = {part: arrays[f"shift_{part}"][rows][:, early, column] for part in READ[name]}
    with np.errstate(invalid="ignore", divide="ignore"):
        values = parts["difference"] / parts["norm"] if name == "relative" else parts[name]
    return np.asarray(np.nanmedian(values, axis=1))
