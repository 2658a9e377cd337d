"""Schema 7: internal covariate shift in the sense of distributions, on a step of gradient descent really taken."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.figure import Figure

from figures_src.figures import vocabulary as v
from figures_src.figures.board import LINE, Board, begin, draw_path, finish
from figures_src.figures.common import Cell, Records, Table
from figures_src.figures.signals import density
from figures_src.figures.typesetter import Lettering, write
from figures_src.style import Layout, Theme, rc

SEED, BATCH, WIDTH, DEPTH, SPREAD = 1, 1024, 8, 5, 1.3
LEARNING_RATE = 0.1
LAYER, UNIT = 2, 6
"""The layer *k* - 1, counted from zero, and the one of its units that is shown."""
RANGE, TALLEST = (-2.4, 2.4), 1.0
GRID = np.linspace(*RANGE, 181)

Weights = list[np.ndarray]


@dataclass(frozen=True)
class Step:
    """The signal shown (BATCH,) and the loss, before and after one step on the same batch."""

    before: np.ndarray
    after: np.ndarray
    loss_before: float
    loss_after: float


@lru_cache
def step() -> Step:
    """One step of plain gradient descent on a perceptron with tanh and a squared error; no BN anywhere."""
    rng = np.random.default_rng(SEED)
    x = rng.standard_normal((BATCH, WIDTH))
    target = 3 * np.sign(x[:, :1] * x[:, 1:2]) + 2
    sizes = [WIDTH] * DEPTH + [1]
    weights = [SPREAD * rng.standard_normal((to, WIDTH)) / np.sqrt(WIDTH) for to in sizes[1:]]
    biases = [np.zeros(to) for to in sizes[1:]]
    before = forward(x, weights, biases)
    slopes, shifts = gradients(x, target, before, weights)
    after = forward(
        x,
        [w - LEARNING_RATE * slope for w, slope in zip(weights, slopes, strict=True)],
        [b - LEARNING_RATE * shift for b, shift in zip(biases, shifts, strict=True)],
    )
    losses = [float(np.square(z[-1] - target).mean()) for z in (before, after)]
    return Step(before[LAYER][:, UNIT], after[LAYER][:, UNIT], *losses)


def forward(x: np.ndarray, weights: Weights, biases: Weights) -> Weights:
    """The preactivations of all layers; each layer takes the tanh of the one before."""
    out: Weights = []
    for w, b in zip(weights, biases, strict=True):
        out.append((np.tanh(out[-1]) if out else x) @ w.T + b)
    return out


def gradients(x: np.ndarray, target: np.ndarray, z: Weights, weights: Weights) -> tuple[Weights, Weights]:
    """Gradients of the mean squared error with respect to all weights and biases, by backpropagation."""
    back = 2 * (z[-1] - target) / len(x)
    slopes: Weights = []
    shifts: Weights = []
    for layer in range(len(weights) - 1, -1, -1):
        fed = np.tanh(z[layer - 1]) if layer else x
        slopes.insert(0, back.T @ fed)
        shifts.insert(0, back.sum(0))
        back = back @ weights[layer] * (1 - np.square(fed)) if layer else back
    return slopes, shifts


@dataclass(frozen=True)
class _Row:
    """Where things stand along a row: boxes by name with left edges, dots, and what comes before and after."""

    boxes: tuple[tuple[str, float], ...]
    box: float
    dots: tuple[float, ...]
    source: float
    prediction: float | None
    loss: float
    arrows: tuple[tuple[float, float], ...]
    inset: float
    """Room at both sides of the signal drawn between two boxes."""
    aside: float
    """How far to the right of that signal the words under it stand."""

    def left(self, name: str) -> float:
        return dict(self.boxes)[name]


BEFORE, AFTER, LAST = "*k* − 1", "*k*", "*n*"
WIDE = _Row(
    (("1", 40), ("2", 116), (BEFORE, 222), (AFTER, 452), (LAST, 558)), 44, (191, 527), 10, 640, 700,
    ((20, 37), (87, 113), (163, 181), (201, 219), (499, 517), (537, 555), (605, 629), (651, 683)),
    inset=20, aside=0,
)  # fmt: skip
NARROW = _Row(
    (("1", 26), (BEFORE, 84), (AFTER, 220), (LAST, 268)), 32, (71, 260), 5, None, 326, ((11, 24), (302, 313)),
    inset=4, aside=26,
)  # fmt: skip


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """The same network on the same batch at two successive iterations."""
    at, found = NARROW if layout.stacked else WIDE, step()
    with rc(theme, layout):
        board = begin(theme, layout, 392)
        v.heading(board, 0, 16, "Itération *t*")
        _draw_row(board, at, 112, [found.before], changed=False)
        _draw_backpropagation(board, at, 112)
        v.heading(board, 0, 228, "Itération *t* + 1")
        _draw_row(board, at, 322, [found.before, found.after], changed=True)
        _draw_changed(board, at, 318)
        return finish(board)


def table(records: Records) -> Table:
    """Mean, deviation and density of the signal before and after the step, and the loss."""
    rows: list[tuple[Cell, ...]] = []
    found = step()
    for when, sample, loss in (("t", found.before, found.loss_before), ("t+1", found.after, found.loss_after)):
        rows += [(when, "loss", "", loss), (when, "mean", "", float(sample.mean()))]
        rows.append((when, "deviation", "", float(sample.std())))
        points = zip(GRID[::2].tolist(), density(sample, GRID[::2]).tolist(), strict=True)
        rows += [(when, "density", x, y) for x, y in points]
    return Table(("iteration", "what", "x", "value"), tuple(rows))


def _draw_row(board: Board, at: _Row, y: float, samples: list[np.ndarray], changed: bool) -> None:
    theme = board.theme
    for name, left in at.boxes:
        upstream = changed and left <= at.left(BEFORE)
        ink = theme.without_bn if upstream else theme.ink
        v.box(board, v.Frame(left, y - 28, at.box, 56), ink, 0.14 if upstream else 0)
        write(board, left + at.box / 2, y, name, Lettering(colour=ink, ha="center", middle=True))
    for x in at.dots:
        v.dots(board, np.array([[x - 5, y], [x, y], [x + 5, y]]), theme.ink, 2.4)
    symbol = Lettering(size=board.layout.text, colour=theme.ink, ha="center", middle=True)
    write(board, at.source, y, "*x*", symbol)
    if at.prediction:
        write(board, at.prediction, y, "ŷ", symbol)
    draw_path(board, v.disc(at.loss, y, 12), theme.ink, fill=theme.paper)
    write(board, at.loss, y, "*L*", symbol)
    for ends in at.arrows:
        v.arrow(board, [(x, y) for x in ends])
    _draw_signal(board, at, y, samples)


def _draw_signal(board: Board, at: _Row, y: float, samples: list[np.ndarray]) -> None:
    """What goes from layer k - 1 to layer k; of two samples, the older as a ghost."""
    left, right = at.left(BEFORE) + at.box, at.left(AFTER)
    v.arrow(board, [(left + 3, y), (right - 3, y)])
    write(board, (left + right) / 2, y + 19, "entrée de *k*", Lettering(ha="center"))
    plot = v.Plot(left + at.inset, y - 88, right - left - 2 * at.inset, 72, RANGE, (0.0, TALLEST))
    theme = board.theme
    for sample in samples[:-1]:
        v.curve(board, plot.at(GRID, density(sample, GRID)), theme.muted, LINE.dashed)
    colour = theme.without_bn if len(samples) > 1 else theme.muted
    v.hill(board, plot, plot.at(GRID, density(samples[-1], GRID)), colour, 0.14)
    v.axis(board, plot)


def _draw_backpropagation(board: Board, at: _Row, y: float) -> None:
    theme, low = board.theme, y + 54
    first = at.boxes[0][1] + at.box / 2
    v.arrow(board, [(at.loss, y + 16), (at.loss, low), (first, low), (first, y + 31)], theme.muted, LINE.dashed)
    for _, left in at.boxes[1:]:
        v.arrow(board, [(left + at.box / 2, low), (left + at.box / 2, y + 31)], theme.muted, LINE.dashed)
    words = "rétropropagation : tous les poids changent"
    write(board, (first + at.loss) / 2, low + 19, words, Lettering(ha="center"))


def _draw_changed(board: Board, at: _Row, y: float) -> None:
    theme, middle = board.theme, (at.left(BEFORE) + at.box + at.left(AFTER)) / 2
    v.brace(board, at.boxes[0][1], at.left(BEFORE) + at.box, y + 34)
    write(board, (at.boxes[0][1] + at.left(BEFORE) + at.box) / 2, y + 60, "poids modifiés", Lettering(ha="center"))
    words = "même lot, autre signal"
    write(board, middle + at.aside, y + 60, words, Lettering(colour=theme.without_bn, ha="center", bold=True))
