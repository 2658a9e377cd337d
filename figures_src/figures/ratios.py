"""Rows of ratios along one logarithmic axis: points with their intervals, and the numbers that they stand for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from figures_src import french
from figures_src.experiments.intervals import Ratio
from figures_src.figures import drawing, rows
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


WIDE = rows.Places(names=258, axis=(270, 570), columns=(640, 716), row=25, gap=28, group=25, first=37)
NARROW = rows.Places(names=None, axis=(8, 220), columns=(276, 338), row=43, gap=36, group=31, first=60)


def height(lines: Sequence[Row], layout: Layout) -> float:
    """Pixels that `draw` needs."""
    return rows.height(lines, NARROW if layout.stacked else WIDE)


def draw(sheet: drawing.Sheet, top: float, lines: Sequence[Row], columns: Sequence[Column], axis: Axis) -> None:
    """Draw the rows, ``top`` counted from under the title."""
    frame = rows.begin(sheet, top, lines, NARROW if sheet.layout.stacked else WIDE)
    _scale(frame, axis)
    rows.head(frame, [(column.head, colour_of(column.arm, sheet.theme)) for column in columns])
    _head_of_axis(frame, axis)
    for row, at in zip(lines, frame.tops, strict=True):
        _draw_row(frame, row, columns, at)


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


def _scale(frame: rows.Frame, axis: Axis) -> None:
    """The axis of ratios."""
    theme = frame.sheet.theme
    frame.axes.set_xscale("log")
    frame.axes.set_xlim(*axis.span)
    drawing.ticks(frame.axes.xaxis, axis.marks, [_mark(mark) for mark in axis.marks])
    for mark in axis.marks:
        rows.rule(frame, mark, *((colour_of(axis.arm, theme), 1.4) if mark == 1 else (theme.faint,)))


def _mark(value: float) -> str:
    power = np.log10(value)
    return drawing.power_of_ten(round(power)) if power == round(power) else french.shortest(value)


def _head_of_axis(frame: rows.Frame, axis: Axis) -> None:
    """What stands at 1, and what its two sides mean."""
    sheet, y = frame.sheet, frame.height_of(-12)
    left, right = frame.places.axis
    one = left + (right - left) * np.log(1 / axis.span[0]) / np.log(axis.span[1] / axis.span[0])
    sheet.text(one, y, axis.reference, color=colour_of(axis.arm, sheet.theme), ha="center", weight=SEMIBOLD)
    smaller, larger = axis.sides
    room = drawing.text_width(axis.reference, sheet.layout.small, SEMIBOLD) / 2 + 10
    sheet.text(one + room, y, larger)
    if not sheet.layout.stacked:
        sheet.text(one - room, y, smaller, ha="right")


def _draw_row(frame: rows.Frame, row: Row, columns: Sequence[Column], at: float) -> None:
    if row.published is not None:
        frame.axes.plot(
            row.published, at, "o", markersize=7, markerfacecolor="none", color=frame.sheet.theme.published, zorder=2
        )
    if row.scattered:
        _draw_scattered(frame, row, columns[0], at)
        return
    shifts = np.linspace(-APART, APART, len(row.ratios)) if len(row.ratios) > 1 else [0.0]
    edges = frame.places.columns[-len(columns) :]
    for ratio, column, right, shift in zip(row.ratios, columns, edges, shifts, strict=True):
        colour = colour_of(column.arm, frame.sheet.theme)
        frame.write(right, at, _told(ratio), colour)
        if ratio is not None and np.isfinite(ratio.value):
            _draw_ratio(frame.axes, ratio, at + shift, colour)


def _draw_scattered(frame: rows.Frame, row: Row, column: Column, at: float) -> None:
    colour = colour_of(column.arm, frame.sheet.theme)
    frame.axes.plot(row.scattered, np.full(len(row.scattered), at), "o", markersize=5.5, color=colour, alpha=0.55,
                    markeredgewidth=0, zorder=3)  # fmt: skip
    low, high = (_written(end) for end in (min(row.scattered), max(row.scattered)))
    frame.write(frame.places.columns[-1], at, f"{low} à {high}", colour)


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
