"""Schema 9: five linear transformations in a row, and the product that the gradient of the first one is."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure

from figures_src import french
from figures_src.figures import typesetter as v
from figures_src.figures.board import HAIR, LINE, Board, begin, finish, line
from figures_src.figures.common import Cell, Records, Table
from figures_src.figures.vocabulary import Plot, arrow, curve, dots, neuron
from figures_src.style import Layout, Theme, rc

NAMES = ("a", "b", "c", "d", "e")
FACTORS = (2.0, 1.0, 0.5)
"""Values that b, c, d and e take together."""


def gradients(factor: float) -> np.ndarray:
    """∂L/∂(output of a, b, c, d, e) over ∂L/∂ŷ, when b, c, d and e are all ``factor``; ŷ = e d c b a x."""
    passed = np.cumprod([1.0, *[factor] * (len(NAMES) - 1)])
    return passed[::-1]


@dataclass(frozen=True)
class _Place:
    source: float
    first: float
    step: float
    radius: float
    loss: float
    formula: float
    """Left edge of the product written out."""

    @property
    def nodes(self) -> np.ndarray:
        return self.first + self.step * np.arange(len(NAMES))

    @property
    def outputs(self) -> np.ndarray:
        """Between a node and the next one."""
        return self.nodes + self.step / 2

    @property
    def prediction(self) -> float:
        return float(self.nodes[-1] + self.step)


WIDE = _Place(70, 132, 92, 17, 678, 178)
NARROW = _Place(26, 62, 46, 13, 327, 0)
ROW, BACK, FORMULA, TOP = 26.0, 74.0, 140.0, 186.0


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """The chain, the way back of the gradient under it, and what is left of it at each output."""
    at = NARROW if layout.stacked else WIDE
    with rc(theme, layout):
        board = begin(theme, layout, 352)
        _draw_chain(board, at)
        _draw_way_back(board, at)
        _write_product(board, at)
        _draw_products(board, at)
        return finish(board)


def table(records: Records) -> Table:
    """The product at the output of each transformation."""
    rows: list[tuple[Cell, ...]] = []
    for factor in FACTORS:
        rows += [(factor, name, value) for name, value in zip(NAMES, gradients(factor).tolist(), strict=True)]
    return Table(("b_c_d_e", "output_of", "gradient_over_last_one"), tuple(rows))


def _draw_chain(board: Board, at: _Place) -> None:
    size, ink = board.layout.large, board.theme.ink
    v.write(board, at.source, ROW, "x", v.Lettering(ha="center", math=True, middle=True))
    v.write(board, at.prediction, ROW, "ŷ", v.Lettering(ha="center", math=True, middle=True))
    edges = [at.source + 8, *(side for x in at.nodes for side in (x - at.radius - 2, x + at.radius + 3))]
    edges += [at.prediction - 8, at.prediction + 9, at.loss - 14]
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        arrow(board, [(start, ROW), (stop, ROW)])
    for x, name in zip(at.nodes, NAMES, strict=True):
        neuron(board, x, ROW, radius=at.radius)
        v.write(board, x, ROW, name, v.Lettering(size=size, colour=ink, ha="center", math=True, middle=True))
    neuron(board, at.loss, ROW, radius=12)
    v.write(board, at.loss, ROW, "L", v.Lettering(size=board.layout.text, ha="center", math=True, middle=True))


def _draw_way_back(board: Board, at: _Place) -> None:
    """Each transformation multiplies the gradient that goes back through it."""
    theme, stops = board.theme, [at.loss, *at.outputs[::-1]]
    arrow(board, [(at.loss, ROW + 16), (at.loss, BACK), (stops[1] + 2, BACK)], theme.muted, LINE.dashed)
    for start, stop in pairwise(stops[1:]):
        arrow(board, [(start - 2, BACK), (stop + 2, BACK)], theme.muted, LINE.dashed)
    for x, name in zip(at.nodes[1:], NAMES[1:], strict=True):
        v.write(board, x, BACK + 18, f"× *{name}*", v.Lettering(size=board.layout.text, colour=theme.ink, ha="center"))
    lettering = v.Lettering(size=board.layout.text, colour=theme.ink, ha="center")
    v.write(board, (at.outputs[-1] + at.loss) / 2, BACK + 18, "∂*L*/∂ŷ", lettering)


def _write_product(board: Board, at: _Place) -> None:
    parts = (("∂L", "∂a"), " = x · b · c · d · e · ", ("∂L", "∂ŷ"))
    x = at.formula
    for part in parts:
        if isinstance(part, tuple):
            x = v.fraction(board, x, FORMULA, *part)
        else:
            x = v.write(board, x, FORMULA, part, v.Lettering(math=True, middle=True))


def _draw_products(board: Board, at: _Place) -> None:
    """Logarithms of the products: a step up or down is a factor of two."""
    theme, xs = board.theme, at.outputs
    plot = Plot(xs[0], TOP, xs[-1] - xs[0], 128, (0.0, 4.0), (-4.0, 4.0))
    for x in xs:
        line(board, [(x, plot.top), (x, plot.top + plot.height)], theme.faint, HAIR, layer=1)
    for factor in FACTORS:
        heights = np.log2(gradients(factor))
        colour = theme.muted if factor == 1 else theme.without_bn
        curve(board, plot.at(np.arange(5.0), heights), colour)
        dots(board, plot.at(np.arange(5.0), heights), colour, 7, layer=4)
        product = float(gradients(factor)[0])
        times = f"× {french.number(product)}" if product >= 1 else f"÷ {french.number(1 / product)}"
        y = float(plot.down(heights[0]))
        lettering = v.Lettering(size=board.layout.text, colour=colour, ha="right", bold=True, middle=True)
        v.write(board, xs[0] - 12, y, times, lettering)
        words = "*b*, …, *e* = " + french.number(factor, 0 if factor >= 1 else 1)
        v.write(board, xs[0] - 12, y + (20 if factor >= 1 else -18), words, v.Lettering(ha="right", middle=True))
    for x, name in zip(xs, NAMES, strict=True):
        v.write(board, x, plot.top + plot.height + 26, f"*{name}*", v.Lettering(colour=theme.ink, ha="center"))
    words = "gradient à la sortie de" if not board.layout.stacked else "sortie de"
    v.write(board, xs[0] - 14, plot.top + plot.height + 26, words, v.Lettering(ha="right"))
