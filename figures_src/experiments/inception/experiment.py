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

from dataclasses import dataclass

from figures_src.datasets import CIFAR10_SHA256, load_cifar10
from figures_src.experiments.assembly import Told, replaying, running
from figures_src.experiments.experiment import Experiment
from figures_src.experiments.inception.measures import ARMS, BN, NONE, PUBLISHED, RELU, STANDARD, Arm
from figures_src.experiments.inception.predictions import verdicts
from figures_src.experiments.inception.runs import InceptionRun, InceptionSettings
from figures_src.settings import added, shared_settings
from figures_src.training.machine import Machine
from figures_src.training.trainer import Trainer

TRAINER = Trainer(load_cifar10, "figures_src.experiments.inception.training")


@dataclass(frozen=True, kw_only=True)
class InceptionProtocol(InceptionSettings):
    """Seven arms: three seeds or more where a curve was published, one where the paper says that nothing is learnt."""

    base_learning_rate: float = 0.01
    published_seeds: tuple[int, ...] = (0, 1, 2)
    failing_seeds: tuple[int, ...] = (0,)
    further_seeds: tuple[int, ...] = added(())
    """Further seeds of the two arms whose speed is compared at the same rate."""

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


@dataclass(frozen=True, kw_only=True)
class InceptionGrid(InceptionSettings):
    """The network without batch normalization at each rate, judged by training images set aside."""

    learning_rates: tuple[float, ...] = (0.0025, 0.005, 0.01, 0.02, 0.04, 0.08)
    seeds: tuple[int, ...] = (100,)
    """None of them is a seed of the arms."""
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


def told(config: InceptionSettings, machine: Machine) -> Told:
    """The steps of the measurements."""
    return config.steps_told()


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
    run=running("inception_grid", TRAINER, told),
    verdicts=lambda arrays: (),
    replay=replaying(TRAINER),
)

INCEPTION_CPU = Experiment(
    name="inception",
    question="La normalisation par lots permet-elle à un petit réseau Inception d’apprendre à de plus grands taux ?",
    config=InceptionProtocol(further_seeds=(3, 4)),
    quick=InceptionProtocol(published_seeds=(0,), steps=8, batch_size=16, accuracy_every=1, evaluate_every=1),
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=running("inception", TRAINER, told),
    verdicts=verdicts,
    replay=replaying(TRAINER),
)
