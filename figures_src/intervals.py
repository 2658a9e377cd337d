"""Confidence intervals over seeds, the same for figures and for sentences."""

import math

import numpy as np
from scipy.special import stdtrit

COVERAGE = 0.95


def half_width(values: np.ndarray, axis: int = 0) -> np.ndarray:
    """Half the 95 % interval of Student's t for the mean of independent seeds, t·s/√n, over ``axis``.

    Raises:
        ValueError: fewer than two seeds, which tell nothing of the spread, or a value that is not finite.
    """
    seeds = values.shape[axis]
    if seeds < 2 or not np.isfinite(values).all():
        raise ValueError(f"an interval needs two finite values or more, not {values}: retrain the record")
    quantile = stdtrit(seeds - 1, (1 + COVERAGE) / 2)
    return np.asarray(quantile * values.astype(np.float64).std(axis, ddof=1) / math.sqrt(seeds))
