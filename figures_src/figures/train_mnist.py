"""Networks small enough for the reader's page, as recorded: accuracy of the seeds at each proposed setting."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src import french
from figures_src.experiments.mnist_page.measures import ARMS, RECORD
from figures_src.figures import drawing, train_cells
from figures_src.figures.common import Cell, Records, Table, arm_colours
from figures_src.records.record import Record
from figures_src.style import Layout, Theme, rc

GUTTER, GAP, RISE, FOOT = 42, 34, 30, 44
"""Pixels of tick labels left of a row, between two panels, above a panel for its name, and under the last row."""
WIDE, NARROW = (3, 150), (2, 112)
"""Panels in a row, and their height."""
MARKS = (0.0, 0.5, 1.0)


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """A panel for each setting, in the order in which the page proposes them."""
    record = records[RECORD]
    columns, height = NARROW if layout.stacked else WIDE
    settings = record.config["settings"]
    rows = -(-len(settings) // columns)
    with rc(theme, layout):
        sheet = drawing.begin(theme, layout, _subtitle(record), rows * (height + RISE) + FOOT + 26)
        drawing.key(sheet, 0, 12, _samples(theme))
        width = (layout.width - GUTTER) / columns
        for place, setting in enumerate(settings):
            row, column = divmod(place, columns)
            axes = sheet.panel(GUTTER + column * width, 26 + RISE + row * (height + RISE), width - GAP, height)
            sheet.name_at(axes, train_cells.NAMES[setting["name"]])
            _draw_setting(axes, theme, record, place)
            axes.tick_params(labelleft=column == 0, labelbottom=row == rows - 1)
        sheet.name_below(axes, "pas")
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Lowest, mean and highest accuracy of the seeds at each setting, arm and step."""
    record = records[RECORD]
    rows: list[tuple[Cell, ...]] = []
    for place, setting in enumerate(record.config["settings"]):
        chosen = tuple(setting[name] for name in train_cells.CHOICES)
        for name, arm in ARMS.items():
            accuracy = record.arrays["held_out_accuracy"][place, arm].astype(np.float64)
            for step, seeds in zip(record.arrays["step"].tolist(), accuracy.T, strict=True):
                rows.append(
                    (*chosen, name, step, len(seeds), float(seeds.min()), float(seeds.mean()), float(seeds.max()))
                )
    columns = (*train_cells.CHOICES, "arm", "step", "seeds", "accuracy_lowest", "accuracy_mean", "accuracy_highest")
    return Table(columns, tuple(rows))


def data(records: Records) -> bytes:
    """What the page compares a reader's networks with."""
    return train_cells.to_json(records[RECORD])


def digits(records: Records) -> bytes:
    """What a reader's networks learn."""
    return train_cells.to_digits(records[RECORD])


def _subtitle(record: Record) -> str:
    config = record.config
    return drawing.tidy(
        f"Précision sur {french.number(config['held_out_images'])} chiffres mis de côté, pendant "
        f"{french.number(config['steps'])} pas sur {french.number(config['training_images'])} chiffres. Trait : "
        f"moyenne de {len(config['seeds'])} graines ; bande : de la plus basse à la plus haute."
    )


def _samples(theme: Theme) -> list[drawing.Sample]:
    without, with_bn = arm_colours(theme)
    dashed = {"linewidth": 1.8, "linestyle": (0, (4, 2))}
    return [drawing.Sample("sans BN", dashed, without), drawing.Sample("avec BN", {"linewidth": 1.8}, with_bn)]


def _draw_setting(axes: Axes, theme: Theme, record: Record, place: int) -> None:
    steps = record.arrays["step"]
    axes.set_xlim(0, steps[-1])
    axes.set_ylim(0, 1)
    drawing.ticks(axes.yaxis, MARKS, [french.percent(mark, 0) for mark in MARKS])
    drawing.rules(axes, theme, MARKS)
    marks = [0, int(steps[-1])]
    drawing.ticks(axes.xaxis, marks, [french.number(mark) for mark in marks])
    for (_, arm), colour in zip(ARMS.items(), arm_colours(theme), strict=True):
        low, high = train_cells.ends(record, place, arm)
        mean = record.arrays["held_out_accuracy"][place, arm].astype(np.float64).mean(axis=0)
        axes.fill_between(steps, low, high, color=colour, alpha=0.22, linewidth=0, zorder=2)
        style = (0, (4, 2)) if arm == 0 else "-"
        axes.plot(steps, mean, color=colour, linewidth=1.8, linestyle=style, zorder=3)
