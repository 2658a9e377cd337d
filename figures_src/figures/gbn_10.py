"""Graph 10: what an estimate of the population's statistics costs, against the size of the batch.

Every estimate is tried on the same weights and the same test images; a cost is the accuracy with precise statistics
less that with the estimate. The mode of training is shown beside them: it estimates nothing, each batch has its own.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.batch_statistics.measures import (
    BATCH,
    CUMULATIVE,
    FAST,
    PRECISE,
    SLOW,
    WHOLE,
    accuracy,
    mode_gap,
    precise_shortfall,
    rows,
    sizes,
)
from figures_src.experiments.batch_statistics.measures import cost as cost_at
from figures_src.experiments.intervals import Interval, interval
from figures_src.figures import drawing
from figures_src.figures.common import PARTS, Cell, Records, Table, parts
from figures_src.figures.drawing import Mark
from figures_src.records.record import Record
from figures_src.style import SEMIBOLD, Layout, Theme, rc

RECORD = "batch_statistics"
GUTTER = 34
COSTS = (
    ("mobile, 0,1", FAST, Mark("o")),
    ("mobile, 0,01", SLOW, Mark("o", hollow=True)),
    ("cumulée", CUMULATIVE, Mark("D", size=5)),
)
"""Name, estimate and sign of each series on the left."""
OWN = Mark("s", size=5)
FEW = (Mark("o"), Mark("D", size=5), Mark("o", hollow=True))
"""Signs of the sizes on the right."""
BESIDE = 1.2
"""Room left of the first place and right of the last, as a factor."""
ASIDE = 4.5
"""Pixels between the points of two series at one place."""
ESTIMATES = {
    "running average, momentum 0.1": FAST,
    "running average, momentum 0.01": SLOW,
    "cumulative average": CUMULATIVE,
}
"""The same as the table names them."""
SHOWN_SIZES = (2, 16, 256)
"""Sizes whose precise statistics are shown on the right, where the record has them."""


WIDE = drawing.Places(362, ((GUTTER, 44, 268, 262), (466, 44, 186, 262)))
NARROW = drawing.Places(690, ((GUTTER, 44, 200, 240), (GUTTER, 394, 200, 240)))


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """On the left every estimate at every size; on the right how many images precise statistics need."""
    record = records[RECORD]
    with rc(theme, layout):
        places = NARROW if layout.stacked else WIDE
        sheet = drawing.begin(theme, layout, _subtitle(record), places.body)
        costs, images = sheet.panels(places)
        _draw_costs(sheet, costs, record)
        _draw_images(sheet, images, record)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Accuracy with every estimate at every size, in per cent, then the shortfall of precise statistics."""
    arrays = records[RECORD].arrays
    found: list[tuple[Cell, ...]] = []
    for size in sizes(arrays).tolist():
        seeds = len(rows(arrays, BATCH, size))
        named = {"precise": accuracy(arrays, BATCH, size)}
        named |= {name: accuracy(arrays, BATCH, size, estimate) for name, estimate in ESTIMATES.items()}
        named["own batch, training mode"] = named["precise"] + mode_gap(arrays, size, PRECISE)
        found += [("test accuracy, %", name, size, "", seeds, *parts(values)) for name, values in named.items()]
        images, lost = precise_shortfall(arrays, size)
        pairs = zip(images.tolist(), lost.T, strict=True)
        found += [("points lost", "precise", size, count, seeds, *parts(each)) for count, each in pairs]
    return Table(("what", "estimate", "batch_size", "images", "seeds", *PARTS), tuple(found))


def cost(record: Record, estimate: int) -> np.ndarray:
    """Points lost to precise statistics, (seeds, sizes)."""
    return np.stack([cost_at(record.arrays, size, estimate) for size in sizes(record.arrays)], axis=1)


def own_cost(record: Record) -> np.ndarray:
    """Points lost in training mode, each batch with its own statistics, (seeds, sizes)."""
    return np.stack([-mode_gap(record.arrays, size, PRECISE) for size in sizes(record.arrays)], axis=1)


def _subtitle(record: Record) -> str:
    seeds = len(rows(record.arrays, BATCH, sizes(record.arrays)[0], WHOLE))
    precise = french.number(record.config["precise_images"])
    return drawing.tidy(
        f"CIFAR-10, petit réseau convolutif, {french.number(record.config['images_seen'])} images vues à chaque taille "
        f"de lot. Zéro : statistiques recalculées à la fin sur {precise} images. Moyenne de {seeds} graines et "
        f"intervalle à {french.percent(0.95, 0)}."
    )


def _frame(sheet: drawing.Sheet, axes: Axes, overs: list[Interval[np.ndarray]]) -> None:
    """An axis of points lost that holds every interval and zero."""
    low, high = (float(end) for end in (min(over.low.min() for over in overs), max(over.high.max() for over in overs)))
    margin = 0.04 * (high - low)
    axes.set_ylim(min(low, 0) - margin, max(high, 0) + 2 * margin)
    step = next(step for step in (0.5, 1, 2, 5, 10, 20, 50) if (high - low) / step <= 6)
    bottom, top = axes.get_ylim()
    marks = step * np.arange(np.ceil(bottom / step), np.floor(top / step) + 1)
    drawing.ticks(axes.yaxis, marks.tolist(), [french.shortest(round(float(mark), 3)) for mark in marks])
    drawing.rule(axes, sheet.theme, marks.tolist())
    axes.axhline(0, color=sheet.theme.muted, linewidth=1.0, zorder=0.6)


def size_axis(sheet: drawing.Sheet, axes: Axes, shown: np.ndarray, name: str = "images par lot") -> None:
    """Sizes that double, evenly spaced; as many named as there is room for."""
    axes.set_xscale("log", base=2)
    axes.set_xlim(shown[0] / BESIDE, shown[-1] * BESIDE)
    axes.minorticks_off()
    kept = shown[:: 1 if len(shown) < 7 else 2 if len(shown) < 10 else 3]
    drawing.ticks(axes.xaxis, kept.tolist(), [french.number(size) for size in kept])
    sheet.name_below(axes, name)


def _shifts(series: int) -> np.ndarray:
    """Where the points of each series stand about their common place, in pixels."""
    return ASIDE * (np.arange(series) - (series - 1) / 2)


def _draw_costs(sheet: drawing.Sheet, axes: Axes, record: Record) -> None:
    theme, shown = sheet.theme, sizes(record.arrays)
    sheet.name(axes, "Ce que coûte l’estimation", "points de précision perdus sur le test", gutter=GUTTER)
    drawn = [(name, interval(cost(record, estimate)), theme.with_bn, mark) for name, estimate, mark in COSTS]
    drawn.append(("lot par lot", interval(own_cost(record)), theme.muted, OWN))
    _frame(sheet, axes, [over for _, over, _, _ in drawn])
    size_axis(sheet, axes, shown)
    for (_, over, colour, mark), shift in zip(drawn, _shifts(len(drawn)), strict=True):
        drawing.measured_points(axes, shown, over, colour, mark, shift)
    labels = [drawing.Label(float(over.mean[-1]), name, colour) for name, over, colour, _ in drawn]
    drawing.label_ends(sheet, axes, labels)


def _draw_images(sheet: drawing.Sheet, axes: Axes, record: Record) -> None:
    theme = sheet.theme
    sheet.name(axes, "Recalculer sur peu d’images", "points de précision perdus", gutter=GUTTER)
    chosen = [size for size in SHOWN_SIZES if size in sizes(record.arrays)]
    curves = [(size, *precise_shortfall(record.arrays, size)) for size in chosen]
    overs = [interval(lost) for _, _, lost in curves]
    _frame(sheet, axes, overs)
    last = float(max(images[-1] for _, images, _ in curves))
    axes.set_xscale("log", base=2)
    axes.set_xlim(min(images[0] for _, images, _ in curves) / BESIDE, last * BESIDE)
    axes.minorticks_off()
    marks = [mark for mark in (2, 16, 128, 1024, 8192) if mark <= last]
    drawing.ticks(axes.xaxis, marks, [french.number(mark) for mark in marks])
    sheet.name_below(axes, "images")
    for (size, images, _), over, mark, shift in zip(curves, overs, FEW, _shifts(len(FEW)), strict=False):
        drawing.measured_points(axes, images, over, theme.with_bn, mark, shift)
        axes.annotate(f"lots de {size}", (images[0], over.high[0]), (shift - 3, 5), textcoords="offset points",
                      color=theme.with_bn, weight=SEMIBOLD, size=sheet.layout.small)  # fmt: skip
