"""Confidence intervals over seeds, the same for figures and for sentences."""

import math
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

COVERAGE = 0.95
Number = TypeVar("Number", float, np.ndarray)


def half_width(values: np.ndarray, axis: int = 0) -> np.ndarray:
    """Half the 95 % interval of Student's t for the mean of independent seeds, t·s/√n, over ``axis``.

    Raises:
        ValueError: fewer than two seeds, which tell nothing of the spread, or a value that is not finite.
    """
    seeds = values.shape[axis]
    if seeds < 2 or not np.isfinite(values).all():
        raise ValueError(f"an interval needs two finite values or more, not {values}: retrain the record")
    from scipy.special import stdtrit  # takes as long to come as all the rest of a build with nothing to do

    quantile = stdtrit(seeds - 1, (1 + COVERAGE) / 2)
    return np.asarray(quantile * values.astype(np.float64).std(axis, ddof=1) / math.sqrt(seeds))


@dataclass(frozen=True)
class Interval(Generic[Number]):
    """A mean over seeds and half of its 95 % confidence interval: two numbers, or two arrays of one shape."""

    mean: Number
    half_width: Number

    @property
    def low(self) -> Number:
        """Where the interval begins."""
        low: Number = self.mean - self.half_width
        return low

    @property
    def high(self) -> Number:
        """Where it ends."""
        high: Number = self.mean + self.half_width
        return high


def interval(values: np.ndarray, axis: int = 0) -> Interval[np.ndarray]:
    """Mean over ``axis`` with the 95 % interval of Student's t for independent seeds: mean ± t s/√n.

    Raises:
        ValueError: fewer than two seeds, or a value that is not finite.
    """
    return Interval(np.asarray(values.mean(axis, dtype=np.float64)), half_width(values, axis))


@dataclass(frozen=True)
class Ratio:
    """How many times one quantity is another, over pairs of seeds: see `paired_ratio`."""

    value: float
    """Geometric mean of the pairs; not a number where they tell nothing."""
    seeds: int
    low: float | None = None
    high: float | None = None
    """The 95 % interval, where two pairs or more are known."""
    side: str = ""
    """"<" or ">" where some time was never reached, so that ``value`` is one end of what the ratio may be."""

    @property
    def sign(self) -> int:
        """1 or −1 when the interval leaves 1 out, otherwise 0."""
        if self.low is None or self.high is None:
            return 0
        return int(self.low > 1) - int(self.high < 1)

    @property
    def inverse(self) -> "Ratio":
        """How many times the second quantity is the first."""
        low, high = (None if bound is None else _inverse(bound) for bound in (self.high, self.low))
        return Ratio(_inverse(self.value), self.seeds, low, high, {"<": ">", ">": "<"}.get(self.side, ""))


def _inverse(value: float) -> float:
    return 1 / value if value else math.inf


def paired_ratio(above: np.ndarray, below: np.ndarray, end: float | None = None) -> Ratio:
    """Ratio of two positive quantities, one value a seed in the same order, with its 95 % interval.

    Seeds share their batches and their first weights, so each pair gives a ratio; their logarithms have the mean and
    the interval of Student's t. ``above`` and ``below`` are (S,). An infinite time was not reached by ``end``, the last
    one looked at: the ratio is then only bounded, and has no interval.
    """
    above, below = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    side = ">" if np.isinf(above).any() else "<" if np.isinf(below).any() else ""
    contrary = bool(np.isinf(above).any() and np.isinf(below).any())
    if side and end is not None and not contrary:
        above, below = np.minimum(above, end), np.minimum(below, end)
    logs = _logarithms(above, below)
    if logs is None:
        return Ratio(math.nan, len(above))
    value = math.exp(logs.mean())
    if side or len(logs) < 2:
        return Ratio(value, len(logs), side=side)
    half = float(half_width(logs))
    return Ratio(value, len(logs), value * math.exp(-half), value * math.exp(half))


def geometric_mean(values: np.ndarray) -> float:
    """Of positive values, (S,): the mean whose quotients are those of `paired_ratio`. Zero where one value is."""
    with np.errstate(divide="ignore"):
        return float(np.exp(np.log(np.asarray(values, dtype=np.float64)).mean()))


def _logarithms(above: np.ndarray, below: np.ndarray) -> np.ndarray | None:
    """Of the ratios; None where one of them has none."""
    known = np.isfinite(above) & np.isfinite(below) & (above > 0) & (below > 0)
    return np.log(above / below) if known.size and known.all() else None
