"""The grid of σ and learning rates on MNIST: accuracy with and without BN, each at its own best setting too."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.intervals import interval
from figures_src.experiments.mnist.measures import WITH_BN, WITHOUT_BN, best_cell
from figures_src.figures import drawing, grid_cells
from figures_src.figures.common import ARM_LABELS, ARMS, PARTS, Cell, Records, Table, arm_colours, triples
from figures_src.records.record import Record
from figures_src.style import SEMIBOLD, Layout, Theme, rc

RECORD = "mnist_grid"
LEFT, TOP, FOOT = 44, 26, 22
"""Pixels of tick labels left of the first column, and what is kept free above and under all rows."""
RIGHT, GAP, ROW_GAP = 8, 14, 58
"""Pixels right of the last column, between two columns, and between two rows."""
MARKS = (0.1, 0.5, 0.8, 0.9, 0.95, 0.98)


@dataclass(frozen=True)
class _Places:
    """How many panels there may be in a row, and their height; how many there are, a record says."""

    columns: int
    height: float


WIDE, NARROW = _Places(4, 236), _Places(2, 168)


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """One panel for each σ; rings mark each arm's best setting, chosen on validation images."""
    record = records[RECORD]
    count = len(record.arrays["sigma"])
    places = NARROW if layout.stacked else WIDE
    columns, height = min(places.columns, count), places.height + ROW_GAP
    with rc(theme, layout):
        body = math.ceil(count / columns) * height + FOOT
        sheet = drawing.begin(theme, layout, _subtitle(record), body)
        width = (layout.width - LEFT - RIGHT) / columns
        for place in range(count):
            row, column = divmod(place, columns)
            axes = sheet.panel(LEFT + column * width, TOP + row * height, width - GAP, places.height)
            _draw_sigma(sheet, axes, record, place, first=column == 0)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Test and validation accuracy at the last step for every cell, and which cell is each arm's best."""
    arrays = records[RECORD].arrays
    columns: tuple[str, ...] = ("sigma", "learning_rate", "arm", "step", "seeds", "best_by_validation")
    columns += tuple(f"{what}_accuracy_{part}" for what in ("test", "validation") for part in PARTS)
    rows: list[tuple[Cell, ...]] = []
    seeds = arrays["test_accuracy"].shape[3]
    for arm, name in enumerate(ARMS):
        best = best_cell(arrays, arm)
        test, validation = (_flat(arrays[f"{what}_accuracy"], arm) for what in ("test", "validation"))
        cells = np.ndindex(len(arrays["sigma"]), len(arrays["learning_rate"]))
        for cell, measured, chosen in zip(cells, test, validation, strict=True):
            sigma, rate = float(arrays["sigma"][cell[0]]), float(arrays["learning_rate"][cell[1]])
            last = int(arrays["step"][-1])
            rows.append((sigma, rate, name, last, seeds, int(cell == best), *measured, *chosen))
    return Table(columns, tuple(rows))


def data(records: Records) -> bytes:
    """The curves of every cell, for the figure of the page that shows one of them at a time."""
    return grid_cells.to_json(records[RECORD])


def _flat(accuracy: np.ndarray, arm: int) -> list[tuple[float, float, float]]:
    return list(triples(interval(accuracy[:, :, arm, :, -1], axis=2)))


def _subtitle(record: Record) -> str:
    steps = french.number(record.arrays["step"][-1])
    seeds = record.arrays["test_accuracy"].shape[3]
    return drawing.tidy(
        f"Précision sur le test de MNIST après {steps} itérations, {seeds} graines et intervalle "
        f"à {french.percent(0.95, 0)}, échelle logarithmique de l’erreur. Un cadre par écart-type σ des poids "
        "initiaux. "
        "Cercles : meilleur réglage, choisi sur des images de validation."
    )


def _draw_sigma(sheet: drawing.Sheet, axes: Axes, record: Record, place: int, first: bool) -> None:
    arrays = record.arrays
    rates = arrays["learning_rate"]
    space = french.NARROW_NO_BREAK_SPACE
    sheet.name(axes, f"σ{space}={space}{french.shortest(arrays['sigma'][place])}")
    best = float(arrays["test_accuracy"][..., -1].mean(-1).max())
    drawing.accuracy_axis(axes, sheet.theme, 0.06, max(0.985, 1 - 0.8 * (1 - best)), MARKS)
    axes.tick_params(labelleft=first)
    axes.set_xscale("log")
    axes.set_xlim(rates[0] / 1.4, rates[-1] * 1.4)
    shown = rates[:: 2 if len(rates) > 3 else 1]
    drawing.ticks(axes.xaxis, shown.tolist(), [french.shortest(rate) for rate in shown])
    for arm in (WITHOUT_BN, WITH_BN):
        _draw_arm(sheet, axes, record, place, arm)
    if place == 0:
        _name_arms(sheet, axes, record)
    if place == len(arrays["sigma"]) - 1:
        sheet.name_below(axes, "taux d’apprentissage")


def _name_arms(sheet: drawing.Sheet, axes: Axes, record: Record) -> None:
    """Name the arms where initial weights are smallest and arms farthest apart: under the curves, which rise."""
    accuracy = record.arrays["test_accuracy"][0, :, :, :, -1].mean(-1)
    rates = record.arrays["learning_rate"]
    lower = int(accuracy[0].argmin())
    for arm, colour in enumerate(arm_colours(sheet.theme)):
        at, offset = (len(rates) // 2, (8, -8)) if arm == lower else (0, (2, -17))
        style: dict[str, Any] = {"color": colour, "weight": SEMIBOLD, "size": sheet.layout.small}
        axes.annotate(ARM_LABELS[arm], (rates[at], 1 - accuracy[at, arm]), offset, textcoords="offset points", **style)


def _draw_arm(sheet: drawing.Sheet, axes: Axes, record: Record, place: int, arm: int) -> None:
    rates = record.arrays["learning_rate"]
    over = interval(1 - record.arrays["test_accuracy"][place, :, arm, :, -1], axis=1)
    colour = arm_colours(sheet.theme)[arm]
    marker: dict[str, Any] = {"marker": "os"[arm], "markersize": 5, "markeredgewidth": 0}
    axes.plot(rates, over.mean, color=colour, linewidth=1.6, zorder=3, **marker)
    axes.vlines(rates, np.maximum(over.low, 1e-4), over.high, color=colour, linewidth=1.6, alpha=0.6, zorder=2)
    sigma, rate = best_cell(record.arrays, arm)
    if sigma == place:
        axes.plot(rates[rate], over.mean[rate], "o", markersize=13, mfc="none", mec=colour, mew=1.6, zorder=4)
