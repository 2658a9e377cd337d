"""Schema 3: what γ and β do to a normalised signal, and the part of the sigmoid that it then uses."""

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


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """One column for each pair: the density of y = γ ẑ + β above, the sigmoid under it on the same axis."""
    with rc(theme, layout):
        gap = 10 if layout.stacked else 36
        width = (layout.width - 2 * gap) / 3
        board = begin(theme, layout, 306)
        for index, (gamma, beta) in enumerate(CASES):
            _draw_case(board, index * (width + gap), width, gamma, beta, WORDS[index])
        if not layout.stacked:
            write(board, 0, 62, "densité de *y*")
            write(board, 0, 196, "sigmoïde")
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


def _draw_case(board: Board, left: float, width: float, gamma: float, beta: float, words: str) -> None:
    theme, middle = board.theme, left + width / 2
    bell = v.Plot(left, 44, width, 84, RANGE, (0.0, TALLEST))
    slope = v.Plot(left, 178, width, 84, RANGE, (0.0, 1.0))
    pair = f"γ = {french.number(gamma)},  β = {french.number(beta)}"
    write(board, middle, 18, pair, Lettering(ha="center", math=True))
    ends = [beta - WITHIN * gamma, beta + WITHIN * gamma]
    _draw_projection(board, bell, slope, ends)
    v.hill(board, bell, bell.at(GRID, gaussian(GRID, beta, gamma)), theme.with_bn, 0.14)
    v.axis(board, bell)
    _draw_arms(board, bell, gamma, beta)
    inside = np.linspace(max(ends[0], RANGE[0]), min(ends[1], RANGE[1]), 81)
    v.curve(board, slope.at(GRID, sigmoid(GRID)), theme.muted, HAIR)
    v.curve(board, slope.at(inside, sigmoid(inside)), theme.with_bn, THICK)
    v.axis(board, slope, (-5, 0, 5), [french.number(mark) for mark in (-5, 0, 5)])
    write(board, middle, 300, words, Lettering(ha="center", colour=theme.ink))


def _draw_projection(board: Board, bell: v.Plot, slope: v.Plot, ends: list[float]) -> None:
    """Where the signal ends on the axis of the density, and there on the sigmoid."""
    start = float(bell.down(0)) + (30 if board.layout.stacked else 0)
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
