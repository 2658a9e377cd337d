"""Arrays of a record by name, and rows of them: what every experiment reads."""

from collections.abc import Mapping

import numpy as np

Arrays = Mapping[str, np.ndarray]


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


def within(steps: np.ndarray, window: tuple[int, int]) -> np.ndarray:
    """Which measurements fall in a window, ends included."""
    first, last = window
    return np.asarray((steps >= first) & (steps <= last))
