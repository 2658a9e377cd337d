"""Schema 10: pipes and valves. Without BN one valve acts on every flow; with BN, γ and β set each flow."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.figure import Figure
from matplotlib.path import Path

from figures_src.figures import board as v
from figures_src.figures.board import Board, begin, finish, tint
from figures_src.figures.common import ARMS, Cell, Records, Table
from figures_src.figures.signals import standardised
from figures_src.figures.typesetter import Lettering, write
from figures_src.figures.vocabulary import arrow, disc, heading, pipes, turning, valve
from figures_src.style import Layout, Theme, rc

SEED, BATCH = 3, 1024
OPEN = np.array([[0.9, 0.7, 0.8], [0.95, 0.8, 0.6], [0.6, 0.9, 0.75]])
"""How far each valve is open: rows of pipes, columns of valves from the inlets on."""
TURNED, CLOSED_TO = (1, 0), 0.2
MIXING = np.array([[0.55, 0.35, 0.1], [0.25, 0.5, 0.25], [0.1, 0.35, 0.55]])
"""What each pipe takes of the three where an upright pipe joins them."""
GAMMA, BETA = np.array([0.1, 0.16, 0.08]), np.array([0.62, 0.42, 0.3])
FULL = 1.0
"""Flow at the right end of a dial."""

ROWS, COLUMNS, CROSSES = (62.0, 136.0, 210.0), (50.0, 124.0, 198.0), (87.0, 161.0)
WHEEL, DIAL, RADIUS = 236.0, 305.0, 29.0
HEIGHT = 240.0


@dataclass(frozen=True)
class _Places:
    """Height of the figure; corners of the pipes without BN and with it."""

    height: float
    corners: tuple[tuple[float, float], tuple[float, float]]


WIDE, NARROW = _Places(280, ((0, 0), (380, 0))), _Places(570, ((0, 0), (0, 270)))


@lru_cache
def flows(turned: bool, with_bn: bool) -> np.ndarray:
    """Flows of the three outlets for a batch of inflows (BATCH, 3)."""
    inflow = np.random.default_rng(SEED).gamma(6.0, 0.2, (BATCH, 3))
    opened = OPEN.copy()
    if turned:
        opened[TURNED] = CLOSED_TO
    flow = inflow * opened[:, 0]
    for column in (1, 2):
        flow = flow @ MIXING.T * opened[:, column]
    out: np.ndarray = GAMMA * standardised(flow) + BETA if with_bn else flow
    return out


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """The same pipes twice, the same valve turned; a dial for each outlet, before and after."""
    with rc(theme, layout):
        places = NARROW if layout.stacked else WIDE
        board = begin(theme, layout, places.height)
        for corner, with_bn in zip(places.corners, (False, True), strict=True):
            _draw_panel(board, *corner, with_bn)
        _draw_key(board, places.corners[-1][1] + HEIGHT + 32)
        return finish(board)


def table(records: Records) -> Table:
    """Mean and deviation of each outlet, before and after the valve is turned."""
    rows: list[tuple[Cell, ...]] = []
    for with_bn, arm in enumerate(ARMS):
        for turned, when in enumerate(("before", "after")):
            sample = flows(bool(turned), bool(with_bn))
            moments = zip(sample.mean(0).tolist(), sample.std(0).tolist(), strict=True)
            rows += [(arm, when, outlet, *pair) for outlet, pair in enumerate(moments, start=1)]
    return Table(("arm", "when", "outlet", "mean_flow", "deviation"), tuple(rows))


def _draw_panel(board: Board, left: float, top: float, with_bn: bool) -> None:
    theme = board.theme
    colour = theme.with_bn if with_bn else theme.without_bn
    words = "Avec BN : γ et β règlent chaque débit" if with_bn else "Sans BN : une vanne change tous les débits"
    heading(board, left, top + 16, words, colour)
    ways = [[(left + 18, top + y), (left + DIAL - RADIUS - 10, top + y)] for y in ROWS]
    ways += [[(left + x, top + ROWS[0]), (left + x, top + ROWS[-1])] for x in CROSSES]
    pipes(board, ways, tint(theme, colour, 0.22))
    for row, y in enumerate(ROWS):
        arrow(board, [(left, top + y), (left + 16, top + y)])
        for column, x in enumerate(COLUMNS):
            number = 1 + row + len(ROWS) * column
            turned = (row, column) == TURNED
            angle = 360 * float(CLOSED_TO if turned else OPEN[row, column])
            valve(board, left + x, top + y, angle, theme.ink if turned else None)
            lettering = Lettering(colour=theme.ink, ha="center")
            write(board, left + x, top + y - (24 if turned else 17), f"ω_{number}", lettering)
        if with_bn:
            valve(board, left + WHEEL, top + y, 60 * row, theme.with_bn, 13)
            write(board, left + WHEEL, top + y - 20, f"γ_{row + 1} β_{row + 1}", Lettering(ha="center"))
        _draw_outlet(board, left + DIAL, top + y, row, with_bn)
    turning(board, (left + COLUMNS[0], top + ROWS[1]), 16, (-70, 70), theme.ink)


def _draw_outlet(board: Board, x: float, y: float, outlet: int, with_bn: bool) -> None:
    """A dial: the needle at the mean flow, the sector one deviation on both sides."""
    theme, centre = board.theme, y + 10
    colour = theme.with_bn if with_bn else theme.without_bn
    before, after = (flows(turned, with_bn)[:, outlet] for turned in (False, True))
    v.draw_path(board, _sector(x, centre, RADIUS, 0, FULL), theme.muted, v.HAIR, fill=theme.paper, layer=4)
    spread = (after.mean() - after.std(), after.mean() + after.std())
    sector = _sector(x, centre, RADIUS - 2, *spread)
    v.draw_path(board, sector, None, fill=tint(theme, colour, 0.3), layer=4.1)
    v.line(board, [(x, centre), _at(x, centre, RADIUS + 4, before.mean())], theme.muted, v.LINE.dashed, layer=4.2)
    v.line(board, [(x, centre), _at(x, centre, RADIUS - 3, after.mean())], colour, v.CURVE, layer=4.3)
    v.draw_path(board, disc(x, centre, 2.6), None, fill=colour, layer=4.4)


def _at(x: float, y: float, radius: float, flow: float) -> tuple[float, float]:
    angle = np.pi * (1 - np.clip(flow / FULL, 0, 1))
    return x + radius * float(np.cos(angle)), y - radius * float(np.sin(angle))


def _sector(x: float, y: float, radius: float, low: float, high: float) -> Path:
    arc = [_at(x, y, radius, flow) for flow in np.linspace(low, high, 17)]
    return Path([(x, y), *arc, (x, y)], closed=True)


def _draw_key(board: Board, y: float) -> None:
    theme = board.theme
    v.line(board, [(0, y - 4), (22, y - 4)], theme.muted, v.LINE.dashed)
    x = write(board, 28, y, "débit moyen avant") + 18
    v.line(board, [(x, y - 4), (x + 22, y - 4)], theme.ink, v.CURVE)
    x = write(board, x + 28, y, "après avoir tourné ω_2") + 18
    if board.layout.stacked:
        x, y = 0, y + 22
    v.draw_path(board, _sector(x + 11, y + 2, 13, 0.3, 0.7), None, fill=tint(theme, theme.ink, 0.3))
    write(board, x + 28, y, "± un écart-type sur le lot")
