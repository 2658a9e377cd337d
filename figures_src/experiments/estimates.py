"""A mean over seeds and how sure of it one may be; the same without and with batch normalization."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, NoReturn, TypeVar

import numpy as np

from figures_src.experiments.intervals import Interval, interval

Quantity = TypeVar("Quantity")


class NotMeasured(ValueError):
    """A fact that the record does not tell was asked for."""


@dataclass(frozen=True)
class Estimate(Interval[float]):
    """A mean over seeds and the half-width of its 95 % confidence interval (Student), as a sentence quotes them."""

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
        over = interval(values)
        return Estimate(float(over.mean), float(over.half_width))
    except ValueError as error:
        return Unestimated(str(error))


@dataclass(frozen=True)
class Pair(Generic[Quantity]):
    """The same quantity without and with batch normalization."""

    without_bn: Quantity
    with_bn: Quantity


@dataclass(frozen=True)
class Compared(Pair[Estimate]):
    """Two means over the same seeds, and their difference paired by seed."""

    gap: Estimate
    """With less without."""


def compare(without_bn: np.ndarray, with_bn: np.ndarray) -> Compared:
    """Both arms, one value a seed in the same order, and their difference."""
    return Compared(estimate(without_bn), estimate(with_bn), estimate(with_bn - without_bn))
