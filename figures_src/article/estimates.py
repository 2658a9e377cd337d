"""A mean over seeds and how sure of it one may be; the same without and with batch normalization."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from figures_src.intervals import half_width


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds and the half-width of its 95 % confidence interval (Student)."""

    mean: float
    half_width: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return abs(self.mean) > self.half_width

    @property
    def sign(self) -> int:
        """1 or −1 when the interval leaves zero out, otherwise 0."""
        return int(math.copysign(1, self.mean)) if self.clear else 0


def estimate(samples: Iterable[float]) -> Estimate:
    """Mean over seeds with its 95 % interval.

    Raises:
        ValueError: fewer than two seeds, or a value that is not finite.
    """
    values = np.asarray(samples, dtype=float)
    return Estimate(float(values.mean()), float(half_width(values)))


@dataclass(frozen=True)
class Pair:
    """The same quantity without and with batch normalization, and their difference paired by seed."""

    without_bn: Estimate
    with_bn: Estimate
    gap: Estimate
    """With less without."""


def pair(without_bn: np.ndarray, with_bn: np.ndarray) -> Pair:
    """Both arms, one value a seed in the same order, and their difference.

    Raises:
        ValueError: fewer than two seeds, or a value that is not finite.
    """
    return Pair(estimate(without_bn), estimate(with_bn), estimate(with_bn - without_bn))
