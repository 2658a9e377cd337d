"""The mathematics of the schemas: what is pushed through layers, and the curves that it gives. No drawing here."""

from typing import Any

import numpy as np
from scipy.special import expit
from scipy.stats import gaussian_kde, norm

EPSILON = 1e-5


def sigmoid(x: Any) -> Any:
    """1 / (1 + e⁻ˣ)."""
    return expit(x)


def gaussian(x: np.ndarray, mean: float = 0.0, deviation: float = 1.0) -> np.ndarray:
    """The density of the normal law."""
    values: np.ndarray = norm.pdf(x, mean, deviation)
    return values


def density(sample: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """The density of a sample on a grid, by Gaussian kernels (Silverman's rule), with values of the grid's shape."""
    values: np.ndarray = gaussian_kde(sample, "silverman")(grid)
    return values


def standardised(z: np.ndarray) -> np.ndarray:
    """Equations (1) to (3) on a batch (m, features): each feature less its mean, over its deviation."""
    normalised: np.ndarray = (z - z.mean(0)) / np.sqrt(z.var(0) + EPSILON)
    return normalised
