"""The angle that a step turns the weights by, against theory's; and what their length gains where nothing shortens it.

Theory is that of weights before a BN (`figures_src.experiments.scale.measures`). A point is a layer at one rate and one
decay, the mean of its seeds.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.scale import measures
from figures_src.experiments.scale.measures import BATCH, INERTIA, STANDARD
from figures_src.figures import drawing
from figures_src.figures.common import PARTS, Cell, Records, Table, over_seeds
from figures_src.records.record import Record
from figures_src.style import Layout, Theme, rc

RECORD = "scale"
GUTTER = 46
ALIVE = 0.5
"""Test accuracy under which a network, of the control alone, has learnt nothing: its angle is in the table."""
SPREAD = 0.035
"""Between the layers of a cell, in powers of ten of the rate: they would cover each other."""


@dataclass(frozen=True)
class Kind:
    """One run, as the figure names and draws it."""

    run: int
    arm: str
    name: str
    marker: str


KINDS = (
    Kind(STANDARD, "without_bn", "sans BN", "X"),
    Kind(BATCH, "with_bn", "avec BN", "o"),
    Kind(INERTIA, "with_bn", "avec BN et inertie 0,9", "^"),
)


@dataclass(frozen=True)
class Point:
    """Angles of a layer in one cell, in degrees: theory's, and those of the seeds (seeds,)."""

    kind: Kind
    layer: int
    rate: float
    decay: float
    settled: bool
    expected: float
    measured: np.ndarray
    accuracy: float
    """The least of the seeds' test accuracies."""

    @property
    def drawn(self) -> bool:
        """Whether every seed learns something, and a logarithmic axis has a place for it."""
        return bool(self.accuracy > ALIVE and np.isfinite(self.measured).all() and (self.measured > 0).all())


def points(record: Record) -> Iterator[Point]:
    """Every layer of every cell with a decay."""
    arrays = record.arrays
    for kind in KINDS:
        found, settled = np.degrees(measures.angles(arrays, kind.run)), measures.settled(arrays, kind.run)
        expected = np.degrees(measures.theory(measures.products(arrays, kind.run)))
        for rate, decay in np.ndindex(settled.shape):
            for layer in range(found.shape[-1]):
                setting = float(measures.rates(arrays, kind.run)[rate]), float(arrays["decay"][1 + decay])
                place = bool(settled[rate, decay]), float(expected[rate, decay])
                accuracy = float(arrays["test_accuracy"][kind.run, :, rate, 1 + decay].min())
                yield Point(kind, layer, *setting, *place, found[:, rate, decay, layer], accuracy)


WIDE = drawing.Places(382, ((GUTTER, 76, 340, 258), (476, 76, 236, 258)))
NARROW = drawing.Places(700, ((GUTTER, 98, 276, 250), (GUTTER, 446, 276, 196)))


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """Angles on the left, lengths on the right."""
    record = records[RECORD]
    with rc(theme, layout):
        places = NARROW if layout.stacked else WIDE
        sheet = drawing.begin(theme, layout, _subtitle(record), places.body)
        drawing.key(sheet, 0, 12, _samples(theme))
        angles, lengths = sheet.panels(places)
        _draw_angles(sheet, angles, record)
        _draw_lengths(sheet, lengths, record)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Angles in degrees, then what ‖W‖² gained over the sum of the squared steps."""
    record = records[RECORD]
    rows: list[tuple[Cell, ...]] = []
    for point in points(record):
        settled = "yes" if point.settled else "no"
        named: tuple[Cell, ...] = ("angle, degrees", point.kind.name, point.layer + 1, point.rate, point.decay)
        rows.append((*named, settled, point.expected, len(point.measured), *_bounds(point.measured)))
    for kind in KINDS[:2]:
        found = measures.growth(record.arrays, kind.run)
        for rate, layer in np.ndindex(found.shape[1:]):
            setting = float(measures.rates(record.arrays, kind.run)[rate])
            told: tuple[Cell, ...] = ("squared length gained over squared steps", kind.name, layer + 1, setting, 0.0)
            rows.append((*told, "", 1.0, len(found), *_bounds(found[:, rate, layer])))
    columns = ("what", "network", "layer", "learning_rate", "decay", "settled", "theory", "seeds", *PARTS)
    return Table(columns, tuple(rows))


def _bounds(values: np.ndarray) -> tuple[float, float, float]:
    """Mean and interval; not numbers where some seed has none."""
    if not np.isfinite(values).all():
        return (np.nan, np.nan, np.nan)
    over = over_seeds(values)
    return float(over.mean), float(over.low), float(over.high)


def _subtitle(record: Record) -> str:
    seeds = len(record.config["seeds"])
    return drawing.tidy(
        f"MNIST, trois couches de {record.config['width']} ReLU ; un point par couche et par réglage, moyenne de "
        f"{seeds} graines. Contour seul : équilibre non atteint. Les réseaux qui n’apprennent rien ne sont pas montrés."
    )


def _samples(theme: Theme) -> list[drawing.Sample]:
    line = {"linewidth": 1.4, "linestyle": (0, (4, 2))}
    marks = [
        drawing.Sample(
            kind.name, {"linewidth": 0, "marker": kind.marker, "markersize": 6, "markevery": [1]}, _colour(kind, theme)
        )
        for kind in KINDS
    ]
    return [*marks, drawing.Sample("théorie", line, theme.muted)]


def _colour(kind: Kind, theme: Theme) -> str:
    return str(getattr(theme, kind.arm))


def _draw_angles(sheet: drawing.Sheet, axes: Axes, record: Record) -> None:
    theme = sheet.theme
    sheet.name(axes, "Angle d’un pas", "mesuré, en degrés", gutter=GUTTER)
    shown = [point for point in points(record) if point.drawn]
    means = [float(point.measured.mean()) for point in shown]
    expected = [point.expected for point in shown]
    first, last = min(expected) / 1.4, max(expected) * 1.4
    axes.set_xscale("log")
    axes.set_xlim(first, last)
    _log_heights(axes, theme, min([first, *means]) / 1.2, max([last, *means]) * 1.2)
    ticks = [mark for mark in (0.1, 0.3, 1, 3, 10, 30) if first <= mark <= last]
    drawing.ticks(axes.xaxis, ticks, [french.shortest(mark) for mark in ticks])
    sheet.name_below(axes, "angle de la théorie, en degrés")
    axes.plot([first, last], [first, last], color=theme.muted, linewidth=1.4, linestyle=(0, (4, 2)), zorder=1)
    for point, mean in zip(shown, means, strict=True):
        _mark(axes, theme, point, point.expected * 10 ** (SPREAD * (point.layer - 1)), mean)


def _mark(axes: Axes, theme: Theme, point: Point, x: float, y: float) -> None:
    colour = _colour(point.kind, theme)
    axes.plot([x], [y], linestyle="none", marker=point.kind.marker, markersize=5, markeredgewidth=1, zorder=3,
              markeredgecolor=colour, markerfacecolor=colour if point.settled else "none")  # fmt: skip


def _log_heights(axes: Axes, theme: Theme, low: float, high: float) -> None:
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    marks = [mark for mark in (0.001, 0.01, 0.1, 1, 10, 100, 1000, 10_000) if low <= mark <= high]
    drawing.ticks(axes.yaxis, marks, [french.shortest(mark) if mark < 1000 else french.number(mark) for mark in marks])
    drawing.rules(axes, theme, marks)


def _draw_lengths(sheet: drawing.Sheet, axes: Axes, record: Record) -> None:
    theme = sheet.theme
    sheet.name(axes, "Longueur, sans pénalité", "carré gagné / carrés des pas", gutter=GUTTER)
    shown = {kind: _lengths(record, kind) for kind in KINDS[:2]}
    rates = measures.rates(record.arrays, BATCH)
    axes.set_xscale("log")
    axes.set_xlim(rates[0] / 1.6, rates[-1] * 1.6)
    top = 1.15 * max(1.0, *(float(np.nanmax(each)) for each in shown.values() if np.isfinite(each).any()))
    axes.set_ylim(min(0.0, *(1.1 * float(np.nanmin(each)) for each in shown.values() if np.isfinite(each).any())), top)
    marks = [0.0, 0.5, 1.0] if top < 2 else drawing.round_marks(top, 5)
    drawing.ticks(axes.yaxis, marks, [french.shortest(mark) for mark in marks])
    drawing.rules(axes, theme, marks)
    drawing.ticks(axes.xaxis, rates.tolist(), [french.shortest(float(rate)) for rate in rates])
    sheet.name_below(axes, "taux d’apprentissage")
    axes.axhline(1, color=theme.muted, linewidth=1.4, linestyle=(0, (4, 2)), zorder=1)
    for kind, lengths in shown.items():
        for layer in range(lengths.shape[1]):
            places = rates * 10 ** (SPREAD * (layer - 1))
            axes.plot(places, lengths[:, layer], linestyle="none", marker=kind.marker, markersize=5,
                      color=_colour(kind, theme), zorder=3)  # fmt: skip


def _lengths(record: Record, kind: Kind) -> np.ndarray:
    """Means over seeds, (rates, layers); not numbers where some seed learns nothing."""
    alive = record.arrays["test_accuracy"][kind.run, :, :, 0].min(axis=0) > ALIVE
    return np.where(alive[:, None], measures.growth(record.arrays, kind.run).mean(axis=0), np.nan)
