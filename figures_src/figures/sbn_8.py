"""Schema 8: a standardised signal keeps the sigmoid where it is nearly straight."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from figures_src import french
from figures_src.figures import vocabulary as v
from figures_src.figures.board import HAIR, LINE, THICK, Board, begin, finish, line, lines, tint
from figures_src.figures.common import Cell, Records, Table
from figures_src.figures.signals import gaussian, sigmoid
from figures_src.figures.typesetter import Lettering, write
from figures_src.style import Layout, Theme, rc

RANGE = (-6.0, 6.0)
GRID = np.linspace(*RANGE, 121)
WITHIN = (1.0, 2.0)
"""In deviations: the bulk of the signal, then nearly all of it."""
STRENGTHS = (1.0, 0.6)
"""Of the colours of the two parts."""
LEFT, TOP, BETWEEN, BELL = 8.0, 8.0, 30.0, 60.0
"""Corner of the sigmoid; pixels from it to the density, and how tall that is."""


@dataclass(frozen=True)
class _Places:
    """Height of the figure; width and height of the sigmoid; corner of the notes."""

    height: float
    width: float
    slope: float
    notes: tuple[float, float]


WIDE, NARROW = _Places(346, 474, 214, (522, 104)), _Places(444, 322, 190, (0, 352))


def tangent(x: np.ndarray | float) -> np.ndarray | float:
    """The straight line that touches the sigmoid at zero."""
    return 0.5 + x / 4


def gap(x: float) -> float:
    """Distance between the sigmoid and its tangent."""
    return float(abs(sigmoid(x) - tangent(x)))


def share(deviations: float) -> float:
    """Part of a normal signal within so many deviations of its mean."""
    fine = np.linspace(-deviations, deviations, 4001)
    return float(np.trapezoid(gaussian(fine), fine))


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """The sigmoid with its tangent; the part used is thick; the density of the signal under it."""
    with rc(theme, layout):
        places = NARROW if layout.stacked else WIDE
        board = begin(theme, layout, places.height)
        slope = v.Plot(LEFT, TOP, places.width, places.slope, RANGE, (0.0, 1.0))
        bell = v.Plot(LEFT, TOP + places.slope + BETWEEN, places.width, BELL, RANGE, (0.0, 0.42))
        _draw_uprights(board, slope, bell)
        _draw_sigmoid(board, slope)
        v.hill(board, bell, bell.at(GRID, gaussian(GRID)), theme.with_bn, 0.14)
        marks = (-6, -4, -2, 2, 4, 6)
        v.axis(board, bell, marks, [french.number(mark) for mark in marks])
        v.moments(board, bell, 0, 1, named=True)
        _write_notes(board, places.notes)
        return finish(board)


def table(records: Records) -> Table:
    """The curves, and how far the sigmoid is from its tangent at one and two deviations."""
    rows: list[tuple[Cell, ...]] = [("gap", x, gap(x), "", "") for x in WITHIN]
    rows += [("part within", x, share(x), "", "") for x in WITHIN]
    curves = zip(GRID.tolist(), sigmoid(GRID).tolist(), gaussian(GRID).tolist(), strict=True)
    rows += [("curve", x, level, float(tangent(x)), tall) for x, level, tall in curves]
    return Table(("what", "x", "sigmoid", "tangent", "density"), tuple(rows))


def _draw_uprights(board: Board, slope: v.Plot, bell: v.Plot) -> None:
    """Uprights from the density to the curve at one and two deviations."""
    falls = []
    for x in (-2.0, -1.0, 1.0, 2.0):
        across = float(slope.across(x))
        falls.append([(across, float(slope.down(sigmoid(x)))), (across, float(bell.down(0)))])
    lines(board, falls, board.theme.muted, HAIR.dashed, layer=1.5)


def _draw_sigmoid(board: Board, slope: v.Plot) -> None:
    theme = board.theme
    v.axis(board, slope)
    straight = np.array([-2.0, 2.0])
    v.curve(board, slope.at(straight, np.asarray(tangent(straight))), theme.ink, LINE.dashed)
    write(board, float(slope.across(1.75)), slope.top + 10, "tangente en 0", Lettering(ha="right"))
    write(board, slope.left, float(slope.down(0)) - 14, "sigmoïde", Lettering(colour=theme.ink))
    v.curve(board, slope.at(GRID, sigmoid(GRID)), theme.muted, LINE)
    for reach, strength in zip(reversed(WITHIN), reversed(STRENGTHS), strict=True):
        part = np.linspace(-reach, reach, 61)
        v.curve(board, slope.at(part, sigmoid(part)), tint(theme, theme.with_bn, strength), THICK, layer=3.2)


def _write_notes(board: Board, corner: tuple[float, float]) -> None:
    """What each part of the thick line stands for, and how straight it is."""
    (x, y), theme = corner, board.theme
    for reach, strength in zip(WITHIN, STRENGTHS, strict=True):
        line(board, [(x + 3, y - 4), (x + 22, y - 4)], tint(theme, theme.with_bn, strength), THICK)
        between = f"de {french.number(-reach)} à {french.number(reach)} : "
        write(board, x + 34, y, f"{between}{french.percent(share(reach), 0)} du signal", Lettering(colour=theme.ink))
        write(board, x + 34, y + 18, f"écart à la tangente ≤ {french.number(gap(reach), 2)}")
        y += 52
