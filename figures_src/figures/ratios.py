"""Rows of ratios along one logarithmic axis: a name, points with their intervals, and the numbers that they stand for.

A row belongs to a group, named above the first of its rows. On a phone the name of a row stands above its points.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from matplotlib.axes import Axes

from figures_src import french
from figures_src.experiments.intervals import Ratio
from figures_src.figures import drawing
from figures_src.figures.common import Cell, colour_of
from figures_src.style import SEMIBOLD, Layout

UNKNOWN = "—"
APART = 3.0
"""Pixels by which the first arm stands above the middle of its row, and the last under it."""


@dataclass(frozen=True)
class Column:
    """An arm: the head of its numbers."""

    arm: str
    head: str


@dataclass(frozen=True)
class Row:
    """Ratios by arm, in the order of the columns; None where not asked.

    ``scattered`` are values of single problems, drawn in the place of the first ratio, and told by their ends.
    """

    group: str
    name: str
    ratios: tuple[Ratio | None, ...]
    published: float | None = None
    scattered: tuple[float, ...] = ()


@dataclass(frozen=True)
class Axis:
    """What the ratios are counted by: ends, marks, and what stands at 1, with its colour."""

    span: tuple[float, float]
    marks: tuple[float, ...]
    reference: str
    arm: str
    sides: tuple[str, str] = ("← plus étroite", "plus large →")


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


WIDE = Places(names=258, axis=(270, 570), columns=(640, 716), row=25, gap=28, group=25, first=37)
NARROW = Places(names=None, axis=(8, 220), columns=(276, 338), row=43, gap=36, group=31, first=60)
HEAD, FOOT = 36.0, 40.0
"""Pixels above the rows, for the heads of the columns, and under them, for the marks of the axis."""


def places_of(layout: Layout) -> Places:
    """Where the parts stand, at one of the widths."""
    return NARROW if layout.stacked else WIDE


def height(rows: Sequence[Row], layout: Layout) -> float:
    """Pixels that `draw` needs."""
    places = places_of(layout)
    return HEAD + _tops(rows, places)[-1] + places.row / 2 + FOOT


def draw(sheet: drawing.Sheet, top: float, rows: Sequence[Row], columns: Sequence[Column], axis: Axis) -> None:
    """Draw the rows, ``top`` counted from under the title."""
    places = places_of(sheet.layout)
    tops, under = _tops(rows, places), top + HEAD
    left, right = places.axis
    axes = sheet.panel(left, under, right - left, tops[-1] + places.row / 2 + 4)
    _frame(sheet, axes, axis, tops)
    _heads(sheet, top + HEAD - 12, columns, axis)
    for row, above, at in zip(rows, (None, *rows), tops, strict=False):
        _name(sheet, row.name, under + at, weight=400)
        _draw_row(sheet, axes, row, columns, at, under)
        if above is None or above.group != row.group:
            _name(sheet, row.group, under + at - places.group, weight=SEMIBOLD)


def cells(row: Row, arms: Sequence[str], reference: str) -> Iterator[tuple[Cell, ...]]:
    """What is compared, the ratio, its interval and how many pairs; an empty cell is a bound that is not known."""
    for arm, ratio in zip(arms, row.ratios, strict=False):
        if ratio is not None:
            bounds = ["" if bound is None else bound for bound in (ratio.low, ratio.high)]
            yield (f"{arm} / {reference}", ratio.value, *bounds, ratio.seeds)
    for value in row.scattered:
        yield (f"{arms[0]} / {reference}, one problem", value, "", "", 1)
    if row.published is not None:
        yield (f"published, {arms[0]} / {reference}", row.published, "", "", 1)


def _tops(rows: Sequence[Row], places: Places) -> list[float]:
    """The middle of each row, in pixels under the head."""
    gaps = [0.0, *(places.gap * (one.group != other.group) for one, other in pairwise(rows))]
    return [places.first + index * places.row + gap for index, gap in enumerate(accumulate(gaps))]


def _frame(sheet: drawing.Sheet, axes: Axes, axis: Axis, tops: Sequence[float]) -> None:
    """The axis of ratios; its rules stand beside the points alone where the names of rows are above them."""
    tall = sheet.height * axes.get_position().height
    axes.set_xscale("log")
    axes.set_xlim(*axis.span)
    axes.set_ylim(tall, 0)
    drawing.ticks(axes.xaxis, axis.marks, [_mark(mark) for mark in axis.marks])
    drawing.ticks(axes.yaxis, [], [])
    spans = [(top - 10, top + 10) for top in tops] if sheet.layout.stacked else [(0.0, tall)]
    heights = np.array([[low, high, np.nan] for low, high in spans]).ravel()
    for mark in axis.marks:
        colour, width = (colour_of(axis.arm, sheet.theme), 1.4) if mark == 1 else (sheet.theme.faint, 0.8)
        axes.plot(np.full(len(heights), mark), heights, color=colour, linewidth=width, zorder=0.5)


def _mark(value: float) -> str:
    power = np.log10(value)
    return drawing.power_of_ten(round(power)) if power == round(power) else french.shortest(value)


def _heads(sheet: drawing.Sheet, y: float, columns: Sequence[Column], axis: Axis) -> None:
    places, y = places_of(sheet.layout), sheet.top + y
    for column, right in zip(columns, places.columns[-len(columns) :], strict=True):
        sheet.text(right, y, column.head, color=colour_of(column.arm, sheet.theme), ha="right", weight=SEMIBOLD)
    left, right = places.axis
    one = left + (right - left) * np.log(1 / axis.span[0]) / np.log(axis.span[1] / axis.span[0])
    sheet.text(one, y, axis.reference, color=colour_of(axis.arm, sheet.theme), ha="center", weight=SEMIBOLD)
    smaller, larger = axis.sides
    room = drawing.text_width(axis.reference, sheet.layout.small, SEMIBOLD) / 2 + 10
    sheet.text(one + room, y, larger)
    if not sheet.layout.stacked:
        sheet.text(one - room, y, smaller, ha="right")


def _name(sheet: drawing.Sheet, text: str, middle: float, weight: int) -> None:
    places, y = places_of(sheet.layout), sheet.top + middle
    style = {"color": sheet.theme.ink, "weight": weight}
    if places.names is None:
        sheet.text(places.axis[0], y - 13, text, **style)
    else:
        sheet.text(places.names, y + 4, text, ha="right", **style)


def _draw_row(sheet: drawing.Sheet, axes: Axes, row: Row, columns: Sequence[Column], at: float, under: float) -> None:
    places, y = places_of(sheet.layout), sheet.top + under + at + 4
    if row.published is not None:
        axes.plot(row.published, at, "o", markersize=7, markerfacecolor="none", color=sheet.theme.published, zorder=2)
    if row.scattered:
        _draw_scattered(sheet, axes, row, columns[0], at, y)
        return
    shifts = np.linspace(-APART, APART, len(row.ratios)) if len(row.ratios) > 1 else [0.0]
    for ratio, column, right, shift in zip(row.ratios, columns, places.columns[-len(columns) :], shifts, strict=True):
        colour = colour_of(column.arm, sheet.theme)
        sheet.text(right, y, _told(ratio), color=colour, ha="right")
        if ratio is not None and np.isfinite(ratio.value):
            _draw_ratio(axes, ratio, at + shift, colour)


def _draw_scattered(sheet: drawing.Sheet, axes: Axes, row: Row, column: Column, at: float, y: float) -> None:
    colour = colour_of(column.arm, sheet.theme)
    axes.plot(row.scattered, np.full(len(row.scattered), at), "o", markersize=5.5, color=colour, alpha=0.55,
              markeredgewidth=0, zorder=3)  # fmt: skip
    low, high = (_written(end) for end in (min(row.scattered), max(row.scattered)))
    sheet.text(places_of(sheet.layout).columns[-1], y, f"{low} à {high}", color=colour, ha="right")


def _draw_ratio(axes: Axes, ratio: Ratio, height: float, colour: str) -> None:
    if ratio.low is not None and ratio.high is not None:
        axes.plot([ratio.low, ratio.high], [height, height], color=colour, linewidth=1.8, zorder=3)
    axes.plot(ratio.value, height, "o", markersize=6, color=colour, markeredgewidth=0, zorder=4)


def _told(ratio: Ratio | None) -> str:
    if ratio is None or not np.isfinite(ratio.value):
        return UNKNOWN
    bound = f"{ratio.side} " if ratio.side else ""
    return drawing.tidy(bound + french.number(ratio.value, 2 if ratio.value < 10 else 0))


def _written(value: float) -> str:
    """Two digits; a power of ten where there would be many zeros."""
    if 0.01 <= value < 10_000:
        return french.shortest(float(f"{value:.2g}"))
    power = int(np.floor(np.log10(value)))
    return f"{french.shortest(float(f'{value / 10.0**power:.1g}'))} · {drawing.power_of_ten(power)}"
