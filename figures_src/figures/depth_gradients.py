"""What becomes of the gradient with depth at initialization, with BN and without, and how deep a network learns.

On the left networks without shortcuts, in the middle residual ones: ‖∂L/∂x_l‖ over that of the last layer, and theory's
(`figures_src.experiments.depth.theory`). On the right, networks that learn.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.depth import measures, theory
from figures_src.experiments.depth.measures import (
    PLAIN_BATCH,
    PLAIN_STANDARD,
    RESIDUAL_BATCH,
    RESIDUAL_STANDARD,
)
from figures_src.figures import drawing
from figures_src.figures.common import PARTS, Cell, Records, Table, over_seeds, triples
from figures_src.records.record import Record
from figures_src.style import Layout, Theme, rc

INITIAL, LADDER = "depth_initial", "depth_training_long"
GUTTER = 40
ACTIVATION = "relu"
DASHED: dict[str, Any] = {"linewidth": 1.3, "linestyle": (0, (4, 2))}


@dataclass(frozen=True)
class Pair:
    """Networks of one build, with BN and without."""

    title: str
    with_bn: str
    without_bn: str
    dashes: Any
    """How the networks that learn are told apart on the right."""


PAIRS = (
    Pair("Sans raccourci", PLAIN_BATCH, PLAIN_STANDARD, (0, (1, 1.4))),
    Pair("Résiduel", RESIDUAL_BATCH, RESIDUAL_STANDARD, "-"),
)


def profile(record: Record, arm: str, activation: str = ACTIVATION) -> np.ndarray:
    """log₁₀ of ‖∂L/∂x_l‖ over that of the last layer, (seeds, layers)."""
    logs = measures.squared_gradients(record.arrays, measures.row(record.arrays, arm, activation))
    return np.asarray((logs - logs[:, -1:]) / (2 * np.log(10)))


def expected(record: Record, arm: str) -> np.ndarray | None:
    """The same as theory has it, (layers,); None without BN and with shortcuts, where a wrong one was predicted."""
    depth = int(record.arrays["depth"])
    if arm == RESIDUAL_STANDARD:
        return None
    if arm == RESIDUAL_BATCH:
        gains = theory.residual_gains(ACTIVATION, depth)
    else:
        size = int(record.arrays["batch_size"][measures.row(record.arrays, arm, ACTIVATION)])
        gains = np.full(depth - 1, theory.relu(size) if arm == PLAIN_BATCH else 1.0)
    return np.append(np.log10(gains)[::-1].cumsum()[::-1], 0) / 2


WIDE = drawing.Places(352, tuple((left, 82, width, 226) for left, width in ((40, 172), (258, 172), (500, 196))))
NARROW = drawing.Places(912, tuple((GUTTER, top, 280, height) for top, height in ((96, 186), (372, 186), (648, 206))))


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """Two panels of gradients, one of accuracies."""
    with rc(theme, layout):
        places = NARROW if layout.stacked else WIDE
        sheet = drawing.begin(theme, layout, _subtitle(records), places.body)
        drawing.key(sheet, 0, 12, _samples(theme))
        *gradients, learnt = sheet.panels(places)
        for pair, axes in zip(PAIRS, gradients, strict=True):
            _draw_gradients(sheet, axes, records[INITIAL], pair)
            if layout.stacked or axes is gradients[-1]:
                sheet.name_below(axes, "couche, de l’entrée à la sortie")
        _draw_ladder(sheet, learnt, records[LADDER])
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Gradients by layer, in powers of ten, with theory's; growths a layer; accuracies by depth."""
    rows = [*_profile_rows(records[INITIAL]), *_growth_rows(records[INITIAL]), *_ladder_rows(records[LADDER])]
    columns = ("what", "network", "activation", "source", "batch_size", "depth_or_layer", "theory", "seeds", *PARTS)
    return Table(columns, tuple(rows))


def _profile_rows(record: Record) -> Iterator[tuple[Cell, ...]]:
    for pair in PAIRS:
        for arm in (pair.with_bn, pair.without_bn):
            found = profile(record, arm)
            size = int(record.arrays["batch_size"][measures.row(record.arrays, arm, ACTIVATION)])
            predicted = expected(record, arm)
            known = np.full(found.shape[1], np.nan) if predicted is None else predicted
            parts = zip(known.tolist(), triples(over_seeds(found)), strict=True)
            for layer, (theirs, ours) in enumerate(parts, start=1):
                named: tuple[Cell, ...] = ("log10 of gradient norm over last layer's", arm, ACTIVATION, "mnist", size)
                yield (*named, layer, theirs, len(found), *ours)


def _growth_rows(record: Record) -> Iterator[tuple[Cell, ...]]:
    arrays = record.arrays
    for at, arm in enumerate(arrays["arm"].tolist()):
        activation, source, size = (
            str(arrays["activation"][at]),
            str(arrays["source"][at]),
            int(arrays["batch_size"][at]),
        )
        values = measures.growth(arrays, at)
        named: tuple[Cell, ...] = ("growth of squared gradient norm a layer", arm, activation, source, size, "")
        (bounds,) = triples(over_seeds(values[:, None]))
        yield (*named, _known(arm, activation, size), len(values), *bounds)


def _known(arm: str, activation: str, size: int) -> float:
    """What theory gives for the growth a layer, where one number says it."""
    if arm != PLAIN_BATCH:
        return float("nan")
    exact = {"linear": theory.linear, "relu": theory.relu}.get(activation)
    return exact(size) if exact else theory.large_batch(activation)


def _ladder_rows(record: Record) -> Iterator[tuple[Cell, ...]]:
    for arm in measures.ARMS:
        for depth in np.unique(record.arrays["depth"]).tolist():
            values = measures.test_accuracies(record.arrays, arm, depth)
            size = record.config["batch_size"]
            (bounds,) = triples(over_seeds(values[:, None]))
            named: tuple[Cell, ...] = ("test accuracy", arm, ACTIVATION, "mnist", size, depth)
            yield (*named, float("nan"), len(values), *bounds)


def _subtitle(records: Records) -> str:
    initial, ladder = (records[name].config for name in (INITIAL, LADDER))
    return drawing.tidy(
        f"Deux premiers cadres : rien n’est entraîné ; ReLU, {initial['width']} unités par couche, lots de "
        f"{initial['batch_size']}. Dernier : {french.number(ladder['steps'])} itérations, chaque réseau à son taux. "
        f"MNIST, {len(initial['seeds'])} graines."
    )


def _samples(theme: Theme) -> list[drawing.Sample]:
    return [
        drawing.Sample("avec BN", {"linewidth": 2}, theme.with_bn),
        drawing.Sample("sans BN", {"linewidth": 2}, theme.without_bn),
        drawing.Sample("théorie", DASHED, theme.ink),
    ]


def _draw_gradients(sheet: drawing.Sheet, axes: Axes, record: Record, pair: Pair) -> None:
    theme, depth = sheet.theme, int(record.arrays["depth"])
    sheet.name(axes, pair.title, "norme du gradient / celle de la sortie", gutter=GUTTER)
    layers = np.arange(1, depth + 1)
    axes.set_xlim(1, depth)
    drawing.ticks(axes.xaxis, [1, depth // 2, depth], [french.number(each) for each in (1, depth // 2, depth)])
    low, high = _reach(record)
    axes.set_ylim(low, high)
    every = next(step for step in (1, 2, 5, 10, 20) if (high - low) / step <= 5)
    marks = [power for power in range(int(np.ceil(low)), int(high) + 1) if power % every == 0]
    drawing.ticks(axes.yaxis, marks, [drawing.power_of_ten(power) for power in marks])
    drawing.rules(axes, theme, marks)
    for arm, colour in ((pair.without_bn, theme.without_bn), (pair.with_bn, theme.with_bn)):
        drawing.band(axes, layers, over_seeds(profile(record, arm)), colour)
        line = expected(record, arm)
        if line is not None:
            axes.plot(layers, line, color=theme.ink, zorder=4, **DASHED)


def _reach(record: Record) -> tuple[float, float]:
    """The same for both panels."""
    found = [profile(record, arm).mean(axis=0) for pair in PAIRS for arm in (pair.with_bn, pair.without_bn)]
    low, high = (float(end) for end in (np.min(found), np.max(found)))
    return low - 0.04 * (high - low) - 0.1, high + 0.06 * (high - low) + 0.1


def _draw_ladder(sheet: drawing.Sheet, axes: Axes, record: Record) -> None:
    theme, depths = sheet.theme, np.unique(record.arrays["depth"])
    sheet.name(axes, "Ce qui apprend", "précision sur le test", gutter=GUTTER)
    axes.set_xscale("log", base=2)
    axes.set_xlim(depths[0], depths[-1])
    axes.minorticks_off()
    drawing.ticks(axes.xaxis, depths.tolist(), [french.number(depth) for depth in depths])
    axes.set_ylim(0, 1.02)
    marks = [0.1, 0.5, 0.9]
    drawing.ticks(axes.yaxis, marks, [french.percent(mark, 0) for mark in marks])
    drawing.rule(axes, theme, marks)
    sheet.name_below(axes, "couches")
    for pair in PAIRS:
        for arm, colour in ((pair.without_bn, theme.without_bn), (pair.with_bn, theme.with_bn)):
            found = [measures.test_accuracies(record.arrays, arm, int(depth)) for depth in depths]
            over = over_seeds(np.stack(found, axis=1))
            drawing.band(axes, depths, over, colour, linestyle=pair.dashes, marker="o", markersize=4)
    note = "trait plein : résiduel ; points : sans raccourci"
    sheet.name_at(axes, note, GUTTER, -sheet.layout.small, size=sheet.layout.small, color=theme.muted)
