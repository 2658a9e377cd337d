"""Schema 2: a layer of three neurons and a batch; what each neuron receives before and after normalisation."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.figure import Figure

from figures_src import french
from figures_src.figures import vocabulary as v
from figures_src.figures.board import HAIR, Board, begin, finish, lines
from figures_src.figures.common import Cell, Records, Table
from figures_src.figures.signals import density, standardised
from figures_src.figures.typesetter import Lettering, fraction, measure, write
from figures_src.style import Layout, Theme, rc

SEED, BATCH, SHOWN = 4, 1024, 6
"""``SHOWN`` examples of the batch are drawn as cells."""
WEIGHTS = np.array([[0.9, 0.0, 0.0, 0.2, 0.1], [0.0, 1.0, 0.1, -0.2, 0.0], [0.0, 0.1, 0.4, 0.2, 0.3]])
BIAS = np.array([-2.9, 0.9, 1.7])
RANGE, TALLEST = (-5.0, 5.0), 0.8
CELL = 15.0
GRID = np.linspace(*RANGE, 201)


@dataclass(frozen=True)
class Batch:
    """``inputs`` (BATCH, 5); ``z`` and ``normalised`` (BATCH, 3)."""

    inputs: np.ndarray
    z: np.ndarray
    normalised: np.ndarray


@lru_cache
def batch() -> Batch:
    """Inputs of unlike shapes (a skewed one, one with two modes), a linear layer, equations (1) to (3)."""
    rng = np.random.default_rng(SEED)
    skewed = rng.gamma(1.6, 0.8, BATCH)
    two_modes = np.where(rng.random(BATCH) < 0.4, -1.9, 1.5) + 0.45 * rng.standard_normal(BATCH)
    inputs = np.column_stack([skewed, two_modes, rng.standard_normal((BATCH, 3))])
    z = inputs @ WEIGHTS.T + BIAS
    return Batch(inputs, z, standardised(z))


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """Tensor, neurons, their values on the batch with their densities; BN; the same values, normalised."""
    with rc(theme, layout):
        board = begin(theme, layout, 516 if layout.stacked else 330)
        if layout.stacked:
            _draw_narrow(board)
        else:
            _draw_wide(board)
        return finish(board)


def table(records: Records) -> Table:
    """Mean, deviation and density of each neuron's values, before and after."""
    rows: list[tuple[Cell, ...]] = []
    for when, values in (("before", batch().z), ("after", batch().normalised)):
        for unit, sample in enumerate(values.T, start=1):
            rows += [(unit, when, "mean", "", float(sample.mean())), (unit, when, "deviation", "", float(sample.std()))]
            pairs = zip(GRID[::4].tolist(), density(sample, GRID[::4]).tolist(), strict=True)
            rows += [(unit, when, "density", x, y) for x, y in pairs]
    return Table(("neuron", "when", "what", "x", "value"), tuple(rows))


def _draw_wide(board: Board) -> None:
    theme, ys = board.theme, v.column(150, 3, 78)
    _draw_inputs(board, 20, 150, 172, ys)
    _draw_values(board, 208, ys, batch().z, theme.without_bn)
    v.heading(board, 208, 20, "Avant la BN", theme.without_bn)
    v.heading(board, 508, 20, "Après", theme.with_bn)
    _draw_bn(board, 432, ys, 48)
    for unit, y in enumerate(ys):
        v.arrow(board, [(173 + v.NEURON, y), (205, y)])
        _draw_density(board, (308, y - 36, 96, 66), unit, False)
        v.arrow(board, [(410, y), (429, y)])
        v.arrow(board, [(483, y), (504, y)])
        _draw_density(board, (612, y - 36, 102, 66), unit, True)
    _draw_values(board, 508, ys, batch().normalised, theme.with_bn)
    _write_equation(board, 456, 306)


def _draw_narrow(board: Board) -> None:
    theme, ys = board.theme, v.column(96, 3, 52)
    _draw_inputs(board, 20, 96, 180, ys)
    _draw_values(board, 222, ys, batch().z, theme.without_bn)
    write(board, 222 + 1.5 * SHOWN * CELL / 3, ys[0] - 24, "leurs valeurs, *z*", Lettering(ha="center"))
    for y in ys:
        v.arrow(board, [(180 + v.NEURON, y), (219, y)])
    below = v.column(330, 3, 84)
    v.heading(board, 4, 206, "Avant la BN", theme.without_bn)
    v.heading(board, 212, 206, "Après", theme.with_bn)
    _draw_bn(board, 149, below, 42)
    for unit, y in enumerate(below):
        _draw_density(board, (4, y - 38, 122, 70), unit, False)
        v.arrow(board, [(130, y), (146, y)])
        v.arrow(board, [(194, y), (210, y)])
        _draw_density(board, (214, y - 38, 122, 70), unit, True)
    _write_equation(board, 170, 492)


def _write_equation(board: Board, middle: float, y: float) -> None:
    """Equation (3), centred under the BN."""
    start = "ẑ = "
    above, below = "z − μ", "√{σ^2 + ε}"
    whole = measure(board, start, math=True) + measure(board, below, math=True) + 4
    fraction(board, write(board, middle - whole / 2, y, start, Lettering(math=True, middle=True)), y, above, below)


def _draw_inputs(board: Board, left: float, middle: float, neurons: float, ys: np.ndarray) -> None:
    """The batch as a matrix with one example in each column, and the links from its rows to the neurons."""
    inputs = batch().inputs
    top, right = middle - 2.5 * CELL, left + SHOWN * CELL
    v.matrix(board, left, top, CELL, _shades(inputs[:SHOWN].T), board.theme.muted)
    rows = top + CELL * (np.arange(5) + 0.5)
    links = [[(right + 3, row), (neurons, y)] for row in rows for y in ys]
    lines(board, links, board.theme.muted, HAIR, layer=1.5)
    for y in ys:
        v.neuron(board, neurons, y)
    v.brace(board, left, right, top - 5, down=False)
    write(board, (left + right) / 2, top - 21, "lot de *m* exemples", Lettering(ha="center"))
    write(board, left - 8, middle, "*n*", Lettering(ha="right", middle=True))
    write(board, neurons, ys[0] - 24, "3 neurones", Lettering(ha="center"))


def _draw_values(board: Board, left: float, ys: np.ndarray, values: np.ndarray, colour: str) -> None:
    for y, row in zip(ys, values[:SHOWN].T, strict=True):
        v.matrix(board, left, y - CELL / 2, CELL, _shades(row[None], 3.5), colour)


def _draw_bn(board: Board, left: float, ys: np.ndarray, width: float) -> None:
    top, bottom = ys[0] - 32, ys[-1] + 32
    v.box(board, v.Frame(left, top, width, bottom - top), board.theme.with_bn, 0.16)
    v.heading(board, left + width / 2, (top + bottom) / 2 + 5, "BN", board.theme.with_bn, ha="center")


def _draw_density(board: Board, place: tuple[float, float, float, float], unit: int, after: bool) -> None:
    theme, sample = board.theme, (batch().normalised if after else batch().z)[:, unit]
    plot = v.Plot(*place, RANGE, (0.0, TALLEST))
    v.hill(board, plot, plot.at(GRID, density(sample, GRID)), theme.with_bn if after else theme.without_bn, 0.12)
    v.axis(board, plot, (-4, 0, 4) if unit == 2 else (), [french.number(mark) for mark in (-4, 0, 4)], drop=28)
    v.moments(board, plot, float(sample.mean()), float(sample.std()), named=unit == 0)


def _shades(values: np.ndarray, most: float = 2.5) -> np.ndarray:
    """Values as shades: the middle one for zero."""
    shades: np.ndarray = 0.5 + values / (2 * most)
    return shades
