"""What is read off the arrays of the controls of E3; numpy only. The first axis of an array is the run.

Rows of an arm come in the order of their seeds, so that arms can be compared seed by seed: they share batches.
"""

import numpy as np

from figures_src.experiments.arrays import Arrays, first_steps, rows_of, within

WAYS = ("moving", "recomputed", "moving_noisy")
"""How a network is judged on the test images: by the moving averages of the training; by statistics taken again
without noise, the weights being frozen; by the moving averages, the noise being kept."""
RATE_LINE = (0.125, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)
"""Lengths of the moves along the gradient, in learning rates: the published 0.5 to 4, and two below."""
START, LATE = (0, 1000), (5000, 15_000)
"""Windows of steps, ends included: the start, and what follows the early ones."""
PUBLISHED_LENGTHS = 0.5
"""Smallest length along the gradient that the paper looks at, in learning rates."""
SMALLEST_LENGTH = min(RATE_LINE)
REACH = 0.4
"""Greatest of the fixed distances over which a band is taken: that of the predictions."""
FARTHEST = 0.8
"""The greatest that was walked: there the verdict of `REACH` is tried again."""
MATCHED_LOSS = 1.0
"""The level of the training loss at which networks are compared."""
MATCHED_PROBES = 5
"""Probes that follow the arrival at a level of the training loss, over which a band is averaged."""


def final_accuracy(arrays: Arrays, arm: str, rate: float, way: str) -> np.ndarray:
    """Test accuracy after the last step, in per cent, one per seed; ``way`` is one of `WAYS`."""
    return np.asarray(100 * arrays["evaluation_accuracy"][rows_of(arrays, arm, rate), -1, WAYS.index(way)])


def steps_to(arrays: Arrays, arm: str, rate: float, accuracy: float) -> np.ndarray:
    """First step at which the training accuracy reaches the level, one per seed; infinity where it never does."""
    reached = arrays["train_accuracy"][rows_of(arrays, arm, rate)] >= accuracy
    return first_steps(arrays["accuracy_step"], reached)


def rate_bands(arrays: Arrays, fresh: bool = False) -> np.ndarray:
    """Width of the band of loss over the published lengths, 0.5 to 4 learning rates: (run, time)."""
    losses = arrays["line_rate_fresh_loss" if fresh else "landscape_loss"]
    return _width(losses[..., np.array(RATE_LINE) >= PUBLISHED_LENGTHS])


def published_line(arrays: Arrays) -> Arrays:
    """The arrays with their walks along the gradient cut to the published lengths: those of the record ``vgg``."""
    names = ("length", "loss", "change_squared", "change_gradient")
    kept = np.array(RATE_LINE) >= PUBLISHED_LENGTHS
    return {**arrays, **{f"landscape_{name}": arrays[f"landscape_{name}"][..., kept] for name in names}}


def distance_bands(arrays: Arrays, reach: float = REACH) -> np.ndarray:
    """Width of the band of loss from here to a distance that is the same for all networks: (run, time)."""
    return _width(arrays["line_distance_loss"][..., arrays["distance"] <= reach])


def in_window(arrays: Arrays, values: np.ndarray, arm: str, rate: float, window: tuple[int, int]) -> np.ndarray:
    """Mean over the probes of a window of an array (run, time), one per seed."""
    chosen = within(arrays["landscape_step"], window)
    return np.asarray(values[rows_of(arrays, arm, rate)][:, chosen].mean(axis=1))


def at_matched_loss(arrays: Arrays, values: np.ndarray, arm: str, rate: float, level: float) -> np.ndarray:
    """Mean of an array (run, time) over the `MATCHED_PROBES` probes that follow the first window of training whose
    mean loss is at most ``level``, one per seed; nan where it is never reached, or too late.
    """
    found = []
    for row in rows_of(arrays, arm, rate):
        reached = np.flatnonzero(arrays["train_loss"][row] <= level)
        since = arrays["accuracy_step"][reached[0]] if reached.size else np.inf
        after = np.flatnonzero(arrays["landscape_step"] >= since)[:MATCHED_PROBES]
        found.append(values[row, after].mean() if len(after) == MATCHED_PROBES else np.nan)
    return np.array(found)


def scaled(arrays: Arrays, bands: np.ndarray) -> np.ndarray:
    """Bands over the squared norm of the gradient that they follow: (run, time)."""
    return np.asarray(bands / arrays["landscape_norm_squared"])


def beta(arrays: Arrays, smallest: float) -> np.ndarray:
    """Largest ‖Δ∇‖ / ‖η·g‖ over the lengths of at least ``smallest`` learning rates, (run, time)."""
    kept = np.array(RATE_LINE) >= smallest
    length = arrays["landscape_length"][:, None, kept]
    norm = np.sqrt(arrays["landscape_norm_squared"])[..., None]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((np.sqrt(arrays["landscape_change_squared"][..., kept]) / (length * norm)).max(axis=-1))


def median_beta(arrays: Arrays, arm: str, rate: float, smallest: float, window: tuple[int, int]) -> np.ndarray:
    """Median over the probes of a window, one per seed."""
    chosen = within(arrays["landscape_step"], window)
    return np.asarray(np.nanmedian(beta(arrays, smallest)[rows_of(arrays, arm, rate)][:, chosen], axis=1))


def best_rate(arrays: Arrays, arm: str, accuracy: float) -> float:
    """The rate whose networks reach the level soonest, mean over seeds; the most accurate one where none does."""

    def late_then_inaccurate(rate: float) -> tuple[float, float]:
        reached = arrays["train_accuracy"][rows_of(arrays, arm, rate)].max(axis=1)
        return float(steps_to(arrays, arm, rate, accuracy).mean()), -float(reached.mean())

    return float(min(np.unique(arrays["run_learning_rate"][arrays["arm"] == str(arm)]), key=late_then_inaccurate))


def _width(values: np.ndarray) -> np.ndarray:
    return np.asarray(values.max(axis=-1) - values.min(axis=-1))
