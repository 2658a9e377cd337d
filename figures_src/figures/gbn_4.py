"""Graph 4: the same signal step by step: a close view of the first steps, and its step-to-step change measured.

A change only matters beside the spread of the signal itself, so it is given both ways: as it is, and divided by the
distance from the 15th to the 85th percentile at the same step.
"""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.figures import drawing
from figures_src.figures.common import (
    ARM_LABELS,
    ARMS,
    WITH_BN,
    WITHOUT_BN,
    Cell,
    Records,
    Table,
    arm_colours,
    interval,
)
from figures_src.records.store import Record
from figures_src.style import (
    SEMIBOLD,
    Layout,
    Theme,
    rc,
)

RECORD = "mnist_curves"
MATCHED = 0
FIRST, LAST = 100, 500
"""The close view, those of the steps that the record holds."""
LOW, MEDIAN, HIGH = 0, 1, 2
SHOWN_SEED = 0
GUTTER, ARM_GUTTER = 28, 58


@dataclass(frozen=True)
class Roughness:
    """The declared unit over the close view: ``steps`` (T,); ``median`` and ``width`` (arms, seeds, T).

    ``change`` and ``relative`` (arms, seeds) are the means over steps of |m(t+1) − m(t)|, and of the same divided by
    the width at t.
    """

    steps: np.ndarray
    median: np.ndarray
    width: np.ndarray
    change: np.ndarray
    relative: np.ndarray

    @property
    def swing(self) -> np.ndarray:
        """The median less its first value, in widths (arms, seeds, T)."""
        moved: np.ndarray = (self.median - self.median[..., :1]) / self.width
        return moved


def roughness(record: Record) -> Roughness:
    """Measure the unit between `FIRST` and `LAST`, or the last four fifths of what a quick record holds."""
    dense = record.arrays["unit_dense"][MATCHED].astype(np.float64)
    last = min(LAST, dense.shape[2] - 1)
    first = FIRST if last > 2 * FIRST else last // 5
    median = dense[:, :, first : last + 1, MEDIAN]
    width = dense[:, :, first : last + 1, HIGH] - dense[:, :, first : last + 1, LOW]
    change = np.abs(np.diff(median))
    relative = change / width[..., :-1]
    return Roughness(np.arange(first, last + 1), median, width, change.mean(-1), relative.mean(-1))


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """The close view of one seed, and beside it the change of all seeds, relative and as it is."""
    record = records[RECORD]
    rough = roughness(record)
    with rc(theme, layout):
        sheet = drawing.begin(theme, layout, headline(rough), _subtitle(record), 600 if layout.stacked else 352)
        if layout.stacked:
            view = sheet.panel(28, 44, 238, 230)
            strips = sheet.panel(58, 372, 218, 62), sheet.panel(58, 508, 218, 62)
        else:
            view = sheet.panel(28, 44, 324, 252)
            strips = sheet.panel(494, 44, 170, 80), sheet.panel(494, 216, 170, 80)
        _draw_view(sheet, view, rough)
        _draw_strip(sheet, strips[0], rough.relative, "Changement par itération", "en part de l’étalement 15–85", True)
        _draw_strip(sheet, strips[1], rough.change, "Le même, en valeur absolue", "entrée de la sigmoïde", False)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Step-to-step change of every seed, its mean and interval, then the close view of the shown seed."""
    rough = roughness(records[RECORD])
    seeds = records[RECORD].config["seeds"]
    columns = ("what", "arm", "seed", "step", "value", "student95_low", "student95_high")
    rows: list[tuple[Cell, ...]] = []
    span = f"{rough.steps[0]}-{rough.steps[-1]}"
    for what, values in (("relative change", rough.relative), ("absolute change", rough.change)):
        for arm, name in enumerate(ARMS):
            rows += [(what, name, seed, span, value, "", "") for seed, value in zip(seeds, values[arm], strict=True)]
            over = interval(values[arm])
            bounds = (float(over.mean), float(over.low), float(over.high))
            rows.append((f"mean {what}", name, "all", span, *bounds))
    for arm, name in enumerate(ARMS):
        for at, step in enumerate(rough.steps.tolist()):
            median = float(rough.median[arm, SHOWN_SEED, at])
            half = float(rough.width[arm, SHOWN_SEED, at])
            rows.append(("median", name, seeds[SHOWN_SEED], step, median, "", ""))
            rows.append(("width", name, seeds[SHOWN_SEED], step, half, "", ""))
    return Table(columns, tuple(tuple(float(c) if isinstance(c, np.floating) else c for c in row) for row in rows))


def headline(rough: Roughness) -> str:
    """What is measured, in words computed from it."""
    without, with_bn = (float(rough.relative[arm].mean()) for arm in (WITHOUT_BN, WITH_BN))
    return drawing.tidy(
        f"À chaque itération, la médiane bouge de {french.percent(without, 1)} de l’étalement sans BN, "
        f"de {french.percent(with_bn, 1)} avec BN"
    )


def _subtitle(record: Record) -> str:
    rate = french.shortest(record.arrays["learning_rate"][MATCHED])
    unit, seed = record.config["unit"], record.config["seeds"][SHOWN_SEED]
    return drawing.tidy(
        f"Entrée de la dernière sigmoïde cachée, unité {unit}, taux d’apprentissage {rate}. Courbes : graine {seed}, à "
        "toutes les itérations. Points : une graine chacun ; traits : moyenne et intervalle à "
        f"{french.percent(0.95, 0)}."
    )


def _draw_view(sheet: drawing.Sheet, axes: Axes, rough: Roughness) -> None:
    first, last = int(rough.steps[0]), int(rough.steps[-1])
    sheet.name(
        axes,
        "La médiane, itération par itération",
        f"écart à sa valeur à l’itération {first}, en étalements",
        gutter=GUTTER,
    )
    swing = rough.swing[:, SHOWN_SEED]
    low, high = min(float(swing.min()), -0.5), max(float(swing.max()), 0.5)
    margin = 0.06 * (high - low)
    axes.set_ylim(low - margin, high + margin)
    marks = np.arange(np.ceil(low), np.floor(high) + 1)
    drawing.ticks(axes.yaxis, marks.tolist(), [french.number(mark) for mark in marks])
    drawing.rule(axes, sheet.theme, marks.tolist())
    drawing.step_axis(sheet, axes, first, last, 4)
    labels = []
    for arm, (name, colour) in enumerate(zip(ARM_LABELS, arm_colours(sheet.theme), strict=True)):
        axes.plot(rough.steps, swing[arm], color=colour, linewidth=1.4, zorder=3)
        labels.append(drawing.Label(float(swing[arm, -1]), name, colour))
    drawing.label_ends(sheet, axes, labels)


def _draw_strip(sheet: drawing.Sheet, axes: Axes, values: np.ndarray, title: str, unit: str, percent: bool) -> None:
    sheet.name(axes, title, unit, gutter=ARM_GUTTER)
    top = 1.08 * float(values.max())
    axes.set_xlim(0, top)
    axes.set_ylim(1.6, -0.6)
    marks = drawing.round_marks(top)
    units = [
        french.shortest(100 * mark) + f"{french.NARROW_NO_BREAK_SPACE}%" if percent else french.shortest(mark)
        for mark in marks
    ]
    drawing.ticks(axes.xaxis, marks, units)
    drawing.ticks(axes.yaxis, [0, 1], ARM_LABELS)
    for arm, colour in enumerate(arm_colours(sheet.theme)):
        axes.get_yticklabels()[arm].set(color=colour, weight=SEMIBOLD)
        mean = _draw_seeds(axes, values[arm], arm, colour)
        text = french.percent(mean, 1) if percent else french.number(mean, 4)
        right = axes.get_position().x1 * sheet.layout.width + 8
        height = axes.transData.transform((0, arm))[1]
        sheet.text(right, sheet.height - height, text, color=colour, weight=SEMIBOLD, va="center_baseline")


def _draw_seeds(axes: Axes, values: np.ndarray, row: int, colour: str) -> float:
    """A dot for each seed, their mean as an upright stroke and its interval as a level one; return the mean."""
    over = interval(values)
    axes.plot(values, np.full(values.size, row), "o", color=colour, alpha=0.4, markersize=6, markeredgewidth=0)
    axes.plot([over.low, over.high], [row, row], color=colour, linewidth=2, zorder=3)
    axes.plot([over.mean] * 2, [row - 0.3, row + 0.3], color=colour, linewidth=2.4, zorder=4)
    return float(over.mean)
