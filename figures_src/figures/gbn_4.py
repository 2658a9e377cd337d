"""Graph 4: the same signal step by step: a close view of the first steps, and its step-to-step change measured.

With batch normalization the signal depends on the statistics that normalise the probe: its own, as in training, or
the running ones, as in evaluation. A change only matters beside the spread of the signal, so it is given both ways: as
it is, and divided by the distance from the 15th to the 85th percentile at the same step.
"""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.intervals import interval
from figures_src.experiments.mnist.measures import STATISTICS, roughness, width
from figures_src.figures import drawing
from figures_src.figures.common import Cell, Records, Table
from figures_src.records.record import Record
from figures_src.style import SEMIBOLD, Layout, Theme, rc

RECORD = "mnist_statistics"
LABELS = ("sans BN", "BN, images", "BN, mobiles")
RUNNING = STATISTICS.index("with_bn_running")
FIRST, LAST = 100, 500
"""The close view, those of the steps that the record holds."""
MEDIAN = 1
SHOWN_SEED = 0
GUTTER, ARM_GUTTER = 28, 80


@dataclass(frozen=True)
class CloseView:
    """The declared unit of the shown seed: ``steps`` (T,); ``median`` and ``width`` (variants, T)."""

    steps: np.ndarray
    median: np.ndarray
    width: np.ndarray

    @property
    def swing(self) -> np.ndarray:
        """The median less its first value, in widths (variants, T)."""
        moved: np.ndarray = (self.median - self.median[:, :1]) / self.width
        return moved


def close_view(record: Record) -> CloseView:
    """The unit between `FIRST` and `LAST`, or over the last four fifths of what a quick record holds."""
    dense = record.arrays["unit_dense"][:, SHOWN_SEED].astype(np.float64)
    last = min(LAST, dense.shape[1] - 1)
    first = FIRST if last > 2 * FIRST else last // 5
    shown = dense[:, first : last + 1]
    return CloseView(np.arange(first, last + 1), shown[..., MEDIAN], width(shown))


WIDE = drawing.Places(352, ((28, 44, 300, 252), (510, 44, 156, 92), (510, 216, 156, 92)))
NARROW = drawing.Places(648, ((28, 44, 212, 230), (80, 372, 196, 86), (80, 532, 196, 86)))


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """The close view of one seed, and beside it the change of all seeds, relative and as it is."""
    record = records[RECORD]
    change, relative = roughness(record.arrays)
    with rc(theme, layout):
        places = NARROW if layout.stacked else WIDE
        sheet = drawing.begin(theme, layout, _subtitle(record), places.body)
        view, *strips = sheet.panels(places)
        _draw_view(sheet, view, close_view(record))
        _draw_strip(sheet, strips[0], change, "Changement par itération", "entrée de la sigmoïde", False)
        _draw_strip(sheet, strips[1], relative, "Le même, rapporté à l’étalement", "en part de l’écart 15–85", True)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Step-to-step change of every seed, its mean and interval, then the close view of the shown seed."""
    record = records[RECORD]
    seeds, columns = record.config["seeds"], ("what", "variant", "seed", "step", "value", "student95_low")
    rows: list[tuple[Cell, ...]] = []
    span = f"0-{record.arrays['layer_dense'].shape[2] - 1}"
    for what, values in zip(("absolute change", "relative change"), roughness(record.arrays), strict=True):
        for variant, name in enumerate(STATISTICS):
            own = zip(seeds, values[variant].tolist(), strict=True)
            rows += [(f"{what}, layer", name, seed, span, value, "", "") for seed, value in own]
            over = interval(values[variant])
            rows.append((f"mean {what}", name, "all", span, float(over.mean), float(over.low), float(over.high)))
    view = close_view(record)
    for what, curves in (("median of the unit", view.median), ("width of the unit", view.width)):
        for variant, name in enumerate(STATISTICS):
            shown = zip(view.steps.tolist(), curves[variant].tolist(), strict=True)
            rows += [(what, name, seeds[SHOWN_SEED], step, value, "", "") for step, value in shown]
    return Table((*columns, "student95_high"), tuple(rows))


def _subtitle(record: Record) -> str:
    rate = french.shortest(record.config["learning_rate"])
    unit, seed = record.config["unit"], record.config["seeds"][SHOWN_SEED]
    return drawing.tidy(
        f"Entrée de la dernière sigmoïde cachée, taux {rate}. D’abord l’unité {unit}, graine {seed}. "
        f"Puis la couche, {record.config['dense_steps']} premières itérations, un point par graine ; traits : "
        f"moyenne et intervalle à {french.percent(0.95, 0)}. Images : leurs propres statistiques ; mobiles : celles de "
        "l’évaluation."
    )


def _colours(theme: Theme) -> tuple[str, str, str]:
    return theme.without_bn, theme.with_bn, theme.with_bn


def _draw_view(sheet: drawing.Sheet, axes: Axes, view: CloseView) -> None:
    first, last = int(view.steps[0]), int(view.steps[-1])
    sheet.name(
        axes,
        "La médiane, itération par itération",
        f"écart à sa valeur à l’itération {first}, en étalements",
        gutter=GUTTER,
    )
    swing = view.swing
    low, high = min(float(swing.min()), -0.5), max(float(swing.max()), 0.5)
    margin = 0.06 * (high - low)
    axes.set_ylim(low - margin, high + margin)
    marks = np.arange(np.ceil(low), np.floor(high) + 1)
    drawing.ticks(axes.yaxis, marks.tolist(), [french.number(mark) for mark in marks])
    drawing.rule(axes, sheet.theme, marks.tolist())
    drawing.step_axis(sheet, axes, first, last, 4)
    labels = []
    for variant, (name, colour) in enumerate(zip(LABELS, _colours(sheet.theme), strict=True)):
        faint = variant == RUNNING  # it trembles across the other two
        width, alpha = (1.0, 0.55) if faint else (1.4, 1.0)
        axes.plot(view.steps, swing[variant], color=colour, linewidth=width, alpha=alpha, zorder=2 if faint else 3)
        labels.append(drawing.Label(float(swing[variant, -1]), name, colour))
    drawing.label_ends(sheet, axes, labels)


def _draw_strip(sheet: drawing.Sheet, axes: Axes, values: np.ndarray, title: str, unit: str, percent: bool) -> None:
    sheet.name(axes, title, unit, gutter=ARM_GUTTER)
    top = 1.08 * float(values.max())
    axes.set_xlim(0, top)
    axes.set_ylim(2.6, -0.6)
    marks = drawing.round_marks(top)
    units = [
        french.shortest(100 * mark) + f"{french.NARROW_NO_BREAK_SPACE}%" if percent else french.shortest(mark)
        for mark in marks
    ]
    drawing.ticks(axes.xaxis, marks, units)
    drawing.ticks(axes.yaxis, range(len(LABELS)), LABELS)
    for arm, colour in enumerate(_colours(sheet.theme)):
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
