"""Carry out a run of E5.4: a look at networks that were never trained, or the training of those that are to learn."""

from collections.abc import Callable

from figures_src.datasets import Dataset
from figures_src.experiments.depth import initial_training, ladder_training
from figures_src.experiments.depth.runs import InitialRun, LadderRun
from figures_src.training.loop import Arrays, never, nothing_to_tell
from figures_src.training.machine import Machine


def train(
    run: InitialRun | LadderRun,
    dataset: Dataset,
    machine: Machine,
    on_progress: Callable[[int], None] = nothing_to_tell,
    should_stop: Callable[[], bool] = never,
) -> tuple[Arrays, float]:
    """Arrays of the run, and the seconds they took.

    Raises:
        Interrupted: ``should_stop`` said so.
        ValueError: another device than the processor was asked for.
    """
    if isinstance(run, InitialRun):
        return initial_training.train(run, dataset, machine, on_progress, should_stop)
    return ladder_training.train(run, dataset, machine, on_progress, should_stop)
