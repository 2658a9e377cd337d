"""Sneakers learnt, boots shown: what the normalizations receive, layer by layer, and what the network answers.

The typical channel of a layer is the one at the median when channels are ordered by their distance: neither the most
moved nor the least. Pooled over a layer, drifts of opposite signs would hide each other.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.arrays import rows_of
from figures_src.experiments.intervals import interval
from figures_src.experiments.shoes.measures import (
    BATCH,
    BOOTS,
    EVALUATION,
    FAMILIAR,
    GROUPS,
    MODES,
    SHIFTED,
    SNEAKERS,
    STANDARD,
    TRAINING,
    distances,
    mean_shifts,
    recall,
    swap_distances,
)
from figures_src.figures import drawing, pictures
from figures_src.figures.common import PARTS, Cell, Records, Table, parts
from figures_src.records.record import Record
from figures_src.style import SEMIBOLD, Layout, Theme, rc

RECORD = "shift_shoes"
SHOWN_SEED = 0
REACH = 4.0
"""Widest ẑ drawn; a few values lie beyond."""
GUTTER = 28

Answer = tuple[str, str, int, int]
"""A row of the lower right panel: its name, arm, group and mode."""
ANSWERS: tuple[Answer, ...] = (
    ("baskets, avec BN", BATCH, SNEAKERS, EVALUATION),
    ("bottines, avec BN", BATCH, BOOTS, EVALUATION),
    ("bottines, BN du lot", BATCH, SHIFTED, TRAINING),
    ("baskets, sans BN", STANDARD, SNEAKERS, EVALUATION),
    ("bottines, sans BN", STANDARD, BOOTS, EVALUATION),
)

Box = tuple[float, float, float, float]
"""Left, top counted from under the title, width and height."""


@dataclass(frozen=True)
class _Grid:
    """Panels of one size, row by row: the first one, how many stand in a row, and from one to the next."""

    first: Box
    columns: int
    across: float
    down: float

    def place(self, number: int) -> Box:
        (left, top, width, height), (row, column) = self.first, divmod(number, self.columns)
        return left + column * self.across, top + row * self.down, width, height


@dataclass(frozen=True)
class _Places:
    """Room under the title; corners of the two rows of images, and how wide they may be; panels."""

    body: float
    images: tuple[tuple[float, float], tuple[float, float]]
    widest: float
    layers: _Grid
    distances: Box
    answers: Box


WIDE = _Places(
    562, ((0, 0), (372, 0)), 348, _Grid((8, 118, 161, 116), 4, 181, 0), (GUTTER, 338, 220, 172), (508, 338, 150, 160)
)
NARROW = _Places(
    950, ((0, 0), (0, 86)), 340, _Grid((8, 200, 152, 92), 2, 168, 142), (GUTTER, 548, 200, 150), (126, 792, 150, 126)
)


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """Images above, one distribution a layer, then distances and answers of all seeds."""
    record, places = records[RECORD], NARROW if layout.stacked else WIDE
    with rc(theme, layout):
        sheet = drawing.begin(theme, layout, _subtitle(record), places.body)
        panels = [sheet.panel(*places.layers.place(layer)) for layer in range(_layers(record))]
        distance, answers = sheet.panel(*places.distances), sheet.panel(*places.answers)
        _draw_pictures(sheet, record, places)
        for layer, axes in enumerate(panels):
            _draw_layer(sheet, axes, record, layer)
        _draw_distances(sheet, distance, record)
        _draw_answers(sheet, answers, record)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Distances and drifts by layer, shares of shoes recognised, then the distributions drawn."""
    record = records[RECORD]
    columns: tuple[str, ...] = ("what", "arm", "mode", "group", "layer", "at", *PARTS)
    return Table(columns, (*_layer_rows(record), *_answer_rows(record), *_distribution_rows(record)))


def _subtitle(record: Record) -> str:
    seeds, first = len(rows_of(record.arrays, BATCH)), record.arrays["seed"].min()
    colours = "En gris, des baskets ; en bleu, des bottines.".replace(" ", french.NO_BREAK_SPACE)
    return drawing.tidy(
        f"Fashion-MNIST : chaussure ou non. Courbes : un canal par couche, celui de distance médiane, graine {first}. "
        f"{colours} En bas : {seeds} graines, moyenne et intervalle à {french.percent(0.95, 0)}."
    )


def _layers(record: Record) -> int:
    return int(record.arrays["histogram"].shape[3])


def _draw_pictures(sheet: drawing.Sheet, record: Record, places: _Places) -> None:
    names = map(drawing.tidy, ("Ce qu’il a appris : des baskets", "Ce qu’on lui montre : des bottines"))
    colours = sheet.theme.muted, sheet.theme.with_bn
    for (left, top), kind, name, colour in zip(places.images, ("sneakers", "boots"), names, colours, strict=True):
        sheet.text(left, sheet.top + top + 14, name, size=sheet.layout.text, color=colour, weight=SEMIBOLD)
        images = record.arrays[f"pictures_{kind}"]
        pictures.row(sheet, images, left, top + 22, min(places.widest, 50 * len(images)))


def _density(record: Record, group: int, layer: int) -> tuple[np.ndarray, np.ndarray]:
    """Centres of the bins and density of the typical channel, (bins,) each; two bins are drawn as one."""
    row = rows_of(record.arrays, BATCH)[SHOWN_SEED]
    counts = record.arrays["typical_histogram"][row, EVALUATION, group, layer].reshape(-1, 2).sum(axis=1)
    reach = float(record.sidecar["common"]["reach"])
    edges = np.linspace(-reach, reach, len(counts) + 1)
    centres = (edges[:-1] + edges[1:]) / 2
    shown = np.abs(centres) <= REACH
    return centres[shown], (counts / counts.sum() / np.diff(edges))[shown]


def _draw_layer(sheet: drawing.Sheet, axes: Axes, record: Record, layer: int) -> None:
    theme = sheet.theme
    sheet.name(axes, f"Couche {layer + 1}")
    axes.set_xlim(-REACH, REACH)
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    drawing.ticks(axes.xaxis, (-3, 0, 3), [french.number(mark) for mark in (-3, 0, 3)])
    x, sneakers = _density(record, SNEAKERS, layer)
    _, boots = _density(record, BOOTS, layer)
    axes.set_ylim(0, 1.12 * max(sneakers.max(), boots.max()))
    axes.fill_between(x, sneakers, color=theme.muted, alpha=0.28, linewidth=0)
    axes.plot(x, sneakers, color=theme.muted, linewidth=1.0)
    axes.plot(x, boots, color=theme.with_bn, linewidth=1.8)
    for group, colour in ((SNEAKERS, theme.muted), (BOOTS, theme.with_bn)):
        axes.plot(
            [_typical_mean(record, group, layer)] * 2,
            axes.get_ylim(),
            color=colour,
            linewidth=1.0,
            linestyle=(0, (3, 2)),
        )
    if layer == _layers(record) - 1:
        sheet.name_below(axes, "en écarts-types")


def _typical_mean(record: Record, group: int, layer: int) -> float:
    """Mean of the typical channel, exact rather than read off its histogram."""
    row = rows_of(record.arrays, BATCH)[SHOWN_SEED]
    first = int(np.flatnonzero(record.arrays["layer_of_channel"] == layer)[0])
    channel = first + int(record.arrays["typical_channel"][row, layer])
    return float(record.arrays["channel_mean"][row, EVALUATION, group, channel])


def _draw_distances(sheet: drawing.Sheet, axes: Axes, record: Record) -> None:
    theme, layers = sheet.theme, np.arange(1, _layers(record) + 1)
    sheet.name(axes, "Distance des bottines aux baskets", "Wasserstein-1 par canal, en écarts-types", gutter=GUTTER)
    floor = distances(record.arrays, BATCH, FAMILIAR)
    curves = (
        ("avec BN", swap_distances(record.arrays, BATCH), theme.with_bn),
        ("sans BN", swap_distances(record.arrays, STANDARD), theme.without_bn),
        ("deux tirages", floor, theme.muted),
    )
    means = []
    for _, values, colour in curves:
        over = interval(values)
        drawing.band(axes, layers, over, colour)
        means.append(over.mean)
    top = 1.15 * float(np.max(means))
    axes.set_ylim(0, top)
    axes.set_xlim(0.8, len(layers) + 0.2)
    marks = drawing.round_marks(top, 4)
    drawing.ticks(axes.yaxis, marks, [french.shortest(round(mark, 6)) for mark in marks])
    drawing.rule(axes, theme, marks)
    drawing.ticks(axes.xaxis, layers.tolist(), [str(layer) for layer in layers])
    sheet.name_below(axes, "couche")
    pairs = zip(means, curves, strict=True)
    drawing.label_ends(sheet, axes, [drawing.Label(float(mean[-1]), each[0], each[2]) for mean, each in pairs])


def _draw_answers(sheet: drawing.Sheet, axes: Axes, record: Record) -> None:
    sheet.name(axes, "Chaussures reconnues", "part des images, un point par graine", gutter=126)
    shares = [recall(record.arrays, arm, group, mode) / 100 for _, arm, group, mode in ANSWERS]
    low = tenth_below(min(float(values.min()) for values in shares))
    axes.set_xlim(low, 1)
    axes.set_ylim(len(ANSWERS) - 0.4, -0.6)
    marks = (low, (1 + low) / 2, 1)
    drawing.ticks(axes.xaxis, marks, [french.percent(mark, 0) for mark in marks])
    drawing.ticks(axes.yaxis, range(len(ANSWERS)), [name for name, *_ in ANSWERS])
    for row, (values, (_, arm, _, _)) in enumerate(zip(shares, ANSWERS, strict=True)):
        colour = sheet.theme.with_bn if arm == BATCH else sheet.theme.without_bn
        axes.get_yticklabels()[row].set(color=colour, weight=SEMIBOLD)
        over = interval(values)
        dots: dict[str, Any] = {"color": colour, "alpha": 0.4, "markersize": 5, "markeredgewidth": 0, **drawing.LEAN}
        axes.plot(values, np.full(values.size, row), "o", **dots)
        axes.plot([over.mean] * 2, [row - 0.3, row + 0.3], color=colour, linewidth=2.4, zorder=4, **drawing.LEAN)
        right = axes.get_position().x1 * sheet.layout.width + 8
        height = axes.transData.transform((0, row))[1]
        text = french.percent(float(over.mean), 1)
        sheet.text(right, sheet.height - height, text, color=colour, weight=SEMIBOLD, va="center_baseline")


def tenth_below(share: float) -> float:
    """The tenth under a share, at least one tenth under 1: where an axis of shares close to 1 may begin."""
    return min(math.floor(share * 10) / 10, 0.9)


def _layer_rows(record: Record) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    mode = MODES[EVALUATION]
    for arm in (STANDARD, BATCH):
        for group, name in enumerate(GROUPS):
            far = distances(record.arrays, arm, group).T
            rows += [("Wasserstein-1", arm, mode, name, n, "", *parts(each)) for n, each in enumerate(far, start=1)]
        swap = enumerate(swap_distances(record.arrays, arm).T, start=1)
        rows += [("Wasserstein-1", arm, mode, "boots to sneakers", n, "", *parts(each)) for n, each in swap]
        moved = enumerate(mean_shifts(record.arrays, arm).T, start=1)
        rows += [("mean shift", arm, mode, "boots less sneakers", n, "", *parts(each)) for n, each in moved]
    return rows


def _answer_rows(record: Record) -> list[tuple[Cell, ...]]:
    cells: Sequence[tuple[str, int]] = ((STANDARD, EVALUATION), (BATCH, EVALUATION), (BATCH, TRAINING))
    return [
        ("shoes recognised, %", arm, MODES[mode], name, "", "", *parts(recall(record.arrays, arm, group, mode)))
        for arm, mode in cells
        for group, name in enumerate(GROUPS)
    ]


def _distribution_rows(record: Record) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for layer in range(_layers(record)):
        for group in (SNEAKERS, BOOTS):
            x, density = _density(record, group, layer)
            pairs = zip(x.tolist(), density.tolist(), strict=True)
            what = f"density of the typical channel, seed {record.arrays['seed'].min()}"
            cells = (what, BATCH, MODES[EVALUATION], GROUPS[group], layer + 1)
            rows += [(*cells, at, value, "", "") for at, value in pairs]
    return rows
