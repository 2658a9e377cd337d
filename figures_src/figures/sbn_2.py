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
CELL, LEFT = 15.0, 20.0
"""Side of a cell; left edge of the inputs."""
GRID = np.linspace(*RANGE, 201)


@dataclass(frozen=True)
class _Rows:
    """Middle of three rows, and from one to the next."""

    middle: float
    apart: float

    @property
    def ys(self) -> np.ndarray:
        return v.column(self.middle, 3, self.apart)


@dataclass(frozen=True)
class _Hills:
    """Left edge and width of the densities of a column, above the middle of their rows, and how tall they may be."""

    left: float
    width: float
    above: float
    height: float


@dataclass(frozen=True)
class _Places:
    """Left edges and ends, unless said otherwise; on a phone, the densities stand in rows of their own."""

    height: float
    neurons: _Rows
    signals: _Rows
    neuron: float
    entry: tuple[float, float]
    """Arrow from a neuron to its values."""
    values: float
    head: float
    """Height of the names of the two columns of densities, whose left edges are next."""
    heads: tuple[float, float]
    before: _Hills
    into: tuple[float, float]
    bn: tuple[float, float]
    """Left edge and width."""
    out: tuple[float, float]
    after: _Hills
    equation: tuple[float, float]
    """Its middle and its line."""


WIDE = _Places(
    height=330, neurons=_Rows(150, 78), signals=_Rows(150, 78), neuron=172, entry=(173 + v.NEURON, 205), values=208,
    head=20, heads=(208, 508), before=_Hills(308, 96, 36, 66), into=(410, 429), bn=(432, 48), out=(483, 504),
    after=_Hills(612, 102, 36, 66), equation=(456, 306),
)  # fmt: skip
NARROW = _Places(
    height=516, neurons=_Rows(96, 52), signals=_Rows(330, 84), neuron=180, entry=(180 + v.NEURON, 219), values=222,
    head=206, heads=(4, 212), before=_Hills(4, 122, 38, 70), into=(130, 146), bn=(149, 42), out=(194, 210),
    after=_Hills(214, 122, 38, 70), equation=(170, 492),
)  # fmt: skip


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
        at = NARROW if layout.stacked else WIDE
        board = begin(theme, layout, at.height)
        _draw_inputs(board, at)
        _draw_values(board, at.values, at.neurons.ys, batch().z, theme.without_bn)
        if layout.stacked:
            _lead_to_values(board, at)
        v.heading(board, at.heads[0], at.head, "Avant la BN", theme.without_bn)
        v.heading(board, at.heads[1], at.head, "Après", theme.with_bn)
        _draw_signals(board, at)
        if not layout.stacked:
            _draw_values(board, at.heads[1], at.signals.ys, batch().normalised, theme.with_bn)
        _write_equation(board, *at.equation)
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


def _lead_to_values(board: Board, at: _Places) -> None:
    """Name the values, and lead from the neurons to them."""
    middle, above = at.values + SHOWN * CELL / 2, at.neurons.ys[0] - 24
    write(board, middle, above, "leurs valeurs, *z*", Lettering(ha="center"))
    for y in at.neurons.ys:
        _lead(board, at.entry, y)


def _draw_signals(board: Board, at: _Places) -> None:
    """The BN, and the densities of what goes into it and comes out, one row a neuron."""
    _draw_bn(board, at.bn[0], at.signals.ys, at.bn[1])
    for unit, y in enumerate(at.signals.ys):
        if not board.layout.stacked:
            _lead(board, at.entry, y)
        _draw_density(board, at.before, y, unit, False)
        _lead(board, at.into, y)
        _lead(board, at.out, y)
        _draw_density(board, at.after, y, unit, True)


def _lead(board: Board, ends: tuple[float, float], y: float) -> None:
    v.arrow(board, [(ends[0], y), (ends[1], y)])


def _write_equation(board: Board, middle: float, y: float) -> None:
    """Equation (3), centred under the BN."""
    start = "ẑ = "
    above, below = "z − μ", "√{σ^2 + ε}"
    whole = measure(board, start, math=True) + measure(board, below, math=True) + 4
    fraction(board, write(board, middle - whole / 2, y, start, Lettering(math=True, middle=True)), y, above, below)


def _draw_inputs(board: Board, at: _Places) -> None:
    """The batch as a matrix with one example in each column, and the links from its rows to the neurons."""
    inputs, middle, ys = batch().inputs, at.neurons.middle, at.neurons.ys
    top, right = middle - 2.5 * CELL, LEFT + SHOWN * CELL
    v.matrix(board, LEFT, top, CELL, _shades(inputs[:SHOWN].T), board.theme.muted)
    rows = top + CELL * (np.arange(5) + 0.5)
    links = [[(right + 3, row), (at.neuron, y)] for row in rows for y in ys]
    lines(board, links, board.theme.muted, HAIR, layer=1.5)
    for y in ys:
        v.neuron(board, at.neuron, y)
    v.brace(board, LEFT, right, top - 5, down=False)
    write(board, (LEFT + right) / 2, top - 21, "lot de *m* exemples", Lettering(ha="center"))
    write(board, LEFT - 8, middle, "*n*", Lettering(ha="right", middle=True))
    write(board, at.neuron, ys[0] - 24, "3 neurones", Lettering(ha="center"))


def _draw_values(board: Board, left: float, ys: np.ndarray, values: np.ndarray, colour: str) -> None:
    for y, row in zip(ys, values[:SHOWN].T, strict=True):
        v.matrix(board, left, y - CELL / 2, CELL, _shades(row[None], 3.5), colour)


def _draw_bn(board: Board, left: float, ys: np.ndarray, width: float) -> None:
    top, bottom = ys[0] - 32, ys[-1] + 32
    v.box(board, v.Frame(left, top, width, bottom - top), board.theme.with_bn, 0.16)
    v.heading(board, left + width / 2, (top + bottom) / 2 + 5, "BN", board.theme.with_bn, ha="center")


def _draw_density(board: Board, place: _Hills, y: float, unit: int, after: bool) -> None:
    theme, sample = board.theme, (batch().normalised if after else batch().z)[:, unit]
    plot = v.Plot(place.left, y - place.above, place.width, place.height, RANGE, (0.0, TALLEST))
    v.hill(board, plot, plot.at(GRID, density(sample, GRID)), theme.with_bn if after else theme.without_bn, 0.12)
    v.axis(board, plot, (-4, 0, 4) if unit == 2 else (), [french.number(mark) for mark in (-4, 0, 4)], drop=28)
    v.moments(board, plot, float(sample.mean()), float(sample.std()), named=unit == 0)


def _shades(values: np.ndarray, most: float = 2.5) -> np.ndarray:
    """Values as shades: the middle one for zero."""
    shades: np.ndarray = 0.5 + values / (2 * most)
    return shades
