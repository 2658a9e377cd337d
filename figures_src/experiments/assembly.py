"""From the results of single runs, one network each, to the arrays of a record: the first axis is the run."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from figures_src.experiments.experiment import Outcome
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainer import Result, Trainer


def first_losses(runs: Sequence[Any], machine: Machine, trainer: Trainer) -> Outcome:
    """Train runs cut down to their first steps with today's code: their ``replay_loss``, the first axis is the run."""
    results = train_all("replay", runs, machine, trainer)
    losses = {"replay_loss": np.stack([arrays["replay_loss"] for arrays, _ in results])}
    return Outcome(losses, sum(seconds for _, seconds in results), _precision(results))


def assemble(runs: Sequence[Any], results: Sequence[Result]) -> Outcome:
    """Stack the arrays of runs that differ in arm, learning rate and seed, and say which row is which.

    What a run taken over from a record has besides, none that is trained has: it is left out.
    """
    shared = set.intersection(*(set(result) for result, _ in results))
    arrays = {name: np.stack([result[name] for result, _ in results]) for name in sorted(shared)}
    arrays["arm"] = np.array([run.arm for run in runs])
    arrays["run_learning_rate"] = np.array([run.learning_rate for run in runs])
    arrays["seed"] = np.array([run.seed for run in runs])
    del arrays["precision"]
    return Outcome(arrays, sum(seconds for _, seconds in results), _precision(results))


def _precision(results: Sequence[Result]) -> str:
    """The arithmetic of the runs; a trainer that says nothing of it has that of `Outcome`."""
    told = {str(arrays.get("precision", Outcome.precision)) for arrays, _ in results}
    return " and ".join(sorted(told))
