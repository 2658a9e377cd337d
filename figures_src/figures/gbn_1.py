"""Graph 1: the five Inception variants of Ioffe & Szegedy 2015 on ImageNet, redrawn from their figures 2 and 3."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.figures import drawing
from figures_src.figures.common import Records, Table
from figures_src.figures.inception_looks import LOOKS, Look, colour, line
from figures_src.published import load
from figures_src.style import SEMIBOLD, Layout, Theme, rc

CURVES = "ioffe2015_fig2_imagenet_accuracy"
PRINTED = "ioffe2015_fig3_imagenet_table"
BASELINE = "inception"
FIRST_STEP, LAST_STEP = 2e5, 31e6
LOWEST, HIGHEST = 0.45, 0.775
MARKS = (0.5, 0.6, 0.7)
STEP_MARKS = (0.3, 1, 3, 10, 30)
"""In millions."""
MILLION = 1e6
SLOPE = ((0.980428, 0.584476), (1.939368, 0.652982))
"""Two points of BN-x5-Sigmoid: between it and the next curve a name only fits along the slope."""
ALONG = (1.38, 0.619)


@dataclass(frozen=True)
class Variant:
    """A published network, and where its name stands beside its curve."""

    arm: str
    place: tuple[float, float]
    """Step in millions, accuracy; where there is no room to write level, the middle of `SLOPE`."""
    anchor: str = ""
    """Which end of the name stands at its place; empty for a name written along the curve."""

    @property
    def look(self) -> Look:
        """Its name, colour and dash."""
        return LOOKS[self.arm]


VARIANTS = (
    Variant("inception", (5.6, 0.625), "left"),
    Variant("bn_baseline", (31, 0.741), "right"),
    Variant("bn_x30", (5.6, 0.7565), "center"),
    Variant("bn_x5", (0.85, 0.697), "right"),
    Variant("bn_x5_sigmoid", ALONG),
)
"""From the slowest to the fastest, then the one that never gets there."""


WIDE = drawing.Places(392, ((44, 40, 414, 300), (500, 40, 218, 300)))
NARROW = drawing.Places(630, ((44, 40, 280, 270), (0, 400, 336, 222)))


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """Curves over the logarithm of the steps, where equal distances are equal factors; then times as plain bars."""
    with rc(theme, layout):
        places = NARROW if layout.stacked else WIDE
        sheet = drawing.begin(theme, layout, _subtitle(), places.body)
        curves, bars = sheet.panels(places)
        _draw_curves(sheet, curves)
        _draw_times(sheet, bars)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Every point of the curves, then the printed table; an empty cell is a value that the paper does not give."""
    curves, printed = load(CURVES).columns, load(PRINTED).columns
    read = (curves[name].tolist() for name in ("arm", "step", "validation_accuracy"))
    rows: list[tuple[str | int | float, ...]] = [("figure 2", *row) for row in zip(*read, strict=True)]
    for arm, best in zip(printed["arm"].tolist(), printed["max_accuracy_percent"].tolist(), strict=True):
        steps = steps_to_match(arm)
        rows.append(("figure 3, steps to match", arm, "" if steps is None else round(steps), threshold()))
        rows.append(("figure 3, best", arm, "", best / 100))
    return Table(("source", "arm", "step", "validation_accuracy"), tuple(rows))


def threshold() -> float:
    """The best accuracy of the network without batch normalization, a fraction of one."""
    return float(load(PRINTED).where(arm=BASELINE)["max_accuracy_percent"][0]) / 100


def steps_to_match(arm: str) -> float | None:
    """Steps that a network needs to reach `threshold`; None for one that never does, or that is not in the table."""
    if not is_printed(arm):
        return None
    steps = float(load(PRINTED).where(arm=arm)["steps_to_72_2_percent"][0])
    return None if np.isnan(steps) else steps


def is_printed(arm: str) -> bool:
    """Whether the paper's table has a network."""
    return arm in load(PRINTED).columns["arm"]


def speedup(arm: str) -> float:
    """How many times fewer steps than the network without batch normalization; 0 for one that never gets there."""
    steps, reference = steps_to_match(arm), steps_to_match(BASELINE)
    return reference / steps if steps and reference else 0.0


def _subtitle() -> str:
    return drawing.tidy(
        "Réseau Inception sur ImageNet, nombres publiés en 2015. x5, x30 : taux d’apprentissage multiplié par 5, "
        "par 30. Losanges : moment où chaque réseau égale le meilleur résultat d’Inception."
    )


def _draw_curves(sheet: drawing.Sheet, axes: Axes) -> None:
    sheet.name(axes, "Précision sur la validation", "échelle logarithmique des itérations", gutter=44)
    axes.set_xscale("log")
    axes.set_xlim(FIRST_STEP, LAST_STEP)
    axes.set_ylim(LOWEST, HIGHEST)
    level = threshold()
    labels = [french.percent(mark, 0) for mark in MARKS] + [french.percent(level, 1)]
    drawing.ticks(axes.yaxis, [*MARKS, level], labels)
    drawing.rule(axes, sheet.theme, MARKS)
    axes.axhline(level, color=sheet.theme.muted, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
    drawing.ticks(axes.xaxis, [mark * MILLION for mark in STEP_MARKS], [f"{_short(mark)} M" for mark in STEP_MARKS])
    sheet.name_below(axes, "itérations (M : millions)")
    for variant in VARIANTS:
        _draw_curve(sheet, axes, variant, level)


def _draw_curve(sheet: drawing.Sheet, axes: Axes, variant: Variant, level: float) -> None:
    curve = load(CURVES).where(arm=variant.arm)
    axes.plot(curve["step"], curve["validation_accuracy"], zorder=3, **line(variant.look, sheet.theme))
    steps = steps_to_match(variant.arm)
    if steps:
        tone = colour(variant.look, sheet.theme)
        # The last diamond stands on the edge of the panel, half of it outside.
        axes.plot(steps, level, "D", markersize=8, color=tone, mec=sheet.theme.paper, mew=1, zorder=4, clip_on=False)
    _name(sheet, axes, variant)


def _name(sheet: drawing.Sheet, axes: Axes, variant: Variant) -> None:
    step, accuracy = variant.place
    style: dict[str, Any] = {"color": colour(variant.look, sheet.theme), "size": sheet.layout.small, "weight": SEMIBOLD}
    if variant.anchor:
        axes.text(step * MILLION, accuracy, variant.look.name, ha=variant.anchor, va="center", zorder=5, **style)
        return
    start, end = axes.transData.transform([(MILLION * x, y) for x, y in SLOPE])
    (run, rise), length = end - start, float(np.hypot(*(end - start)))
    beside = (11 * rise / length, -11 * run / length)
    angle = float(np.degrees(np.arctan2(rise, run)))
    style |= {"ha": "center", "va": "center", "rotation": angle, "rotation_mode": "anchor", "zorder": 5}
    axes.annotate(variant.look.name, (step * MILLION, accuracy), beside, textcoords="offset points", **style)


def _draw_times(sheet: drawing.Sheet, axes: Axes) -> None:
    sheet.name(axes, f"Itérations pour atteindre {french.percent(threshold(), 1)}", "échelle ordinaire")
    axes.spines["bottom"].set_visible(False)
    drawing.ticks(axes.xaxis, [], [])
    drawing.ticks(axes.yaxis, [], [])
    axes.set_xlim(0, LAST_STEP)
    axes.set_ylim(len(VARIANTS), 0)
    for row, variant in enumerate(VARIANTS):
        _draw_time(sheet, axes, row, variant)


def _draw_time(sheet: drawing.Sheet, axes: Axes, row: int, variant: Variant) -> None:
    steps, tone, small = steps_to_match(variant.arm), colour(variant.look, sheet.theme), sheet.layout.small
    axes.text(0, row + 0.34, variant.look.name, color=tone, weight=SEMIBOLD, size=small, va="center_baseline")
    count = f"{french.number(steps / MILLION, 1)} M" if steps else "non atteint"
    axes.text(LAST_STEP, row + 0.34, count, color=sheet.theme.ink, size=small, ha="right", va="center_baseline")
    axes.barh(row + 0.7, steps or 0, 0.12, color=tone)
    style: dict[str, Any] = {"color": sheet.theme.muted, "size": small, "va": "center_baseline"}
    beside = (6 if steps else 0, 0)
    axes.annotate(_note(variant), (steps or 0, row + 0.7), beside, textcoords="offset points", **style)


def _note(variant: Variant) -> str:
    """What the bar means: a factor, or how near the network came."""
    if variant.arm == BASELINE:
        return ""
    if speedup(variant.arm):
        return f"{french.number(speedup(variant.arm), 1)} fois moins"
    best = float(load(PRINTED).where(arm=variant.arm)["max_accuracy_percent"][0]) / 100
    return f"{french.percent(best, 1)} au mieux"


def _short(mark: float) -> str:
    return french.number(mark, 0 if mark == int(mark) else 1)
