"""Made-up arrays of the experiments on depth: fixtures, never shown to a reader."""

import math

import numpy as np

from figures_src.experiments.depth import theory
from figures_src.experiments.depth.experiment import InitialProtocol, LadderProtocol
from figures_src.experiments.depth.measures import RESIDUAL_BATCH
from figures_src.experiments.depth.runs import GAUSSIAN
from figures_src.networks.normalization import Normalization

Arrays = dict[str, np.ndarray]


def initial_arrays() -> Arrays:
    """Every network as theory and the predictions have it."""
    config = InitialProtocol(seeds=(0, 1))
    runs, layers = config.runs(), np.arange(config.depth)
    logs = np.full((len(runs), 2, config.depth), np.nan)
    found: Arrays = {name: np.array([getattr(run, name) for run in runs])
                     for name in ("arm", "activation", "source", "batch_size")}  # fmt: skip
    for place, run in enumerate(runs):
        known = {"linear": theory.linear, "relu": theory.relu}.get(run.activation)
        growth = known(run.batch_size) if known else theory.large_batch(run.activation)
        if run.normalization is Normalization.NONE:
            growth = 2.0 if run.residual else 0.05 if run.activation == "sigmoid" else 1.0
        elif run.activation == "linear" and run.source != GAUSSIAN:
            growth = 1.05
        logs[place, :, : run.depth] = -math.log(growth) * layers[: run.depth]
        if run.arm == RESIDUAL_BATCH:
            gains = theory.residual_gains(run.activation, run.depth)
            logs[place] = -np.concatenate([[0], np.log(gains).cumsum()])
    return {**found, "log_squared_gradient": logs, "depth": np.array(config.depth)}


def ladder_arrays() -> Arrays:
    """At each depth the third rate is the best; residual networks with BN learn everywhere, others until 20."""
    config = LadderProtocol(seeds=(0, 1))
    runs = config.runs()
    accuracy = np.full((len(runs), 2, 5), 0.5)
    for place, run in enumerate(runs):
        accuracy[place, :, 2] = 0.95 if run.depth <= 20 or run.arm == RESIDUAL_BATCH else 0.6
    return {
        "arm": np.array([run.arm for run in runs]),
        "depth": np.array([run.depth for run in runs]),
        "rate": np.array([run.learning_rates for run in runs]),
        "validation_accuracy": accuracy,
        "test_accuracy": accuracy.copy(),
    }
