"""Experiment E2 at a reduced scale: a small Inception on CIFAR-10, seven arms (Ioffe & Szegedy 2015, section 4.2).

The paper's arms change up to seven things at once (dropout, L2, decay, local response normalization, shuffling,
distortions, learning rate). Here normalization, nonlinearity and learning rate alone change: batches of 32 as in the
paper, momentum 0.9, a fixed rate, no augmentation, no decay. Batches of 32 cost 20 % more seconds an epoch than
batches of 64 would: not enough to leave the paper's size. 20 000 steps, 12.8 epochs, keep the grid and the arms under
five hours of one core (some .03 s a step).

The base rate is the best for the network *without* batch normalization over `InceptionGrid`, chosen on 5 000
training images set aside, with seeds of their own; the test images are never looked at there. It stands in
`InceptionProtocol` as a number, and a test asserts that it is what `best_rate` gives on the committed grid.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from figures_src.datasets import CIFAR10_SHA256, load_cifar10
from figures_src.experiments.assembly import assemble, first_losses
from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.experiments.inception.measures import ARMS, BN, NONE, PUBLISHED, RELU, STANDARD, Arm
from figures_src.experiments.inception.predictions import verdicts
from figures_src.experiments.inception.runs import InceptionRun
from figures_src.settings import added, shared_settings
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainer import Trainer

TRAINER = Trainer(load_cifar10, "figures_src.experiments.inception.training")


@dataclass(frozen=True)
class InceptionProtocol:
    """Seven arms: three seeds or more where a curve was published, one where the paper says that nothing is learnt."""

    base_learning_rate: float = 0.01
    published_seeds: tuple[int, ...] = (0, 1, 2)
    failing_seeds: tuple[int, ...] = (0,)
    further_seeds: tuple[int, ...] = added(())
    """Further seeds of the two arms whose speed is compared at the same rate."""
    steps: int = 20_000
    batch_size: int = 32
    momentum: float = 0.9
    network: str = "small"
    accuracy_every: int = 100
    evaluate_every: int = 400

    def runs(self) -> list[InceptionRun]:
        """Seeds first, so that every arm has one curve before any has two."""
        seeds = sorted({*self.published_seeds, *self.failing_seeds, *self.further_seeds})
        return [self.run(arm, seed) for seed in seeds for arm in ARMS.values() if seed in self._seeds(arm)]

    def run(self, arm: Arm, seed: int) -> InceptionRun:
        """The run of an arm."""
        return InceptionRun(
            arm=arm.name,
            normalization=arm.normalization,
            activation=arm.activation,
            learning_rate=arm.factor * self.base_learning_rate,
            seed=seed,
            **shared_settings(self, InceptionRun),
        )

    def _seeds(self, arm: Arm) -> tuple[int, ...]:
        further = self.further_seeds if arm in (STANDARD, BN) else ()
        return (*(self.published_seeds if arm in PUBLISHED else self.failing_seeds), *further)


@dataclass(frozen=True)
class InceptionGrid:
    """The network without batch normalization at each rate, judged by training images set aside."""

    learning_rates: tuple[float, ...] = (0.0025, 0.005, 0.01, 0.02, 0.04, 0.08)
    seeds: tuple[int, ...] = (100,)
    """None of them is a seed of the arms."""
    steps: int = 20_000
    batch_size: int = 32
    momentum: float = 0.9
    network: str = "small"
    accuracy_every: int = 100
    evaluate_every: int = 400
    validation_images: int = 5000

    def runs(self) -> list[InceptionRun]:
        """Seeds first, then rates."""
        return [
            InceptionRun(
                STANDARD.name, NONE, RELU, learning_rate=rate, seed=seed, **shared_settings(self, InceptionRun)
            )
            for seed in self.seeds
            for rate in self.learning_rates
        ]


def run_inception(name: str) -> Callable[[InceptionProtocol | InceptionGrid, Machine], Outcome]:
    """Train every network, and say at which step each column of the arrays was measured."""

    def run(config: InceptionProtocol | InceptionGrid, machine: Machine) -> Outcome:
        runs = config.runs()
        outcome = assemble(runs, train_all(name, runs, machine, TRAINER))
        windows = np.arange(1, config.steps // config.accuracy_every + 1)
        outcome.arrays["accuracy_step"] = config.accuracy_every * windows
        outcome.arrays["evaluation_step"] = np.array(runs[0].schedule(config.evaluate_every))
        return outcome

    return run


def replay(config: InceptionProtocol | InceptionGrid, machine: Machine) -> Outcome:
    """Losses of the first batches of every run, trained again with today's code and never judged."""
    return first_losses(replay_runs(config), machine, TRAINER)


def replay_runs(config: InceptionProtocol | InceptionGrid) -> list[InceptionRun]:
    """The first steps of every run, and nothing but their losses."""
    return [replace(run, steps=run.replay_steps, evaluate_every=0) for run in config.runs()]


GRID = Experiment(
    name="inception_grid",
    question="Quel taux d’apprentissage convient le mieux au petit réseau Inception sans BN ?",
    config=InceptionGrid(),
    quick=InceptionGrid(
        learning_rates=(0.005, 0.02), steps=8, batch_size=16, accuracy_every=1, evaluate_every=4, validation_images=200
    ),
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=run_inception("inception_grid"),
    verdicts=lambda arrays: (),
    replay=replay,
)

INCEPTION_CPU = Experiment(
    name="inception",
    question="La normalisation par lots permet-elle à un petit réseau Inception d’apprendre à de plus grands taux ?",
    config=InceptionProtocol(further_seeds=(3, 4)),
    quick=InceptionProtocol(published_seeds=(0,), steps=8, batch_size=16, accuracy_every=1, evaluate_every=1),
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=run_inception("inception"),
    verdicts=verdicts,
    replay=replay,
)
