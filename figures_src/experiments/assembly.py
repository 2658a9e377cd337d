"""From the runs of a protocol, trained in the pool, to the arrays of a record."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from figures_src.experiments.experiment import AnyPlan, Outcome, Plan
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainer import Result, Trainer

Told = Mapping[str, np.ndarray]
"""Arrays that belong to no run: the steps of the measurements, the settings of the rows."""


def running(
    title: str, trainer: Trainer, tell: Callable[[AnyPlan, Machine], Told]
) -> Callable[[AnyPlan, Machine], Outcome]:
    """How an experiment of single networks runs: all of them are trained and stacked, and ``tell`` adds the rest.

    The first axis of the arrays is the run. What was not measured is left out.
    """

    def run(config: AnyPlan, machine: Machine) -> Outcome:
        runs = config.runs()
        outcome = assemble(runs, train_all(title, runs, machine, trainer))
        return outcome.with_arrays(tell(config, machine))

    return run


def replaying(trainer: Trainer) -> Callable[[Plan, Machine], Outcome]:
    """How an experiment replays: the losses of the first batches of every run, trained again and never measured."""

    def replay(config: Plan, machine: Machine) -> Outcome:
        return first_losses([run.cut_short() for run in config.runs()], machine, trainer)

    return replay


def first_losses(runs: Sequence[Any], machine: Machine, trainer: Trainer) -> Outcome:
    """Train runs cut down to their first steps with today's code: their ``replay_loss``, the first axis is the run."""
    results = train_all("replay", runs, machine, trainer)
    losses = {"replay_loss": np.stack([arrays["replay_loss"] for arrays, _ in results])}
    return Outcome(losses, _seconds(results), _precision(results))


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
    return Outcome(arrays, _seconds(results), _precision(results))


def arrange(results: Sequence[Result], shape: tuple[int, ...], axes: int = 1) -> Outcome:
    """Stack the arrays of ensembles of networks: the run and what follows it, ``axes`` in all, take this shape."""
    names = [name for name, array in results[0][0].items() if array.size and name != "precision"]
    stacked = {name: np.stack([arrays[name] for arrays, _ in results]) for name in names}
    shaped = {name: array.reshape(*shape, *array.shape[axes:]) for name, array in stacked.items()}
    return Outcome(shaped, _seconds(results), _precision(results))


def _seconds(results: Sequence[Result]) -> float:
    return sum(seconds for _, seconds in results)


def _precision(results: Sequence[Result]) -> str:
    """The arithmetic of the runs; a trainer that says nothing of it has that of `Outcome`."""
    told = {str(arrays.get("precision", Outcome.precision)) for arrays, _ in results}
    return " and ".join(sorted(told))
