"""The classifier of schemas 6a and 6b: really fitted to points, and fitted again to resamples of them.

Images of cars and of other things are told apart by two features. Each series of shots has a light of its own, which
shifts and stretches both features; classes keep their places within a series. Three series are for training, a fourth
one for the test. In 6b each series is standardised by its own mean and deviation; all else is the same.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import numpy as np
from contourpy import contour_generator
from matplotlib.figure import Figure
from matplotlib.path import Path

from figures_src.figures import board as v
from figures_src.figures.board import Board, begin, finish, tint
from figures_src.figures.common import Cell, Table
from figures_src.figures.drawing import Places
from figures_src.figures.signals import sigmoid, standardised
from figures_src.figures.typesetter import write
from figures_src.figures.vocabulary import Plot, disc, dots, heading, round_box
from figures_src.style import Layout, Theme, rc

CAR, OTHER = 1, 0
TRAINING = (((-3.52, -3.67), 1.26), ((1.21, -1.62), 0.92), ((-3.2, 0.98), 1.07))
TEST = (((2.6, 3.0), 1.15),)
"""Shift and stretch of each series."""
TRAINING_SEED, TEST_SEED, RESAMPLING_SEED = 5, 6, 0
TRAINING_SIZE, TEST_SIZE = 22, 30
"""Shots in a series, half of them of cars."""
DEGREE, RIDGE, RESAMPLES = 4, 1e-3, 12
RANGES = {False: ((-6.0, 6.0), (-5.8, 5.4)), True: ((-3.2, 3.2), (-3.0, 3.0))}


@dataclass(frozen=True)
class Shots:
    """``features`` (n, 2), ``label`` (n,) and ``series`` (n,)."""

    features: np.ndarray
    label: np.ndarray
    series: np.ndarray


@dataclass(frozen=True)
class Fitted:
    """Training and test shots, and the weights of each fit (1 + RESAMPLES, terms): first that to all shots."""

    training: Shots
    test: Shots
    weights: np.ndarray
    unit: float

    def logits(self, features: np.ndarray) -> np.ndarray:
        """Log-odds of a car for each fit (fits, n)."""
        values: np.ndarray = self.weights @ polynomial(features / self.unit).T
        return values

    def right(self, shots: Shots) -> np.ndarray:
        """Which shots each fit puts in their class (fits, n)."""
        sides: np.ndarray = (self.logits(shots.features) > 0) == (shots.label == CAR)
        return sides


def shots(seed: int, series: tuple[tuple[tuple[float, float], float], ...], size: int) -> Shots:
    """Cars in a cluster, the rest in an arc around it, as each series sees them."""
    rng = np.random.default_rng(seed)
    parts = []
    for shift, stretch in series:
        half = size // 2
        cars = 0.42 * rng.standard_normal((half, 2))
        angle = np.deg2rad(rng.uniform(75, 215, half))
        reach = 1.75 + 0.22 * rng.standard_normal(half)
        others = reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        parts.append(np.array(shift) + stretch * (np.array([0.7, -0.45]) + np.vstack([cars, others])))
    label = np.tile(np.repeat([CAR, OTHER], size // 2), len(series))
    return Shots(np.vstack(parts), label, np.repeat(np.arange(len(series)), size))


def normalised(taken: Shots) -> Shots:
    """Each series less its own mean, over its own deviation."""
    parts = [standardised(taken.features[taken.series == one]) for one in np.unique(taken.series)]
    return Shots(np.vstack(parts), taken.label, taken.series)


def polynomial(points: np.ndarray) -> np.ndarray:
    """All monomials up to `DEGREE` of points (n, 2): (n, terms), the constant first."""
    powers = [(i, j) for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i)]
    return np.column_stack([points[:, 0] ** i * points[:, 1] ** j for i, j in powers])


def fit(terms: np.ndarray, label: np.ndarray, rounds: int = 60) -> np.ndarray:
    """Weights of a logistic regression with a small ridge on all but the constant, by Newton's method."""
    weights = np.zeros(terms.shape[1])
    ridge = RIDGE * np.eye(len(weights))
    ridge[0, 0] = 1e-9
    for _ in range(rounds):
        chance = sigmoid(terms @ weights)
        slope = terms.T @ (chance - label) + ridge @ weights
        bend = (terms * (chance * (1 - chance))[:, None]).T @ terms + ridge
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    return weights


@lru_cache
def fitted(normal: bool) -> Fitted:
    """Fit to all training shots, then to resamples that keep as many shots of each class in each series."""
    training, test = shots(TRAINING_SEED, TRAINING, TRAINING_SIZE), shots(TEST_SEED, TEST, TEST_SIZE)
    if normal:
        training, test = normalised(training), normalised(test)
    unit = RANGES[normal][0][1]
    terms, rng = polynomial(training.features / unit), np.random.default_rng(RESAMPLING_SEED)
    strata = np.arange(len(terms)).reshape(-1, TRAINING_SIZE // 2)
    draws = [np.arange(len(terms))]
    draws += [np.concatenate([rng.choice(stratum, stratum.size) for stratum in strata]) for _ in range(RESAMPLES)]
    weights = np.stack([fit(terms[draw], training.label[draw]) for draw in draws])
    return Fitted(training, test, weights, unit)


def table(normal: bool) -> Table:
    """Every point, its class, and the part of the fits that call it a car, the fit to all shots first."""
    found = fitted(normal)
    rows: list[tuple[Cell, ...]] = []
    for name, taken in (("training", found.training), ("test", found.test)):
        cars = found.logits(taken.features) > 0
        votes = zip(taken.series.tolist(), taken.label.tolist(), taken.features.tolist(), cars.T, strict=True)
        rows += [(name, one, label, *point, int(car[0]), float(car[1:].mean())) for one, label, point, car in votes]
    columns = ("set", "series", "car", "feature_1", "feature_2", "called_car", "part_of_resamples_that_call_it_car")
    return Table(columns, tuple(rows))


WIDE = Places(388, ((1, 46, 347, 308), (372, 46, 347, 308)))
NARROW = Places(734, ((1, 46, 338, 286), (1, 390, 338, 286)))


def picture(theme: Theme, layout: Layout, normal: bool) -> Figure:
    """Training on the left (above on a phone), test on the right, the same boundaries on both."""
    found = fitted(normal)
    with rc(theme, layout):
        places = NARROW if layout.stacked else WIDE
        board = begin(theme, layout, places.body)
        plots = [Plot(*place, *RANGES[normal]) for place in places.panels]
        for plot, shown, name in zip(plots, (found.training, found.test), ("Entraînement", "Test"), strict=True):
            _draw_panel(board, plot, found, shown, name, normal)
        _draw_key(board, plots[-1].top + plots[-1].height + 24, normal)
        return finish(board)


def _draw_panel(board: Board, plot: Plot, found: Fitted, shown: Shots, name: str, normal: bool) -> None:
    theme = board.theme
    light = "trois éclairages" if shown is found.training else "un éclairage nouveau"
    right = found.right(shown)
    heading(board, plot.left, plot.top - 28, f"{name} : {light}")
    write(board, plot.left, plot.top - 10, f"{right[0].sum()} points bien classés sur {shown.label.size}")
    frame = round_box(plot)
    v.draw_path(board, frame, theme.muted, v.HAIR, layer=2.5)
    _draw_boundaries(board, plot, found, _colour(theme, normal))
    if shown is found.test:
        dots(board, plot.at(*found.training.features.T), tint(theme, theme.muted, 0.7), 2.8, layer=1.2)
    wrong = plot.at(*shown.features[~right[0]].T)
    if len(wrong):
        dots(board, wrong, tint(theme, theme.ink, 0.24), 18, layer=1.4)
    for label in (CAR, OTHER):
        points = plot.at(*shown.features[shown.label == label].T)
        draw_marks(board, points, label)


def draw_marks(board: Board, points: np.ndarray, label: int) -> None:
    """A ring for a car, a cross for anything else."""
    if label == CAR:
        rings = Path.make_compound_path(*(disc(x, y, 4.2) for x, y in points))
        v.draw_path(board, rings, board.theme.ink, fill=board.theme.paper, layer=3)
    else:
        strokes = [[(x - 4, y - 4 * way), (x + 4, y + 4 * way)] for x, y in points for way in (-1, 1)]
        v.lines(board, strokes, board.theme.ink, v.LINE, layer=3)


def _draw_boundaries(board: Board, plot: Plot, found: Fitted, colour: str) -> None:
    x, y = (np.linspace(*ends, 97) for ends in (plot.x, plot.y))
    across, up = np.meshgrid(x, y)
    heights = found.logits(np.column_stack([across.ravel(), up.ravel()])).reshape(-1, *across.shape)
    found_lines = [cast(list[np.ndarray], contour_generator(x, y, height).lines(0.0)) for height in heights]
    ways = [[plot.at(*way.T) for way in some] for some in found_lines]
    thin = [way for resample in ways[1:] for way in resample]
    v.lines(board, thin, tint(board.theme, colour, 0.5), v.HAIR, layer=2)
    v.lines(board, ways[0], colour, v.CURVE, layer=2.2)


def _draw_key(board: Board, y: float, normal: bool) -> None:
    colour = _colour(board.theme, normal)
    draw_marks(board, np.array([[8, y - 4]]), CAR)
    x = write(board, 20, y, "voiture") + 26
    draw_marks(board, np.array([[x, y - 4]]), OTHER)
    x = write(board, x + 12, y, "autre image") + 18
    if found_wrong(normal):
        v.draw_path(board, disc(x + 9, y - 4, 9), None, fill=tint(board.theme, board.theme.ink, 0.24))
        x = write(board, x + 24, y, "mal classée") + 18
    if board.layout.stacked:
        x, y = 0.0, y + 22
    v.line(board, [(x, y - 4), (x + 22, y - 4)], colour, v.CURVE)
    x = write(board, x + 28, y, "frontière apprise") + 16
    v.line(board, [(x, y - 4), (x + 22, y - 4)], tint(board.theme, colour, 0.5), v.HAIR)
    write(board, x + 28, y, f"{RESAMPLES} rééchantillonnages")


def found_wrong(normal: bool) -> bool:
    """Whether any shot is in the wrong class, and the key has to say how that is shown."""
    found = fitted(normal)
    return any(not found.right(taken)[0].all() for taken in (found.training, found.test))


def _colour(theme: Theme, normal: bool) -> str:
    return theme.with_bn if normal else theme.without_bn
