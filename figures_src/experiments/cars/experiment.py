"""Experiment E4, cars: automobile or not on CIFAR-10; the test images as they are, rotated, darkened, fogged.

Declared before the run: as many automobiles as other images are learnt and shown, so that chance is one half and no
answer is favoured; the formulas of ``corruptions.py``, five strengths each; statistics recomputed on
the shifted test images themselves, without their labels; and the predictions below. Darkness and fog are affine in
the pixels: what they do to the first layer's mean and variance, recomputed statistics undo. A rotation is not.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from figures_src.datasets import CIFAR10_SHA256, load_cifar10
from figures_src.experiments.assembly import assemble, first_losses
from figures_src.experiments.cars.measures import BATCH, STANDARD
from figures_src.experiments.cars.predictions import verdicts
from figures_src.experiments.cars.runs import CarsRun
from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.settings import shared_settings
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainer import Trainer

TRAINER = Trainer(load_cifar10, "figures_src.experiments.cars.training")


@dataclass(frozen=True)
class CarsProtocol:
    """Both arms, for every seed; a seed draws the images learnt, their order and the initial weights."""

    seeds: tuple[int, ...] = tuple(range(10))
    learning_rate: float = 0.05
    batch_size: int = 50
    images_seen: int = 100_000
    widths: tuple[int, ...] = (16, 32, 64, 64)
    angles: tuple[float, ...] = (10, 20, 30, 45, 60)
    light: tuple[float, ...] = (0.75, 0.5, 0.35, 0.2, 0.1)
    fog: tuple[float, ...] = (0.2, 0.4, 0.6, 0.75, 0.9)
    learnt_per_answer: int = 5000
    shown_per_answer: int = 1000
    population_batches: int = 100

    def runs(self) -> list[CarsRun]:
        """Seeds, then arms without and with batch normalization."""
        shared = shared_settings(self, CarsRun)
        cells = product(self.seeds, (STANDARD, BATCH))
        return [CarsRun(normalization=arm, seed=seed, **shared) for seed, arm in cells]


def run_cars(config: CarsProtocol, machine: Machine) -> Outcome:
    """Train every network; first axis of the arrays: the run.

    ``pictures`` are those of the first automobile shown, unchosen: uint8 (shifts, strengths, 32, 32, 3).
    """
    from figures_src.datasets import load_cifar10
    from figures_src.experiments.cars.training import pictures

    runs = config.runs()
    outcome = assemble(runs, train_all("shift_cars", runs, machine, TRAINER))
    outcome.arrays["pictures"] = pictures(machine.dataset(load_cifar10), runs[0])
    outcome.arrays["strength"] = np.array([config.angles, config.light, config.fog])
    return outcome


def replay(config: CarsProtocol, machine: Machine) -> Outcome:
    """Losses of the first batches of every run, trained again with today's code and without measurements."""
    return first_losses([run.cut_short() for run in config.runs()], machine, TRAINER)


SHIFT_CARS = Experiment(
    name="shift_cars",
    question="Que devient la précision quand les images changent, et recalculer les statistiques suffit-il ?",
    config=CarsProtocol(),
    quick=CarsProtocol(
        seeds=(0, 1), images_seen=2000, widths=(8, 16, 16, 16), learnt_per_answer=75, shown_per_answer=8,
        population_batches=5,
    ),
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=run_cars,
    verdicts=verdicts,
    replay=replay,
)  # fmt: skip
