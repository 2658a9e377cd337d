"""The figures to play with, in their first state, from the same functions that draw and measure.

Each is a template of `plays/`, and a file of its own in `assets/plays/`, which is no page and is not called one: the
article fetches it when a reader comes near, in place of the drawing that stands there without scripts. The script of
the same name in `assets/js/` takes over, and a test holds that it starts by writing what stands already.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from figures_src import french
from figures_src.article import play_train
from figures_src.article.facts.mnist import GridFacts, grid_facts
from figures_src.article.typography import typeset
from figures_src.experiments.estimates import Estimate
from figures_src.figures import grid_cells
from figures_src.figures.signals import EPSILON, gaussian, sigmoid
from figures_src.records.record import Record

Points = Iterable[tuple[float, float]]
NNBSP, NBSP = french.NARROW_NO_BREAK_SPACE, french.NO_BREAK_SPACE

Y_RANGE, TALLEST, POINTS = 8.0, 0.85, 81
STRAIGHT, FLAT, WITHIN = 1.0, 3.0, 2.0
"""The sigmoid counts as straight up to the first, as flat from the second; 95 % of a signal lie within the third."""
PRESETS = ((1.0, 0.0), (3.0, 0.0), (1.0, 3.0))
GAMMA, BETA = 2.0, -1.0

BATCH, SIZE = (-1.0, 1.0, 2.0, 4.0, -2.5, 0.5), 4
POPULATION_MU, POPULATION_SIGMA2 = 1.0, 4.0
Z_RANGE, Z_HAT_RANGE = 6.0, 4.0

GRID = "mnist_grid"
BEST = 0.985
"""Accuracy at the top of the frame of the grid's curves."""
MARKS = (0.5, 0.8, 0.9, 0.95, 0.98)
FIRST_CELL = (0.1, 0.1)
"""σ and learning rate of the long runs."""
ARM_CLASSES = ("without-bn", "with-bn")
ARM_WORDS = ("sans BN", "avec BN")


@dataclass(frozen=True)
class Play:
    """Writes a figure to play with."""

    records: Mapping[str, Record]
    render: Callable[[str, dict[str, Any]], str]
    """Evaluates a template of `plays/` with the names given."""

    def __call__(self, name: str) -> str:
        """Return the inside of the figure named, on one line.

        Raises:
            KeyError: the record it shows is missing.
        """
        states: dict[str, Callable[[], dict[str, Any]]] = {
            "gamma_beta": lambda: gamma_beta(GAMMA, BETA),
            "batch": lambda: batch(BATCH, SIZE),
            "grid": lambda: grid(self.records[GRID], grid_facts(self.records[GRID])),
            "train": lambda: play_train.train(self.records[play_train.RECORD]),
        }
        state = states[name]()
        page = re.sub(r"\s*\n\s*", "", self.render(f"plays/{name}.html.j2", {"now": state}))
        # The pass over the whole page leaves attributes alone.
        return re.sub(r'(?<= aria-label=")[^"]*', lambda match: typeset(match[0]), page)


def path(points: Points) -> str:
    """The "d" of a curve through points given as fractions of a frame of 1000 by 100, y upwards."""
    return "M" + "L".join(f"{1000 * x:.1f} {100 - 100 * y:.1f}" for x, y in points)


def length(fraction: float) -> str:
    """A fraction of the frame as an SVG length."""
    return f"{100 * fraction:.2f}%"


def ticks(values: Sequence[float], limit: float) -> list[tuple[str, str]]:
    """Places and words of the ticks of an axis from −limit to limit."""
    return [(length(across(value, limit)), french.number(value)) for value in values]


def across(value: float, limit: float) -> float:
    """Place of a value on an axis from −limit to limit, and never beyond."""
    return min(1.0, max(0.0, (value + limit) / (2 * limit)))


def shares(gamma: float, beta: float) -> tuple[float, float, float]:
    """Shares of the normal signal γ ẑ + β in the straight part of the sigmoid, on its bends, on its plateaus."""
    straight, curved = (float(np.diff(norm.cdf([-limit, limit], beta, gamma))[0]) for limit in (STRAIGHT, FLAT))
    return straight, curved - straight, 1 - curved


def gamma_beta(gamma: float, beta: float) -> dict[str, Any]:
    """What the figure of γ and β shows of y = γ ẑ + β, ẑ being normal."""
    low, high = beta - WITHIN * gamma, beta + WITHIN * gamma
    whole = np.linspace(-Y_RANGE, Y_RANGE, POINTS)
    used = np.linspace(max(low, -Y_RANGE), min(high, Y_RANGE), POINTS)
    return {
        "gamma": gamma,
        "beta": beta,
        "straight": STRAIGHT,
        "flat": FLAT,
        "presets": [(g, b, f"γ = {french.number(g)}, β = {french.number(b)}") for g, b in PRESETS],
        "bell": _curve(whole, gaussian(whole, beta, gamma) / TALLEST),
        "sigmoid": _curve(whole, sigmoid(whole)),
        "used": _curve(used, sigmoid(used)),
        "centre": length(across(beta, Y_RANGE)),
        "spread": [length(across(beta + side * gamma, Y_RANGE)) for side in (-1, 1)],
        "ticks": ticks((-6, -3, 0, 3, 6), Y_RANGE),
        "shares": _share_bars(shares(gamma, beta)),
        "told": (
            f"Avec γ = {french.number(gamma, 1)} et β = {french.number(beta, 1)}, 95{NNBSP}% du signal tombe entre "
            f"{french.number(low, 1)} et {french.number(high, 1)}, où la sigmoïde va de "
            f"{french.number(float(sigmoid(low)), 2)} à {french.number(float(sigmoid(high)), 2)}."
        ),
    }


def _curve(y: np.ndarray, heights: np.ndarray) -> str:
    return path(zip(((y + Y_RANGE) / (2 * Y_RANGE)).tolist(), heights.tolist(), strict=True))


def _share_bars(values: tuple[float, float, float]) -> list[dict[str, str]]:
    words = {"straight": "presque droite", "bent": "courbée", "flat": "plate"}
    lefts = np.cumsum([0.0, *values])
    return [
        {
            "name": name,
            "words": words[name],
            "left": length(left),
            "width": length(value),
            "percent": french.percent(value, 0),
        }
        for name, left, value in zip(words, lefts.tolist(), values, strict=False)
    ]


def batch(values: Sequence[float], size: int) -> dict[str, Any]:
    """What the figure of the batch shows in training: its first `size` values are in use."""
    z = np.array(values)
    mu, sigma2 = float(z[:size].mean()), float(z[:size].var())
    sigma, z_hat = sigma2**0.5, (z - mu) / np.sqrt(sigma2 + EPSILON)
    left, right = (across(mu + side * sigma, Z_RANGE) for side in (-1, 1))
    return {
        "size": size,
        "population_mu": POPULATION_MU,
        "population_sigma2": POPULATION_SIGMA2,
        "mu": mu,
        "sigma2": sigma2,
        "sigma": sigma,
        "centre": length(across(mu, Z_RANGE)),
        "band_left": length(left),
        "band_width": length(right - left),
        "unit_left": length(across(-1, Z_HAT_RANGE)),
        "unit_width": length(1 / Z_HAT_RANGE),
        "z_ticks": ticks((-4, -2, 0, 2, 4), Z_RANGE),
        "z_hat_ticks": ticks((-2, -1, 0, 1, 2), Z_HAT_RANGE),
        "examples": [_example(float(a), float(b), i < size) for i, (a, b) in enumerate(zip(z, z_hat, strict=True))],
        "told": (
            f"μ = {french.number(mu, 2)}{NNBSP}; σ = {french.number(sigma, 2)}. μ et σ² viennent de ce lot{NBSP}: "
            "déplacer un seul exemple change le ẑ de tous les autres."
        ),
    }


def _example(z: float, z_hat: float, used: bool) -> dict[str, Any]:
    start, end = length(across(z, Z_RANGE)), length(across(z_hat, Z_HAT_RANGE))
    return {"z": z, "z_hat": z_hat, "used": used, "start": start, "end": end}


def height(accuracy: np.ndarray) -> np.ndarray:
    """Heights of accuracies on the axis of the error's logarithm: 0 for none, 1 for `BEST`."""
    heights: np.ndarray = np.clip(np.log(1 - np.minimum(accuracy, 0.9999)) / np.log(1 - BEST), 0, 1)
    return heights


def grid(record: Record, facts: GridFacts) -> dict[str, Any]:
    """What the figure of the grid shows: every gap, and the curves of the first cell."""
    chosen = next(
        (i for i, cell in enumerate(facts.cells) if (cell.sigma, cell.learning_rate) == FIRST_CELL),
        0,
    )
    rates = [french.shortest(rate) for rate in facts.learning_rates]
    cells = [
        {
            "index": i,
            "chosen": i == chosen,
            "rate": rates[i % len(rates)],
            "gap": french.number(100 * cell.accuracy.gap.mean, 1, signed=True),
            "side": ("tie", "lead", "trail")[cell.accuracy.gap.sign],
        }
        for i, cell in enumerate(facts.cells)
    ]
    sigmas = [french.shortest(sigma) for sigma in facts.sigmas]
    return {
        "rates": rates,
        "rows": [(sigma, cells[i * len(rates) : (i + 1) * len(rates)]) for i, sigma in enumerate(sigmas)],
        "marks": [(length(0.04 + 0.84 * (1 - h)), french.percent(mark, 0)) for mark, h in _heights(MARKS)],
        "arms": _arms(record, facts, chosen),
        "steps": facts.steps,
        "seeds": facts.seeds,
        "told": grid_told(facts, chosen),
    }


def _heights(marks: Sequence[float]) -> Iterable[tuple[float, float]]:
    return zip(marks, height(np.array(marks)).tolist(), strict=True)


def _arms(record: Record, facts: GridFacts, chosen: int) -> list[dict[str, str]]:
    place = np.unravel_index(chosen, (len(facts.sigmas), len(facts.learning_rates)))
    told = grid_cells.cell(record.arrays["test_accuracy"][place])
    along = record.arrays["step"] / record.arrays["step"][-1]
    accuracy = facts.cells[chosen].accuracy
    return [
        {
            "name": name,
            "css": ARM_CLASSES[arm],
            "words": ARM_WORDS[arm],
            "final": _estimate((accuracy.without_bn, accuracy.with_bn)[arm]),
            "curve": _over(along, told[name]["mean"]),
            "band": f"{_over(along, told[name]['high'])}L"
            f"{_over(along[::-1], told[name]['low'][::-1]).removeprefix('M')}Z",
        }
        for name, arm in grid_cells.ARMS.items()
    ]


def _over(along: np.ndarray, hundredths: list[int]) -> str:
    return path(zip(along.tolist(), height(np.array(hundredths) / 10_000).tolist(), strict=True))


def _estimate(value: Estimate) -> str:
    return f"{french.percent(value.mean)} (±{NNBSP}{french.number(100 * value.half_width, 1)})"


def grid_told(facts: GridFacts, chosen: int) -> str:
    """The sentence that says what both arms reach in a cell."""
    cell = facts.cells[chosen]
    pair = cell.accuracy
    return (
        f"Écart-type initial {french.shortest(cell.sigma)}, taux {french.shortest(cell.learning_rate)}{NBSP}: après "
        f"{french.integer(facts.steps)} itérations, {french.percent(pair.with_bn.mean)} avec BN et "
        f"{french.percent(pair.without_bn.mean)} sans BN, soit un écart de {french.points(pair.gap.mean, signed=True)} "
        f"(±{NNBSP}{french.number(100 * pair.gap.half_width, 1)})."
    )
