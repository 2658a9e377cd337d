"""Graph 7: internal covariate shift in the sense of optimization, in VGG and in a deep linear network.

For one layer, the gradient G and the same gradient G′ after the previous layers took their step: their distance and
the cosine of their angle. Single measures jump by factors of ten, so what is drawn is a running median over all
seeds, and around it a band that holds eight measures out of ten; the published curves get the same running median.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.deep_linear import measures as dln
from figures_src.experiments.smoothing import Rolling, rolling
from figures_src.experiments.vgg import measures as vgg
from figures_src.figures import drawing
from figures_src.figures.common import ARM_NAMES, Cell, Records, Table, colour_of
from figures_src.published import load
from figures_src.records.record import Record
from figures_src.style import SEMIBOLD, Layout, Theme, rc

PUBLISHED = "santurkar2018_fig3_ics"
ARMS = ("without_bn", "with_bn")
DASHES: dict[str, Any] = {"without_bn": "solid", "with_bn": (0, (3.5, 1.8))}
"""How the published curves, both grey, are told apart."""
STROKE: dict[str, Any] = {**drawing.LEAN, "solid_capstyle": "butt"}
WINDOW = 10
"""The running median looks at this part of the training."""
PLACES = 19
GUTTER, GAP = 40, 14
PANEL_HEIGHT, ROW, HEAD, FOOT = 78, 106, 62, 22
COSINES = (-1, 0, 1)


@dataclass(frozen=True)
class Network:
    """One half of the figure: a record, how it is named, and its learning rates, from left to right."""

    record: str
    name: str
    rates: tuple[float, float]


@dataclass(frozen=True)
class Metric:
    """One quantity: its arrays, its name in the published curves and on the page."""

    array: str
    published: str
    name: str


NETWORKS = (
    Network("vgg", "VGG-16, CIFAR-10", (vgg.MATCHED, vgg.LOW)),
    Network("dln", "Réseau linéaire de 25 couches", (dln.HIGH, dln.LOW)),
)
METRICS = (
    Metric("shift_difference", "l2", "distance, couche {layer}"),
    Metric("shift_cosine", "cosine", "cosinus"),
)
DISTANCE = METRICS[0]
BLOCK = HEAD + 2 * len(METRICS) * ROW + FOOT
"""Height of a network: two layers, with a row for each quantity."""


@dataclass(frozen=True)
class _Places:
    """Room under the title; width, left edges and tops of the two networks."""

    body: float
    width: float
    corners: tuple[tuple[float, float], tuple[float, float]]


WIDE = _Places(28 + BLOCK, 348, ((0, 28), (372, 28)))
NARROW = _Places(46 + 2 * BLOCK, 340, ((0, 46), (0, 46 + BLOCK)))


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """A block for each network; in it a column for each rate, two rows for each layer."""
    places = NARROW if layout.stacked else WIDE
    with rc(theme, layout):
        sheet = drawing.begin(theme, layout, headline(records), _subtitle(records), places.body)
        drawing.key(sheet, 0, 12, _samples(theme))
        for network, (left, top) in zip(NETWORKS, places.corners, strict=True):
            _draw_network(sheet, records[network.record], network, left, top, places.width)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Every point drawn, with the band around it; single measures are in the records."""
    columns = ("source", "network", "learning_rate", "layer", "metric", "arm", "seeds", "step", "running_median")
    rows = (row for network in NETWORKS for row in _network_rows(records[network.record], network))
    return Table((*columns, "percentile_10", "percentile_90"), tuple(rows))


def _network_rows(record: Record, network: Network) -> Iterator[tuple[Cell, ...]]:
    layers = record.arrays["shift_layer"].tolist()
    for rate, layer, metric in product(network.rates, layers, METRICS):
        shown = curves(record, network.record, rate, layer, metric)
        for source, found in (("measured", shown.ours), ("published", shown.theirs)):
            for arm, each in found.items():
                seeds: Cell = len(rows_of(record.arrays, arm, rate)) if source == "measured" else ""
                meaning = (source, network.record, rate, layer, metric.published, arm, seeds)
                parts = (part.tolist() for part in (each.steps, each.median, each.low, each.high))
                yield from ((*meaning, *values) for values in zip(*parts, strict=True))


def headline(records: Records) -> str:
    """With BN over without: each rate in VGG, the ends of all problems in the linear network; computed from records."""
    fast, slow = (_factor(ratio(records["vgg"].arrays, rate)) for rate in NETWORKS[0].rates)
    linear = problems(records["dln"].arrays, NETWORKS[1].rates[0])
    return drawing.tidy(
        f"Distance brute de G à G′, avec BN rapportée à sans BN : {fast} ou {slow} dans VGG selon le taux ; dans le "
        f"réseau linéaire à {rate_name(NETWORKS[1].rates[0])}, de {_factor(min(linear))} à {_factor(max(linear))} "
        f"selon le problème"
    )


def ratio(arrays: Arrays, rate: float) -> float:
    """Distance with BN over without, in the first layer shown, over the first third of the steps."""
    return vgg.early_shift_ratio(arrays, _first(arrays, rate)).value


def problems(arrays: Arrays, rate: float) -> list[float]:
    """The same, one a seed: each draws a problem of its own."""
    with_bn, without = (vgg.early_shifts(arrays, arm, _first(arrays, rate)) for arm in (vgg.BATCH, vgg.STANDARD))
    return [float(value) for value in with_bn / without]


def _first(arrays: Arrays, rate: float) -> vgg.Place:
    return vgg.Place(rate, int(arrays["shift_layer"][0]))


def _factor(value: float) -> str:
    """Two digits; one where a hundred or a hundredth says enough."""
    digits = 2 if 0.01 <= value < 100 else 1
    rounded = float(f"{value:.{digits}g}")
    return french.shortest(rounded)


def rate_name(rate: float) -> str:
    """0.01 as it is, a power of ten that is smaller with its exponent."""
    return french.shortest(rate) if rate >= 1e-3 else drawing.power_of_ten(round(np.log10(rate)))


def _subtitle(records: Records) -> str:
    seeds = {network.record: [_seeds(records, network, rate) for rate in network.rates] for network in NETWORKS}
    matched, slow = seeds["vgg"]
    said = f"{matched} graines (une au taux {rate_name(vgg.LOW)})" if slow == 1 < matched else _count(slow)
    return drawing.tidy(f"VGG : {said} ; réseau linéaire : {_count(min(seeds['dln']))}.")


def _count(seeds: int) -> str:
    return "une graine" if seeds == 1 else f"{seeds} graines"


def _seeds(records: Records, network: Network, rate: float) -> int:
    return min(len(rows_of(records[network.record].arrays, arm, rate)) for arm in ARMS)


def _samples(theme: Theme) -> list[drawing.Sample]:
    ours = [drawing.Sample(ARM_NAMES[arm], {"linewidth": 2}, colour_of(arm, theme)) for arm in ARMS]
    theirs = [
        drawing.Sample(f"{ARM_NAMES[arm]}, publié", {"linewidth": 1.2, "linestyle": DASHES[arm]}, theme.published)
        for arm in ARMS
    ]
    return [*ours, *theirs]


@dataclass(frozen=True)
class Curves:
    """What one panel shows: ours by arm, and theirs for the arms that the paper lets one see."""

    ours: dict[str, Rolling]
    theirs: dict[str, Rolling]

    def reach(self) -> tuple[float, float]:
        """Smallest and largest positive value of what is drawn."""
        parts = [part for each in self.ours.values() for part in (each.low, each.high)]
        values = np.concatenate([*parts, *(each.median for each in self.theirs.values())])
        values = values[np.isfinite(values) & (values > 0)]
        return (float(values.min()), float(values.max())) if values.size else (0.1, 10.0)


def curves(record: Record, network: str, rate: float, layer: int, metric: Metric) -> Curves:
    """Running medians at `PLACES` steps, over one `WINDOW`-th of the training."""
    arrays = record.arrays
    steps, column = arrays["shift_step"], arrays["shift_layer"].tolist().index(layer)
    window, places = steps[-1] / WINDOW, np.linspace(0, steps[-1], PLACES)
    ours = {
        arm: rolling(steps, arrays[metric.array][rows_of(arrays, arm, rate)][:, :, column], window, places)
        for arm in ARMS
    }
    theirs = {}
    for arm in ARMS:
        curve = _published(network, rate, layer, metric, arm)
        if curve is not None:
            # A path drawn in a PDF has fewer points where it is straight: first as many everywhere as ours has.
            theirs[arm] = rolling(steps, np.interp(steps, *curve)[None], window, places)
    return Curves(ours, theirs)


def _published(network: str, rate: float, layer: int, metric: Metric, arm: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Steps and values; None for cosines of 1, which lie under the line that the figure itself draws there."""
    wanted: dict[str, str | float] = {
        "network": network,
        "learning_rate": rate,
        "layer": layer,
        "metric": metric.published,
        "arm": arm,
    }
    try:
        curve = load(PUBLISHED).where(**wanted)
    except KeyError:
        return None
    return curve["step"], curve["value"]


def _draw_network(
    sheet: drawing.Sheet, record: Record, network: Network, left: float, top: float, width: float
) -> None:
    sheet.text(left, sheet.top + top + 16, network.name, size=sheet.layout.text, color=sheet.theme.ink,
               weight=SEMIBOLD)  # fmt: skip
    panel = (width - GUTTER - GAP) / 2
    rows = [(layer, metric) for layer in record.arrays["shift_layer"].tolist() for metric in METRICS]
    shown = {(rate, *row): curves(record, network.record, rate, *row) for rate in network.rates for row in rows}
    scale = _scale([each for (*_, metric), each in shown.items() if metric is DISTANCE])
    for index, (layer, metric) in enumerate(rows):
        for column, rate in enumerate(network.rates):
            place = left + GUTTER + column * (panel + GAP), top + HEAD + index * ROW
            axes = sheet.panel(*place, panel, PANEL_HEIGHT)
            _steps(sheet, axes, record, network, last=index == len(rows) - 1, named=column == 1)
            _heights(axes, sheet.theme, metric, scale, first=column == 0)
            _draw_curves(axes, sheet.theme, shown[rate, layer, metric])
            if column == 0:
                sheet.name_at(axes, metric.name.format(layer=layer), GUTTER)
            if index == 0:
                sheet.name_at(axes, f"taux {rate_name(rate)}", 0, sheet.layout.small * drawing.LEADING + 2)


def _scale(found: list[Curves]) -> tuple[float, float]:
    ends = np.array([each.reach() for each in found])
    return float(ends[:, 0].min() / 1.3), float(ends[:, 1].max() * 1.3)


def _heights(axes: Axes, theme: Theme, metric: Metric, scale: tuple[float, float], first: bool) -> None:
    if metric is DISTANCE:
        drawing.log_axis(axes, theme, *scale)
    else:
        axes.set_ylim(-1.1, 1.3)  # the mark at 1 keeps clear of the name above
        drawing.ticks(axes.yaxis, COSINES, [french.number(mark) for mark in COSINES])
        drawing.rules(axes, theme, COSINES)
    axes.tick_params(labelleft=first)


def _steps(sheet: drawing.Sheet, axes: Axes, record: Record, network: Network, last: bool, named: bool) -> None:
    end = float(record.arrays["shift_step"][-1])
    axes.set_xlim(0, end)
    drawing.ticks(axes.xaxis, [0, end], [french.number(at) for at in (0, end)] if last else ["", ""])
    if last:
        axes.get_xticklabels()[-1].set_horizontalalignment("right")
    if last and named:
        sheet.name_below(axes, "itérations")
    axes.axvspan(0, end * vgg.EARLY_SHARE, color=sheet.theme.faint, alpha=0.5, linewidth=0, zorder=0)


def _draw_curves(axes: Axes, theme: Theme, shown: Curves) -> None:
    for arm, theirs in shown.theirs.items():
        axes.plot(theirs.steps, theirs.median, color=theme.published, linestyle=DASHES[arm], linewidth=1, **STROKE)
    for arm, ours in shown.ours.items():
        colour = colour_of(arm, theme)
        if np.isfinite(ours.median).any():
            drawing.ribbon(axes, ours.steps, ours.low, ours.high, colour)
            axes.plot(ours.steps, ours.median, color=colour, linewidth=1.7, zorder=3, **STROKE)
