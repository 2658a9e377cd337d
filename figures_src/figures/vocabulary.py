"""The vocabulary of the schemas: neurons, boxes, arrows, tensors, pipes, small plots, labels with symbols.

All lengths are in pixels of the figure as seen, from its top left corner, ``y`` downwards. A stroke is a hairline for
what guides the eye, a line for what is drawn, a curve for what is plotted, and thick for the part of a curve that is
meant. Only the links of a network may be as thick as what they carry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from figures_src.figures.board import (
    CURVE,
    HAIR,
    LINE,
    RADIUS,
    Board,
    Points,
    Stroke,
    draw_path,
    line,
    lines,
    polyline,
    tint,
)
from figures_src.figures.typesetter import Lettering, write

HEAD_LENGTH, HEAD_HALF_WIDTH = 7.5, 3.3
_CLOSE = 0.1  # pixels between the points of a curve and its arcs
NEURON = 11.0
"""Radius of a neuron."""
PIPE = 12.0
"""Inner width of a pipe."""


def arrow(
    board: Board,
    points: Points,
    colour: str | None = None,
    stroke: Stroke = LINE,
    both: bool = False,
    layer: float = 2,
) -> None:
    """A line that turns with round corners and ends in a head at its last point, or in one at each end."""
    ink = colour or board.theme.ink
    way = np.array(points, dtype=float)
    heads = [_head(way[-2], way[-1])]
    way[-1] += (way[-2] - way[-1]) * (0.8 * HEAD_LENGTH / np.hypot(*(way[-1] - way[-2])))
    if both:
        heads.append(_head(way[1], way[0]))
        way[0] += (way[1] - way[0]) * (0.8 * HEAD_LENGTH / np.hypot(*(way[1] - way[0])))
    draw_path(board, polyline(way, 2 * RADIUS), ink, stroke, layer=layer)
    draw_path(board, Path.make_compound_path(*heads), None, fill=ink, layer=layer)


def _head(before: np.ndarray, tip: np.ndarray) -> Path:
    along = (tip - before) / np.hypot(*(tip - before))
    across = HEAD_HALF_WIDTH * np.array([-along[1], along[0]])
    base = tip - HEAD_LENGTH * along
    return Path(np.array([tip, base + across, base - across, tip]), closed=True)


@dataclass(frozen=True)
class Frame:
    """A rectangle of the figure."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right side."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.top + self.height


def round_box(frame: Frame, radius: float = RADIUS) -> Path:
    """The outline of a box with round corners."""
    left, top, right, bottom = frame.left, frame.top, frame.right, frame.bottom
    r = min(radius, frame.width / 2, frame.height / 2)
    corners = (
        ((right - r, top), (right, top), (right, top + r)),
        ((right, bottom - r), (right, bottom), (right - r, bottom)),
        ((left + r, bottom), (left, bottom), (left, bottom - r)),
        ((left, top + r), (left, top), (left + r, top)),
    )
    vertices = [(left + r, top)] + [point for corner in corners for point in corner] + [(left + r, top)]
    return Path(vertices, [Path.MOVETO, *[Path.LINETO, Path.CURVE3, Path.CURVE3] * 4, Path.CLOSEPOLY])


def box(board: Board, frame: Frame, colour: str | None = None, strength: float = 0.0, layer: float = 2) -> None:
    """A box with round corners: an operation, a layer, a store. Paper inside, or the tint of its colour."""
    ink = colour or board.theme.ink
    draw_path(board, round_box(frame), ink, fill=tint(board.theme, ink, strength), layer=layer)


def disc(x: float, y: float, radius: float) -> Path:
    """The outline of a disc: four arcs, within a thousandth of the circle, where matplotlib's takes eight."""
    k = 0.5523
    quarter = [(1, k), (k, 1), (0, 1), (-k, 1), (-1, k), (-1, 0), (-1, -k), (-k, -1), (0, -1), (k, -1), (1, -k), (1, 0)]
    vertices = np.array([(x, y)]) + radius * np.array([(1, 0), *quarter, (1, 0)])
    return Path(vertices, [Path.MOVETO, *[Path.CURVE4] * 12, Path.CLOSEPOLY])


def dots(board: Board, points: np.ndarray, colour: str, width: float, layer: float = 2) -> None:
    """Small dots: strokes so short that only their round ends show, the least that a file can hold."""
    lines(board, [[(x, y), (x + 0.01, y)] for x, y in points], colour, Stroke(width), layer)


def neuron(board: Board, x: float, y: float, colour: str | None = None, radius: float = NEURON) -> None:
    """A neuron."""
    draw_path(board, disc(x, y, radius), colour or board.theme.ink, fill=board.theme.paper, layer=4)


def column(centre: float, count: int, step: float) -> np.ndarray:
    """Heights of ``count`` things evenly spread around ``centre``, from the top."""
    return centre + step * (np.arange(count) - (count - 1) / 2)


def brace(board: Board, left: float, right: float, y: float, down: bool = True, colour: str | None = None) -> None:
    """A curly brace that spans ``left`` to ``right``; its point looks down, or up."""
    depth = RADIUS if down else -RADIUS
    middle, level = (left + right) / 2, y + depth
    vertices = [
        (left, y), (left, level), (left + RADIUS, level), (middle - RADIUS, level), (middle, level),
        (middle, level + depth), (middle, level), (middle + RADIUS, level), (right - RADIUS, level),
        (right, level), (right, y),
    ]  # fmt: skip
    curve = [Path.CURVE3, Path.CURVE3]
    codes = [Path.MOVETO, *curve, Path.LINETO, *curve, *curve, Path.LINETO, *curve]
    draw_path(board, Path(vertices, codes), colour or board.theme.muted, HAIR)


def matrix(board: Board, left: float, top: float, cell: float, shades: np.ndarray, colour: str) -> None:
    """A tensor as a grid of square cells; ``shades`` (rows, columns) between 0, paper, and 1, the full colour.

    Shades are rounded to tenths: cells of one shade are one path, and the file stays small.
    """
    rows, columns = shades.shape
    levels = np.rint(10 * np.clip(shades, 0, 1)).astype(int)
    for level in np.unique(levels):
        squares = [_square(left + c * cell, top + r * cell, cell) for r, c in np.argwhere(levels == level).tolist()]
        path = Path.make_compound_path(*squares)
        draw_path(board, path, None, fill=tint(board.theme, colour, 0.08 + 0.08 * level), layer=2)
    right, bottom = left + columns * cell, top + rows * cell
    rules = [[(left + c * cell, top), (left + c * cell, bottom)] for c in range(1, columns)]
    rules += [[(left, top + r * cell), (right, top + r * cell)] for r in range(1, rows)]
    if rules:
        lines(board, rules, board.theme.paper, HAIR, layer=2.1)
    draw_path(board, round_box(Frame(left, top, columns * cell, rows * cell), 2), colour, layer=2.2)


def _square(left: float, top: float, side: float) -> Path:
    corners = [(left, top), (left + side, top), (left + side, top + side), (left, top + side), (left, top)]
    return Path(corners, closed=True)


def block(board: Board, face: Frame, depth: float, colour: str) -> None:
    """A tensor in perspective: the face is what it spans in space, the depth its channels."""
    shift = 0.62 * depth
    left, top, right, bottom = face.left, face.top, face.right, face.bottom
    side = [(right, top), (right + shift, top - shift), (right + shift, bottom - shift), (right, bottom), (right, top)]
    lid = [(left, top), (left + shift, top - shift), (right + shift, top - shift), (right, top), (left, top)]
    for wall, strength in ((lid, 0.1), (side, 0.26)):
        draw_path(board, Path(wall, closed=True), colour, fill=tint(board.theme, colour, strength))
    front = Path([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], closed=True)
    draw_path(board, front, colour, fill=tint(board.theme, colour, 0.16))


# Pipes and valves --------------------------------------------------------------------------------------------------


def pipes(board: Board, ways: Sequence[Points], fill: str) -> None:
    """Pipes along ``ways``, joined where they meet: all walls are drawn first, then all that flows."""
    path = Path.make_compound_path(*(polyline(points, 2 * RADIUS) for points in ways))
    style: dict[str, Any] = {"joinstyle": "round", "capstyle": "butt", "facecolor": "none", "clip_on": False}
    for colour, width, layer in ((board.theme.ink, PIPE + 2 * LINE.width, 2.0), (fill, PIPE, 2.1)):
        board.axes.add_artist(PathPatch(path, edgecolor=colour, linewidth=width, **style)).set_zorder(layer)


def valve(board: Board, x: float, y: float, angle: float = 0, colour: str | None = None, radius: float = 10) -> None:
    """The wheel of a valve with its three spokes, turned by ``angle`` degrees."""
    ink = colour or board.theme.ink
    draw_path(board, disc(x, y, radius), ink, fill=tint(board.theme, ink, 0.14 if colour else 0), layer=4)
    turns = np.deg2rad(angle - 90 + np.array([0, 120, 240]))
    spokes = [[(x, y), (x + radius * np.cos(t), y + radius * np.sin(t))] for t in turns]
    lines(board, spokes, ink, LINE, layer=4.1)
    draw_path(board, disc(x, y, 2.4), None, fill=ink, layer=4.2)


def turning(board: Board, centre: tuple[float, float], radius: float, angles: tuple[float, float], colour: str) -> None:
    """A curved arrow around a wheel, from one angle to another, in degrees clockwise from the top."""
    (x, y), turned = centre, np.deg2rad(np.linspace(*angles, 24) - 90)
    points = np.column_stack([x + radius * np.cos(turned), y + radius * np.sin(turned)])
    draw_path(board, polyline(points[:-2]), colour, LINE, layer=4)
    draw_path(board, _head(points[-5], points[-1]), None, fill=colour, layer=4)


# Small plots -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plot(Frame):
    """A frame with scales of its own: ``x`` and ``y`` are what its sides stand for."""

    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, x: Any) -> Any:
        """Pixels from the left edge of the figure."""
        return self.left + self.width * (np.asarray(x) - self.x[0]) / (self.x[1] - self.x[0])

    def down(self, y: Any) -> Any:
        """Pixels from the top of the figure."""
        return self.top + self.height * (self.y[1] - np.asarray(y)) / (self.y[1] - self.y[0])

    def at(self, x: Any, y: Any) -> np.ndarray:
        """Points (n, 2) of the figure."""
        return np.column_stack([np.atleast_1d(self.across(x)), np.atleast_1d(self.down(y))])

    def spots(self, x: Any, y: Any) -> list[tuple[float, float]]:
        """The same points, one by one."""
        return [(float(a), float(b)) for a, b in self.at(x, y)]


def axis(
    board: Board, plot: Plot, marks: Sequence[float] = (), labels: Sequence[str] = (), at: float = 0, drop: float = 17
) -> None:
    """The horizontal axis of a small plot, a hairline at the height ``at``, with few marks."""
    y = float(plot.down(at))
    ticks = [[(float(plot.across(mark)), y), (float(plot.across(mark)), y + 4)] for mark in marks]
    lines(board, [[(plot.left, y), (plot.left + plot.width, y)], *ticks], board.theme.muted, HAIR, layer=2.5)
    for mark, label in zip(marks, labels, strict=False):
        write(board, float(plot.across(mark)), y + drop, label, Lettering(ha="center"))


def curve(board: Board, points: np.ndarray, colour: str, stroke: Stroke = CURVE, layer: float = 3) -> None:
    """A curve through points (n, 2) of the figure that are evenly spread across it."""
    draw_path(board, _arcs(smooth(points)), colour, stroke, layer=layer)


def hill(board: Board, plot: Plot, points: np.ndarray, colour: str, strength: float, stroke: Stroke = CURVE) -> None:
    """A `curve`, and the area down to zero in so much of its colour."""
    arcs, floor = smooth(points), float(plot.down(0))
    around = np.vstack([arcs, [arcs[-1, 0], floor], [arcs[0, 0], floor], arcs[:1]])
    shape = Path(around, [Path.MOVETO, *[Path.CURVE4] * (len(arcs) - 1), *[Path.LINETO] * 3])
    draw_path(board, shape, None, fill=tint(board.theme, colour, strength), layer=2.5)
    draw_path(board, _arcs(arcs), colour, stroke, layer=3)


def _arcs(vertices: np.ndarray) -> Path:
    return Path(vertices, [Path.MOVETO, *[Path.CURVE4] * (len(vertices) - 1)])


def smooth(points: np.ndarray) -> np.ndarray:
    """Cubic arcs through some of the points (n, 2) of a curve, evenly spaced along its first axis, with its slopes.

    Fewer numbers than a line through all of them, and no corners however large the figure is shown. Returns the start,
    then two controls and an end for each arc: (1 + 3 arcs, 2).
    """
    slopes = np.gradient(points, axis=0, edge_order=2 if len(points) > 2 else 1)

    def arcs(start: int, stop: int) -> list[np.ndarray]:
        """One arc where it passes close to all the points between, or the arcs of both halves."""
        third = (stop - start) / 3
        first, last = points[start] + third * slopes[start], points[stop] - third * slopes[stop]
        arc = np.array([points[start], first, last, points[stop]])
        if stop - start == 1 or np.abs(_bernstein(stop - start + 1) @ arc - points[start : stop + 1]).max() <= _CLOSE:
            return [arc[1:]]
        middle = (start + stop) // 2
        return arcs(start, middle) + arcs(middle, stop)

    return np.vstack([points[:1], *arcs(0, len(points) - 1)])


def _bernstein(count: int) -> np.ndarray:
    """Weights (count, 4) of the points of a cubic arc, at times spread evenly over it."""
    t = np.linspace(0, 1, count)[:, None]
    return np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])


def moments(board: Board, plot: Plot, mean: float, deviation: float, named: bool = False) -> None:
    """Mark under a density where its mean is, and how far its deviation reaches on both sides."""
    floor = float(plot.down(0))
    left, middle, right = (float(plot.across(mean + side * deviation)) for side in (-1, 0, 1))
    line(board, [(left, floor + 8), (right, floor + 8)], board.theme.sigma, CURVE, layer=4)
    line(board, [(middle, floor + 12), (middle, floor - 3)], board.theme.mu, CURVE, layer=4.1)
    if named:
        write(board, right + 5, floor + 12, "σ", Lettering(size=board.layout.text))
        write(board, middle, floor + 24, "μ", Lettering(size=board.layout.text, ha="center"))


def heading(board: Board, x: float, y: float, text: str, colour: str | None = None, ha: str = "left") -> None:
    """The name of a part of the figure."""
    write(board, x, y, text, Lettering(size=board.layout.text, colour=colour or board.theme.ink, ha=ha, bold=True))
