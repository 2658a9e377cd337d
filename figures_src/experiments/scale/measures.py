"""What is read off the arrays of the experiment on scale; numpy only.

Axes: run (`RUNS`), seed, learning rate, decay, then time where it is measured along the way, and layer. What theory
says of layers whose gradient is perpendicular to their weights, as BN makes it (van Laarhoven 1706.05350):

- without decay, ‖W‖² grows by η²‖g‖² at each step, and by nothing else;
- with decay λ and momentum α, once ‖W‖ no longer changes, E‖ΔW‖² = 2ηλ/(1+α)·E‖W‖² (Wan et al. 2006.08419), so that a
  step turns W by the angle whose cosine is 1 − ηλ/(1+α), near √(2ηλ/(1+α)).
"""

import numpy as np

from figures_src.experiments.arrays import Arrays

RUNS = STANDARD, BATCH, INERTIA = range(3)
"""Places on the first axis: without BN, with BN, with BN and a momentum of the descent."""
SETTLED = 2.0
"""ηλT/(1−α) from which on a length has forgotten how it began: 4 ηλT is then 8, and e⁻⁸ of ‖W‖⁴ is left."""
WINDOW = 0.25
"""The last part of the updates, over which angles are taken."""
LEARNT = 0.9
"""Test accuracy from which on a network has learnt."""
CLOSE = 0.1
"""How far from theory, in parts of it, an angle may be to count as on its line."""

NEAR = 0.05
"""The same of a mean over seeds, which varies less."""


def rates(arrays: Arrays, run: int) -> np.ndarray:
    """The learning rates of a run."""
    return np.asarray(arrays["rate"][run])


def products(arrays: Arrays, run: int) -> np.ndarray:
    """2ηλ/(1+α) of each cell with a decay, (rates, decays − 1)."""
    cells = rates(arrays, run)[:, None] * arrays["decay"][None, 1:]
    return np.asarray(2 * cells / (1 + arrays["inertia"][run]))


def theory(product: np.ndarray) -> np.ndarray:
    """The angle that a step turns by at equilibrium, in radians, from 2ηλ/(1+α)."""
    return np.asarray(np.arccos(1 - np.asarray(product) / 2))


def settled(arrays: Arrays, run: int) -> np.ndarray:
    """Cells with a decay that had the time to reach their equilibrium, (rates, decays − 1)."""
    effective = rates(arrays, run)[:, None] / (1 - arrays["inertia"][run]) * arrays["decay"][None, 1:]
    return np.asarray(effective * arrays["steps"] >= SETTLED)


def angles(arrays: Arrays, run: int) -> np.ndarray:
    """Root of the mean square over the last updates: (seeds, rates, decays − 1, layers).

    Theory speaks of mean squares. Networks whose weights are no numbers, or all zero, have none.
    """
    measured = arrays["angle"][run, :, :, 1:]
    first = round((1 - WINDOW) * measured.shape[3])
    return np.asarray(np.sqrt(np.square(measured[:, :, :, first:]).mean(axis=3)))


def deviations(arrays: Arrays, run: int) -> np.ndarray:
    """Angles over what theory says, less 1, in the settled cells: (seeds, cells, layers)."""
    relative = angles(arrays, run) / theory(products(arrays, run))[None, :, :, None] - 1
    return np.asarray(relative[:, settled(arrays, run)])


def worst_deviation(arrays: Arrays, run: int) -> np.ndarray:
    """The largest over settled cells and layers, one a seed."""
    return np.asarray(np.abs(deviations(arrays, run)).max(axis=(1, 2)))


def learnt(arrays: Arrays, run: int) -> np.ndarray:
    """Settled cells that have learnt, (seeds, cells)."""
    return np.asarray(arrays["test_accuracy"][run, :, :, 1:][:, settled(arrays, run)] >= LEARNT)


def on_the_line(arrays: Arrays, run: int) -> np.ndarray:
    """Per cent of the layers on the line of theory, of the settled networks that have learnt; one a seed."""
    close, kept = np.abs(deviations(arrays, run)) <= CLOSE, learnt(arrays, run)
    counted = close.shape[-1] * kept.sum(axis=1)
    with np.errstate(invalid="ignore"):  # of no network at all, there is no share
        return np.asarray(100 * (close & kept[:, :, None]).sum(axis=(1, 2)) / counted)


def same_product(arrays: Arrays, run: int) -> np.ndarray:
    """Of settled cells that share ηλ, the largest angle over the smallest; the largest such ratio, one a seed."""
    product, found, kept = products(arrays, run), angles(arrays, run), settled(arrays, run)
    ratios = [np.ones(len(found))]
    for each in np.unique(product[kept].round(12)):
        shared = found[:, np.isclose(product, each, rtol=1e-6) & kept]
        ratios.append((shared.max(axis=1) / shared.min(axis=1)).max(axis=-1))
    return np.asarray(np.max(ratios, axis=0))


def cosines(arrays: Arrays, run: int) -> np.ndarray:
    """|cos(W, ∇W)|: median over time, layers and rates, with the smallest decay; one a seed."""
    return np.asarray(np.median(np.abs(arrays["cosine"][run, :, :, 1]), axis=(1, 2, 3)))


def learning_cosines(arrays: Arrays, run: int) -> np.ndarray:
    """The same at the rates at which every seed learns, where gradients are no zeros: written after the run."""
    kept = (arrays["test_accuracy"][run, :, :, 1] >= LEARNT).all(axis=0)
    return np.asarray(np.median(np.abs(arrays["cosine"][run, :, kept, 1]), axis=(0, 2, 3)))


def near_theory(arrays: Arrays, run: int) -> np.ndarray:
    """Which settled layers are within `NEAR` of theory, as means over seeds, (cells, layers): written after the run."""
    return np.asarray(np.abs(deviations(arrays, run).mean(axis=0)) <= NEAR)


def growth(arrays: Arrays, run: int) -> np.ndarray:
    """Without decay, what ‖W‖² gained over Σ η²‖g‖²: (seeds, rates, layers)."""
    first, last = (np.square(arrays[name][run, :, :, 0]) for name in ("norm", "last_norm"))
    return np.asarray((last - first[:, :, 0]) / arrays["squared_steps"][run, :, :, 0])


def worst_growth(arrays: Arrays, run: int) -> np.ndarray:
    """The largest distance of `growth` from 1 over rates and layers, one a seed."""
    return np.asarray(np.abs(growth(arrays, run) - 1).max(axis=(1, 2)))


def slow_growth(arrays: Arrays, run: int) -> np.ndarray:
    """At the smallest rate, the `growth` of the layer where it is nearest to nothing, one a seed."""
    return np.asarray(growth(arrays, run)[:, 0].min(axis=-1))
