"""From the results of single runs, one network each, to the arrays of a record: the first axis is the run."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from figures_src.experiments.experiment import Arrays, Outcome
from figures_src.training.trainers import Result


def assemble(runs: Sequence[Any], results: Sequence[Result]) -> Outcome:
    """Stack the arrays of runs that differ in arm, learning rate and seed, and say which row is which."""
    arrays = {name: np.stack([result[name] for result, _ in results]) for name in results[0][0]}
    arrays["arm"] = np.array([run.arm for run in runs])
    arrays["run_learning_rate"] = np.array([run.learning_rate for run in runs])
    arrays["seed"] = np.array([run.seed for run in runs])
    precision = " and ".join(sorted(set(arrays.pop("precision").tolist())))
    return Outcome(arrays, sum(seconds for _, seconds in results), precision)


def rows_of(arrays: Arrays, arm: str, learning_rate: float | None = None) -> np.ndarray:
    """Rows of the runs of an arm at a rate, or at any, in the order of their seeds."""
    chosen = arrays["arm"] == str(arm)
    if learning_rate is not None:
        chosen = chosen & np.isclose(arrays["run_learning_rate"], learning_rate, rtol=1e-9, atol=0)
    rows = np.flatnonzero(chosen)
    return np.asarray(rows[np.argsort(arrays["seed"][rows])])


def of_arm(arrays: Arrays, arm: str) -> np.ndarray:
    """Rows of an arm that has one rate, in the order of their seeds."""
    rows = np.flatnonzero(arrays["arm"] == str(arm))
    return np.asarray(rows[np.argsort(arrays["seed"][rows], kind="stable")])
