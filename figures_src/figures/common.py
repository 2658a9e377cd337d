"""What the graphs share beside their looks: the table that goes with a figure, intervals, arms."""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from figures_src.records.store import Record
from figures_src.style import Theme

WITHOUT_BN, WITH_BN = 0, 1
"""Places on the axis of arms of every record of experiment E1."""
ARMS = ("without_bn", "with_bn")
ARM_LABELS = ("sans BN", "avec BN")

Cell = str | int | float
Records = Mapping[str, Record]


@dataclass(frozen=True)
class Table:
    """The numbers of a figure, as the page offers them for download."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def to_csv(self) -> bytes:
        """Plain CSV for any program: decimal points, line feeds, UTF-8; floats with seven significant digits.

        Raises:
            ValueError: a row has not one cell per column.
        """
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(self.columns)
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{row} should have one cell for each of {self.columns}")
            writer.writerow([f"{cell:.7g}" if isinstance(cell, float) else cell for cell in row])
        return buffer.getvalue().encode()


@dataclass(frozen=True)
class Interval:
    """A mean over seeds and the bounds of its 95 % confidence interval; arrays of one shape."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def interval(values: np.ndarray, axis: int = 0) -> Interval:
    """Mean over ``axis`` with the 95 % interval of Student's t for independent seeds: mean ± t s/√n.

    Raises:
        ValueError: fewer than two seeds, which tell nothing of the spread.
    """
    count = values.shape[axis]
    if count < 2:
        raise ValueError("an interval needs at least two seeds: add seeds to the experiment's configuration")
    values = values.astype(np.float64)
    mean = values.mean(axis)
    half = student_quantile(count - 1) * values.std(axis, ddof=1) / math.sqrt(count)
    return Interval(mean, mean - half, mean + half)


@lru_cache
def student_quantile(freedom: int, coverage: float = 0.95) -> float:
    """The t such that a Student variable of ``freedom`` degrees lies within ± t with probability ``coverage``."""
    low, high = 0.0, 1e3
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _student_coverage(middle, freedom) < coverage else (low, middle)
    return high


def _student_coverage(t: float, freedom: int) -> float:
    """P(|T| < t), in closed form for a whole number of degrees (Abramowitz & Stegun 1964, 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(freedom))
    odd = freedom % 2
    term = math.cos(angle) if odd else 1.0
    total = term if freedom > 1 else 0.0
    for index in range(1 + odd, freedom - 2, 2):
        term *= math.cos(angle) ** 2 * index / (index + 1)
        total += term
    series = math.sin(angle) * total
    return 2 / math.pi * (angle + series) if odd else series


def arm_colours(theme: Theme) -> tuple[str, str]:
    """Colours of the arms, in the order of the records."""
    return theme.without_bn, theme.with_bn


def first_at_least(steps: Sequence[int] | np.ndarray, values: np.ndarray, threshold: float) -> int | None:
    """The first step at which ``values`` (same length) reaches ``threshold``; None if it never does."""
    reached = np.flatnonzero(values >= threshold)
    return int(steps[reached[0]]) if reached.size else None


def nearest_row(steps: np.ndarray, step: int) -> int:
    """Row of the measured step nearest to ``step``; the last one where a quick run stops before it."""
    return int(np.abs(steps - step).argmin())


def rows_of(interval_: Interval) -> Iterable[tuple[float, float, float]]:
    """Mean and bounds, one tuple for each place along a flat interval."""
    flat = (np.ravel(part).tolist() for part in (interval_.mean, interval_.low, interval_.high))
    return zip(*flat, strict=True)
