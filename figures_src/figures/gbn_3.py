"""Graph 3: what enters the last hidden sigmoid, over training, the published curves behind.

First the median of the one unit declared before the run, one line a seed: the mean over a layer would hide that units
wander either side of zero. Dashes stand where the farthest medians do, in the mean over seeds. Then how far the layer
spreads: from the 15th to the 85th percentile, the mean over its units. The paper shows one "typical" unit.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.intervals import Interval, interval
from figures_src.experiments.mnist.measures import MATCHED, MEDIAN, median_reach, settled_step
from figures_src.figures import drawing
from figures_src.figures.common import ARM_LABELS, ARMS, Cell, Records, Table, arm_colours, triples
from figures_src.published import load
from figures_src.records.record import Record
from figures_src.style import SEMIBOLD, Layout, Theme, rc

RECORD = "mnist_curves"
PUBLISHED = "ioffe2015_fig1bc_percentiles"
PERCENTILES = (15, 50, 85)
GUTTER = 34
EARLY, THINNED = 2000, 1000
"""Curves are drawn at every measure up to the one step, then at multiples of the other."""
ARM_TITLES = ("Sans BN", "Avec BN")
REACH: dict[str, Any] = {"linewidth": 1.2, "linestyle": (0, (4, 2.5)), "zorder": 3}

WIDE = drawing.Places(326, ((34, 44, 190, 226), (268, 44, 190, 226), (506, 44, 142, 226)))
NARROW = drawing.Places(900, ((34, 44, 290, 186), (34, 340, 290, 186), (34, 636, 210, 186)))


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """Medians without BN, with BN, on the same scale; then both spreads."""
    record = records[RECORD]
    with rc(theme, layout):
        places = NARROW if layout.stacked else WIDE
        sheet = drawing.begin(theme, layout, _subtitle(record), places.body)
        *medians, spreads = sheet.panels(places)
        for arm, axes in enumerate(medians):
            _draw_medians(sheet, axes, record, arm)
        _draw_spreads(sheet, spreads, record)
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


def _subtitle(record: Record) -> str:
    rate = french.shortest(record.arrays["learning_rate"][MATCHED])
    seeds = record.arrays["unit_percentiles"].shape[2]
    return drawing.tidy(
        f"Ce qui entre dans la dernière sigmoïde cachée, taux {rate}, {seeds} graines. Tirets : écart à zéro le plus "
        f"grand passé {french.number(settled_step(record.arrays))} itérations, moyenne des graines. Gris : une unité, "
        "publiée en 2015."
    )


def _reach(record: Record) -> float:
    """Height of the common scale: whatever is drawn fits, and zero is in the middle."""
    curves = [load(PUBLISHED).where(arm=arm, percentile=PERCENTILES[MEDIAN])["input_to_sigmoid"] for arm in ARMS]
    medians = np.abs(record.arrays["unit_percentiles"][MATCHED, ..., MEDIAN]).max()
    return 1.08 * max(*(float(np.abs(curve).max()) for curve in curves), float(medians))


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


def _spread(record: Record, arm: int) -> Interval[np.ndarray]:
    """From the first percentile of the layer to the last, over seeds."""
    layer = record.arrays["layer_percentiles"][MATCHED, arm][:, _shown(record)]
    return interval(layer[..., -1] - layer[..., 0])


def _draw_medians(sheet: drawing.Sheet, axes: Axes, record: Record, arm: int) -> None:
    theme, colour, top = sheet.theme, arm_colours(sheet.theme)[arm], _reach(record)
    steps, last = _steps(record), float(_steps(record)[-1])
    sheet.name(axes, ARM_TITLES[arm], f"médiane de l’unité {record.config['unit']}", colour, GUTTER)
    axes.set_ylim(-top, top)
    marks = np.arange(-int(top), int(top) + 1)
    drawing.ticks(axes.yaxis, marks.tolist(), [french.number(float(mark)) for mark in marks])
    drawing.rule(axes, theme, [0])
    drawing.step_axis(sheet, axes, 0, last, 1)
    axes.get_xticklabels()[-1].set_horizontalalignment("right")
    curve = load(PUBLISHED).where(arm=ARMS[arm], percentile=PERCENTILES[MEDIAN])
    axes.plot(curve["fraction_of_training"] * last, curve["input_to_sigmoid"], color=theme.published, **drawing.BEHIND)
    for medians in _medians(record, arm):
        axes.plot(steps, medians, color=colour, linewidth=0.9, alpha=0.6, zorder=2.5)
    _draw_reach(sheet, axes, float(median_reach(record.arrays)[arm].mean()), colour)


def _draw_reach(sheet: drawing.Sheet, axes: Axes, reach: float, colour: str) -> None:
    """Dashes at the mean of the farthest medians, either side of zero, and their height in figures."""
    for end in (-reach, reach):
        axes.axhline(end, color=colour, **REACH)
    style: dict[str, Any] = {"color": colour, "size": sheet.layout.small, "weight": SEMIBOLD, "ha": "right"}
    place = axes.get_xlim()[1], reach
    axes.annotate(f"± {french.number(reach, 2)}", place, (0, 5), textcoords="offset points", **style)


def _draw_spreads(sheet: drawing.Sheet, axes: Axes, record: Record) -> None:
    theme, steps = sheet.theme, _steps(record)
    last, found = float(steps[-1]), [_spread(record, arm) for arm in range(len(ARMS))]
    sheet.name(axes, "Étalement de la couche", "du 15ᵉ au 85ᵉ percentile", gutter=GUTTER)
    published = [_published_spread(arm) for arm in ARMS]
    top = 1.06 * max(*(float(each.high.max()) for each in found), *(float(values.max()) for _, values in published))
    axes.set_ylim(0, top)
    marks = np.arange(int(top) + 1)
    drawing.ticks(axes.yaxis, marks.tolist(), [french.number(float(mark)) for mark in marks])
    drawing.rule(axes, theme, marks.tolist())
    drawing.step_axis(sheet, axes, 0, last, 1)
    axes.get_xticklabels()[-1].set_horizontalalignment("right")
    for x, values in published:
        axes.plot(x * last, values, color=theme.published, **drawing.BEHIND)
    for over, colour in zip(found, arm_colours(theme), strict=True):
        drawing.band(axes, steps, over, colour)
    names = zip(found, ARM_LABELS, arm_colours(theme), strict=True)
    drawing.label_ends(sheet, axes, [drawing.Label(float(over.mean[-1]), name, hue) for over, name, hue in names])


def _published_spread(arm: str) -> tuple[np.ndarray, np.ndarray]:
    """Share of the training, and the published unit's spread there: its two curves are not read at the same places."""
    low, high = (load(PUBLISHED).where(arm=arm, percentile=PERCENTILES[end]) for end in (0, -1))
    x = high["fraction_of_training"]
    return x, high["input_to_sigmoid"] - np.interp(x, low["fraction_of_training"], low["input_to_sigmoid"])
