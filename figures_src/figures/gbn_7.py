"""Graph 7: internal covariate shift in the sense of optimization, in VGG and in a deep linear network.

For one layer, the gradient G and the same gradient G′ after the previous layers took their step: how far one is from
the other with BN, over how far without, early in training (over all of it at the rate where problems differ most); and
the same with each distance over the length of G. In VGG a point is a ratio over pairs of seeds with its 95 % interval;
in the linear network each seed draws a problem of its own, and each problem is a point. Curves over the whole training
are in the notebook.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments import shifts
from figures_src.experiments.arrays import Arrays
from figures_src.experiments.intervals import paired_ratio
from figures_src.experiments.linear_problems import measures as problems
from figures_src.figures import drawing, ratios
from figures_src.figures.common import Cell, Records, Table
from figures_src.figures.ratios import Axis, Column, Row
from figures_src.published.shifts import early_median
from figures_src.records.record import Record
from figures_src.style import SEMIBOLD, Layout, Theme, rc

ARMS = (shifts.WITHOUT, shifts.WITH, "noisy_bn")
NAME = 22.0
"""Pixels for the name of a network."""
RECORDS = {"matched": "vgg_controls", "slow": "vgg_low_rate", "linear": "dln", "problems": "linear_problems"}
FACTOR = 0.5
"""In front of the sum of squared errors: that of ``dln``."""
COLUMNS = {
    "vgg": (Column("with_bn", "avec BN"), Column("noisy_bn", "bruitée")),
    "linear": (Column("with_bn", "avec BN"),),
}
VGG = Axis((0.4, 50.0), (0.5, 1.0, 3.0, 10.0, 30.0), "sans BN", "without_bn", ("← plus petite", "plus grande →"))
LINEAR = Axis((1e-5, 3e5), (1e-4, 0.01, 1.0, 100.0, 1e4), "sans BN", "without_bn", VGG.sides)
RAW, RELATIVE = "Distance de G à G′", "Distance divisée par la longueur de G"
HEADS = {"vgg": "VGG-16, CIFAR-10", "linear": "Réseau linéaire de 25 couches"}


def vgg_rows(records: Records) -> list[Row]:
    """Raw distances, then relative ones: rates, layers."""
    return [
        _vgg_row(record, layer, relative)
        for relative in (False, True)
        for record in (records[RECORDS["matched"]], records[RECORDS["slow"]])
        for layer in record.arrays["shift_layer"].tolist()
    ]


def _vgg_row(record: Record, layer: int, relative: bool) -> Row:
    name, rate = "relative" if relative else "difference", float(record.arrays["run_learning_rate"][0])
    without, *others = (shifts.shift(record.arrays, name, arm, shifts.Place(rate, layer)) for arm in ARMS)
    paired = tuple(paired_ratio(each, without) for each in others)
    told = None if relative else published("vgg", rate, layer)
    return Row(RELATIVE if relative else RAW, f"taux {rate_name(rate)}, couche {layer}", paired, told)


def linear_rows(records: Records) -> list[Row]:
    """Raw distances, then relative ones: the rate at which problems differ most, then a lower one."""
    arrays = records[RECORDS["linear"]].arrays
    layer, rates = int(arrays["shift_layer"][0]), arrays["run_learning_rate"]
    low, high = float(rates.min()), float(rates.max())
    return [
        Row(
            RELATIVE if relative else RAW,
            f"taux {rate_name(rate)}, couche {layer}",
            (),
            None if relative else published("dln", rate, layer),
            tuple(float(value) for value in found(relative)),
        )
        for relative in (False, True)
        for rate, found in (
            (high, partial(_of_problems, records[RECORDS["problems"]].arrays, layer)),
            (low, partial(_of_seeds, arrays, shifts.Place(low, layer))),
        )
    ]


def _of_problems(arrays: Arrays, layer: int, relative: bool) -> np.ndarray:
    return problems.shift_ratios(arrays, FACTOR, layer, relative)


def _of_seeds(arrays: Arrays, place: shifts.Place, relative: bool) -> np.ndarray:
    measure = shifts.early_relative_shifts if relative else shifts.early_shifts
    with_bn, without = (measure(arrays, arm, place) for arm in (shifts.WITH, shifts.WITHOUT))
    return np.asarray(with_bn / without)


def published(network: str, rate: float, layer: int) -> float | None:
    """The ratio of the published distances, with BN over without."""
    without, with_bn = (early_median(network, rate, layer, "l2", arm) for arm in (shifts.WITHOUT, shifts.WITH))
    return None if without is None or with_bn is None else with_bn / without


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """VGG above, the linear network under it, each with its own axis."""
    above, under = vgg_rows(records), linear_rows(records)
    with rc(theme, layout):
        first = ratios.height(above, layout) + NAME
        sheet = drawing.begin(theme, layout, _subtitle(records), first + ratios.height(under, layout) + NAME)
        for name, top, rows, axis in (("vgg", 0.0, above, VGG), ("linear", first, under, LINEAR)):
            sheet.text(0, sheet.top + top + NAME, HEADS[name], size=layout.text, color=theme.ink, weight=SEMIBOLD)
            ratios.draw(sheet, top + NAME, rows, COLUMNS[name], axis)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Every ratio with its interval, or one a problem; those of the paper have neither."""
    columns = ("network", "what", "how", "compared", "ratio", "student95_low", "student95_high", "pairs")
    rows = [*_rows("vgg", vgg_rows(records)), *_rows("linear", linear_rows(records))]
    return Table(columns, tuple(rows))


def _rows(network: str, found: list[Row]) -> Iterator[tuple[Cell, ...]]:
    for row in found:
        named = (network, row.group, row.name)
        yield from ((*named, *cells) for cells in ratios.cells(row, ARMS[1:], ARMS[0]))


def rate_name(rate: float) -> str:
    """0.01 as it is, a power of ten that is smaller with its exponent."""
    return french.shortest(rate) if rate >= 1e-3 else drawing.power_of_ten(round(np.log10(rate)))


def _subtitle(records: Records) -> str:
    seeds = len(records[RECORDS["matched"]].config["seeds"])
    return drawing.tidy(
        "Au début de l’entraînement, rapportée à celle du réseau sans BN ; au plus grand taux du réseau linéaire, sur "
        "tout l’entraînement. "
        f"VGG : {seeds} graines, intervalles à 95 %. Réseau linéaire : un point par problème. Cercles : publié en 2018."
    )
