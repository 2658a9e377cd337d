"""Made-up arrays of the experiment on scale: fixtures, never shown to a reader."""

import numpy as np

from figures_src.experiments.scale import measures
from figures_src.experiments.scale.experiment import ScaleProtocol
from figures_src.experiments.scale.measures import STANDARD

Arrays = dict[str, np.ndarray]


def arrays() -> Arrays:
    """Rates 0.05, 0.2, 0.8; decays 0, 0.001, 0.004, 0.016; each network as theory has it, but for the first run."""
    config = ScaleProtocol(seeds=(0, 1))
    shape, steps = (3, 2, 3, 4), 8
    found: Arrays = {
        "rate": np.array([run.learning_rates for run in config.runs()]),
        "decay": np.array(config.decays),
        "inertia": np.array([0, 0, 0.9]),
        "steps": np.array(10_000),
        "test_accuracy": np.full(shape, 0.95),
        "norm": np.ones((*shape, steps, 3)),
        "last_norm": np.full((*shape, 3), 2.0),
        "squared_steps": np.full((*shape, 3), 3.0),
        "cosine": np.full((*shape, steps, 3), 1e-5),
        "angle": np.full((*shape, steps, 3), 9.0),
    }
    for run in measures.RUNS:
        found["angle"][run, :, :, 1:, -2:] = measures.theory(measures.products(found, run))[None, :, :, None, None]
    found["angle"][STANDARD, :, :, :, -2:] *= 3
    found["cosine"][STANDARD] = -0.02
    found["squared_steps"][STANDARD] = 1.0
    return found
