"""Schema 4: where μ and σ come from, in training and in evaluation."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from figures_src.figures import vocabulary as v
from figures_src.figures.board import LINE, Board, begin, finish, line
from figures_src.figures.common import Records
from figures_src.figures.typesetter import Lettering, fraction, measure, write
from figures_src.style import Layout, Theme, rc

SHADES = np.array([[0.3, 0.8, 0.1, 0.6], [0.9, 0.4, 0.5, 0.2], [0.2, 0.6, 0.9, 0.4]])
"""A batch of four examples, for the eye only: no number is read from it."""
TRAINING, STATISTICS, KEPT, EVALUATION = 82.0, 182.0, 280.0, 398.0
"""Heights of what is drawn, from top to bottom."""
HALF = 28.0
"""Half the height of an operation."""


@dataclass(frozen=True)
class _Column:
    """Left edge and width; what stands above another shares its column."""

    left: float
    width: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def middle(self) -> float:
        return self.left + self.width / 2


@dataclass(frozen=True)
class _Columns:
    cell: float
    batch: _Column
    normalise: _Column
    scale: _Column
    output: float
    output_cell: float


WIDE = _Columns(16, _Column(16, 64), _Column(210, 170), _Column(470, 130), 652, 16)
NARROW = _Columns(11, _Column(1, 44), _Column(66, 114), _Column(200, 82), 302, 8.8)


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """The same two operations twice; only the source of μ and σ differs. Between both, what is kept."""
    at = NARROW if layout.stacked else WIDE
    with rc(theme, layout):
        board = begin(theme, layout, 448)
        line(board, [(0, KEPT), (layout.width, KEPT)], theme.faint, LINE, layer=1)
        v.heading(board, 0, 16, "Entraînement")
        v.heading(board, 0, KEPT + 50, "Évaluation")
        _draw_row(board, at, TRAINING, SHADES, "lot de *m* exemples", ("z − μ", "√{σ^2 + ε}"))
        alone = ("z − μ_{pop}", "√{σ^2_{pop} + ε}")
        _draw_row(board, at, EVALUATION, SHADES[:, :1], "un seul exemple", alone)
        _draw_statistics(board, at)
        _draw_learned(board, at)
        return finish(board)


def _draw_row(board: Board, at: _Columns, y: float, shades: np.ndarray, name: str, ratio: tuple[str, str]) -> None:
    theme, (rows, count) = board.theme, shades.shape
    top = y - at.cell * rows / 2
    left = at.batch.right - at.cell * count
    v.matrix(board, left, top, at.cell, shades, theme.muted)
    write(board, 0, y - HALF - 14, name)
    write(board, at.output, y - HALF - 14, "sortie")
    for column in (at.normalise, at.scale):
        v.box(board, v.Frame(column.left, y - HALF, column.width, 2 * HALF), theme.with_bn, 0.12)
    width = max(measure(board, part, math=True) for part in ratio) + 4
    fraction(board, at.normalise.middle - width / 2, y, *ratio)
    write(board, at.scale.middle, y, "γ ẑ + β", Lettering(ha="center", math=True, middle=True))
    stops = [at.batch.right, at.normalise.left, at.normalise.right, at.scale.left, at.scale.right, at.output]
    for start, stop in zip(stops[::2], stops[1::2], strict=True):
        v.arrow(board, [(start + 3, y), (stop - 3, y)])
    v.matrix(board, at.output, top, at.output_cell, shades, theme.with_bn)


def _draw_statistics(board: Board, at: _Columns) -> None:
    """From the batch to its μ and σ², up to the operation, and down to what is kept of all batches."""
    spine = at.normalise.middle
    v.box(board, v.Frame(at.normalise.left, STATISTICS - 25, at.normalise.width, 50))
    _write_pair(board, spine, STATISTICS, "μ,  σ^2", "du lot, (1) et (2)")
    start = (at.batch.middle, TRAINING + 1.5 * at.cell + 3)
    v.arrow(board, [start, (at.batch.middle, STATISTICS), (at.normalise.left - 3, STATISTICS)])
    v.arrow(board, [(spine, STATISTICS - 28), (spine, TRAINING + HALF + 3)])
    v.arrow(board, [(spine, STATISTICS + 28), (spine, KEPT - 29)])
    _draw_kept(board, at.normalise, "μ_{pop},  σ^2_{pop}", "moyennes des lots")


def _draw_learned(board: Board, at: _Columns) -> None:
    x = at.scale.middle
    v.arrow(board, [(x, TRAINING + HALF + 3), (x, KEPT - 29)], both=True)
    _draw_kept(board, at.scale, "γ,  β", "appris")


def _draw_kept(board: Board, column: _Column, symbols: str, words: str) -> None:
    v.box(board, v.Frame(column.left, KEPT - 26, column.width, 52))
    _write_pair(board, column.middle, KEPT, symbols, words)
    v.arrow(board, [(column.middle, KEPT + 29), (column.middle, EVALUATION - HALF - 3)])


def _write_pair(board: Board, x: float, y: float, symbols: str, words: str) -> None:
    write(board, x, y - 4, symbols, Lettering(ha="center", math=True))
    write(board, x, y + 16, words, Lettering(ha="center"))
