"""Graph 2: accuracy and loss on the test set of MNIST, with and without BN, the published curves behind."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.intervals import interval
from figures_src.experiments.mnist.measures import MATCHED
from figures_src.figures import drawing
from figures_src.figures.common import ARM_LABELS, ARMS, PARTS, Records, Table, arm_colours, triples
from figures_src.published import load
from figures_src.records.record import Record
from figures_src.style import Layout, Theme, rc

RECORD = "mnist_curves"
PUBLISHED = "ioffe2015_fig1a_test_accuracy"
FAST = -1
"""The other learning rate than that of the comparison, drawn as a thin dashed line."""
NAMED_AT = (5000, 37_000)
"""Steps where the published curves, without and with BN, have room for their names."""
LOWEST, HIGHEST = 0.70, 0.988
MARKS = (0.7, 0.8, 0.9, 0.95, 0.97, 0.98)
LOSS_MARKS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


@dataclass(frozen=True)
class _Places(drawing.Places):
    parts: int
    """In how many the steps are divided under the accuracy."""
    gutter: float
    """Room left of the losses for their marks."""


WIDE = _Places(372, ((46, 44, 306, 276), (500, 44, 130, 276)), parts=5, gutter=36)
NARROW = _Places(586, ((46, 44, 200, 280), (46, 420, 200, 120)), parts=2, gutter=46)


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """Accuracy large, loss small; bands are 95 % intervals of the mean over seeds."""
    record = records[RECORD]
    with rc(theme, layout):
        places = NARROW if layout.stacked else WIDE
        sheet = drawing.begin(theme, layout, _subtitle(record), places.body)
        accuracy, loss = sheet.panels(places)
        sheet.name(accuracy, "Précision sur le test", "échelle logarithmique de l’erreur", gutter=46)
        drawing.accuracy_axis(accuracy, theme, LOWEST, HIGHEST, MARKS)
        drawing.step_axis(sheet, accuracy, 0, float(record.arrays["step"][-1]), places.parts)
        _draw_accuracy(sheet, accuracy, record)
        sheet.name(loss, "Perte sur le test", "entropie croisée, échelle log.", gutter=places.gutter)
        _draw_loss(sheet, loss, record)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Every point of the figure: accuracy and loss by arm, learning rate and step, with their intervals."""
    arrays = records[RECORD].arrays
    columns: tuple[str, ...] = ("source", "arm", "learning_rate", "step", "seeds")
    columns += tuple(f"test_{what}_{part}" for what in ("accuracy", "loss") for part in PARTS)
    seeds = arrays["test_accuracy"].shape[2]
    rows: list[tuple[str | int | float, ...]] = []
    for row, rate in enumerate(arrays["learning_rate"].tolist()):
        for arm, name in enumerate(ARMS):
            accuracy = triples(interval(arrays["test_accuracy"][row, arm]))
            loss = triples(interval(arrays["test_loss"][row, arm]))
            for step, *values in zip(arrays["step"].tolist(), accuracy, loss, strict=True):
                numbers = [number for triple in values for number in triple]
                rows.append(("measured", name, rate, step, seeds, *numbers))
    curves = load(PUBLISHED).columns
    read = (curves[name].tolist() for name in ("arm", "step", "test_accuracy"))
    rows += [("published", arm, "", step, "", value, *[""] * 5) for arm, step, value in zip(*read, strict=True)]
    return Table(columns, tuple(rows))


def _subtitle(record: Record) -> str:
    rates = [french.shortest(rate) for rate in record.arrays["learning_rate"]]
    sigma = french.shortest(record.config["sigma"])
    seeds = record.arrays["test_accuracy"].shape[2]
    space = french.NARROW_NO_BREAK_SPACE
    text = (
        f"MNIST, σ{space}={space}{sigma}. Traits pleins : taux d’apprentissage {rates[MATCHED]}, moyenne de {seeds} "
        f"graines et son intervalle à 95{space}%. Tirets : taux {rates[FAST]}."
    )
    return drawing.tidy(text)


def _draw_accuracy(sheet: drawing.Sheet, axes: Axes, record: Record) -> None:
    _draw_published(sheet, axes)
    _draw_arms(sheet, axes, record.arrays["step"], 1 - record.arrays["test_accuracy"])
    drawing.label_ends(sheet, axes, _end_labels(sheet.theme, record))


def _draw_loss(sheet: drawing.Sheet, axes: Axes, record: Record) -> None:
    loss = record.arrays["test_loss"]
    axes.set_yscale("log")
    axes.set_ylim(0.8 * float(loss.mean(2).min()), 1.2)
    shown = [mark for mark in LOSS_MARKS if axes.get_ylim()[0] <= mark <= axes.get_ylim()[1]]
    drawing.ticks(axes.yaxis, shown, [french.shortest(mark) for mark in shown])
    drawing.rule(axes, sheet.theme, shown)
    drawing.step_axis(sheet, axes, 0, float(record.arrays["step"][-1]), 2)
    _draw_arms(sheet, axes, record.arrays["step"], loss)
    ends = loss[MATCHED].mean(1)[:, -1]
    pairs = zip(ends, ARM_LABELS, arm_colours(sheet.theme), strict=True)
    drawing.label_ends(sheet, axes, [drawing.Label(float(y), text, colour) for y, text, colour in pairs])


def _draw_arms(sheet: drawing.Sheet, axes: Axes, steps: np.ndarray, values: np.ndarray) -> None:
    for arm, colour in enumerate(arm_colours(sheet.theme)):
        axes.plot(steps, values[FAST, arm].mean(0), color=colour, linewidth=1.1, linestyle=(0, (4, 2)), zorder=2.5)
        drawing.band(axes, steps, interval(values[MATCHED, arm]), colour)


def _end_labels(theme: Theme, record: Record) -> list[drawing.Label]:
    final = 1 - record.arrays["test_accuracy"].mean(2)[:, :, -1]
    rates = [french.shortest(rate) for rate in record.arrays["learning_rate"]]
    labels = []
    for arm, (name, colour) in enumerate(zip(ARM_LABELS, arm_colours(theme), strict=True)):
        labels.append(drawing.Label(float(final[MATCHED, arm]), name, colour))
        labels.append(drawing.Label(float(final[FAST, arm]), f"{name}, taux {rates[FAST]}", colour, 400))
    return labels


def _draw_published(sheet: drawing.Sheet, axes: Axes) -> None:
    style: dict[str, Any] = {"color": sheet.theme.published, "size": sheet.layout.small, "textcoords": "offset points"}
    for arm, name in enumerate(ARMS):
        curve = load(PUBLISHED).where(arm=name)
        steps, errors = curve["step"], 1 - curve["test_accuracy"]
        axes.plot(steps, errors, color=sheet.theme.published, **drawing.BEHIND)
        at = int(np.abs(steps - NAMED_AT[arm]).argmin())
        text = f"{ARM_LABELS[arm]}, publié en 2015"
        if steps[at] < axes.get_xlim()[1]:  # a quick run ends before
            axes.annotate(text, (steps[at], errors[at]), ((8, -6), (0, 8))[arm], ha=("left", "center")[arm], **style)
