"""Schema 5: a simple convolutional classifier, from an image to a probability."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure
from matplotlib.path import Path

from figures_src import french
from figures_src.figures import vocabulary as v
from figures_src.figures.board import HAIR, Board, begin, draw_path, finish, line, lines, tint
from figures_src.figures.common import Records
from figures_src.figures.signals import sigmoid
from figures_src.figures.typesetter import Lettering, measure, write
from figures_src.style import Layout, Theme, rc

LOGIT = 1.4
"""The number that enters the sigmoid, an example."""
BLOCKS = ((64.0, 14.0, 8.0), (46.0, 20.0, 16.0), (28.0, 26.0, 26.0))
"""Height, width and depth of the tensors after each convolution: less and less space, more and more channels."""
STEP = 24.0


@dataclass(frozen=True)
class _Places:
    """From the image to the probability; on a phone, what follows the convolutions stands in a row of its own."""

    height: float
    image: tuple[float, float]
    """Left edge and middle."""
    entry: tuple[float, float]
    """Arrow from the image to the convolutions."""
    convolutions: float
    way: tuple[tuple[float, float], ...]
    """From the convolutions to the layers after them."""
    middle: float
    dense: float
    logistic: float
    probability: float


WIDE = _Places(176, (4, 70), (120, 156), 174, ((326, 70), (362, 70)), 70, 386, 526, 664)
NARROW = _Places(
    346, (4, 66), (118, 152), 168, ((312, 66), (334, 66), (334, 172), (8, 172), (8, 246), (30, 246)), 246, 46, 166, 286
)


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """One row, or two on a phone."""
    with rc(theme, layout):
        at = NARROW if layout.stacked else WIDE
        board, first, second = begin(theme, layout, at.height), at.image[1], at.middle
        _draw_image(board, *at.image)
        v.arrow(board, [(x, first) for x in at.entry])
        _draw_convolutions(board, at.convolutions, first)
        v.arrow(board, at.way)
        _draw_dense(board, at.dense, second)
        v.arrow(board, [(at.dense + 84, second), (at.logistic - 12, second)])
        _draw_logistic(board, at.logistic, second)
        v.arrow(board, [(at.logistic + 90, second), (at.probability - 8, second)])
        _draw_probability(board, at.probability, second)
        return finish(board)


def _draw_image(board: Board, left: float, middle: float) -> None:
    """Three sheets, one for each colour of light, and a car on the first."""
    side = 76.0
    for sheet in (2, 1, 0):
        frame = v.Frame(left + 10 * sheet, middle - side / 2 + 5 - 10 * sheet + 5, side, side)
        v.box(board, frame, board.theme.muted, 0.1)
    _draw_car(board, left + 8, middle + 28)
    _name(board, left + 48, middle, "image\n(rouge, vert, bleu)")


def _draw_car(board: Board, left: float, road: float) -> None:
    """A car seen from the left, 60 pixels long, on the line ``road``."""
    outline = [
        (0, -8), (0, -17), (4, -20), (14, -22), (23, -33), (42, -33),
        (50, -21), (58, -19), (60, -15), (60, -8), (0, -8),
    ]  # fmt: skip
    shift = np.array([left, road])
    ink = board.theme.ink
    body = Path(shift + np.array(outline), closed=True)
    draw_path(board, body, ink, fill=tint(board.theme, ink, 0.18), layer=3)
    window = Path(shift + np.array([(18, -22), (25, -30), (40, -30), (45, -22), (18, -22)]), closed=True)
    draw_path(board, window, ink, HAIR, fill=board.theme.paper, layer=3.1)
    for wheel in (13, 47):
        draw_path(board, v.disc(left + wheel, road - 7, 6.5), ink, fill=board.theme.paper, layer=3.2)
        draw_path(board, v.disc(left + wheel, road - 7, 2), None, fill=ink, layer=3.2)


def _draw_convolutions(board: Board, left: float, middle: float) -> None:
    x = left
    for height, width, depth in BLOCKS:
        v.block(board, v.Frame(x, middle - height / 2 + 6, width, height), depth, board.theme.ink)
        x += width + 0.62 * depth + STEP
    _name(board, (left + x - STEP) / 2, middle, "couches de\nconvolution")


def _draw_dense(board: Board, left: float, middle: float) -> None:
    columns = [(left + 34 * index, v.column(middle, count, 26)) for index, count in enumerate((4, 3, 1))]
    for (x, ys), (after, heights) in pairwise(columns):
        links = [[(x + 8, y), (after - 8, to)] for y in ys for to in heights]
        lines(board, links, board.theme.muted, HAIR, layer=1.5)
    for x, ys in columns:
        for y in ys:
            v.neuron(board, x, y, radius=8)
    _name(board, left + 34, middle, "couches entièrement\nconnectées")


def _draw_logistic(board: Board, left: float, middle: float) -> None:
    """The sigmoid, and on it the point of this image."""
    plot = v.Plot(left, middle - 32, 80, 64, (-5.0, 5.0), (0.0, 1.0))
    x = np.linspace(-5, 5, 61)
    v.axis(board, plot)
    v.curve(board, plot.at(x, sigmoid(x)), board.theme.ink)
    (point,) = plot.spots(LOGIT, sigmoid(LOGIT))
    line(board, [(point[0], float(plot.down(0))), point], board.theme.muted, HAIR.dashed)
    draw_path(board, v.disc(*point, 4), board.theme.ink, fill=board.theme.paper, layer=4)
    _name(board, left + 40, middle, "sigmoïde")


def _draw_probability(board: Board, left: float, middle: float) -> None:
    lettering = Lettering(size=24, colour=board.theme.ink, bold=True, middle=True)
    write(board, left, middle, french.number(sigmoid(LOGIT), 1), lettering)
    _name(board, left + 20, middle, "probabilité\nde voiture")


def _name(board: Board, x: float, middle: float, text: str) -> None:
    half = max(measure(board, row) for row in text.split("\n")) / 2
    x = min(max(x, half), board.width - half)
    write(board, x, middle + 72, text, Lettering(ha="center", colour=board.theme.ink))
