"""What is read off the arrays of the experiments on depth; numpy only."""

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.depth import theory
from figures_src.experiments.depth.runs import DIGITS, GAUSSIAN, arm_name
from figures_src.networks.normalization import Normalization

STANDARD, BATCH = Normalization.NONE, Normalization.BATCH
PLAIN_STANDARD, PLAIN_BATCH = arm_name(STANDARD, False), arm_name(BATCH, False)
RESIDUAL_STANDARD, RESIDUAL_BATCH = arm_name(STANDARD, True), arm_name(BATCH, True)
ARMS = (PLAIN_STANDARD, PLAIN_BATCH, RESIDUAL_STANDARD, RESIDUAL_BATCH)
MARGIN = 0.2
"""The part of the layers left out at each end, where the batch is not yet in the state that theory speaks of."""
LEARNT = 0.9
"""Test accuracy from which on a network has learnt."""


def row(arrays: Arrays, arm: str, activation: str, source: str = DIGITS, batch_size: int | None = None) -> int:
    """Row of a kind of network; −1 where the record has none."""
    found = (arrays["arm"] == arm) & (arrays["activation"] == activation) & (arrays["source"] == source)
    if batch_size is not None:
        found = found & (arrays["batch_size"] == batch_size)
    return int(np.flatnonzero(found)[0]) if found.any() else -1


def squared_gradients(arrays: Arrays, at: int) -> np.ndarray:
    """Ln ‖∂L/∂x_l‖² of a row, (seeds, layers): layers that the row lacks, for it is shallower, are left out."""
    found = arrays["log_squared_gradient"][at]
    return np.asarray(found[:, np.isfinite(found).any(axis=0)])


def growth(arrays: Arrays, at: int) -> np.ndarray:
    """By what ‖∂L/∂x_l‖² is multiplied a layer, towards the input, in the middle layers: one a seed.

    The geometric mean over the layers. Not a number where ``at`` is −1.
    """
    if at < 0:
        return np.array([np.nan])
    logs = squared_gradients(arrays, at)
    first = round(MARGIN * logs.shape[1])
    last = logs.shape[1] - 1 - first
    return np.asarray(np.exp((logs[:, first] - logs[:, last]) / (last - first)))


def whole_growth(arrays: Arrays, at: int) -> np.ndarray:
    """Ln of ‖∂L/∂x_l‖² at the first layer over the last, one a seed."""
    if at < 0:
        return np.array([np.nan])
    logs = squared_gradients(arrays, at)
    return np.asarray(logs[:, 0] - logs[:, -1])


def residual_theory(activation: str, depth: int) -> float:
    """What `whole_growth` should be with BN and residual connections."""
    return float(np.log(theory.residual_gains(activation, depth)).sum())


def batch_sizes(arrays: Arrays, activation: str) -> np.ndarray:
    """Batch sizes of the Gaussian inputs, for an activation."""
    kept = (arrays["source"] == GAUSSIAN) & (arrays["activation"] == activation)
    return np.unique(arrays["batch_size"][kept])


def excess_error(arrays: Arrays, activation: str, source: str = GAUSSIAN) -> np.ndarray:
    """Growth less 1, over that of theory, less 1: the worst of the batch sizes, one a seed."""
    known = {"linear": theory.linear, "relu": theory.relu}[activation]
    sizes = batch_sizes(arrays, activation)
    errors = [
        (growth(arrays, row(arrays, PLAIN_BATCH, activation, source, int(size))) - 1) / (known(int(size)) - 1) - 1
        for size in sizes
    ]
    return np.abs(errors).max(axis=0) if errors else np.array([np.nan])


def test_accuracies(arrays: Arrays, arm: str, depth: int) -> np.ndarray:
    """At the rate that the images set aside choose, one a seed."""
    at = ladder_row(arrays, arm, depth)
    return np.asarray(arrays["test_accuracy"][at, :, best_rate(arrays, arm, depth)])


def best_rate(arrays: Arrays, arm: str, depth: int) -> int:
    """Place of the rate with the highest mean accuracy on the images set aside."""
    return int(arrays["validation_accuracy"][ladder_row(arrays, arm, depth)].mean(axis=0).argmax())


def ladder_row(arrays: Arrays, arm: str, depth: int) -> int:
    """Row of an arm at a depth.

    Raises:
        IndexError: the record has none.
    """
    return int(np.flatnonzero((arrays["arm"] == arm) & (arrays["depth"] == depth))[0])


def deepest(arrays: Arrays, arm: str) -> np.ndarray:
    """The greatest depth at which a network learns, 0 where it learns at none, one a seed."""
    depths = np.unique(arrays["depth"])
    learnt = np.stack([test_accuracies(arrays, arm, int(depth)) >= LEARNT for depth in depths])
    return np.asarray((learnt * depths[:, None]).max(axis=0), dtype=float)
