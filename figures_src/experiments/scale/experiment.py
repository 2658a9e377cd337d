"""Experiment E5.1: the invariance of BN to the scale of the weights, and the effective rate that follows from it.

Declared before the run: a perceptron of three hidden layers of 32 ReLUs on MNIST at half size, batches of 32, plain
descent, and the same with a momentum of 0.9 and rates ten times smaller. The rates and the decays are such that several
cells share a product ηλ. Theory's line is that of an equilibrium: cells whose ηλT/(1−α) is under 2 have no time to
reach it, are drawn apart and judged by nothing. Only matrices of weights decay. A network whose loss is no number, or
whose weights vanish, is recorded as it is; the share of layers on the line is taken over the networks that learn.
"""

from dataclasses import dataclass

import numpy as np

from figures_src.datasets import MNIST_SHA256, load_mnist
from figures_src.experiments.assembly import arrange, replaying
from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.experiments.scale.predictions import verdicts
from figures_src.experiments.scale.runs import ScaleRun
from figures_src.networks.normalization import Normalization
from figures_src.settings import shared_settings
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainer import Trainer

TRAINER = Trainer(load_mnist, "figures_src.experiments.scale.training")


@dataclass(frozen=True)
class ScaleProtocol:
    """Every rate with every decay, the first of which is none; ``inertia`` is the momentum of the third run."""

    learning_rates: tuple[float, ...] = (0.05, 0.2, 0.8)
    decays: tuple[float, ...] = (0.0, 0.001, 0.004, 0.016)
    inertia: float = 0.9
    seeds: tuple[int, ...] = tuple(range(5))
    steps: int = 10_000
    measure_every: int = 50
    batch_size: int = 32
    width: int = 32
    depth: int = 3

    def runs(self) -> list[ScaleRun]:
        """Without BN, with BN, then with BN and momentum, where a step goes as far in the long run."""
        shared = shared_settings(self, ScaleRun)
        plain = [
            ScaleRun(normalization=arm, **{**shared, "inertia": 0.0})
            for arm in (Normalization.NONE, Normalization.BATCH)
        ]
        slower = tuple(rate * (1 - self.inertia) for rate in self.learning_rates)
        return [*plain, ScaleRun(normalization=Normalization.BATCH, **{**shared, "learning_rates": slower})]


def run_scale(config: ScaleProtocol, machine: Machine) -> Outcome:
    """Train every network; axes of the arrays: run, seed, rate, decay, then time and layer."""
    runs = config.runs()
    shape = (len(runs), len(config.seeds), len(config.learning_rates), len(config.decays))
    outcome = arrange(train_all("scale", runs, machine, TRAINER), shape, axes=2)
    lighter = {name: outcome.arrays[name].astype(np.float32) for name in ("angle", "norm", "cosine", "train_loss")}
    told = {
        "rate": np.array([run.learning_rates for run in runs]),
        "decay": np.array(config.decays),
        "inertia": np.array([run.inertia for run in runs]),
        "steps": np.array(config.steps),
        "measured_step": np.array(runs[0].schedule()),
    }
    return outcome.with_arrays(lighter | told)


SCALE = Experiment(
    name="scale",
    question="L’échelle des poids placés avant une BN suit-elle la théorie ?",
    config=ScaleProtocol(),
    quick=ScaleProtocol(learning_rates=(0.8,), decays=(0.0, 0.016), seeds=(0, 1), steps=300, measure_every=20),
    protocol=1,
    dataset="MNIST",
    dataset_sha256=MNIST_SHA256,
    run=run_scale,
    verdicts=verdicts,
    replay=replaying(TRAINER),
)
