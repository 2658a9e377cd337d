"""What is read off the arrays of single channels."""

import numpy as np

from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.vgg.measures import MATCHED


def channel_moves(arrays: Arrays, arm: str) -> np.ndarray:
    """How far a channel's mean moves from one probe to the next, in its deviations: (layers,).

    Means over channels, seeds and probes. The random weights of step 0 are left out: the first steps change the
    scale of every layer at once. Channels that never vary do not count; nan where none does.
    """
    rows = rows_of(arrays, arm, MATCHED)
    mean, deviation = (arrays[f"channel_{moment}"][rows, 1:].astype(float) for moment in ("mean", "deviation"))
    before = np.where(deviation[:, :-1] > 0, deviation[:, :-1], np.nan)
    moves = np.abs(np.diff(mean, axis=1)) / before
    count = np.isfinite(moves).sum(axis=(0, 1, 3))
    total = np.where(np.isfinite(moves), moves, 0).sum(axis=(0, 1, 3))
    return np.asarray(np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0))
