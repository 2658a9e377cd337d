"""The kinds of training that the pool can carry out, each named without importing torch.

A worker imports what it trains with; the process that hands out the work, and keys, need none of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from figures_src.datasets import Dataset, load_cifar10, load_fashion_mnist, load_mnist
from figures_src.training.machine import Machine

Result = tuple[dict[str, np.ndarray], float]
Report = Callable[[int], None]
ShouldStop = Callable[[], bool]


class Run(Protocol):
    """What the pool has to know of a run."""

    @property
    def steps(self) -> int:
        """Updates from the first to the last."""

    @property
    def networks(self) -> int:
        """Networks trained side by side."""

    @property
    def label(self) -> str:
        """A short name for progress bars."""


@dataclass(frozen=True)
class Trainer:
    """``load`` fetches and verifies the data, once before any worker starts; ``train`` is sent to the workers."""

    load: Callable[[Path | None], Dataset] | None
    train: Callable[[Any, Machine, Report, ShouldStop], Result]


def _train_ensemble(run: Any, machine: Machine, report: Report, should_stop: ShouldStop) -> Result:
    from figures_src.training.ensemble import train

    return train(run, machine.dataset(load_mnist), machine, report, should_stop)


def _train_vgg(run: Any, machine: Machine, report: Report, should_stop: ShouldStop) -> Result:
    from figures_src.training.vgg import train

    return train(run, machine.dataset(load_cifar10), machine, report, should_stop)


def _train_channels(run: Any, machine: Machine, report: Report, should_stop: ShouldStop) -> Result:
    from figures_src.training.channels import train

    return train(run, machine.dataset(load_cifar10), machine, report, should_stop)


def _train_inception(run: Any, machine: Machine, report: Report, should_stop: ShouldStop) -> Result:
    from figures_src.training.inception import train

    return train(run, machine.dataset(load_cifar10), machine, report, should_stop)


def _train_linear(run: Any, machine: Machine, report: Report, should_stop: ShouldStop) -> Result:
    from figures_src.training.linear import train

    return train(run, machine, report, should_stop)


def _train_shoes(run: Any, machine: Machine, report: Report, should_stop: ShouldStop) -> Result:
    from figures_src.training.shoes import train

    return train(run, machine.dataset(load_fashion_mnist), machine, report, should_stop)


def _train_cars(run: Any, machine: Machine, report: Report, should_stop: ShouldStop) -> Result:
    from figures_src.training.cars import train

    return train(run, machine.dataset(load_cifar10), machine, report, should_stop)


def _train_statistics(run: Any, machine: Machine, report: Report, should_stop: ShouldStop) -> Result:
    from figures_src.training.batch_statistics import train

    return train(run, machine.dataset(load_cifar10), machine, report, should_stop)


ENSEMBLE = Trainer(load_mnist, _train_ensemble)
VGG = Trainer(load_cifar10, _train_vgg)
CHANNELS = Trainer(load_cifar10, _train_channels)
INCEPTION = Trainer(load_cifar10, _train_inception)
LINEAR = Trainer(None, _train_linear)
SHOES = Trainer(load_fashion_mnist, _train_shoes)
CARS = Trainer(load_cifar10, _train_cars)
STATISTICS = Trainer(load_cifar10, _train_statistics)
