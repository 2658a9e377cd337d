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

import numpy as np

from figures_src.datasets import CIFAR10_SHA256, load_cifar10
from figures_src.experiments.assembly import Told, replaying, running
from figures_src.experiments.batch_statistics.predictions import verdicts
from figures_src.experiments.batch_statistics.runs import GroupsProtocol, sizes_told
from figures_src.experiments.experiment import Experiment
from figures_src.training.machine import Machine
from figures_src.training.trainer import Trainer

TRAINER = Trainer(load_cifar10, "figures_src.experiments.batch_statistics.training")


@dataclass(frozen=True, kw_only=True)
class StatisticsProtocol(GroupsProtocol):
    """Its networks tell, too, how many batches make statistics precise."""

    precise_batches: tuple[int, ...] = (1, 4, 16, 64, 256, 1024)


def told(config: StatisticsProtocol, machine: Machine) -> Told:
    """Which row is which, and the numbers of batches tried."""
    return {**sizes_told(config), "precise_batches": np.array(config.precise_batches)}


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
    run=running("batch_statistics", TRAINER, told),
    verdicts=verdicts,
    replay=replaying(TRAINER),
)  # fmt: skip
