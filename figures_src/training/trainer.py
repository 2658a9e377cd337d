"""What the pool has to know of a training, named without importing torch.

A worker imports what it trains with; the process that hands out the work, and keys, need none of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from figures_src.datasets import Dataset
from figures_src.training.machine import Machine

Result = tuple[dict[str, np.ndarray], float]
"""Arrays by name, and the seconds of computing they took."""
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
    """How the runs of an experiment train; called in the workers, to which it is sent.

    ``train`` is a function ``train(run, data, machine, report, should_stop)``, or the name of the module that has it.
    ``load`` fetches and verifies the data, once before any worker starts; without it, ``data`` is None.
    """

    load: Callable[[Path | None], Dataset] | None
    train: str | Callable[[Any, Any, Machine, Report, ShouldStop], Result]

    def __call__(self, run: Any, machine: Machine, report: Report, should_stop: ShouldStop) -> Result:
        """Train one run."""
        train = import_module(self.train).train if isinstance(self.train, str) else self.train
        result: Result = train(run, machine.dataset(self.load) if self.load else None, machine, report, should_stop)
        return result
