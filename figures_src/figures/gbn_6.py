"""Graph 6: VGG on CIFAR-10 without BN, with BN, with noisy BN: training accuracy, and what enters three ReLUs.

Distributions are those of one channel of each layer, declared before the run, at one step in ten or so: ridges from
top to bottom, each brought to the same height, for places and widths are what is compared. Their scale is that of
asinh, even near zero and logarithmic far from it: without BN, a layer may spread ten times wider than with it, on the
same axis. A ridge hides what stands behind it; hidden lines are cut off here, and the page's background shows
whatever its colour.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.arrays import rows_of
from figures_src.experiments.smoothing import Distribution, distributions, mean_steps_to
from figures_src.experiments.vgg.measures import ACCURACY, HIGH, MATCHED
from figures_src.experiments.vgg_channels.measures import channel_moves
from figures_src.figures import drawing
from figures_src.figures.common import ARM_NAMES, Cell, Records, Table, colour_of, grouped, over_seeds, triples
from figures_src.published import load
from figures_src.records.record import Record
from figures_src.style import SEMIBOLD, Layout, Theme, rc

RECORD, CHANNELS = "vgg", "vgg_channels"
PUBLISHED = "santurkar2018_fig2_train_accuracy"
PUBLISHED_HIGH = "santurkar2018_fig1a_train_accuracy"
DASHES = {"without_bn": "solid", "with_bn": (0, (4, 2)), "noisy_bn": (0, (1.2, 1.4))}
"""How the published curves, all grey, are told apart."""
ARMS = tuple(ARM_NAMES)
HIGH_ARMS = ("without_bn", "with_bn")
RIDGES, OVERLAP = 10, 2.4
"""How many, and how high in distances between two baselines."""
FLAT = 0.02
"""Part of its height below which a ridge is its baseline, and is not drawn."""
GRID = 61
TAIL = 0.005
SHOWN_SEED = 0
EARLY, GROUP = 3000, 5
"""Accuracies are drawn as they are up to the one step, later as means of so many; at the high rate, such means only."""
MARKS = (0, 0.5, 1)


@dataclass(frozen=True)
class _Places(drawing.Places):
    """With the ridges below: their top, pixels of the words above them, of a row, and between two networks."""

    top: float
    words: float
    row: float
    gap: float


WIDE = _Places(876, ((42, 30, 320, 214), (486, 30, 156, 214)), top=316, words=60, row=170, gap=26)
NARROW = _Places(1036, ((42, 32, 214, 190), (42, 304, 214, 96)), top=462, words=80, row=168, gap=10)
LEFT, HEIGHT = 42, 126
"""Of the ridges."""


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """Accuracy above, at the common rate and at the high one; ridges below, a column for each network."""
    record = records[RECORD]
    with rc(theme, layout):
        places = NARROW if layout.stacked else WIDE
        sheet = drawing.begin(theme, layout, headline(record), _subtitle(record), places.body)
        accuracy, high = sheet.panels(places)
        _draw_accuracy(sheet, accuracy, record, MATCHED, ARMS)
        _draw_accuracy(sheet, high, record, HIGH, HIGH_ARMS)
        _draw_ridges(sheet, records[CHANNELS], places)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Accuracies with their intervals; published ones; moments of the distributions, and how channels move."""
    columns = ("source", "what", "arm", "learning_rate", "layer", "step", "seeds", "value")
    record, channels = records[RECORD], records[CHANNELS]
    rows = (*_accuracy_rows(record), *_published_rows(), *_moment_rows(channels), *_move_rows(channels))
    return Table((*columns, "student95_low", "student95_high"), rows)


def _accuracy_rows(record: Record) -> Iterator[tuple[Cell, ...]]:
    steps = record.arrays["accuracy_step"].tolist()
    for rate, arms in ((MATCHED, ARMS), (HIGH, HIGH_ARMS)):
        for arm in arms:
            values = _accuracies(record, arm, rate)
            for step, triple in zip(steps, triples(over_seeds(values)), strict=True):
                yield ("measured", "train_accuracy", arm, rate, "", step, len(values), *triple)


def _published_rows() -> Iterator[tuple[Cell, ...]]:
    for rate, arms in ((MATCHED, ARMS), (HIGH, HIGH_ARMS)):
        for arm in arms:
            for step, value in zip(*(part.tolist() for part in _published(arm, rate)), strict=True):
                yield ("published", "train_accuracy", arm, rate, "", step, "", value, "", "")


def _moment_rows(record: Record) -> Iterator[tuple[Cell, ...]]:
    arrays = record.arrays
    for arm in ARMS:
        row = _shown_run(record, arm)
        for place, layer in enumerate(arrays["histogram_layer"].tolist()):
            for part in ("mean", "deviation"):
                values = arrays[f"histogram_{part}"][row, :, place].tolist()
                for step, value in zip(arrays["histogram_step"].tolist(), values, strict=True):
                    yield ("measured", f"relu_input_{part}", arm, MATCHED, layer, step, 1, value, "", "")


def _move_rows(record: Record) -> Iterator[tuple[Cell, ...]]:
    for arm in ARMS:
        seeds, layers = len(_runs(record, arm, MATCHED)), record.arrays["histogram_layer"].tolist()
        for layer, value in zip(layers, channel_moves(record.arrays, arm).tolist(), strict=True):
            yield ("measured", "channel_move_in_deviations", arm, MATCHED, layer, "", seeds, value, "", "")


def headline(record: Record) -> str:
    """When each network has learnt, in words computed from the curves."""
    places = {arm: mean_steps_to(record.arrays, arm) for arm in ("with_bn", "noisy_bn", "without_bn")}
    said = [_said(steps, ARM_NAMES[arm], first=arm == "with_bn") for arm, steps in places.items()]
    return drawing.tidy(f"{french.percent(ACCURACY, 0)} des images apprises {', '.join(said)}")


def _said(steps: float | None, name: str, first: bool) -> str:
    name = name.replace("BN bruitée", "avec BN bruitée")
    if steps is None:
        return f"jamais {name}"
    return f"en {french.number(steps)}{' itérations' if first else ''} {name}"


def _subtitle(record: Record) -> str:
    count = min(len(_runs(record, arm, MATCHED)) for arm in ARMS)
    spread = f"{count} graines, intervalle à {french.percent(0.95, 0)}" if count > 1 else "Une graine"
    return drawing.tidy(f"{spread}. En gris : publié en 2018.")


def _runs(record: Record, arm: str, rate: float) -> np.ndarray:
    return rows_of(record.arrays, arm, rate)


def _shown_run(record: Record, arm: str) -> int:
    return int(_runs(record, arm, MATCHED)[SHOWN_SEED])


def _accuracies(record: Record, arm: str, rate: float) -> np.ndarray:
    """Training accuracies, (seeds, T)."""
    accuracies: np.ndarray = record.arrays["train_accuracy"][_runs(record, arm, rate)]
    return accuracies


def _published(arm: str, rate: float) -> tuple[np.ndarray, np.ndarray]:
    """Steps and accuracies, fractions of one."""
    if rate == MATCHED:
        curve = load(PUBLISHED).where(arm=arm)
    else:
        curve = load(PUBLISHED_HIGH).where(arm=arm, learning_rate=rate)
    return curve["step"], curve["train_accuracy_percent"] / 100


def _draw_accuracy(sheet: drawing.Sheet, axes: Axes, record: Record, rate: float, arms: tuple[str, ...]) -> None:
    theme, last, alone = sheet.theme, float(record.arrays["accuracy_step"][-1]), rate == MATCHED or sheet.layout.stacked
    sheet.name(
        axes, f"{'Précision d’entraînement, taux' if alone else 'Au taux'} {french.shortest(rate)}", gutter=42 * alone
    )
    drawing.step_axis(sheet, axes, 0, last, 3 if alone else 1)
    axes.set_ylim(0, 1.01)
    drawing.ticks(axes.yaxis, [*MARKS[:-1], ACCURACY], [french.percent(mark, 0) for mark in (*MARKS[:-1], ACCURACY)])
    axes.tick_params(labelleft=alone)
    drawing.rules(axes, theme, MARKS)
    axes.axhline(ACCURACY, color=theme.muted, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
    labels, until = [], EARLY if rate == MATCHED else 0
    for arm in arms:
        axes.plot(
            *thinned(*_published(arm, rate), until), color=theme.published, linestyle=DASHES[arm], **drawing.BEHIND
        )
        steps, values = thinned(record.arrays["accuracy_step"], _accuracies(record, arm, rate), until)
        over = over_seeds(values)
        drawing.band(axes, steps, over, colour_of(arm, theme))
        labels.append(drawing.Label(float(over.mean[-1]), ARM_NAMES[arm], colour_of(arm, theme)))
    drawing.label_ends(sheet, axes, labels)


def thinned(steps: np.ndarray, values: np.ndarray, until: float) -> tuple[np.ndarray, np.ndarray]:
    """Every point up to ``until``, then means of `GROUP` points; time is the last axis of ``values``."""
    first = int((steps <= until).sum())
    return grouped(steps, GROUP, first), grouped(values, GROUP, first)


def _draw_ridges(sheet: drawing.Sheet, record: Record, places: _Places) -> None:
    """A panel for each layer and network; within a layer all share one scale."""
    top = places.top
    sheet.text(0, sheet.top + top, "Ce qui entre dans la ReLU", size=sheet.layout.text, color=sheet.theme.ink,
               weight=SEMIBOLD)  # fmt: skip
    for index, line in enumerate(drawing.wrap(_ridge_note(record), sheet.layout.width - 2, sheet.layout.small)):
        sheet.text(0, sheet.top + top + (index + 1) * sheet.layout.small * drawing.LEADING, line)
    width = (sheet.layout.width - LEFT - 2) / len(ARMS)
    for row, layer in enumerate(record.arrays["histogram_layer"].tolist()):
        found = {arm: _shown(record, arm, layer) for arm in ARMS}
        low, high = reach([each for arm in ARMS for each in found[arm]])
        for column, arm in enumerate(ARMS):
            place = top + places.words + row * places.row
            axes = sheet.panel(LEFT + column * width, place, width - places.gap, HEIGHT)
            _ridge_axes(sheet, axes, record, (low, high), first=column == 0)
            _draw_ridge(axes, found[arm], np.linspace(low, high, GRID), colour_of(arm, sheet.theme))
            _name_ridge(sheet, axes, record, layer, arm)
            if row == 0:
                _name_network(sheet, axes, arm)


def _ridge_note(record: Record) -> str:
    every = french.number(record.arrays["histogram_step"][1] - record.arrays["histogram_step"][0])
    return drawing.tidy(f"le temps va de haut en bas ; en % : déplacement moyen d’un canal en {every} itérations")


def _shown(record: Record, arm: str, layer: int) -> list[Distribution | None]:
    every = distributions(record.arrays, _shown_run(record, arm), layer)
    return [every[index] for index in _indices(len(every))]


def _indices(count: int) -> list[int]:
    return [int(index) for index in np.linspace(0, count - 1, min(RIDGES, count)).round()]


def reach(found: list[Distribution | None]) -> tuple[float, float]:
    """Bounds, in asinh, between which nearly all of nearly all distributions fits: the widest twentieth may be cut."""
    ends = np.array([[each.quantile(TAIL), each.quantile(1 - TAIL)] for each in found if each])
    if not len(ends):
        return -1.0, 1.0
    ends = np.arcsinh(ends)
    low, high = float(np.percentile(ends[:, 0], 5)), float(np.percentile(ends[:, 1], 95))
    return low - 0.05 * (high - low), high + 0.05 * (high - low)


def heights(found: list[Distribution | None], places: np.ndarray) -> np.ndarray:
    """Densities (ridges, X) around each sinh(place), each divided by its largest; zero for one that has none.

    Shares within a bin of the histogram, or a step of the grid where that is wider, around each place: no staircase
    of the bins is seen, and no distribution falls between two points, however narrow.
    """
    x = np.sinh(places)
    density = np.array([_density(each, x) if each else 0 * x for each in found])
    highest = density.max(axis=1, keepdims=True)
    return np.asarray(np.divide(density, highest, out=np.zeros_like(density), where=highest > 0))


def _density(found: Distribution, x: np.ndarray) -> np.ndarray:
    half = np.maximum(np.gradient(x), found.edges[1] - found.edges[0]) / 2
    density: np.ndarray = (found.below(x + half) - found.below(x - half)) / (2 * half)
    return density


def visible(heights_: np.ndarray, overlap: float = OVERLAP) -> np.ndarray:
    """What is seen of the top of each ridge; nan where it is flat or behind those in front, the lower ones.

    Heights are (ridges, X); baselines are one apart, the first ridge on top, the last on 0.
    """
    baselines = _baselines(heights_)
    tops = baselines + overlap * heights_
    behind = np.maximum.accumulate(tops[::-1])[::-1]  # the highest of a ridge and of all those in front of it
    front = np.vstack([behind[1:], np.full(heights_.shape[1], -np.inf)])
    return np.where((heights_ < FLAT) | (tops < front), np.nan, tops)


def silhouette(x: np.ndarray, heights_: np.ndarray, overlap: float = OVERLAP) -> np.ndarray:
    """Corners (N, 2) of what all ridges cover: along the first, down the right ends of baselines, up the left ones."""
    rows = zip(heights_, _baselines(heights_)[:, 0].tolist(), strict=True)
    shown = [(np.flatnonzero(row >= FLAT), row, base) for row, base in rows if (row >= FLAT).any()]
    left = [(x[places[0]], base) for places, _, base in shown]
    right = [(x[places[-1]], base) for places, _, base in shown]
    crest = [(x[place], base + overlap * row[place]) for places, row, base in shown[:1] for place in places]
    return np.array([*crest, *right, *left[::-1]]).reshape(-1, 2)


def _baselines(heights_: np.ndarray) -> np.ndarray:
    return np.arange(len(heights_))[::-1, None]


def _draw_ridge(axes: Axes, found: list[Distribution | None], x: np.ndarray, colour: str) -> None:
    """All lines of a panel as one, broken where they are hidden: a fraction of the bytes of one for each ridge."""
    raised = heights(found, x)
    corners = silhouette(x, raised)
    if len(corners):
        axes.fill(*corners.T, color=colour, alpha=0.16, linewidth=0)
    lines = np.pad(visible(raised), ((0, 0), (0, 1)), constant_values=np.nan)
    axes.plot(np.tile(np.append(x, np.nan), len(lines)), lines.ravel(), color=colour, linewidth=1.1, **drawing.LEAN)


def _ridge_axes(sheet: drawing.Sheet, axes: Axes, record: Record, scale: tuple[float, float], first: bool) -> None:
    steps = record.arrays["histogram_step"]
    count = len(_indices(len(steps)))
    axes.set_xlim(*scale)
    axes.set_ylim(-0.3, count - 1 + OVERLAP)
    mark = drawing.round_marks(float(np.sinh(np.abs(scale).min())), 2)[-1]
    marks = (-mark, 0, mark)
    labels = [french.shortest(at) if first else "" for at in marks]
    drawing.ticks(axes.xaxis, np.arcsinh(marks).tolist(), labels)
    drawing.ticks(
        axes.yaxis, [count - 1, 0], [french.number(steps[0]), french.number(steps[-1])] if first else ["", ""]
    )
    axes.axvline(0, color=sheet.theme.faint, linewidth=0.8, zorder=0.5, **drawing.LEAN)


def _name_ridge(sheet: drawing.Sheet, axes: Axes, record: Record, layer: int, arm: str) -> None:
    """The layer at the left of its row; how far the channels of each network move above its panel."""
    box = axes.get_position()
    above = (1 - box.y1) * sheet.height - 5
    if arm == ARMS[0]:
        sheet.text(0, above, f"couche {layer}", color=sheet.theme.ink)
    change = channel_moves(record.arrays, arm)[record.arrays["histogram_layer"].tolist().index(layer)]
    if np.isfinite(change):
        text = french.percent(change, 0 if change >= 0.1 else 1)
        sheet.text(box.x1 * sheet.layout.width, above, text, ha="right", color=colour_of(arm, sheet.theme))


def _name_network(sheet: drawing.Sheet, axes: Axes, arm: str) -> None:
    box = axes.get_position()
    above = (1 - box.y1) * sheet.height - 5 - sheet.layout.small * drawing.LEADING
    x = 0 if arm == ARMS[0] else box.x0 * sheet.layout.width
    sheet.text(x, above, ARM_NAMES[arm], color=colour_of(arm, sheet.theme), weight=SEMIBOLD)
