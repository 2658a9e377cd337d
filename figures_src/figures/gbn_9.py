"""Graph 9: how far a network fits its own images better than new ones, against the size of the batch.

Three ways to change how many images the statistics are taken over: the size of the batch, with BN; the same without
BN, where there are no statistics and only the descent changes; groups within batches of the largest size, where only
the statistics change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.batch_statistics.measures import (
    BATCH,
    PRECISE,
    STANDARD,
    WHOLE,
    accuracy,
    groups,
    overfit,
    rows,
    sizes,
)
from figures_src.experiments.intervals import Interval, interval
from figures_src.figures import drawing
from figures_src.figures.common import PARTS, Cell, Records, Table, parts, reach
from figures_src.figures.gbn_10 import RECORD, size_axis
from figures_src.records.record import Record
from figures_src.style import Layout, Theme, rc

GUTTER = 40
Measure = Callable[[Record, str, int, int], np.ndarray]
Curve = tuple[str, np.ndarray, list[tuple[str, int, int]], str, Any]
"""Name, place along the axis, cells, colour and dashes."""
ENDING = (0, 2)
"""Curves named at their right end; the groups end where the batches do, and the subtitle tells what dashes are."""


WIDE = drawing.Places(350, ((GUTTER, 44, 236, 250), (426, 44, 186, 250)))
NARROW = drawing.Places(660, ((GUTTER, 44, 190, 230), (GUTTER, 380, 190, 230)))


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """The gap from images learnt to new ones, and beside it the accuracy on new ones."""
    record = records[RECORD]
    with rc(theme, layout):
        places = NARROW if layout.stacked else WIDE
        sheet = drawing.begin(theme, layout, _subtitle(record), places.body)
        gap, test = sheet.panels(places)
        _draw(sheet, gap, record, GAP)
        _draw(sheet, test, record, TEST)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Gap and test accuracy of every cell, with their intervals."""
    record = records[RECORD]
    columns = ("arm", "batch_size", "statistics_over", "seeds", *(f"gap_points_{part}" for part in PARTS))
    found: list[tuple[Cell, ...]] = []
    for arm, size, group in _cells(record):
        seeds = len(rows(record.arrays, arm, size, group))
        over = group or (size if arm == BATCH else "")
        values = [parts(measure(record, arm, size, group)) for measure in (gap_of, test_of)]
        found.append((arm, size, over, seeds, *values[0], *values[1]))
    return Table((*columns, *(f"test_accuracy_{part}" for part in PARTS)), tuple(found))


def gap_of(record: Record, arm: str, size: int, group: int) -> np.ndarray:
    """Accuracy on images learnt less that on new ones, in points, one per seed."""
    return overfit(record.arrays, arm, size, group)


def test_of(record: Record, arm: str, size: int, group: int) -> np.ndarray:
    """Accuracy on new images, in per cent, one per seed."""
    return accuracy(record.arrays, arm, size, PRECISE, group)


def _subtitle(record: Record) -> str:
    seeds = len(rows(record.arrays, BATCH, int(sizes(record.arrays)[0])))
    learnt, largest = (french.number(each) for each in (record.config["learnt_images"], sizes(record.arrays)[-1]))
    return drawing.tidy(
        f"CIFAR-10, {learnt} images apprises, taux proportionnel au lot, statistiques recalculées à la fin. Tirets : "
        f"lots de {largest}, statistiques prises par groupes. Moyenne de {seeds} graines et intervalle "
        f"à {french.percent(0.95, 0)}."
    )


def _cells(record: Record) -> list[tuple[str, int, int]]:
    shown, largest = sizes(record.arrays).tolist(), int(sizes(record.arrays)[-1])
    whole = [(arm, size, WHOLE) for arm in (STANDARD, BATCH) for size in shown]
    return whole + [(BATCH, largest, group) for group in groups(record.arrays).tolist()]


def _curve(record: Record, measure: Measure, cells: list[tuple[str, int, int]]) -> Interval[np.ndarray]:
    return interval(np.stack([measure(record, *cell) for cell in cells], axis=1))


def _curves(record: Record, theme: Theme) -> tuple[Curve, Curve, Curve]:
    shown, cut = sizes(record.arrays), groups(record.arrays)
    largest = int(shown[-1])
    with_bn, without = ([(str(arm), int(size), WHOLE) for size in shown] for arm in (BATCH, STANDARD))
    grouped = [(str(BATCH), largest, int(group)) for group in cut] + [(str(BATCH), largest, WHOLE)]
    return (
        ("avec BN", shown, with_bn, theme.with_bn, "-"),
        ("BN par groupes", np.append(cut, largest), grouped, theme.with_bn, (0, (4, 2))),
        ("sans BN", shown, without, theme.without_bn, "-"),
    )


@dataclass(frozen=True)
class _Panel:
    """What a panel measures, and how its axis says it."""

    measure: Measure
    title: str
    unit: str
    signed: bool
    """Whether it shows differences, around zero, or shares."""


GAP = _Panel(gap_of, "Écart apprentissage − test", "en points de précision", signed=True)
TEST = _Panel(test_of, "Précision sur le test", "sur des images jamais apprises", signed=False)


def _draw(sheet: drawing.Sheet, axes: Axes, record: Record, panel: _Panel) -> None:
    theme, shown = sheet.theme, sizes(record.arrays)
    sheet.name(axes, panel.title, panel.unit, gutter=GUTTER)
    curves = _curves(record, theme)
    overs = [_curve(record, panel.measure, cells) for _, _, cells, _, _ in curves]
    low, high = reach(overs, least=2.0)
    margin = 0.06 * (high - low)
    axes.set_ylim(min(low - margin, 0) if panel.signed else low - margin, high + margin)
    bottom, top = axes.get_ylim()
    step = next(step for step in (1, 2, 5, 10, 20) if (top - bottom) / step <= 6)
    marks = (step * np.arange(np.ceil(bottom / step), np.floor(top / step) + 1)).tolist()
    names = [french.number(mark) if panel.signed else french.percent(mark / 100, 0) for mark in marks]
    drawing.ticks(axes.yaxis, marks, names)
    drawing.rule(axes, theme, marks)
    size_axis(sheet, axes, shown, "images par statistique")
    for (_, x, _, colour, dashes), over in zip(curves, overs, strict=True):
        drawing.band(axes, x, over, colour, linestyle=dashes)
    ends = [(curves[place], overs[place]) for place in ENDING]
    labels = [drawing.Label(float(over.mean[-1]), name, colour) for (name, _, _, colour, _), over in ends]
    drawing.label_ends(sheet, axes, labels)
