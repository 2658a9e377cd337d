"""Graph 5: the arms of Inception as published on ImageNet, beside ours at a reduced scale on CIFAR-10."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from figures_src import french
from figures_src.experiments.arrays import rows_of
from figures_src.experiments.inception import measures as inception
from figures_src.experiments.inception.measures import ARMS
from figures_src.figures import drawing
from figures_src.figures.common import Records, Table, over_seeds, triples
from figures_src.figures.gbn_1 import BASELINE, CURVES, MILLION, is_printed, steps_to_match, threshold
from figures_src.figures.inception_looks import LOOKS, colour, line
from figures_src.published import load
from figures_src.records.record import Record
from figures_src.style import SEMIBOLD, Layout, Theme, rc

RECORD = "inception"
BN, FASTER = "bn_baseline", "bn_x5"
PUBLISHED_SPAN, PUBLISHED_MARKS = (2e5, 31e6), (0.3e6, 1e6, 3e6, 10e6, 30e6)
PUBLISHED_HEIGHTS, OUR_HEIGHTS = (0.4, 0.78), (0.05, 0.83)
HEIGHT_MARKS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
OUR_MARKS = (500, 1000, 2000, 5000, 10_000, 20_000)
ROW = 25.0
NEVER = "non atteint"


WIDE = drawing.Places(330, ((44, 40, 290, 220), (414, 40, 290, 220)))
NARROW = drawing.Places(600, ((44, 40, 280, 200), (44, 335, 280, 200)))


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """Two panels of curves over the logarithm of the steps; a table that is their key as well."""
    record = records[RECORD]
    key = ROW * (len(LOOKS) * (2 if layout.stacked else 1) + 2)
    places = NARROW if layout.stacked else WIDE
    with rc(theme, layout):
        sheet = drawing.begin(theme, layout, headline(record), _subtitle(record, layout), places.body + key)
        published, ours = sheet.panels(places)
        _draw_published(sheet, published)
        _draw_ours(sheet, ours, record)
        _draw_key(sheet, sheet.height - key + ROW, record)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Every point of the curves, then the steps to the baseline's best accuracy; an empty cell is "never"."""
    columns = ("source", "arm", "seeds", "step", "accuracy_mean", "student95_low", "student95_high")
    curves, arrays = load(CURVES).columns, records[RECORD].arrays
    read = (curves[name].tolist() for name in ("arm", "step", "validation_accuracy"))
    rows: list[tuple[str | int | float, ...]] = [
        ("published, curve", arm, 1, step, value, "", "") for arm, step, value in zip(*read, strict=True)
    ]
    for arm in ARMS:
        over = over_seeds(arrays["test_accuracy"][rows_of(arrays, arm)])
        seeds = len(rows_of(arrays, arm))
        points = zip(arrays["evaluation_step"].tolist(), triples(over), strict=True)
        rows += [("measured, curve", arm, seeds, step, *each) for step, each in points]
    for arm in ARMS:
        if is_printed(arm):
            rows.append(("published, steps to match", arm, 1, steps_to_match(arm) or "", threshold(), "", ""))
        level = inception.threshold(arrays)
        for seed, ours in enumerate(our_steps(records[RECORD], arm)):
            known = ours if np.isfinite(ours) else ""
            rows.append((f"measured, steps to the level, seed {seed}", arm, 1, known, level, "", ""))
    return Table(columns, tuple(rows))


def our_steps(record: Record, arm: str) -> list[float]:
    """First step at which each seed is at the level; infinity for one that never is."""
    return [float(step) for step in inception.steps_to(record.arrays, ARMS[arm], inception.threshold(record.arrays))]


def headline(record: Record) -> str:
    """How many times fewer steps normalization alone needs, on ImageNet and to our own level."""
    published = _factor(steps_to_match(BASELINE), steps_to_match(BN))
    level = french.percent(inception.FIXED_LEVEL, 0)
    ours = inception.times_ratio(record.arrays, ARMS[BN], ARMS[BASELINE], inception.FIXED_LEVEL)
    told = f"rien ne les départage à {level}"
    if ours.sign < 0:
        told = f"elle atteint {level} en {french.number(1 / ours.value, 1)} fois moins"
    return drawing.tidy(
        f"Au même taux, la BN égale Inception en {french.number(published or 0, 1)} fois moins d’itérations sur "
        f"ImageNet ; ici, {told}"
    )


def _arrived(steps: Sequence[float]) -> str:
    return f"{np.isfinite(steps).sum()} {french.plural(len(steps), 'graine')} sur {len(steps)}"


def _factor(slow: float | None, fast: float | None) -> float | None:
    return slow / fast if slow and fast else None


def _subtitle(record: Record, layout: Layout) -> str:
    seeds, others = (len(rows_of(record.arrays, arm)) for arm in (BASELINE, FASTER))
    rate = french.shortest(record.config["base_learning_rate"])
    place = "En bas" if layout.stacked else "À droite"
    return drawing.tidy(
        f"x5, x30 : taux d’apprentissage multiplié par 5, par 30. {place}, échelle réduite : un petit Inception sur "
        f"CIFAR-10, taux {rate}, moyennes de {seeds} graines, {others} pour x5 et x30, et intervalles à 95 %. "
        f"En pointillé gris, le repère : "
        f"le sommet de la courbe d’Inception sans BN."
    )


def _draw_published(sheet: drawing.Sheet, axes: Axes) -> None:
    labels = [f"{french.number(mark / MILLION, 0 if mark >= MILLION else 1)} M" for mark in PUBLISHED_MARKS]
    sheet.name(axes, "Publié : ImageNet", "précision sur la validation, échelle log. de l’erreur", gutter=44)
    _frame(sheet, axes, PUBLISHED_SPAN, PUBLISHED_HEIGHTS)
    drawing.ticks(axes.xaxis, PUBLISHED_MARKS, labels)
    _level(sheet, axes, threshold())
    for arm in dict.fromkeys(load(CURVES).columns["arm"].tolist()):
        curve = load(CURVES).where(arm=arm)
        axes.plot(curve["step"], 1 - curve["validation_accuracy"], zorder=3, **line(LOOKS[arm], sheet.theme))


def _draw_ours(sheet: drawing.Sheet, axes: Axes, record: Record) -> None:
    arrays = record.arrays
    steps = arrays["evaluation_step"]
    sheet.name(axes, "Ici : CIFAR-10, échelle réduite", "précision sur le test, échelle log. de l’erreur", gutter=44)
    _frame(sheet, axes, (float(steps[1]), float(steps[-1])), OUR_HEIGHTS)
    marks = [mark for mark in OUR_MARKS if steps[1] <= mark <= steps[-1]]
    marks = marks[:: 2 if len(marks) > 5 else 1]
    drawing.ticks(axes.xaxis, marks, [french.number(mark) for mark in marks])
    _level(sheet, axes, inception.threshold(arrays))
    for arm in ARMS:
        over = over_seeds(1 - arrays["test_accuracy"][rows_of(arrays, arm)][:, 1:])
        style = line(LOOKS[arm], sheet.theme)
        drawing.band(axes, steps[1:], over, style.pop("color"), **style)


def _frame(sheet: drawing.Sheet, axes: Axes, span: tuple[float, float], heights: tuple[float, float]) -> None:
    axes.set_xscale("log")
    axes.set_xlim(*span)
    drawing.accuracy_axis(axes, sheet.theme, *heights, HEIGHT_MARKS)
    sheet.name_below(axes, "itérations, échelle logarithmique")


def _level(sheet: drawing.Sheet, axes: Axes, accuracy: float) -> None:
    axes.axhline(1 - accuracy, color=sheet.theme.muted, linewidth=1, linestyle=(0, (2, 2)), zorder=1)


def _draw_key(sheet: drawing.Sheet, top: float, record: Record) -> None:
    """A row for each arm, in the colour and the dash of its curves: its steps, published and ours."""
    stacked = sheet.layout.stacked
    columns = (150, sheet.layout.width) if stacked else (440, sheet.layout.width)
    heads = ("publié", "ici") if stacked else ("publié (ImageNet)", "ici (CIFAR-10)")
    sheet.text(0, top - 10, "Itérations" if stacked else "Itérations jusqu’au repère")
    for right, head in zip(columns, heads, strict=True):
        sheet.text(right, top - 10 + (ROW * 0.7 if stacked else 0), head, ha="right")
    for number, arm in enumerate(LOOKS):
        y = top + (ROW * 0.7 if stacked else 0) + (number + 0.6) * ROW * (1.75 if stacked else 1)
        _draw_row(sheet, y, arm, record, columns)


def _draw_row(sheet: drawing.Sheet, y: float, arm: str, record: Record, columns: Sequence[float]) -> None:
    look, width, height = LOOKS[arm], sheet.layout.width, sheet.height
    sample: dict[str, Any] = line(look, sheet.theme)
    heights = [1 - (y - 4) / height] * 2
    sheet.figure.add_artist(Line2D([0, 26 / width], heights, transform=sheet.figure.transFigure, **sample))
    sheet.text(34, y, look.name, color=colour(look, sheet.theme), weight=SEMIBOLD)
    below = ROW * 0.72 if sheet.layout.stacked else 0
    published = _count(steps_to_match(arm), steps_to_match(BASELINE)) if is_printed(arm) else "pas de courbe"
    ours = _ours(our_steps(record, arm))
    for right, cell in zip(columns, (published, ours), strict=True):
        sheet.text(right, y + below, cell, ha="right", color=sheet.theme.ink)


def _ours(steps: Sequence[float]) -> str:
    """Mean of the seeds where all of them arrive, else how many do."""
    if np.isfinite(steps).all():
        return french.number(float(np.mean(steps)))
    return _arrived(steps) if np.isfinite(steps).any() else NEVER


def _count(steps: float | None, reference: float | None) -> str:
    """Steps, and how many times fewer than the baseline needs."""
    if steps is None:
        return NEVER
    text = f"{french.number(steps / MILLION, 1)} M" if steps >= MILLION else french.number(steps)
    factor = _factor(reference, steps)
    return f"{text} (÷ {french.number(factor, 1)})" if factor and factor != 1 else text
