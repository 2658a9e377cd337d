"""Ranges and β from what the landscape probe wrote down; free of torch, for experiments and figures.

The penalty is λ·‖W‖², W the weights alone, gradient 2λW: the convention in which the 4.2 at which the published
losses start is ln 10 plus a Glorot VGG-16 at λ ≈ 4.9·10⁻⁴. Nothing is trained again: along the *same* line
x - η·g, the penalty and its gradient are known in closed form from three inner products.
"""

from collections.abc import Mapping

import numpy as np

Arrays = Mapping[str, np.ndarray]


def loss_along(arrays: Arrays, l2: float = 0.0) -> np.ndarray:
    """Loss at each length, plus λ‖W - η·g‖² = λ(‖W‖² - 2η⟨W, g⟩ + η²‖g‖²); (…, time, length)."""
    eta, *products = _along(arrays)
    ww, wg, gg = products
    return np.asarray(arrays["landscape_loss"] + l2 * (ww - 2 * eta * wg + eta**2 * gg))


def change_along(arrays: Arrays, l2: float = 0.0) -> np.ndarray:
    """‖∇(x - η·g) - ∇(x)‖ at each length; the penalty adds -2λη·g to the difference on the weights."""
    eta, _, _, gg = _along(arrays)
    inner = arrays["landscape_change_gradient"]
    squared = arrays["landscape_change_squared"] - 4 * l2 * eta * inner + (2 * l2 * eta) ** 2 * gg
    return np.asarray(np.sqrt(np.maximum(squared, 0)))


def effective_beta(arrays: Arrays, l2: float = 0.0) -> np.ndarray:
    """Largest ‖Δ∇‖ / ‖η·g‖ over the lengths, (…, time) (Santurkar et al. 2018, figure 4c)."""
    eta, *_ = _along(arrays)
    distance = eta * np.sqrt(arrays["landscape_norm_squared"])[..., None]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((change_along(arrays, l2) / distance).max(axis=-1))


def band_width(values: np.ndarray) -> np.ndarray:
    """Largest minus smallest over the lengths, (…, time)."""
    return np.asarray(values.max(axis=-1) - values.min(axis=-1))


def _along(arrays: Arrays) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    names = ("weights_weights", "weights_gradient", "gradient_gradient")
    ww, wg, gg = (arrays[f"landscape_{name}"][..., None] for name in names)
    return arrays["landscape_length"][..., None, :], ww, wg, gg
