"""Graph 8: how much narrower the band of losses is with BN, by what is held equal; and with a noisy BN.

A row is a way of looking along the gradient. Its points are ratios to the network with BN, over pairs of seeds with
their 95 % intervals: without BN, with a noisy BN, and without BN as published. Bands themselves are in the notebook.
"""

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.arrays import Arrays, within
from figures_src.experiments.intervals import Ratio, paired_ratio
from figures_src.experiments.vgg.measures import ACCURACY, BATCH, MATCHED, NOISY, STANDARD
from figures_src.experiments.vgg_controls import measures
from figures_src.experiments.vgg_controls.measures import MATCHED_LOSS, START
from figures_src.figures import drawing, ratios
from figures_src.figures.common import Records, Table
from figures_src.figures.ratios import Axis, Column, Row
from figures_src.networks.normalization import Normalization
from figures_src.published import load
from figures_src.records.record import Record
from figures_src.style import Layout, Theme, rc

RECORD = "vgg_controls"
RANGES = "santurkar2018_fig4ab_ranges"
WINDOWS = (START, (1000, 5000), (5000, 10_000), (10_000, 15_000))
EARLY = (WINDOWS[0][0], WINDOWS[1][1])
"""The first two in one: the window of the prediction at fixed distances."""
COLUMNS = (Column("without_bn", "sans BN"), Column("noisy_bn", "bruitée"))
AXIS = Axis((0.08, 60.0), (0.1, 0.3, 1.0, 3.0, 10.0, 30.0), "avec BN", "with_bn", ("← plus étroite", "plus large →"))

Band = Callable[[Normalization], np.ndarray]
"""Mean width of a band, one per seed."""


def lines(record: Record) -> list[Row]:
    """The rows, from the top."""
    arrays = record.arrays
    bands, distances = measures.rate_bands(arrays), measures.distance_bands(arrays)
    farther = measures.distance_bands(arrays, measures.FARTHEST)
    squared = measures.scaled(arrays, bands)
    step = "Le long d’un pas, de 0,5 à 4 fois le taux"
    fixed, far = (
        f"À distance fixée, jusqu’à {french.shortest(reach)}" for reach in (measures.REACH, measures.FARTHEST)
    )
    matched = f"à perte égale ({french.number(MATCHED_LOSS, 1)})"
    return [
        *(_line(step, _steps(window), _over(arrays, bands, window), published(window)) for window in WINDOWS),
        _line(step, matched, _matched(arrays, bands)),
        _line(step, "divisée par le carré du gradient, 0 à 1 000", _over(arrays, squared, START)),
        _fresh(step, arrays),
        *(_line(fixed, _steps(window), _over(arrays, distances, window)) for window in (EARLY, *WINDOWS[2:])),
        _line(fixed, matched, _matched(arrays, distances)),
        *(_line(far, _steps(window), _over(arrays, farther, window)) for window in (EARLY, *WINDOWS[2:])),
        _line(far, matched, _matched(arrays, farther)),
        Row("Pour comparer", f"itérations jusqu’à {french.percent(ACCURACY, 0)}",
            (_speed(arrays, STANDARD), _speed(arrays, NOISY))),
    ]  # fmt: skip


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """A row a way of looking."""
    rows = lines(records[RECORD])
    with rc(theme, layout):
        sheet = drawing.begin(theme, layout, _subtitle(records[RECORD]), ratios.height(rows, layout))
        ratios.draw(sheet, 0, rows, COLUMNS, AXIS)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Every ratio with its interval; an empty cell is what was not measured, or has no interval."""
    columns = ("what", "how", "compared", "ratio", "student95_low", "student95_high", "pairs")
    rows = [
        (row.group, row.name, *cells)
        for row in lines(records[RECORD])
        for cells in ratios.cells(row, (STANDARD, NOISY), BATCH)
    ]
    return Table(columns, tuple(rows))


def published(window: tuple[int, int]) -> float:
    """Width of the published band without BN over with BN, means over the steps of a window."""
    widths = []
    for arm in (STANDARD, BATCH):
        curve = load(RANGES).where(metric="loss", arm=str(arm))
        chosen = within(curve["step"], window)
        widths.append(float((curve["high"] - curve["low"])[chosen].mean()))
    return widths[0] / widths[1]


def _steps(window: tuple[int, int]) -> str:
    first, last = (french.number(step) for step in window)
    return f"{first} à {last} itérations"


def _line(group: str, name: str, band: Band, told: float | None = None) -> Row:
    with_bn = band(BATCH)
    return Row(group, name, (paired_ratio(band(STANDARD), with_bn), paired_ratio(band(NOISY), with_bn)), told)


def _over(arrays: Arrays, values: np.ndarray, window: tuple[int, int]) -> Band:
    return lambda arm: measures.in_window(arrays, values, arm, MATCHED, window)


def _matched(arrays: Arrays, values: np.ndarray) -> Band:
    return lambda arm: measures.at_matched_loss(arrays, values, arm, MATCHED, MATCHED_LOSS)


def _fresh(group: str, arrays: Arrays) -> Row:
    noisy = _over(arrays, measures.rate_bands(arrays, fresh=True), START)(NOISY)
    with_bn = _over(arrays, measures.rate_bands(arrays), START)(BATCH)
    return Row(group, "bruit tiré à chaque arrêt, 0 à 1 000", (None, paired_ratio(noisy, with_bn)))


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
