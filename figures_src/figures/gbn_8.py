"""Graph 8: how much narrower the band of losses is with BN, by what is held equal; and with a noisy BN.

A row is a way of looking along the gradient. Its points are ratios to the network with BN, over pairs of seeds with
their 95 % intervals: without BN, with a noisy BN, and without BN as published. Bands themselves are in the notebook.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.arrays import Arrays
from figures_src.experiments.intervals import Ratio, paired_ratio
from figures_src.experiments.vgg.measures import ACCURACY, BATCH, MATCHED, NOISY, STANDARD
from figures_src.experiments.vgg_controls import measures
from figures_src.experiments.vgg_controls.measures import EARLY, MATCHED_LOSS, START
from figures_src.figures import drawing
from figures_src.figures.common import Cell, Records, Table, colour_of
from figures_src.networks.normalization import Normalization
from figures_src.published import load
from figures_src.records.record import Record
from figures_src.style import SEMIBOLD, Layout, Theme, rc

RECORD = "vgg_controls"
RANGES = "santurkar2018_fig4ab_ranges"
WINDOWS = (START, (1000, 5000), (5000, 10_000), (10_000, 15_000))
TOP, HEAD, FOOT = 46.0, 25.0, 8.0
"""Pixels above the panel, from its top to the first row, and under the last one."""
BELOW = 42.0
"""Under the panel: its marks."""
SPAN, MARKS = (0.08, 60.0), (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
UNKNOWN = "—"


@dataclass(frozen=True)
class _Places:
    """Pixels from a row to the next and more before a group, then what stands in a row, from left to right."""

    row: float
    gap: float
    left: float
    width: float
    """Of the axis of ratios."""
    numbers: tuple[float, float]
    """Right edges of the two columns of numbers."""
    names: float
    """Where names of rows and groups begin, or end where ``ha`` is right."""
    name_y: float
    """Of the name of a row, from its middle."""
    group_y: float
    """The same of the name of a group, from the middle of its first row."""
    ha: str


WIDE = _Places(25, 22, left=270, width=300, numbers=(640, 716), names=258, name_y=4, group_y=-15.5, ha="right")
NARROW = _Places(43, 47, left=8, width=212, numbers=(276, 338), names=8, name_y=-13, group_y=-30.5, ha="left")

Band = Callable[[Normalization], np.ndarray]
"""Mean width of a band, one per seed."""


@dataclass(frozen=True)
class Line:
    """A row of the graph: ``without`` and ``noisy`` are ratios to the network with BN, each None where not asked."""

    group: str
    name: str
    without: Ratio | None
    noisy: Ratio | None
    published: float | None = None


def lines(record: Record) -> list[Line]:
    """The rows, from the top."""
    arrays = record.arrays
    bands, distances = measures.rate_bands(arrays), measures.distance_bands(arrays)
    squared = measures.scaled(arrays, bands)
    step = "Le long d’un pas, de 0,5 à 4 fois le taux"
    fixed = f"À distance fixée, jusqu’à {french.shortest(measures.REACH)}"
    matched = f"à perte égale ({french.number(MATCHED_LOSS, 1)})"
    return [
        *(_line(step, _steps(window), _over(arrays, bands, window), published(window)) for window in WINDOWS),
        _line(step, matched, _matched(arrays, bands)),
        _line(step, "divisée par le carré du gradient, 0 à 1 000", _over(arrays, squared, START)),
        _fresh(step, arrays),
        *(_line(fixed, _steps(window), _over(arrays, distances, window)) for window in (EARLY, *WINDOWS[2:])),
        _line(fixed, matched, _matched(arrays, distances)),
        Line("Pour comparer", f"itérations jusqu’à {french.percent(ACCURACY, 0)}", _speed(arrays, STANDARD),
             _speed(arrays, NOISY)),
    ]  # fmt: skip


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """A row a way of looking; on a phone its name stands above it."""
    found, places = lines(records[RECORD]), NARROW if layout.stacked else WIDE
    tops = _tops(found, places)
    height = tops[-1] + FOOT
    with rc(theme, layout):
        sheet = drawing.begin(theme, layout, headline(found), _subtitle(records[RECORD]), TOP + height + BELOW)
        axes = sheet.panel(places.left, TOP, places.width, height)
        _frame(sheet, axes, height, tops)
        _heads(sheet, places)
        for line, top in zip(found, tops, strict=True):
            _draw_line(sheet, places, axes, line, top)
        _name_groups(sheet, places, found)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Every ratio with its interval; an empty cell is what was not measured, or has no interval."""
    columns = ("what", "how", "compared", "ratio", "student95_low", "student95_high", "pairs")
    rows: list[tuple[Cell, ...]] = []
    for line in lines(records[RECORD]):
        for name, ratio in ((STANDARD, line.without), (NOISY, line.noisy)):
            if ratio is not None:
                bounds = [np.nan if bound is None else bound for bound in (ratio.low, ratio.high)]
                rows.append((line.group, line.name, f"{name} / {BATCH}", ratio.value, *bounds, ratio.seeds))
        if line.published is not None:
            rows.append((line.group, line.name, f"published, {STANDARD} / {BATCH}", line.published, "", "", 1))
    return Table(columns, tuple(rows))


def published(window: tuple[int, int]) -> float:
    """Width of the published band without BN over with BN, means over the steps of a window."""
    widths = []
    for arm in (STANDARD, BATCH):
        curve = load(RANGES).where(metric="loss", arm=str(arm))
        chosen = measures.within(curve["step"], window)
        widths.append(float((curve["high"] - curve["low"])[chosen].mean()))
    return widths[0] / widths[1]


def headline(found: Sequence[Line]) -> str:
    """What separates the networks and what does not, where the intervals say so."""
    late, fixed = found[1 : len(WINDOWS)], [line for line in found if line.group.startswith("À distance")]
    narrower = all(each.without and each.without.sign > 0 for each in late)
    early, *later = fixed[: len(WINDOWS) - 1]
    then = all(each.without and each.without.sign > 0 for each in later)
    if narrower and then and early.without and early.without.sign <= 0:
        return drawing.tidy(
            "Avec BN, la perte varie vite moins le long d’un pas ; à distance égale, seulement après "
            f"{french.number(EARLY[1])} itérations"
        )
    return drawing.tidy("Bande des pertes le long du gradient : rapports au réseau avec BN")


def _steps(window: tuple[int, int]) -> str:
    first, last = (french.number(step) for step in window)
    return f"{first} à {last} itérations"


def _line(group: str, name: str, band: Band, told: float | None = None) -> Line:
    with_bn = band(BATCH)
    return Line(group, name, paired_ratio(band(STANDARD), with_bn), paired_ratio(band(NOISY), with_bn), told)


def _over(arrays: Arrays, values: np.ndarray, window: tuple[int, int]) -> Band:
    return lambda arm: measures.in_window(arrays, values, arm, MATCHED, window)


def _matched(arrays: Arrays, values: np.ndarray) -> Band:
    return lambda arm: measures.at_matched_loss(arrays, values, arm, MATCHED, MATCHED_LOSS)


def _fresh(group: str, arrays: Arrays) -> Line:
    noisy = _over(arrays, measures.rate_bands(arrays, fresh=True), START)(NOISY)
    with_bn = _over(arrays, measures.rate_bands(arrays), START)(BATCH)
    return Line(group, "bruit tiré à chaque arrêt, 0 à 1 000", None, paired_ratio(noisy, with_bn))


def _speed(arrays: Arrays, arm: Normalization) -> Ratio:
    last = float(arrays["accuracy_step"][-1])
    return paired_ratio(
        measures.steps_to(arrays, arm, MATCHED, ACCURACY), measures.steps_to(arrays, BATCH, MATCHED, ACCURACY), last
    )


def _subtitle(record: Record) -> str:
    seeds = len(record.config["seeds"])
    rate = french.shortest(MATCHED)
    return drawing.tidy(
        f"Largeur de la bande des pertes, rapportée à celle du réseau avec BN. VGG-16 sur CIFAR-10, taux {rate}, "
        f"{seeds} graines ; traits : intervalles à 95 %. Cercles gris : publié en 2018."
    )


def _tops(found: Sequence[Line], places: _Places) -> list[float]:
    """Where each row stands, in pixels under the head of the panel."""
    tops, top = [], 0.0
    for index, line in enumerate(found):
        if index and line.group != found[index - 1].group:
            top += places.gap
        tops.append(top + places.row / 2 + HEAD)
        top += places.row
    return tops


def _frame(sheet: drawing.Sheet, axes: Axes, height: float, tops: Sequence[float]) -> None:
    """The axis of ratios; its rules stand beside the points alone where the names of rows are above them."""
    axes.set_xscale("log")
    axes.set_xlim(*SPAN)
    axes.set_ylim(height, 0)
    drawing.ticks(axes.xaxis, MARKS, [french.shortest(mark) for mark in MARKS])
    drawing.ticks(axes.yaxis, [], [])
    spans = [(top - 10, top + 10) for top in tops] if sheet.layout.stacked else [(0.0, height)]
    heights = np.array([[low, high, np.nan] for low, high in spans]).ravel()
    for mark in MARKS:
        colour, width = (sheet.theme.with_bn, 1.4) if mark == 1 else (sheet.theme.faint, 0.8)
        axes.plot(np.full(len(heights), mark), heights, color=colour, linewidth=width, zorder=0.5)


def _heads(sheet: drawing.Sheet, places: _Places) -> None:
    for text, right, arm in zip(("sans BN", "bruitée"), places.numbers, (STANDARD, NOISY), strict=True):
        sheet.text(right, sheet.top + 34, text, color=colour_of(str(arm), sheet.theme), ha="right", weight=SEMIBOLD)
    one = places.left + places.width * np.log(1 / SPAN[0]) / np.log(SPAN[1] / SPAN[0])
    sheet.text(one, sheet.top + 34, "avec BN", color=sheet.theme.with_bn, ha="center", weight=SEMIBOLD)
    sheet.text(one + 34, sheet.top + 34, "plus large →")
    if not sheet.layout.stacked:
        sheet.text(one - 34, sheet.top + 34, "← plus étroite", ha="right")


def _draw_line(sheet: drawing.Sheet, places: _Places, axes: Axes, line: Line, top: float) -> None:
    y = sheet.top + TOP + top
    sheet.text(places.names, y + places.name_y, line.name, color=sheet.theme.ink, ha=places.ha)
    if line.published is not None:
        axes.plot(line.published, top, "o", markersize=7, markerfacecolor="none", color=sheet.theme.published, zorder=2)
    for ratio, right, arm, shift in zip(
        (line.without, line.noisy), places.numbers, (STANDARD, NOISY), (-3, 3), strict=True
    ):
        _draw_ratio(sheet, axes, ratio, (right, y), colour_of(str(arm), sheet.theme), top + shift)


def _draw_ratio(
    sheet: drawing.Sheet, axes: Axes, ratio: Ratio | None, place: tuple[float, float], colour: str, height: float
) -> None:
    known = ratio is not None and np.isfinite(ratio.value)
    text = french.number(ratio.value, 2 if ratio.value < 10 else 0) if ratio is not None and known else UNKNOWN
    sheet.text(place[0], place[1] + 4, text, color=colour, ha="right")
    if ratio is None or not known:
        return
    if ratio.low is not None and ratio.high is not None:
        axes.plot([ratio.low, ratio.high], [height, height], color=colour, linewidth=1.8, zorder=3)
    axes.plot(ratio.value, height, "o", markersize=6, color=colour, markeredgewidth=0, zorder=4)


def _name_groups(sheet: drawing.Sheet, places: _Places, found: Sequence[Line]) -> None:
    for index, (line, top) in enumerate(zip(found, _tops(found, places), strict=True)):
        if index == 0 or line.group != found[index - 1].group:
            y = sheet.top + TOP + top + places.group_y
            sheet.text(places.names, y, line.group, color=sheet.theme.ink, weight=SEMIBOLD, ha=places.ha)
