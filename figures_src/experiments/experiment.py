"""What an experiment is: a frozen configuration, the data it reads, predictions, and a way to run it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.prediction import Verdict


@dataclass(frozen=True)
class Outcome:
    """What a run leaves: arrays by name, and the seconds of computing they took, summed over processes."""

    arrays: dict[str, np.ndarray]
    seconds: float
    precision: str = "float32"
    """The arithmetic of the training, in the sidecar and not in the key: a machine may have no other."""
    origin: Mapping[str, Any] = field(default_factory=dict)
    """What the sidecar says of runs that were taken over from the record before."""


@dataclass(frozen=True)
class Experiment:
    """A row of the registry. ``protocol`` is raised by a person when the meaning of the protocol changes."""

    name: str
    question: str
    """In French, as the page and the notebook show it."""
    config: Any
    quick: Any
    """The same configuration type, cut down to minutes; never published."""
    protocol: int
    dataset: str
    dataset_sha256: str
    run: Callable[[Any, Any], Outcome]
    verdicts: Callable[[Arrays], tuple[Verdict, ...]]
    replay: Callable[[Any, Any], Outcome]
    """Train the first few steps of every run again: the array ``replay_loss`` of a record, and nothing else."""
    first_protocol: str = ""
    """Name of the experiment that judged predictions of the same names before; empty where none did."""
