"""Graph 8: the landscape along the gradient, without and with BN: losses met, changes of the gradient, effective β.

Bands go from the smallest to the largest value met between half a learning rate and four of them. The published
losses hold a further term that their paper does not name, probably a penalty on the weights, and start near 4.2: they
stand on the same axis as they are, and only the widths of the bands can be compared. Ours are cross-entropies.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.assembly import rows_of
from figures_src.experiments.readings import Rolling, mean_range, rolling
from figures_src.experiments.vgg import L2, MATCHED, band_ratio, over_steps
from figures_src.figures import drawing
from figures_src.figures.common import ARM_NAMES, Cell, Records, Table, colour_of, grouped
from figures_src.intervals import geometric_mean
from figures_src.published import load
from figures_src.records.store import Record
from figures_src.style import SEMIBOLD, Layout, Theme, rc
from figures_src.training.landscape import band_width, change_along, effective_beta, loss_along

RECORD = "vgg"
RANGES, BETA = "santurkar2018_fig4ab_ranges", "santurkar2018_fig4c_beta"
ARMS = ("without_bn", "with_bn")
METRICS = ("loss", "gradient_l2_change")
EARLY = (0, 1000)
"""Steps in which neither network has learnt much yet: later, the one with BN has, and its losses vary less for that."""
WINDOW, PLACES = 30, 76
"""β is drawn as a running median over this part of the training, at so many steps."""
CUT = 99
"""The scale of the losses holds this percentile of all upper bounds; what is higher is cut off."""
GROUP = 3
"""Bounds, ours and theirs, are drawn as means of so many measures, which leaves the mean width as it is."""


@dataclass(frozen=True)
class Band:
    """A range over the training: ``steps``, ``low`` and ``high``, of one shape."""

    steps: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def width(self) -> float:
        """Mean over the training of largest minus smallest."""
        return float(np.nanmean(self.high - self.low))


def measured(record: Record, arm: str, metric: str, l2: float = 0.0) -> Band:
    """Mean over seeds of smallest and largest value along the gradient, at the matched rate."""
    arrays, along = record.arrays, loss_along if metric == "loss" else change_along
    low, high = mean_range(along(arrays, l2)[rows_of(arrays, arm, MATCHED)])
    return Band(arrays["landscape_step"], low, high)


def published(arm: str, metric: str) -> Band:
    """The same, read off figures 4a and 4b."""
    curve = load(RANGES).where(metric=metric, arm=arm)
    return Band(curve["step"], curve["low"], curve["high"])


def smoothness(record: Record, arm: str) -> Rolling:
    """Effective β at the matched rate: running median of all seeds."""
    arrays = record.arrays
    steps = arrays["landscape_step"]
    values = effective_beta(arrays)[rows_of(arrays, arm, MATCHED)]
    return rolling(steps, values, steps[-1] / WINDOW, np.linspace(0, steps[-1], PLACES))


def floor(record: Record) -> float:
    """1/η_min: what effective β comes to when the gradient changes by its own length within the shortest move."""
    shortest = record.arrays["landscape_length"][rows_of(record.arrays, ARMS[0], MATCHED)[0]].min()
    return float(1 / shortest)


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """A column for each quantity, a row for each network; on a phone a row for each quantity."""
    record = records[RECORD]
    with rc(theme, layout):
        sheet = drawing.begin(
            theme, layout, headline(record), _subtitle(record), 3 * 232 + 14 if layout.stacked else 424
        )
        for place, quantity in enumerate((_loss_axis, _change_axis, _beta_axis)):
            axes = [_panel(sheet, place, row) for row in range(len(ARMS))]
            quantity(sheet, axes, record)
        return drawing.finish(sheet)


def _panel(sheet: drawing.Sheet, place: int, row: int) -> Axes:
    if sheet.layout.stacked:
        return sheet.panel(36 + row * 156, 52 + place * 232, 144, 126)
    return sheet.panel(36 + place * 244, 62 + row * 170, 190, 132)


def table(records: Records) -> Table:
    """Bounds at every step, also with the penalty for comparison; β as drawn; the published curves; mean widths."""
    columns = ("source", "what", "arm", "l2", "seeds", "step", "low", "middle", "high")
    record = records[RECORD]
    return Table(columns, (*_range_rows(record), *_beta_rows(record), *_width_rows(record)))


def _range_rows(record: Record) -> Iterator[tuple[Cell, ...]]:
    for metric in METRICS:
        for arm in ARMS:
            for l2 in (0.0, L2):
                yield from _band_rows(
                    "measured", metric, arm, l2, _seeds(record, arm), measured(record, arm, metric, l2)
                )
            yield from _band_rows("published", metric, arm, "", "", published(arm, metric))


def _band_rows(source: str, metric: str, arm: str, l2: Cell, seeds: Cell, band: Band) -> Iterator[tuple[Cell, ...]]:
    for step, low, high in zip(*(part.tolist() for part in (band.steps, band.low, band.high)), strict=True):
        yield (source, metric, arm, l2, seeds, step, low, "", high)


def _beta_rows(record: Record) -> Iterator[tuple[Cell, ...]]:
    for arm in ARMS:
        found = smoothness(record, arm)
        parts = (part.tolist() for part in (found.steps, found.low, found.median, found.high))
        for values in zip(*parts, strict=True):
            yield ("measured", "effective_beta", arm, 0.0, _seeds(record, arm), *values)
        curve = load(BETA).where(arm=arm)
        for step, value in zip(curve["step"].tolist(), curve["effective_beta_smoothness"].tolist(), strict=True):
            yield ("published", "effective_beta", arm, "", "", step, "", value, "")


def _width_rows(record: Record) -> Iterator[tuple[Cell, ...]]:
    for metric in METRICS:
        for arm in ARMS:
            for l2 in (0.0, L2):
                width = geometric_mean(over_steps(record.arrays, arm, widths(record, metric, l2)))
                yield ("measured", f"mean width, {metric}", arm, l2, _seeds(record, arm), "", "", width, "")
            yield ("published", f"mean width, {metric}", arm, "", "", "", "", published(arm, metric).width, "")


def _seeds(record: Record, arm: str) -> int:
    return len(rows_of(record.arrays, arm, MATCHED))


def widths(record: Record, metric: str, l2: float = 0.0) -> np.ndarray:
    """Largest minus smallest value along the gradient: (runs, T)."""
    along = loss_along if metric == "loss" else change_along
    with np.errstate(invalid="ignore"):  # of a network that diverged
        return band_width(along(record.arrays, l2))


def ratio(record: Record, metric: str, window: tuple[float, float] | None = None) -> float:
    """Mean width of the band without BN over that with BN, of the steps of a window or of all."""
    return band_ratio(record.arrays, widths(record, metric), window).value


def headline(record: Record) -> str:
    """How much wider the band of losses is without BN, early and over all steps, in words computed from it."""
    early, whole = (_said(ratio(record, "loss", window)) for window in (EARLY, None))
    return drawing.tidy(
        f"Bande des pertes, sans BN rapportée à avec BN : {early} pendant les {french.number(EARLY[1])} premières "
        f"itérations, {whole} sur tout l’entraînement"
    )


def _said(value: float) -> str:
    return french.number(value, 1) if np.isfinite(value) else "inconnu"


def _subtitle(record: Record) -> str:
    seeds = min(_seeds(record, arm) for arm in ARMS)
    many = f"moyenne de {seeds} graines" if seeds > 1 else "une graine"
    rate = french.shortest(MATCHED)
    return drawing.tidy(f"VGG-16 sur CIFAR-10, taux {rate}, {many}. En gris : publié en 2018.")


def _loss_axis(sheet: drawing.Sheet, axes: list[Axes], record: Record) -> None:
    bands = [(measured(record, arm, "loss"), published(arm, "loss")) for arm in ARMS]
    highs = np.concatenate([band.high for pair in bands for band in pair])
    top = 1.05 * float(np.percentile(highs[np.isfinite(highs)], CUT))
    marks = drawing.round_marks(top, 3)
    for row, (panel, (ours, theirs)) in enumerate(zip(axes, bands, strict=True)):
        _begin(sheet, panel, record, row, "Perte", "entropie croisée")
        panel.set_ylim(0, top)
        drawing.ticks(panel.yaxis, marks, [french.shortest(mark) for mark in marks])
        drawing.rules(panel, sheet.theme, marks)
        _draw_band(panel, sheet.theme, ARMS[row], ours, theirs)
    _name_other_term(sheet, axes[-1])


def _change_axis(sheet: drawing.Sheet, axes: list[Axes], record: Record) -> None:
    bands = [(measured(record, arm, METRICS[1]), published(arm, METRICS[1])) for arm in ARMS]
    ends = np.concatenate([part for pair in bands for band in pair for part in (band.low, band.high)])
    ends = ends[np.isfinite(ends) & (ends > 0)]
    low, high = np.percentile(ends, (1, 100)) if ends.size else (0.1, 10)
    for row, (panel, (ours, theirs)) in enumerate(zip(axes, bands, strict=True)):
        _begin(sheet, panel, record, row, "Changement du gradient", "échelle logarithmique")
        drawing.log_axis(panel, sheet.theme, float(low) / 1.2, float(high) * 1.3)
        _draw_band(panel, sheet.theme, ARMS[row], ours, theirs)


def _beta_axis(sheet: drawing.Sheet, axes: list[Axes], record: Record) -> None:
    found, level = [smoothness(record, arm) for arm in ARMS], floor(record)
    curves = [load(BETA).where(arm=arm) for arm in ARMS]
    highs = np.concatenate([*(each.high for each in found), *(curve["effective_beta_smoothness"] for curve in curves)])
    top = 1.05 * float(np.nanmax(highs)) if np.isfinite(highs).any() else 2 * level
    marks = [0.0, level, 2 * level]
    for row, (panel, ours, theirs) in enumerate(zip(axes, found, curves, strict=True)):
        _begin(sheet, panel, record, row, "β effectif", f"tirets : 1/η min = {french.shortest(level)}")
        panel.set_ylim(0, max(top, 2.1 * level))
        drawing.ticks(panel.yaxis, marks, [french.shortest(mark) for mark in marks])
        drawing.rules(panel, sheet.theme, [0, 2 * level])
        panel.axhline(level, color=sheet.theme.muted, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
        panel.plot(theirs["step"], theirs["effective_beta_smoothness"], color=sheet.theme.published, **drawing.BEHIND)
        colour = colour_of(ARMS[row], sheet.theme)
        drawing.ribbon(panel, ours.steps, ours.low, ours.high, colour)
        panel.plot(ours.steps, ours.median, color=colour, linewidth=1.8, zorder=3)


def _begin(sheet: drawing.Sheet, panel: Axes, record: Record, row: int, title: str, unit: str) -> None:
    """Steps, and the names: of the quantity once, of the network above each panel."""
    last = float(record.arrays["landscape_step"][-1])
    panel.set_xlim(0, last)
    lowest = row == len(ARMS) - 1 or sheet.layout.stacked
    drawing.ticks(panel.xaxis, [0, last], [french.number(at) for at in (0, last)] if lowest else ["", ""])
    panel.tick_params(labelleft=not (row and sheet.layout.stacked))
    panel.get_xticklabels()[-1].set_horizontalalignment("right")
    if row == len(ARMS) - 1:
        sheet.name_below(panel, "itérations")
    arm = ARMS[row]
    gutter = 0 if sheet.layout.stacked and row else 36
    sheet.name_at(panel, ARM_NAMES[arm], gutter, color=colour_of(arm, sheet.theme), weight=SEMIBOLD)
    if row == 0:
        line = sheet.layout.small * drawing.LEADING
        sheet.name_at(panel, title, gutter, 2 * line + 4, weight=SEMIBOLD)
        sheet.name_at(panel, unit, gutter, line + 3, color=sheet.theme.muted)


def _draw_band(panel: Axes, theme: Theme, arm: str, ours: Band, theirs: Band) -> None:
    shown, behind = (_coarse(band) for band in (ours, theirs))
    drawing.ribbon(panel, shown.steps, shown.low, shown.high, colour_of(arm, theme), alpha=0.5, clip_on=True)
    for part in (behind.low, behind.high):
        panel.plot(behind.steps, part, color=theme.published, **drawing.BEHIND | {"zorder": 3})


def _coarse(band: Band) -> Band:
    return Band(*(grouped(part, GROUP) for part in (band.steps, band.low, band.high)))


def _name_other_term(sheet: drawing.Sheet, panel: Axes) -> None:
    """Say, where BN leaves room, why the published losses lie higher."""
    style: dict[str, Any] = {"size": sheet.layout.small, "color": sheet.theme.published, "ha": "right", "va": "top"}
    panel.text(1, 0.98, "publié, avec\nun autre terme", transform=panel.transAxes, **style)
