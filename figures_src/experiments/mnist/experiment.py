"""Experiment E1: three hidden layers of sigmoids on binary MNIST (Ioffe & Szegedy 2015, section 4.1).

The paper gives 784-100-100-100-10, sigmoids, batches of 60 and 50 000 steps; it leaves out the learning rate,
the momentum and the spread σ of the "small random Gaussian" weights. They are declared here, with the
predictions, before the run. Both arms of a seed share their initial weights and the order of their batches.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from figures_src.datasets import MNIST_SHA256, load_mnist
from figures_src.experiments.assembly import first_losses
from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.experiments.mnist.predictions import curves_verdicts, statistics_verdicts
from figures_src.experiments.mnist.runs import MnistCurves, MnistGrid, MnistStatistics
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainer import Result, Trainer

TRAINER = Trainer(load_mnist, "figures_src.experiments.mnist.training")


def run_curves(config: MnistCurves, machine: Machine) -> Outcome:
    """Train the long runs; axes of the arrays: learning rate, arm, seed, then time and percentile."""
    runs = config.runs()
    arrays = _stack(train_all("mnist_curves", runs, machine, TRAINER), (len(config.learning_rates), 2))
    arrays.arrays["learning_rate"] = np.array(config.learning_rates)
    arrays.arrays["step"] = np.array(runs[0].evaluation_steps())
    arrays.arrays["percentile_step"] = np.array(runs[0].percentile_steps())
    return arrays


def run_grid(config: MnistGrid, machine: Machine, title: str = "mnist_grid") -> Outcome:
    """Train the grid; axes of the arrays: σ, learning rate, arm, seed, time."""
    runs = config.runs()
    shape = (len(config.sigmas), len(config.learning_rates), 2)
    arrays = _stack(train_all(title, runs, machine, TRAINER), shape)
    arrays.arrays["sigma"] = np.array(config.sigmas)
    arrays.arrays["learning_rate"] = np.array(config.learning_rates)
    arrays.arrays["step"] = np.array(runs[0].evaluation_steps())
    return arrays


def run_statistics(config: MnistStatistics, machine: Machine) -> Outcome:
    """Train the variants of `STATISTICS`; axes of the arrays: variant, seed, time, percentile."""
    runs = config.runs()
    outcome = _stack(train_all("mnist_statistics", runs, machine, TRAINER), (len(runs),))
    outcome.arrays["percentile_step"] = np.array(runs[0].percentile_steps())
    return outcome


def _stack(results: Sequence[Result], shape: tuple[int, ...]) -> Outcome:
    names = [name for name, array in results[0][0].items() if array.size]
    stacked = {name: np.stack([arrays[name] for arrays, _ in results]) for name in names}
    shaped = {name: array.reshape(*shape, *array.shape[1:]) for name, array in stacked.items()}
    return Outcome(shaped, sum(seconds for _, seconds in results))


def replay(config: MnistCurves | MnistGrid | MnistStatistics, machine: Machine) -> Outcome:
    """Losses of the first batches of every run, trained again with today's code."""
    runs = [
        replace(run, steps=run.replay_steps, evaluate_every=run.replay_steps, percentiles_every=0, dense_steps=0)
        for run in config.runs()
    ]
    return first_losses(runs, machine, TRAINER)


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
    replay=replay,
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
    replay=replay,
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
    replay=replay,
)
