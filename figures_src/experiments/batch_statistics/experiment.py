"""Experiment E4, batch statistics: how the population's are estimated, and what their noise does, from 2 to 256 images.

Declared before the run:

- Every batch size sees the same number of images, not the same number of steps: 256-image steps as many as those of 2
  images would cost 128 times as much, and their networks would have learnt 128 times more images.
- The learning rate is proportional to the batch size (Goyal et al. 2017): an epoch then moves the weights as far, and
  the noise of the gradient, which goes as rate / size (Smith and Le 2018), is the same. What changes with the size is
  the noise of the statistics. Networks without BN, at the same rates, say how true that is.
- Groups: batches of 256 images whose statistics are taken over 2, 8 or 32 of them. Steps, rate and gradient noise are
  those of 256 images: only the statistics change.
- The rate is constant to the end: averages that trail behind the weights are then seen to.
- Few images, 4 000, learnt for 30 epochs without augmentation: something to overfit.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from figures_src.datasets import CIFAR10_SHA256, load_cifar10
from figures_src.experiments.assembly import assemble, first_losses
from figures_src.experiments.batch_statistics.measures import BATCH, STANDARD, WHOLE, Cell
from figures_src.experiments.batch_statistics.predictions import verdicts
from figures_src.experiments.batch_statistics.runs import StatisticsRun
from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.settings import shared_settings
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainer import Trainer

TRAINER = Trainer(load_cifar10, "figures_src.experiments.batch_statistics.training")


@dataclass(frozen=True)
class StatisticsProtocol:
    """Both arms at every size, then groups in batches of the largest size, for every seed."""

    batch_sizes: tuple[int, ...] = (2, 4, 8, 16, 32, 64, 128, 256)
    groups: tuple[int, ...] = (2, 8, 32)
    seeds: tuple[int, ...] = tuple(range(5))
    rate_per_image: float = 0.1 / 256
    images_seen: int = 120_000
    evaluations: int = 3
    widths: tuple[int, ...] = (16, 32, 64, 64)
    learnt_images: int = 4000
    measured_images: int = 4000
    precise_images: int = 8192
    precise_batches: tuple[int, ...] = (1, 4, 16, 64, 256, 1024)
    replay_steps: int = 5

    def cells(self) -> list[Cell]:
        """Arm, batch size, group."""
        largest = max(self.batch_sizes)
        plain = [(arm, size, WHOLE) for size, arm in product(self.batch_sizes, (STANDARD, BATCH))]
        return plain + [(BATCH, largest, group) for group in self.groups]

    def runs(self) -> list[StatisticsRun]:
        """Seeds, then cells."""
        shared = shared_settings(self, StatisticsRun)
        return [
            StatisticsRun(
                normalization=arm,
                seed=seed,
                batch_size=size,
                group=group,
                learning_rate=self.rate_per_image * size,
                **shared,
            )
            for seed, (arm, size, group) in product(self.seeds, self.cells())
        ]


def run_statistics(config: StatisticsProtocol, machine: Machine) -> Outcome:
    """Train every network, and say which row is which; first axis of the arrays: the run."""
    runs = config.runs()
    outcome = assemble(runs, train_all("batch_statistics", runs, machine, TRAINER))
    outcome.arrays["batch_size"] = np.array([run.batch_size for run in runs])
    outcome.arrays["group"] = np.array([run.group for run in runs])
    outcome.arrays["precise_batches"] = np.array(config.precise_batches)
    return outcome


def replay(config: StatisticsProtocol, machine: Machine) -> Outcome:
    """Losses of the first batches of every run, trained again with today's code and without measurements."""
    return first_losses([run.cut_short() for run in config.runs()], machine, TRAINER)


BATCH_STATISTICS = Experiment(
    name="batch_statistics",
    question="Comment estimer les statistiques de la population, et que fait leur bruit selon la taille du lot ?",
    config=StatisticsProtocol(),
    quick=StatisticsProtocol(
        batch_sizes=(2, 32, 256), groups=(2, 32), seeds=(0, 1), images_seen=512, evaluations=1, widths=(4, 8, 8, 8),
        learnt_images=256, measured_images=256, precise_images=512, precise_batches=(1, 16, 256),
    ),
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=run_statistics,
    verdicts=verdicts,
    replay=replay,
)  # fmt: skip
