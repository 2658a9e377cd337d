"""A mean over seeds and how sure of it one may be; the same without and with batch normalization."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from figures_src.experiments.intervals import half_width


class NotMeasured(ValueError):
    """A fact that the record does not tell was asked for."""


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


class Unestimated(Estimate):
    """What fewer than two seeds, or a value that is not finite, tell: it is there, and may not be asked for."""

    def __init__(self, why: str):
        object.__setattr__(self, "why", why)

    def __repr__(self) -> str:
        return f"Unestimated({self.why!r})"

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # what Python asks any object for
            raise AttributeError(name)
        raise NotMeasured(self.why)


def estimate(samples: Iterable[float]) -> Estimate:
    """Mean over seeds with its 95 % interval; it can be read where two seeds or more gave finite values."""
    values = np.asarray(samples, dtype=float)
    try:
        return Estimate(float(values.mean()), float(half_width(values)))
    except ValueError as error:
        return Unestimated(str(error))


@dataclass(frozen=True)
class Pair:
    """The same quantity without and with batch normalization, and their difference paired by seed."""

    without_bn: Estimate
    with_bn: Estimate
    gap: Estimate
    """With less without."""


def pair(without_bn: np.ndarray, with_bn: np.ndarray) -> Pair:
    """Both arms, one value a seed in the same order, and their difference."""
    return Pair(estimate(without_bn), estimate(with_bn), estimate(with_bn - without_bn))
