"""Schema 3: what γ and β do to a normalised signal, and the part of the sigmoid that it then uses."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from figures_src import french
from figures_src.figures import vocabulary as v
from figures_src.figures.board import CURVE, HAIR, THICK, Board, begin, finish, line, lines
from figures_src.figures.common import Cell, Records, Table
from figures_src.figures.signals import gaussian, sigmoid
from figures_src.figures.typesetter import Lettering, write
from figures_src.style import Layout, Theme, rc

CASES = ((1.0, 0.0), (3.0, 0.0), (1.0, 3.0))
"""Pairs of γ and β."""
WORDS = ("presque une droite", "les deux plateaux", "un seul plateau")
RANGE, TALLEST = (-7.0, 7.0), 0.44
GRID = np.linspace(*RANGE, 141)
WITHIN = 2.0
"""The thick part of the sigmoid is what y reaches within so many deviations of its mean: 95 % of a normal signal."""
HEIGHT = 306.0
PAIR, BELL, SLOPE, WORDS_AT, TALL = 18.0, 44.0, 178.0, 300.0, 84.0
"""Heights of the values of γ and β, of the tops of the curves, of the words under them; how tall the curves are."""


@dataclass(frozen=True)
class _Places:
    """Pixels between two columns, and kept free under the axis of a density for what names γ and β."""

    gap: float
    free: float


WIDE, NARROW = _Places(36, 0), _Places(10, 30)


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """One column for each pair: the density of y = γ ẑ + β above, the sigmoid under it on the same axis."""
    with rc(theme, layout):
        places = NARROW if layout.stacked else WIDE
        width = (layout.width - 2 * places.gap) / 3
        board = begin(theme, layout, HEIGHT)
        for index in range(len(CASES)):
            _draw_case(board, places, index * (width + places.gap), width, index)
        if not layout.stacked:
            write(board, 0, BELL + 18, "densité de *y*")
            write(board, 0, SLOPE + 18, "sigmoïde")
        return finish(board)


def table(records: Records) -> Table:
    """The curves drawn, and what of the sigmoid they reach."""
    rows: list[tuple[Cell, ...]] = []
    for gamma, beta in CASES:
        ends = (beta - WITHIN * gamma, beta + WITHIN * gamma)
        rows += [(gamma, beta, "reached", end, float(sigmoid(end)), "") for end in ends]
        points = zip(GRID[::2].tolist(), sigmoid(GRID[::2]).tolist(), gaussian(GRID[::2], beta, gamma), strict=True)
        rows += [(gamma, beta, "curve", x, level, float(tall)) for x, level, tall in points]
    return Table(("gamma", "beta", "what", "y", "sigmoid", "density"), tuple(rows))


def _draw_case(board: Board, places: _Places, left: float, width: float, case: int) -> None:
    theme, middle, (gamma, beta) = board.theme, left + width / 2, CASES[case]
    bell = v.Plot(left, BELL, width, TALL, RANGE, (0.0, TALLEST))
    slope = v.Plot(left, SLOPE, width, TALL, RANGE, (0.0, 1.0))
    pair = f"γ = {french.number(gamma)},  β = {french.number(beta)}"
    write(board, middle, PAIR, pair, Lettering(ha="center", math=True))
    ends = [beta - WITHIN * gamma, beta + WITHIN * gamma]
    _draw_projection(board, bell, slope, ends, places.free)
    v.hill(board, bell, bell.at(GRID, gaussian(GRID, beta, gamma)), theme.with_bn, 0.14)
    v.axis(board, bell)
    _draw_arms(board, bell, gamma, beta)
    inside = np.linspace(max(ends[0], RANGE[0]), min(ends[1], RANGE[1]), 81)
    v.curve(board, slope.at(GRID, sigmoid(GRID)), theme.muted, HAIR)
    v.curve(board, slope.at(inside, sigmoid(inside)), theme.with_bn, THICK)
    v.axis(board, slope, (-5, 0, 5), [french.number(mark) for mark in (-5, 0, 5)])
    write(board, middle, WORDS_AT, WORDS[case], Lettering(ha="center", colour=theme.ink))


def _draw_projection(board: Board, bell: v.Plot, slope: v.Plot, ends: list[float], free: float) -> None:
    """Where the signal ends on the axis of the density, and there on the sigmoid."""
    start = float(bell.down(0)) + free
    falls = []
    for end in np.clip(ends, *RANGE).tolist():
        x = float(bell.across(end))
        falls.append([(x, start), (x, float(slope.down(sigmoid(end))))])
    lines(board, falls, board.theme.muted, HAIR.dashed, layer=1.5)


def _draw_arms(board: Board, bell: v.Plot, gamma: float, beta: float) -> None:
    """β marks the middle, γ reaches from it to one deviation on the right."""
    theme, floor = board.theme, float(bell.down(0))
    middle, right = float(bell.across(beta)), float(bell.across(beta + gamma))
    line(board, [(middle, floor + 12), (middle, floor - 3)], theme.beta, CURVE, layer=4.1)
    line(board, [(middle, floor + 8), (right, floor + 8)], theme.gamma, CURVE, layer=4)
    write(board, right + 5, floor + 14, "γ", Lettering(size=board.layout.text))
    write(board, middle, floor + 25, "β", Lettering(size=board.layout.text, ha="center"))
