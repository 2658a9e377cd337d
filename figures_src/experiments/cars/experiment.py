"""Experiment E4, cars: automobile or not on CIFAR-10; the test images as they are, rotated, darkened, fogged.

Declared before the run: as many automobiles as other images are learnt and shown, so that chance is one half and no
answer is favoured; the formulas of ``corruptions.py``, five strengths each; statistics recomputed on
the shifted test images themselves, without their labels; and the predictions below. Darkness and fog are affine in
the pixels: what they do to the first layer's mean and variance, recomputed statistics undo. A rotation is not.
"""

from dataclasses import dataclass

import numpy as np

from figures_src.datasets import CIFAR10_SHA256, load_cifar10
from figures_src.experiments.assembly import Told, replaying, running
from figures_src.experiments.cars.measures import BATCH
from figures_src.experiments.cars.predictions import verdicts
from figures_src.experiments.cars.runs import CarsRun, WeatherProtocol
from figures_src.experiments.experiment import Experiment
from figures_src.settings import shared_settings
from figures_src.training.machine import Machine
from figures_src.training.trainer import Trainer

TRAINER = Trainer(load_cifar10, "figures_src.experiments.cars.training")


@dataclass(frozen=True, kw_only=True)
class CarsProtocol(WeatherProtocol):
    """The settings of both arms."""

    run_type = CarsRun
    angles: tuple[float, ...] = (10, 20, 30, 45, 60)


def told(config: CarsProtocol, machine: Machine) -> Told:
    """The strengths; and ``pictures`` of the first automobile shown, unchosen: uint8 (shifts, strengths, 32, 32, 3)."""
    from figures_src.experiments.cars.training import pictures

    first = CarsRun(normalization=BATCH, seed=config.seeds[0], **shared_settings(config, CarsRun))
    return {
        "pictures": pictures(machine.dataset(load_cifar10), first),
        "strength": np.array([config.angles, config.light, config.fog]),
    }


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
    run=running("shift_cars", TRAINER, told),
    verdicts=verdicts,
    replay=replaying(TRAINER),
)  # fmt: skip
