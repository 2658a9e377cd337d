"""The perceptron of schemas 1a and 1b: one batch really pushed through random layers, with BN and without.

The two schemas differ by the BN alone: weights, biases and batch are the same.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure

from figures_src import french
from figures_src.figures import vocabulary as draw
from figures_src.figures.board import LINE, Board, Stroke, begin, finish, line, lines
from figures_src.figures.common import Cell, Table
from figures_src.figures.drawing import tidy
from figures_src.figures.signals import density, standardised
from figures_src.figures.typesetter import Lettering, write
from figures_src.style import Layout, Theme, rc

SIZES = (4, 3, 4, 1)
NAMES = ("entrées", "couche cachée 1", "couche cachée 2", "sortie")
SEED, BATCH, SPREAD = 279, 1024, 1.8
"""``SPREAD`` is the standard deviation of the weights and of the biases."""
RANGE, TALLEST = (-12.0, 12.0), 0.5
BAR, THICKNESS = 25.0, 0.9
"""Width of a BN; pixels of a link for one unit of deviation."""
GRID = np.linspace(*RANGE, 241)


@dataclass(frozen=True)
class _Places:
    """Height of the figure, and of the middle of the network; pixels left and right of the layers, and between them."""

    height: float
    middle: float
    margin: float
    gap: float
    leaving: float
    """Pixels of what leaves a BN, on its way to its neurons."""


WIDE, NARROW = _Places(352, 116, 4, 24, 16), _Places(366, 128, 2, 8, 5)


@dataclass(frozen=True)
class Signals:
    """What each layer receives, after the BN where there is one, and what each link brings to it.

    ``received``: (BATCH, neurons) for each layer, inputs first. ``links``: (neurons, neurons before) for each layer
    but the inputs, the standard deviation over the batch of what one link adds.
    """

    received: tuple[np.ndarray, ...]
    links: tuple[np.ndarray, ...]


@lru_cache
def signals(with_bn: bool) -> Signals:
    """Push a batch of standard Gaussian inputs through linear maps and tanh; BN stands before each hidden tanh."""
    rng = np.random.default_rng(SEED)
    received, links = [standardised(rng.standard_normal((BATCH, SIZES[0])))], []
    active = received[0]
    for layer, (before, after) in enumerate(pairwise(SIZES), start=1):
        weights, bias = SPREAD * rng.standard_normal((after, before)), SPREAD * rng.standard_normal(after)
        z = active @ weights.T + bias
        hidden = layer < len(SIZES) - 1
        scale = z.std(0)[:, None] if with_bn and hidden else 1.0
        links.append(np.abs(weights) * active.std(0) / scale)
        received.append(standardised(z) if with_bn and hidden else z)
        active = np.tanh(received[-1])
    return Signals(tuple(received), tuple(links))


def table(with_bn: bool) -> Table:
    """The densities drawn, and mean and deviation of what each neuron receives."""
    rows: list[tuple[Cell, ...]] = []
    for layer, values in enumerate(signals(with_bn).received):
        for unit, sample in enumerate(values.T):
            name = ("inputs", "hidden 1", "hidden 2", "output")[layer]
            rows += [(name, unit, "mean", "", float(sample.mean())), (name, unit, "deviation", "", float(sample.std()))]
            pairs = zip(GRID[::4].tolist(), density(sample, GRID[::4]).tolist(), strict=True)
            rows += [(name, unit, "density", x, y) for x, y in pairs]
    return Table(("layer", "unit", "what", "x", "value"), tuple(rows))


def picture(theme: Theme, layout: Layout, with_bn: bool) -> Figure:
    """The network above; under each of its layers, the densities of what its neurons receive, all on one scale."""
    places = NARROW if layout.stacked else WIDE
    with rc(theme, layout):
        board = begin(theme, layout, places.height)
        width = (layout.width - 2 * places.margin - 3 * places.gap) / 4
        centres = [places.margin + width / 2 + layer * (width + places.gap) for layer in range(4)]
        _draw_network(board, places, centres, with_bn)
        told = tidy(f"{'Avec' if with_bn else 'Sans'} BN : ce que reçoit chaque neurone")
        draw.heading(board, places.margin, places.middle + 116, told)
        for layer, centre in enumerate(centres):
            _draw_densities(board, centre - width / 2, places.middle + 132, width, layer, with_bn)
        return finish(board)


def _draw_network(board: Board, places: _Places, centres: list[float], with_bn: bool) -> None:
    colour = board.theme.with_bn if with_bn else board.theme.without_bn
    heights = [draw.column(places.middle, count, 46) for count in SIZES]
    for layer in range(1, len(SIZES)):
        start, stop = centres[layer - 1] + draw.NEURON, centres[layer] - draw.NEURON
        if with_bn and layer < len(SIZES) - 1:
            stop -= BAR + places.leaving
            _draw_bar(board, stop, heights[layer], centres[layer] - draw.NEURON, colour)
        for (to, origin), strength in np.ndenumerate(signals(with_bn).links[layer - 1]):
            ends = np.array([(start, heights[layer - 1][origin]), (stop, heights[layer][to])])
            line(board, ends, colour, Stroke(0.4 + THICKNESS * float(strength)), layer=1.5)
    for centre, ys, name in zip(centres, heights, NAMES, strict=True):
        for y in ys:
            draw.neuron(board, centre, y)
        text = name.replace("couche cachée", "couche\ncachée") if board.layout.stacked else name
        write(board, centre, 14, text, Lettering(colour=board.theme.ink, ha="center"))


def _draw_bar(board: Board, left: float, heights: np.ndarray, right: float, colour: str) -> None:
    """The BN of a layer: all that comes in stops at it, and one value for each neuron leaves it."""
    top, bottom = heights[0] - 20, heights[-1] + 20
    draw.box(board, draw.Frame(left, top, BAR, bottom - top), colour, 0.16, layer=3)
    lettering = Lettering(colour=colour, ha="center", bold=True, middle=True)
    write(board, left + BAR / 2, (top + bottom) / 2, "BN", lettering)
    lines(board, [[(left + BAR, y), (right, y)] for y in heights], colour, LINE)


def _draw_densities(board: Board, left: float, top: float, width: float, layer: int, with_bn: bool) -> None:
    theme = board.theme
    plot = draw.Plot(left, top, width, 78, RANGE, (0.0, TALLEST))
    ink = (theme.with_bn if with_bn else theme.without_bn) if layer > 0 else theme.muted
    for sample in signals(with_bn).received[layer].T:
        draw.hill(board, plot, plot.at(GRID, density(sample, GRID)), ink, 0.08, LINE)
    marks = (-8.0, 0.0, 8.0)
    draw.axis(board, plot, marks, [french.number(mark) for mark in marks])
