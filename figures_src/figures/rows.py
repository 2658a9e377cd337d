"""Rows along one axis: a name, marks, and numbers; what graphs of ratios and of accuracies share.

A row belongs to a group, named above the first of its rows. On a phone the name of a row stands above its marks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes

from figures_src.figures import drawing
from figures_src.style import SEMIBOLD

HEAD, FOOT = 36.0, 40.0
"""Pixels above the rows, for the heads of the columns, and under them, for the marks of the axis."""


class Named(Protocol):
    """What a row says of itself."""

    @property
    def group(self) -> str:
        """What the row belongs to."""

    @property
    def name(self) -> str:
        """What the row is of."""


@dataclass(frozen=True)
class Places:
    """Pixels from the left: right edge of the names (None: above their rows), axis, right edges of the numbers.

    Of fewer columns, the last edges are taken.
    """

    names: float | None
    axis: tuple[float, float]
    columns: tuple[float, ...]
    row: float
    gap: float
    """From a row to the next, and how much more before a group."""
    group: float
    """How high the name of a group stands over its first row."""
    first: float
    """From the head to the first row."""


@dataclass(frozen=True)
class Frame:
    """Rows that found their place on a sheet."""

    sheet: drawing.Sheet
    places: Places
    axes: Axes
    tops: Sequence[float]
    """The middle of each row, in pixels under the top of the axes, and in their units."""
    under: float
    """From under the title to the top of the axes."""

    def height_of(self, top: float) -> float:
        """Where to write on the sheet, for what stands at a height of the axes."""
        return self.sheet.top + self.under + top

    def write(self, right: float, top: float, text: str, colour: str) -> None:
        """Write a number of a row, to its right edge."""
        self.sheet.text(right, self.height_of(top) + 4, text, color=colour, ha="right")


def height(rows: Sequence[Named], places: Places) -> float:
    """Pixels that `begin` needs."""
    return HEAD + _tops(rows, places)[-1] + places.row / 2 + FOOT


def begin(sheet: drawing.Sheet, top: float, rows: Sequence[Named], places: Places) -> Frame:
    """Place the rows, ``top`` counted from under the title, and name them and their groups."""
    tops, under = _tops(rows, places), top + HEAD
    left, right = places.axis
    tall = tops[-1] + places.row / 2 + 4
    axes = sheet.panel(left, under, right - left, tall)
    axes.set_ylim(tall, 0)
    drawing.ticks(axes.yaxis, [], [])
    frame = Frame(sheet, places, axes, tops, under)
    for row, above, at in zip(rows, (None, *rows), tops, strict=False):
        _name(frame, row.name, at, weight=400)
        if above is None or above.group != row.group:
            _name(frame, row.group, at - places.group, weight=SEMIBOLD)
    return frame


def rule(frame: Frame, at: float, colour: str, width: float = 0.8) -> None:
    """A rule upright at a mark; beside the rows alone where their names are above them."""
    spans = [(top - 10, top + 10) for top in frame.tops]
    if frame.places.names is not None:
        spans = [(0.0, frame.axes.get_ylim()[0])]
    heights = np.array([[low, high, np.nan] for low, high in spans]).ravel()
    frame.axes.plot(np.full(len(heights), at), heights, color=colour, linewidth=width, zorder=0.5)


def head(frame: Frame, columns: Sequence[tuple[str, str]]) -> None:
    """What the numbers are: the head of each column, and its colour."""
    for (text, colour), right in zip(columns, frame.places.columns[-len(columns) :], strict=True):
        frame.sheet.text(right, frame.height_of(-12), text, color=colour, ha="right", weight=SEMIBOLD)


def _tops(rows: Sequence[Named], places: Places) -> list[float]:
    gaps = [0.0, *(places.gap * (one.group != other.group) for one, other in pairwise(rows))]
    return [places.first + index * places.row + gap for index, gap in enumerate(accumulate(gaps))]


def _name(frame: Frame, text: str, top: float, weight: int) -> None:
    sheet, places = frame.sheet, frame.places
    style = {"color": sheet.theme.ink, "weight": weight}
    if places.names is None:
        sheet.text(places.axis[0], frame.height_of(top) - 13, text, **style)
    else:
        sheet.text(places.names, frame.height_of(top) + 4, text, ha="right", **style)
