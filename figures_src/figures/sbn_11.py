"""Schema 11: exploring the landscape along the gradient, on a surface that has a formula."""

from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
from contourpy import FillType, contour_generator
from matplotlib.figure import Figure
from matplotlib.path import Path

from figures_src import french
from figures_src.figures import vocabulary as v
from figures_src.figures.board import CURVE, LINE, Board, Stroke, begin, draw_path, finish, line, tint
from figures_src.figures.common import Cell, Records, Table
from figures_src.figures.drawing import Places
from figures_src.figures.typesetter import Lettering, write
from figures_src.style import Layout, Theme, rc

BOWL, CENTRE, FLOOR = 0.12, np.array([1.16, -0.44]), 1.0
HILLS = (
    (1.16, (3.01, 0.5), 1.5),
    (-1.53, (1.55, -2.57), 1.46),
    (-1.3, (-0.24, -2.84), 1.12),
    (1.96, (4.35, 2.18), 1.05),
)
"""Height, place and width of each; a negative height digs a hole."""
START = np.array([-3.4, -1.6])
LENGTHS = (1.0, 2.0, 3.0, 4.0)
"""Of the steps, all along the gradient at the start."""
STEP = 1.25
"""Distance that the first length stands for, on the surface."""
BOX = ((-4.2, 3.2), (-3.3, 2.0))
BANDS = 12
"""Shades between the lowest and the highest loss of the box, at equal heights."""
REACH = 0.85
"""Of an arrow, on the surface, for a gradient of norm 1."""


def loss(points: np.ndarray) -> np.ndarray:
    """A bowl with hills and holes: the loss at points (..., 2)."""
    height = FLOOR + BOWL * np.square(points - CENTRE).sum(-1)
    for tall, place, width in HILLS:
        height = height + tall * np.exp(-np.square(points - np.array(place)).sum(-1) / (2 * width**2))
    return np.asarray(height)


def gradient(points: np.ndarray) -> np.ndarray:
    """The gradient of `loss`, in closed form: the shape of ``points``."""
    slope = 2 * BOWL * (points - CENTRE)
    for tall, place, width in HILLS:
        away = points - np.array(place)
        bell = tall * np.exp(-np.square(away).sum(-1, keepdims=True) / (2 * width**2))
        slope = slope - bell * away / width**2
    return np.asarray(slope)


def visited() -> np.ndarray:
    """The start and the point at the end of each step (5, 2)."""
    return along(np.array([0.0, *LENGTHS]))


def along(lengths: np.ndarray) -> np.ndarray:
    """Points at these lengths from the start, straight down its gradient (n, 2)."""
    first = gradient(START)
    points: np.ndarray = START - STEP * lengths[:, None] * first / np.linalg.norm(first)
    return points


def angles() -> np.ndarray:
    """Degrees between the gradient at the start and that at each point visited (5,)."""
    slopes = gradient(visited())
    unit = slopes / np.linalg.norm(slopes, axis=1, keepdims=True)
    return np.asarray(np.degrees(np.arccos(np.clip(unit @ unit[0], -1, 1))))


@dataclass(frozen=True)
class _Places(Places):
    profile: float
    """The baseline of the name of the second panel."""


WIDE = _Places(366, ((0, 26, 424, 304), (470, 46, 244, 234)), profile=16)
NARROW = _Places(588, ((0, 26, 340, 246), (8, 370, 324, 146)), profile=350)
SCALES = (BOX, ((0.0, 4.4), (0.0, 3.8)))


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """The surface from above, with the direction explored and the gradients found; the loss along that direction."""
    with rc(theme, layout):
        places = NARROW if layout.stacked else WIDE
        board = begin(theme, layout, places.body)
        above, profile = (v.Plot(*place, *scales) for place, scales in zip(places.panels, SCALES, strict=True))
        v.heading(board, 0, 16, "Vu d’en haut")
        _draw_surface(board, above)
        _draw_directions(board, above)
        _draw_key(board, above.top + above.height + 24)
        v.heading(board, profile.left, places.profile, "Perte le long de cette direction")
        _draw_profile(board, profile)
        last = profile.top + profile.height + 56
        start = write(board, profile.left - 6, last, "points visités :  ")
        write(board, start, last, "ω − pas × ∇L(ω)", Lettering(math=True))
        return finish(board)


def table(records: Records) -> Table:
    """Loss and gradient at each point visited, and the angle with the first gradient."""
    points = visited()
    columns = ("step", "w_1", "w_2", "loss", "gradient_1", "gradient_2", "degrees_from_first_gradient")
    found = zip((0.0, *LENGTHS), points, loss(points), gradient(points), angles(), strict=True)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (step, *map(float, point), float(height), *map(float, slope), float(angle))
        for step, point, height, slope, angle in found
    )
    return Table(columns, rows)


def _draw_surface(board: Board, plot: v.Plot) -> None:
    """Bands of equal heights, the darker (in the dark: the lighter) the higher."""
    x, y = (np.linspace(*ends, 70) for ends in (plot.x, plot.y))
    height = loss(np.stack(np.meshgrid(x, y), axis=-1))
    maker = contour_generator(x, y, height, fill_type=FillType.OuterCode)
    levels = np.linspace(height.min() - 1e-9, height.max() + 1e-9, BANDS + 1)
    for band, (low, high) in enumerate(pairwise(levels.tolist())):
        shapes, codes = cast(tuple[list[np.ndarray], list[np.ndarray]], maker.filled(low, high))
        paths = [Path(plot.at(*shape.T), code) for shape, code in zip(shapes, codes, strict=True)]
        if paths and band:
            colour = tint(board.theme, board.theme.ink, 0.028 * band)
            draw_path(board, Path.make_compound_path(*paths), colour, Stroke(0.4), fill=colour, layer=1)


def _draw_directions(board: Board, plot: v.Plot) -> None:
    theme, points = board.theme, visited()
    ends = along(np.array([0.0, LENGTHS[-1] + 0.45]))
    line(board, plot.at(*ends.T), theme.ink, LINE.dashed, layer=2)
    tips = points - REACH * gradient(points)
    for index, (point, tip) in enumerate(zip(plot.spots(*points.T), plot.spots(*tips.T), strict=True)):
        v.arrow(board, [point, tip], theme.ink, CURVE, layer=3)
        draw_path(board, v.disc(*point, 5), theme.ink, fill=theme.ink if not index else theme.paper, layer=4)
    _name_points(board, plot)


def _name_points(board: Board, plot: v.Plot) -> None:
    theme, size = board.theme, board.layout.text
    for index, ((x, y), angle) in enumerate(zip(plot.at(*visited().T), angles(), strict=True)):
        if index:
            write(board, x - 8, y - 27, f"pas {index}", Lettering(size=size, colour=theme.ink, ha="center", bold=True))
            write(board, x - 8, y - 12, f"{french.number(angle)}°", Lettering(colour=theme.ink, ha="center"))
        else:
            write(board, x - 12, y + 5, "ω", Lettering(ha="right", math=True))


def _draw_profile(board: Board, plot: v.Plot) -> None:
    theme = board.theme
    lengths = np.linspace(*plot.x, 89)
    slope = -STEP * float(np.linalg.norm(gradient(START)))
    start = float(loss(START))
    promised = np.array([0.0, start / -slope])
    v.curve(board, plot.at(promised, start + slope * promised), theme.muted, LINE.dashed)
    v.curve(board, plot.at(lengths, loss(along(lengths))), theme.ink)
    v.axis(board, plot, (1, 2, 3, 4), [f"pas {mark}" for mark in (1, 2, 3, 4)])
    for index, point in enumerate(plot.spots(np.array([0.0, *LENGTHS]), loss(visited()))):
        draw_path(board, v.disc(*point, 5), theme.ink, fill=theme.paper if index else theme.ink, layer=4)
    x, y = plot.at(1.55, loss(along(np.array([1.55])))[0])[0]
    write(board, x + 12, y - 6, "perte", Lettering(colour=theme.ink))
    words = "promesse\nde la pente" if board.layout.stacked else "promesse de\nla pente initiale"
    write(board, plot.left + 2, float(plot.down(0)) - 34, words)


def _draw_key(board: Board, y: float) -> None:
    theme = board.theme
    v.arrow(board, [(0, y - 4), (26, y - 4)], theme.ink, CURVE)
    x = write(board, 34, y, "descente locale, −∇*L*, et son angle") + 18
    if board.layout.stacked:
        x, y = 0.0, y + 22
    line(board, [(x, y - 4), (x + 24, y - 4)], theme.ink, LINE.dashed)
    write(board, x + 34, y, "direction initiale")
