"""What an experiment is: a frozen configuration, the data it reads, predictions, and a way to run it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, Self, TypeVar

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.prediction import Verdict
from figures_src.training.machine import Machine


@dataclass(frozen=True)
class Outcome:
    """What a run leaves: arrays by name, and the seconds of computing they took, summed over processes."""

    arrays: dict[str, np.ndarray]
    seconds: float
    precision: str = "float32"
    """The arithmetic of the training, in the sidecar and not in the key: a machine may have no other."""
    origin: Mapping[str, Any] = field(default_factory=dict)
    """What the sidecar says of runs that were taken over from the record before."""

    def with_arrays(self, told: Mapping[str, np.ndarray]) -> Self:
        """The same with more arrays; those that hold nothing are left out."""
        return replace(self, arrays={name: array for name, array in {**self.arrays, **told}.items() if array.size})


class Plan(Protocol):
    """A protocol, as a frozen dataclass: settings, and the runs that follow from them."""

    def runs(self) -> Sequence[Any]:
        """In the order of the rows of the record; each is cut short by its ``cut_short``, for a replay."""
        ...


AnyPlan = TypeVar("AnyPlan", bound=Plan)


@dataclass(frozen=True)
class Experiment(Generic[AnyPlan]):
    """A row of the registry. ``protocol`` is raised by a person when the meaning of the protocol changes."""

    name: str
    question: str
    """In French, as the page and the notebook show it."""
    config: AnyPlan
    quick: AnyPlan
    """The same configuration type, cut down to minutes; never published."""
    protocol: int
    dataset: str
    dataset_sha256: str
    run: Callable[[AnyPlan, Machine], Outcome]
    verdicts: Callable[[Arrays], tuple[Verdict, ...]]
    replay: Callable[[AnyPlan, Machine], Outcome]
    """Train the first few steps of every run again: the array ``replay_loss`` of a record, and nothing else."""
    first_protocol: str = ""
    """Name of the experiment that judged predictions of the same names before; empty where none did."""


AnyExperiment = Experiment[Any]
"""A row of the registry, whatever its protocol."""
