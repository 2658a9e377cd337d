"""Rows of accuracies along one axis, arms each at their own best rate: seeds, their mean, and how far from a reference.

A gap is taken seed by seed; its interval is that of the gaps, narrower than those of the two accuracies.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from figures_src import french
from figures_src.figures import drawing, rows
from figures_src.figures.common import PARTS, Cell, colour_of, over_seeds
from figures_src.records.record import Record
from figures_src.style import Layout, Theme, rc

COLUMNS = ("rate", "seeds", *PARTS, *(f"gap_{part}" for part in PARTS))
"""What `cells` tells of a row."""


@dataclass(frozen=True)
class Row:
    """An arm at its own best rate."""

    group: str
    name: str
    arm: str
    """Whose colour its marks have: that of the theme."""
    rate: float
    accuracy: np.ndarray
    """Per cent, one per seed."""
    reference: np.ndarray | None
    """Accuracies that it is compared with, of the same seeds; None if others are compared with it."""

    @property
    def gap(self) -> np.ndarray:
        """Points, one per seed; zeros for what others are compared with."""
        return np.asarray(self.accuracy - (self.accuracy if self.reference is None else self.reference))


WIDE = rows.Places(names=218, axis=(234, 540), columns=(650, 716), row=25, gap=28, group=25, first=37)
NARROW = rows.Places(names=None, axis=(16, 186), columns=(290, 338), row=43, gap=36, group=31, first=60)


def marks_around(lines: Sequence[Row]) -> list[float]:
    """Round marks from under every interval to above."""
    overs = [over_seeds(line.accuracy) for line in lines]
    low = min(float(np.nanmin([over.low, over.mean])) for over in overs)
    high = max(float(np.nanmax([over.high, over.mean])) for over in overs)
    step = 10 if high - low > 20 else 5
    return [float(mark) for mark in np.arange(step * np.floor(low / step), high + step, step)]


def draw(lines: Sequence[Row], theme: Theme, layout: Layout, subtitle: str, head: str) -> Figure:
    """Draw the rows; ``head`` names the gaps."""
    places = NARROW if layout.stacked else WIDE
    with rc(theme, layout):
        sheet = drawing.begin(theme, layout, subtitle, rows.height(lines, places))
        _draw_rows(rows.begin(sheet, 0, lines, places), lines, head)
        return drawing.finish(sheet)


def subtitle(record: Record, how: str = "") -> str:
    """What was learnt for how long, ``how`` besides, and what the points are."""
    epochs = record.config["images_seen"] // record.config["learnt_images"]
    seeds = len(record.config["seeds"])
    return drawing.tidy(
        f"Précision sur les images de test après {epochs} époques de CIFAR-10, {how}chaque réseau à son meilleur taux. "
        f"Points clairs : les graines ; moyenne de {seeds} graines, intervalles à 95 %."
    )


def _draw_rows(frame: rows.Frame, lines: Sequence[Row], head: str) -> None:
    theme, marks = frame.sheet.theme, marks_around(lines)
    frame.axes.set_xlim(marks[0], marks[-1])
    drawing.ticks(frame.axes.xaxis, marks, [f"{french.shortest(mark)}\u00a0%" for mark in marks])
    for mark in marks:
        rows.rule(frame, mark, theme.faint)
    rows.head(frame, [(head, theme.muted), ("taux", theme.muted)])
    for row, at in zip(lines, frame.tops, strict=True):
        _draw_row(frame, row, at)


def cells(row: Row) -> Iterator[Cell]:
    """The rate, how many seeds, accuracy with its interval and gap with its own, by `COLUMNS`."""
    yield from (row.rate, len(row.accuracy))
    for values in (row.accuracy, row.gap):
        over = over_seeds(values)
        yield from (float(over.mean), float(over.low), float(over.high))


def _draw_row(frame: rows.Frame, row: Row, at: float) -> None:
    axes, theme = frame.axes, frame.sheet.theme
    colour, over = colour_of(row.arm, theme), over_seeds(row.accuracy)
    axes.plot(row.accuracy, np.full(len(row.accuracy), at), "o", markersize=4, color=colour, alpha=0.4,
              markeredgewidth=0, zorder=2)  # fmt: skip
    if len(row.accuracy) > 1:
        axes.plot([over.low, over.high], [at, at], color=colour, linewidth=1.8, zorder=3)
    axes.plot(float(over.mean), at, "o", markersize=7, color=colour, markeredgewidth=0, zorder=4)
    frame.write(frame.places.columns[-2], at, _told(row), colour)
    frame.write(frame.places.columns[-1], at, french.shortest(row.rate), theme.muted)


def _told(row: Row) -> str:
    """Accuracy of what the others are compared with; their gaps."""
    over = over_seeds(row.accuracy if row.reference is None else row.gap)
    if row.reference is None:
        return drawing.tidy(french.percent(float(over.mean) / 100, 1))
    told = french.number(float(over.mean), 1, signed=True)
    return drawing.tidy(told if len(row.accuracy) == 1 else f"{told} ± {french.number(float(over.half_width), 1)}")
