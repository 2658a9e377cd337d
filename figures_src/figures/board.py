"""What schemas are drawn on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from figures_src.figures.drawing import DPI
from figures_src.style import Layout, Theme

RADIUS = 5.0
"""Of the corners of boxes; arrows and pipes turn with twice this radius."""


DASHES = (3.5, 2.5)


@dataclass(frozen=True)
class Stroke:
    """How a path is drawn: its width, and whether in dashes."""

    width: float
    dash: bool = False

    @property
    def dashed(self) -> "Stroke":
        """The same in dashes."""
        return replace(self, dash=True)


HAIR, LINE, CURVE, THICK = Stroke(0.9), Stroke(1.4), Stroke(2.0), Stroke(4.0)


Points = Sequence[tuple[float, float]] | np.ndarray


@dataclass(frozen=True)
class Board:
    """What a schema is drawn on."""

    figure: Figure
    axes: Axes
    theme: Theme
    layout: Layout
    height: float

    @property
    def width(self) -> float:
        """Width of the figure."""
        return float(self.layout.width)


def begin(theme: Theme, layout: Layout, height: float) -> Board:
    """An empty transparent figure of the layout's width; to be called with the settings of `style.rc`."""
    figure = Figure(figsize=(layout.width / DPI, height / DPI), dpi=DPI)
    figure.patch.set_visible(False)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(0, layout.width), ylim=(height, 0))
    return Board(figure, axes, theme, layout, height)


def finish(board: Board) -> Figure:
    """Settle what matplotlib leaves to the first drawing, while the settings of the theme still hold."""
    board.figure.draw_without_rendering()
    return board.figure


def tint(theme: Theme, colour: str, strength: float = 0.14) -> str:
    """A colour thinned with the paper: 0 is paper, 1 the colour itself."""
    pairs = zip(to_rgb(colour), to_rgb(theme.paper), strict=True)
    red, green, blue = (strength * ink + (1 - strength) * paper for ink, paper in pairs)
    return str(to_hex((red, green, blue)))


def draw_path(
    board: Board,
    path: Path,
    colour: str | None = None,
    stroke: Stroke = LINE,
    fill: str | None = None,
    layer: float = 2,
) -> None:
    """Draw one path. ``colour`` is that of its stroke, none without it; ``layer`` is matplotlib's order of drawing."""
    style: dict[str, Any] = {"joinstyle": "round", "capstyle": "butt" if stroke.dash else "round", "clip_on": False}
    style["linestyle"] = (0, tuple(length / stroke.width for length in DASHES)) if stroke.dash else "solid"
    edge = colour or "none"
    patch = PathPatch(path, facecolor=fill or "none", edgecolor=edge, linewidth=stroke.width if colour else 0, **style)
    patch.set_snap(False)
    board.axes.add_artist(patch).set_zorder(layer)


def polyline(points: Points, turn: float = 0) -> Path:
    """A path through points, its corners rounded with radius ``turn``."""
    corners = np.asarray(points, dtype=float)
    if not turn or len(corners) < 3:
        return Path(corners)
    vertices, codes = [corners[0]], [Path.MOVETO]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        ends = []
        for other in (before, after):
            way = other - corner
            length = float(np.hypot(*way))
            ends.append(corner + way * min(turn, length / 2) / length)
        vertices += [ends[0], corner, ends[1]]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path([*vertices, corners[-1]], [*codes, Path.LINETO])


def line(board: Board, points: Points, colour: str | None = None, stroke: Stroke = LINE, layer: float = 2) -> None:
    """A line through points, in the ink of the theme unless told."""
    draw_path(board, polyline(points), colour or board.theme.ink, stroke, layer=layer)


def lines(board: Board, segments: Iterable[Points], colour: str, stroke: Stroke, layer: float = 2) -> None:
    """Many separate lines of one look, as one path."""
    draw_path(board, Path.make_compound_path(*(polyline(points) for points in segments)), colour, stroke, layer=layer)
