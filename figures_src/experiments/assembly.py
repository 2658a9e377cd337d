"""From the results of single runs, one network each, to the arrays of a record: the first axis is the run."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from figures_src.experiments.experiment import Arrays, Outcome
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainers import Result, Trainer


def shared_settings(config: Any, run: type) -> dict[str, Any]:
    """Settings that a run takes from its configuration as they stand: the fields that both have."""
    names = {field.name for field in fields(run)} & {field.name for field in fields(config)}
    return {name: getattr(config, name) for name in names}


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


def rows_of(arrays: Arrays, arm: str, learning_rate: float | None = None) -> np.ndarray:
    """Rows of the runs of an arm at a rate, or at any, in the order of their seeds."""
    chosen = arrays["arm"] == str(arm)
    if learning_rate is not None:
        chosen = chosen & np.isclose(arrays["run_learning_rate"], learning_rate, rtol=1e-9, atol=0)
    rows = np.flatnonzero(chosen)
    return np.asarray(rows[np.argsort(arrays["seed"][rows], kind="stable")])


def first_steps(steps: np.ndarray, reached: np.ndarray) -> np.ndarray:
    """First step at which each run has reached something, infinity where it never does. Shapes (T,), (runs, T)."""
    return np.where(reached.any(axis=1), steps[reached.argmax(axis=1)], np.inf)


def _precision(results: Sequence[Result]) -> str:
    """The arithmetic of the runs; a trainer that says nothing of it has that of `Outcome`."""
    told = {str(arrays.get("precision", Outcome.precision)) for arrays, _ in results}
    return " and ".join(sorted(told))
