"""An automobile turned, in the dark, in the fog; and what becomes of the accuracy of networks that never saw that."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.arrays import rows_of
from figures_src.experiments.cars.measures import (
    BATCH,
    DARKENED,
    POPULATION,
    RECOMPUTED,
    SHIFTS,
    STANDARD,
    VARIANTS,
    accuracy,
)
from figures_src.experiments.intervals import interval
from figures_src.figures import drawing, pictures
from figures_src.figures.common import PARTS, Cell, Records, Table, triples
from figures_src.records.record import Record
from figures_src.style import Layout, Theme, rc

RECORD = "shift_cars"
CHANCE = 50
GUTTER = 40
TITLES = ("Tournées", "Assombries", "Dans le brouillard")
UNITS = ("angle, en degrés", "part de lumière gardée", "part de brouillard")
DASHES = (0, (4, 2))
CURVES = (
    ("BN recalculée", BATCH, RECOMPUTED, DASHES),
    ("avec BN", BATCH, POPULATION, "-"),
    ("sans BN", STANDARD, POPULATION, "-"),
)


@dataclass(frozen=True)
class _Places:
    """Room under the title; left edges and tops of the columns, and the width of their panels."""

    body: float
    corners: tuple[tuple[float, float], ...]
    width: float


WIDE = _Places(324, tuple((GUTTER + 208 * shift, 0) for shift in range(len(SHIFTS))), 166)
NARROW = _Places(304 * len(SHIFTS), tuple((GUTTER, 304 * shift) for shift in range(len(SHIFTS))), 200)


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """One column for each shift: the same automobile at every strength, then the accuracies at these strengths."""
    record = records[RECORD]
    places = NARROW if layout.stacked else WIDE
    with rc(theme, layout):
        sheet = drawing.begin(theme, layout, _subtitle(record), places.body)
        for shift, (left, top) in enumerate(places.corners):
            _draw_shift(sheet, record, shift, left, top, places.width)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Accuracy at every strength, in per cent, with its interval."""
    record = records[RECORD]
    columns: tuple[str, ...] = ("shift", "strength", "arm", "statistics", "seeds")
    rows: list[tuple[Cell, ...]] = []
    for shift, name in enumerate(SHIFTS):
        strengths: list[Cell] = ["none", *record.arrays["strength"][shift].tolist()]
        for _, arm, variant, _ in CURVES:
            over = interval(accuracy(record.arrays, arm, variant)[:, shift])
            statistics = VARIANTS[variant] if arm == BATCH else "none"
            seeds = len(rows_of(record.arrays, arm))
            rows += [
                (name, at, arm, statistics, seeds, *each) for at, each in zip(strengths, triples(over), strict=True)
            ]
    return Table((*columns, *(f"accuracy_{part}" for part in PARTS)), tuple(rows))


def _subtitle(record: Record) -> str:
    seeds = len(rows_of(record.arrays, BATCH))
    return drawing.tidy(
        f"CIFAR-10, automobile ou non : le hasard donne {french.percent(0.5, 0)}. "
        f"Moyenne de {seeds} graines et intervalle à {french.percent(0.95, 0)}. Tirets : statistiques recalculées sur "
        "les images montrées."
    )


def _draw_shift(sheet: drawing.Sheet, record: Record, shift: int, left: float, top: float, width: float) -> None:
    """Pictures stand above the strengths that they show, which are evenly spaced for that."""
    images = record.arrays["pictures"][shift]
    step = width / (len(images) - 1)
    side = min(step - 4, 34)
    axes = sheet.panel(left, top + 92, width, 170)
    sheet.text(left - side / 2, sheet.top + top + 24, TITLES[shift], size=sheet.layout.text, color=sheet.theme.ink,
               weight=600)  # fmt: skip
    for place, image in enumerate(images):
        pictures.place(sheet, image, left + place * step - side / 2, top + 36, side)
    _draw_accuracies(sheet, axes, record, shift)


def _draw_accuracies(sheet: drawing.Sheet, axes: Axes, record: Record, shift: int) -> None:
    theme = sheet.theme
    strengths = record.arrays["strength"][shift]
    places = np.arange(1 + len(strengths))
    axes.set_xlim(0, places[-1])
    axes.set_ylim(min(45.0, 0.98 * _lowest(record)), 100)
    none = french.shortest(1.0 if shift == DARKENED else 0.0)
    drawing.ticks(axes.xaxis, places.tolist(), [none, *(french.shortest(float(each)) for each in strengths)])
    marks = [CHANCE, 60, 70, 80, 90, 100]
    drawing.ticks(axes.yaxis, marks, [french.percent(mark / 100, 0) for mark in marks])
    axes.tick_params(labelleft=sheet.layout.stacked or shift == 0)
    drawing.rule(axes, theme, marks)
    colours = {BATCH: theme.with_bn, STANDARD: theme.without_bn}
    labels = []
    for name, arm, variant, dashes in CURVES:
        over = interval(accuracy(record.arrays, arm, variant)[:, shift])
        drawing.band(axes, places, over, colours[arm], linestyle=dashes)
        labels.append(drawing.Label(float(over.mean[-1]), name, colours[arm]))
    sheet.name_below(axes, UNITS[shift])
    if sheet.layout.stacked or shift == len(SHIFTS) - 1:
        drawing.label_ends(sheet, axes, labels)


def _lowest(record: Record) -> float:
    return float(min(accuracy(record.arrays, arm, variant).min() for _, arm, variant, _ in CURVES))
