"""Graph 3: percentiles of what enters the last hidden sigmoid, over training, the published curves behind.

Thick lines are the layer: the mean over its units of each unit's percentiles. Thin lines are the medians of the one
unit declared before the run, one for each seed: the layer's mean alone would hide that units wander either side of
zero. The paper shows one "typical" unit.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.intervals import Interval, interval
from figures_src.experiments.mnist.measures import MATCHED, MEDIAN, WITH_BN, WITHOUT_BN, median_reach, settled_step
from figures_src.figures import drawing
from figures_src.figures.common import ARMS, Cell, Records, Table, arm_colours, triples
from figures_src.published import load
from figures_src.records.record import Record
from figures_src.style import Layout, Theme, rc

RECORD = "mnist_curves"
PUBLISHED = "ioffe2015_fig1bc_percentiles"
PERCENTILES = (15, 50, 85)
GUTTER = 28
EARLY, THINNED = 2000, 1000
"""Curves are drawn at every measure up to the one step, then at multiples of the other."""
TITLES = ("Sans BN", "Avec BN")
NAMES = ("15ᵉ percentile", "médiane", "85ᵉ percentile")


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """One panel without BN, one with, on the same scale."""
    record = records[RECORD]
    with rc(theme, layout):
        sheet = drawing.begin(theme, layout, headline(record), _subtitle(record), 560 if layout.stacked else 350)
        if layout.stacked:
            panels = sheet.panel(28, 26, 224, 200), sheet.panel(28, 302, 224, 200)
        else:
            panels = sheet.panel(28, 26, 286, 268), sheet.panel(350, 26, 286, 268)
        top = _reach(record)
        for arm, axes in enumerate(panels):
            _draw_arm(sheet, axes, record, arm, top)
            if arm == WITHOUT_BN:
                _name_published(sheet, axes, float(record.arrays["percentile_step"][-1]))
            if layout.stacked or arm == WITH_BN:
                _name_lines(sheet, axes, record, arm)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Layer percentiles with their intervals, the declared unit of every seed, and the published curves."""
    record = records[RECORD]
    columns: tuple[str, ...] = ("source", "arm", "signal", "percentile", "step", "fraction_of_training", "value")
    columns += ("student95_low", "student95_high")
    curves = load(PUBLISHED).columns
    read = (curves[name].tolist() for name in ("arm", "percentile", "fraction_of_training", "input_to_sigmoid"))
    published = [("published", arm, "unit", p, "", at, value, "", "") for arm, p, at, value in zip(*read, strict=True)]
    return Table(columns, (*_layer_rows(record), *_unit_rows(record), *published))


def _layer_rows(record: Record) -> Iterator[tuple[Cell, ...]]:
    steps = _steps(record).tolist()
    for arm, name in enumerate(ARMS):
        for place, percentile in enumerate(PERCENTILES):
            for step, triple in zip(steps, triples(_layer(record, arm, place)), strict=True):
                yield ("measured", name, "layer mean", percentile, step, step / steps[-1], *triple)


def _unit_rows(record: Record) -> Iterator[tuple[Cell, ...]]:
    steps = _steps(record).tolist()
    for arm, name in enumerate(ARMS):
        for seed, medians in zip(record.config["seeds"], _medians(record, arm).tolist(), strict=True):
            signal = f"unit {record.config['unit']}, seed {seed}"
            for step, value in zip(steps, medians, strict=True):
                yield ("measured", name, signal, PERCENTILES[MEDIAN], step, step / steps[-1], value, "", "")


def headline(record: Record) -> str:
    """What the curves show, in words computed from them."""
    without, with_bn = (french.number(float(reach.mean()), 2) for reach in median_reach(record.arrays))
    return drawing.tidy(
        f"Passé {french.number(settled_step(record.arrays))} itérations, la médiane s’écarte de zéro, au plus et en "
        f"moyenne des graines, de {with_bn} avec BN et de {without} sans BN"
    )


def _subtitle(record: Record) -> str:
    rate = french.shortest(record.arrays["learning_rate"][MATCHED])
    seeds = record.arrays["unit_percentiles"].shape[2]
    return drawing.tidy(
        f"Ce qui entre dans la dernière sigmoïde cachée, taux d’apprentissage {rate}. Traits épais : moyenne de la "
        f"couche sur {seeds} graines, intervalle à {french.percent(0.95, 0)}. Traits fins : médiane de l’unité "
        f"{record.config['unit']}, une graine chacun, toutes les {french.number(THINNED)} itérations après "
        f"{french.number(EARLY)}."
    )


def _reach(record: Record) -> float:
    """Height of the common scale: whatever is drawn fits, and zero is in the middle."""
    published = np.abs(load(PUBLISHED).columns["input_to_sigmoid"]).max()
    layer = np.abs(record.arrays["layer_percentiles"][MATCHED].mean(1)).max()
    medians = np.abs(record.arrays["unit_percentiles"][MATCHED, ..., MEDIAN]).max()
    return 1.08 * max(float(published), float(layer), float(medians))


def _shown(record: Record) -> np.ndarray:
    steps = record.arrays["percentile_step"]
    shown: np.ndarray = (steps <= EARLY) | (steps % THINNED == 0)
    return shown


def _steps(record: Record) -> np.ndarray:
    steps: np.ndarray = record.arrays["percentile_step"][_shown(record)]
    return steps


def _layer(record: Record, arm: int, place: int) -> Interval[np.ndarray]:
    return interval(record.arrays["layer_percentiles"][MATCHED, arm][:, _shown(record), place])


def _medians(record: Record, arm: int) -> np.ndarray:
    """Medians of the declared unit, (seeds, steps shown)."""
    medians: np.ndarray = record.arrays["unit_percentiles"][MATCHED, arm][:, _shown(record), MEDIAN]
    return medians


def _draw_arm(sheet: drawing.Sheet, axes: Axes, record: Record, arm: int, top: float) -> None:
    theme, colour = sheet.theme, arm_colours(sheet.theme)[arm]
    steps = _steps(record)
    sheet.name(axes, TITLES[arm], colour=colour, gutter=GUTTER)
    axes.set_ylim(-top, top)
    marks = np.arange(-int(top), int(top) + 1)
    drawing.ticks(axes.yaxis, marks.tolist(), [french.number(float(mark)) for mark in marks])
    drawing.rule(axes, theme, [0])
    drawing.step_axis(sheet, axes, 0, float(steps[-1]), 2)
    for place, percentile in enumerate(PERCENTILES):
        curve = load(PUBLISHED).where(arm=ARMS[arm], percentile=percentile)
        x = curve["fraction_of_training"] * steps[-1]
        axes.plot(x, curve["input_to_sigmoid"], color=theme.published, **drawing.BEHIND)
        drawing.band(axes, steps, _layer(record, arm, place), colour)
    for medians in _medians(record, arm):
        axes.plot(steps, medians, color=colour, linewidth=0.8, alpha=0.5, zorder=2.5)


def _name_published(sheet: drawing.Sheet, axes: Axes, last: float) -> None:
    """Name the grey curves once, right of the highest point of those without BN, where nothing else is."""
    curve = load(PUBLISHED).where(arm=ARMS[WITHOUT_BN], percentile=PERCENTILES[-1])
    peak = int(curve["input_to_sigmoid"].argmax())
    place = curve["fraction_of_training"][peak] * last, curve["input_to_sigmoid"][peak]
    style: dict[str, Any] = {"color": sheet.theme.published, "size": sheet.layout.small, "va": "center_baseline"}
    axes.annotate("une unité, publiée en 2015", place, (9, -1), textcoords="offset points", **style)


def _name_lines(sheet: drawing.Sheet, axes: Axes, record: Record, arm: int) -> None:
    ends = [float(_layer(record, arm, place).mean[-1]) for place in range(len(PERCENTILES))]
    colour = arm_colours(sheet.theme)[arm]
    drawing.label_ends(sheet, axes, [drawing.Label(y, name, colour) for y, name in zip(ends, NAMES, strict=True)])
