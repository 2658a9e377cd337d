"""Graph 6: VGG on CIFAR-10 without BN, with BN, with noisy BN: training accuracy, and what enters a ReLU.

Distributions are those of one channel, declared before the run, at the first and at the last step, each brought to the
same height: places and widths are what is compared. Their scale is that of asinh, even near zero and logarithmic far
from it: without BN, a layer may spread ten times wider than with it, on the same axis. Every layer and step is in the
notebook.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.arrays import rows_of
from figures_src.experiments.smoothing import Distribution, distributions
from figures_src.experiments.vgg.measures import ACCURACY, HIGH, MATCHED
from figures_src.experiments.vgg_channels.measures import channel_moves
from figures_src.figures import drawing
from figures_src.figures.common import ARM_NAMES, Cell, Records, Table, colour_of, grouped, over_seeds, triples
from figures_src.published import load
from figures_src.records.record import Record
from figures_src.style import SEMIBOLD, Layout, Theme, rc

CONTROLS, STRESS, CHANNELS = "vgg_controls", "vgg", "vgg_channels"
"""Networks at the common rate, at the high one, and channels."""
PUBLISHED = "santurkar2018_fig2_train_accuracy"
PUBLISHED_HIGH = "santurkar2018_fig1a_train_accuracy"
DASHES = {"without_bn": "solid", "with_bn": (0, (4, 2)), "noisy_bn": (0, (1.2, 1.4))}
"""How the published curves, all grey, are told apart."""
ARMS = tuple(ARM_NAMES)
HIGH_ARMS = ("without_bn", "with_bn")
ALONE = ((STRESS, HIGH, HIGH_ARMS), (CHANNELS, MATCHED, ARMS))
"""What is told of fewer seeds than the curves at the common rate."""
FIRST = (0, (3, 2))
"""Dashes of the distribution at the first step."""
GRID = 121
TAIL = 0.005
SHOWN_SEED, SHOWN_LAYER = 0, 1
"""Whose distributions are drawn: a seed, and a layer by its place in the record."""
EARLY, GROUP = 3000, 5
"""Accuracies are drawn as they are up to the one step, later as means of so many; at the high rate, such means only."""
MARKS = (0, 0.5, 1)
BAR, BARS = 17.0, 66.0
"""Pixels from the bar of one network to the next, and from one layer to the next."""


@dataclass(frozen=True)
class _Places(drawing.Places):
    """Accuracy at both rates, then a panel of distributions a network, then the bars; ``heads`` are tops of titles."""

    heads: tuple[float, float]
    """Of what enters the ReLU, and of the bars, from the left of the latter."""
    bars: float


WIDE = _Places(
    586,
    ((42, 30, 320, 214), (486, 30, 156, 214), *((left, 392, 124, 110) for left in (4, 148, 292)), (530, 370, 126, 196)),
    heads=(330, 330), bars=470,
)  # fmt: skip
NARROW = _Places(
    916,
    ((42, 32, 214, 190), (42, 304, 214, 96), *((left, 530, 100, 92) for left in (4, 118, 232)), (60, 714, 212, 196)),
    heads=(468, 676), bars=0,
)  # fmt: skip


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """Accuracy above, at the common rate and at the high one; distributions and their drift below."""
    with rc(theme, layout):
        places = NARROW if layout.stacked else WIDE
        sheet = drawing.begin(theme, layout, _subtitle(records), places.body)
        accuracy, high, *inputs, bars = sheet.panels(places)
        _draw_accuracy(sheet, accuracy, records[CONTROLS], MATCHED, ARMS)
        _draw_accuracy(sheet, high, records[STRESS], HIGH, HIGH_ARMS)
        _draw_inputs(sheet, inputs, records[CHANNELS], places.heads[0])
        _draw_bars(sheet, bars, records[CHANNELS], places)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Accuracies with their intervals; published ones; moments of the distributions, and how channels move."""
    columns = ("source", "what", "arm", "learning_rate", "layer", "step", "seeds", "value")
    channels = records[CHANNELS]
    rows = (*_accuracy_rows(records), *_published_rows(), *_moment_rows(channels), *_move_rows(channels))
    return Table((*columns, "student95_low", "student95_high"), rows)


def _accuracy_rows(records: Records) -> Iterator[tuple[Cell, ...]]:
    for record, rate, arms in ((records[CONTROLS], MATCHED, ARMS), (records[STRESS], HIGH, HIGH_ARMS)):
        steps = record.arrays["accuracy_step"].tolist()
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


def _subtitle(records: Records) -> str:
    count = min(len(_runs(records[CONTROLS], arm, MATCHED)) for arm in ARMS)
    spread = f"{count} graines, intervalle à {french.percent(0.95, 0)}" if count > 1 else "Une graine"
    others = min(len(_runs(records[name], arm, rate)) for name, rate, arms in ALONE for arm in arms)
    alone = "une graine" if others == 1 else f"{others} graines"
    rate = french.shortest(HIGH)
    return drawing.tidy(f"{spread} ; au taux {rate} et en bas : {alone}. Gris : publié en 2018.")


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


def _draw_inputs(sheet: drawing.Sheet, panels: Sequence[Axes], record: Record, top: float) -> None:
    """The first and the last distribution of one channel, a panel a network, all on one scale."""
    layer = record.arrays["histogram_layer"].tolist()[SHOWN_LAYER]
    last = french.number(record.arrays["histogram_step"][-1])
    _head(sheet, 0, top, f"Ce qui entre dans la ReLU, couche {layer}", f"tirets : au début ; plein : {last} itérations")
    ends = {arm: _ends(record, arm, layer) for arm in ARMS}
    low, high = reach([each for pair in ends.values() for each in pair])
    x = np.linspace(low, high, GRID)
    mark = drawing.round_marks(float(np.sinh(min(-low, high))), 2)[-1]
    marks = (-mark, 0.0, mark)
    for arm, axes in zip(ARMS, panels, strict=True):
        colour, raised = colour_of(arm, sheet.theme), heights(ends[arm], x)
        axes.set_xlim(low, high)
        axes.set_ylim(0, 1.04)
        drawing.ticks(axes.yaxis, [], [])
        drawing.ticks(axes.xaxis, np.arcsinh(marks).tolist(), [french.shortest(at) for at in marks])
        axes.axvline(0, color=sheet.theme.faint, linewidth=0.8, zorder=0.5)
        axes.fill_between(x, raised[1], color=colour, alpha=0.22, linewidth=0)
        axes.plot(x, raised[1], color=colour, linewidth=1.4)
        axes.plot(x, raised[0], color=colour, linewidth=1.3, linestyle=FIRST)
        sheet.name_at(axes, ARM_NAMES[arm], color=colour, weight=SEMIBOLD)


def _head(sheet: drawing.Sheet, left: float, top: float, title: str, unit: str) -> None:
    style = {"size": sheet.layout.text, "color": sheet.theme.ink, "weight": SEMIBOLD}
    sheet.text(left, sheet.top + top, drawing.tidy(title), **style)
    sheet.text(left, sheet.top + top + sheet.layout.small * drawing.LEADING + 1, drawing.tidy(unit))


def _ends(record: Record, arm: str, layer: int) -> list[Distribution | None]:
    every = distributions(record.arrays, int(_runs(record, arm, MATCHED)[SHOWN_SEED]), layer)
    return [every[0], every[-1]]


def reach(found: list[Distribution | None]) -> tuple[float, float]:
    """Bounds, in asinh, between which nearly all of every distribution fits."""
    ends = np.array([[each.quantile(TAIL), each.quantile(1 - TAIL)] for each in found if each])
    if not len(ends):
        return -1.0, 1.0
    low, high = float(np.arcsinh(ends[:, 0].min())), float(np.arcsinh(ends[:, 1].max()))
    return low - 0.05 * (high - low), high + 0.05 * (high - low)


def heights(found: list[Distribution | None], places: np.ndarray) -> np.ndarray:
    """Densities (distributions, X) around each sinh(place), each divided by its largest; zero for one that has none.

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


def _draw_bars(sheet: drawing.Sheet, axes: Axes, record: Record, places: _Places) -> None:
    """How far channels move between two looks, in their own deviations: three bars a layer."""
    steps, layers = record.arrays["histogram_step"], record.arrays["histogram_layer"].tolist()
    every = french.number(steps[1] - steps[0])
    _head(
        sheet, places.bars, places.heads[1], "Déplacement d’un canal", f"en {every} itérations, en % de son écart-type"
    )
    moves = {arm: channel_moves(record.arrays, arm) for arm in ARMS}
    known = np.concatenate([each[np.isfinite(each)] for each in moves.values()])
    axes.set_xlim(0, 1.05 * float(known.max()) if known.size else 1)
    axes.set_ylim(BARS * len(layers) - BARS / 4, -BAR)
    drawing.ticks(axes.xaxis, [], [])
    drawing.ticks(axes.yaxis, [BARS * row + BAR for row in range(len(layers))], [f"couche {layer}" for layer in layers])
    axes.tick_params(axis="y", labelsize=sheet.layout.small, labelcolor=sheet.theme.ink)
    axes.spines["bottom"].set_visible(False)
    for row, place in enumerate(range(len(layers))):
        for number, arm in enumerate(ARMS):
            if np.isfinite(moves[arm][place]):
                _draw_bar(sheet, axes, float(moves[arm][place]), BARS * row + BAR * number, colour_of(arm, sheet.theme))


def _draw_bar(sheet: drawing.Sheet, axes: Axes, move: float, height: float, colour: str) -> None:
    axes.barh(height, move, height=BAR - 4, color=colour, alpha=0.85)
    text = french.percent(move, 0 if move >= 0.1 else 1)
    axes.annotate(text, (move, height), (5, 0), textcoords="offset points", color=colour, size=sheet.layout.small,
                  va="center_baseline")  # fmt: skip
