"""What the graphs share beside their looks: the table that goes with a figure, intervals, arms."""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from figures_src.experiments.intervals import Interval, interval
from figures_src.records.record import Record
from figures_src.style import Theme

ARMS = ("without_bn", "with_bn")
ARM_LABELS = ("sans BN", "avec BN")
ARM_NAMES = {"without_bn": "sans BN", "with_bn": "avec BN", "noisy_bn": "BN bruitée"}
"""What a figure calls each arm; the theme has a colour of the same name for each."""

PARTS = ("mean", "student95_low", "student95_high")
"""Columns of a mean and its interval, in the order of `parts`."""

Cell = str | int | float
Records = Mapping[str, Record]


@dataclass(frozen=True)
class Table:
    """The numbers of a figure, as the page offers them for download."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def to_csv(self) -> bytes:
        """Plain CSV for any program: decimal points, line feeds, UTF-8; floats with seven significant digits.

        What is not a number leaves its cell empty.

        Raises:
            ValueError: a row has not one cell per column.
        """
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(self.columns)
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{row} should have one cell for each of {self.columns}")
            writer.writerow([_written(cell) for cell in row])
        return buffer.getvalue().encode()


def _written(cell: Cell) -> Cell:
    if not isinstance(cell, float):
        return cell
    return "" if math.isnan(cell) else f"{cell:.7g}"


def over_seeds(values: np.ndarray) -> Interval[np.ndarray]:
    """Interval over the first axis; with one seed its values, and bounds that are nan, for it tells no spread.

    Raises:
        ValueError: no seed, or several of which one is not finite.
    """
    if len(values) != 1:
        return interval(values)
    unknown = np.full(values.shape[1:], np.nan)
    return Interval(values[0].astype(np.float64), unknown)


def reach(overs: Sequence[Interval[np.ndarray]], least: float = 0.0) -> tuple[float, float]:
    """Lowest and highest that an axis should show: every mean, and bands as far beyond as the means are apart.

    A band that goes farther is cut: means that say something should not be flattened by one that does not. ``least``
    is the distance taken where the means are closer.
    """
    means, lows, highs = (
        np.concatenate([np.ravel(each) for each in bounds])
        for bounds in zip(*((over.mean, over.low, over.high) for over in overs), strict=True)
    )
    low, high = float(means.min()), float(means.max())
    span = max(high - low, least)
    return max(float(lows.min()), low - span), min(float(highs.max()), high + span)


def grouped(values: np.ndarray, size: int, first: int = 0) -> np.ndarray:
    """Means of ``size`` successive values along the last axis, from index ``first`` on; those before it stay.

    The last mean is that of what is left.
    """
    starts = np.arange(first, values.shape[-1], size)
    if not starts.size:
        return values
    counts = np.diff(np.append(starts, values.shape[-1]))
    return np.concatenate([values[..., :first], np.add.reduceat(values, starts, axis=-1) / counts], axis=-1)


def arm_colours(theme: Theme) -> tuple[str, str]:
    """Colours of the arms, in the order of the records."""
    return theme.without_bn, theme.with_bn


def colour_of(arm: str, theme: Theme) -> str:
    """Colour of an arm by its name.

    Raises:
        AttributeError: the theme has no colour of that name.
    """
    return str(getattr(theme, arm))


def parts(values: np.ndarray) -> tuple[float, float, float]:
    """Mean over seeds and its bounds, of values (seeds,)."""
    over = interval(values)
    return float(over.mean), float(over.low), float(over.high)


def triples(interval_: Interval[np.ndarray]) -> Iterable[tuple[float, float, float]]:
    """Mean and bounds, one tuple for each place along a flat interval."""
    flat = (np.ravel(part).tolist() for part in (interval_.mean, interval_.low, interval_.high))
    return zip(*flat, strict=True)
