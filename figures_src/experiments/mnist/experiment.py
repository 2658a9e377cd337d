"""Experiment E1: three hidden layers of sigmoids on binary MNIST (Ioffe & Szegedy 2015, section 4.1).

The paper gives 784-100-100-100-10, sigmoids, batches of 60 and 50 000 steps; it leaves out the learning rate,
the momentum and the spread σ of the "small random Gaussian" weights. They are declared here, with the
predictions, before the run. Both arms of a seed share their initial weights and the order of their batches.
"""

import numpy as np

from figures_src.datasets import MNIST_SHA256, load_mnist
from figures_src.experiments.assembly import arrange, replaying
from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.experiments.mnist.predictions import curves_verdicts, statistics_verdicts
from figures_src.experiments.mnist.runs import MnistCurves, MnistGrid, MnistStatistics
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainer import Trainer

TRAINER = Trainer(load_mnist, "figures_src.experiments.mnist.training")


def run_curves(config: MnistCurves, machine: Machine) -> Outcome:
    """Train the long runs; axes of the arrays: learning rate, arm, seed, then time and percentile."""
    runs = config.runs()
    outcome = arrange(train_all("mnist_curves", runs, machine, TRAINER), (len(config.learning_rates), 2))
    return outcome.with_arrays({
        "learning_rate": np.array(config.learning_rates),
        "step": np.array(runs[0].evaluation_steps()),
        "percentile_step": np.array(runs[0].percentile_steps()),
    })  # fmt: skip


def run_grid(config: MnistGrid, machine: Machine, title: str = "mnist_grid") -> Outcome:
    """Train the grid; axes of the arrays: σ, learning rate, arm, seed, time."""
    runs = config.runs()
    shape = (len(config.sigmas), len(config.learning_rates), 2)
    outcome = arrange(train_all(title, runs, machine, TRAINER), shape)
    return outcome.with_arrays({
        "sigma": np.array(config.sigmas),
        "learning_rate": np.array(config.learning_rates),
        "step": np.array(runs[0].evaluation_steps()),
    })  # fmt: skip


def run_statistics(config: MnistStatistics, machine: Machine) -> Outcome:
    """Train the variants of `STATISTICS`; axes of the arrays: variant, seed, time, percentile."""
    runs = config.runs()
    outcome = arrange(train_all("mnist_statistics", runs, machine, TRAINER), (len(runs),))
    return outcome.with_arrays({"percentile_step": np.array(runs[0].percentile_steps())})


CURVES = Experiment(
    name="mnist_curves",
    question="La normalisation par lots accélère-t-elle un petit réseau de sigmoïdes sur MNIST ?",
    config=MnistCurves(),
    quick=MnistCurves(
        seeds=(0, 1), steps=400, evaluate_every=40, percentiles_every=20, dense_steps=20, probe_images=181
    ),
    protocol=1,
    dataset="MNIST",
    dataset_sha256=MNIST_SHA256,
    run=run_curves,
    verdicts=curves_verdicts,
    replay=replaying(TRAINER),
)

GRID = Experiment(
    name="mnist_grid",
    question="Que devient l’avance de la BN quand on change l’initialisation et le taux d’apprentissage ?",
    config=MnistGrid(),
    quick=MnistGrid(
        sigmas=(0.03, 0.1),
        learning_rates=(0.1, 1.0, 3.0),
        seeds=(0, 1),
        steps=120,
        evaluate_every=40,
        validation_images=200,
    ),
    protocol=1,
    dataset="MNIST",
    dataset_sha256=MNIST_SHA256,
    run=run_grid,
    verdicts=lambda arrays: (),
    replay=replaying(TRAINER),
)

STATISTICS_OF_PROBE = Experiment(
    name="mnist_statistics",
    question="Le signal est-il plus calme avec BN, et selon quelles statistiques ?",
    config=MnistStatistics(),
    quick=MnistStatistics(
        seeds=(0, 1), steps=150, evaluate_every=50, percentiles_every=10, dense_steps=100, probe_images=181
    ),
    protocol=1,
    dataset="MNIST",
    dataset_sha256=MNIST_SHA256,
    run=run_statistics,
    verdicts=statistics_verdicts,
    replay=replaying(TRAINER),
)
