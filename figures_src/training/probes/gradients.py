"""Probes of a network in training, as functions of its parameters: nothing here can change them.

All take an ``evaluate`` that gives loss and gradients, *on the batch at hand*, wherever the parameters are put.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

Parameters = Mapping[str, Tensor]
Evaluate = Callable[[Parameters, Sequence[str]], tuple[Tensor, dict[str, Tensor]]]
"""From parameters, and the names of those to differentiate by, to the loss and the gradients."""


def moved(parameters: Parameters, gradient: Parameters, length: float, names: Collection[str]) -> dict[str, Tensor]:
    """Parameters after x ← x - length·gradient for the names given; the others as they are."""
    return {name: x - length * gradient[name] if name in names else x for name, x in parameters.items()}


@dataclass(frozen=True)
class Shift:
    """Internal covariate shift of a layer: G and G′ compared (Santurkar et al. 2018, definition 2.1)."""

    difference: float
    cosine: float
    norm: float
    """‖G‖, to which the difference can be compared."""


def covariate_shift(
    parameters: Parameters,
    gradient: Parameters,
    learning_rate: float,
    previous: Collection[str],
    weight: str,
    evaluate: Evaluate,
) -> Shift:
    """Compare G, gradient of ``weight``, with G′, the same on the same batch after the ``previous`` layers moved.

    ``previous`` names all they have: weights, biases, γ and β. Definition 2.1 of Santurkar et al. 2018.
    """
    _, after = evaluate(moved(parameters, gradient, learning_rate, previous), [weight])
    before, new = gradient[weight].double().flatten(), after[weight].double().flatten()
    norm, new_norm = before.norm(), new.norm()
    return Shift(float((before - new).norm()), float(before @ new / (norm * new_norm)), float(norm))


@dataclass(frozen=True)
class Landscape:
    """What is met at x - η·g: everything from which ranges and β follow, with or without an L2 term.

    Scalars ``weights_weights``, ``weights_gradient`` and ``gradient_gradient`` are inner products over the
    weights alone (not biases, γ, β); one number a length in the other arrays.
    """

    loss: np.ndarray
    change_squared: np.ndarray
    """‖∇(x - η·g) - g‖² over all parameters."""
    change_gradient: np.ndarray
    """⟨∇(x - η·g) - g, g⟩ over the weights."""
    norm_squared: float
    """‖g‖² over all parameters."""
    weights_weights: float
    weights_gradient: float
    gradient_gradient: float


def landscape(
    parameters: Parameters, gradient: Parameters, lengths: Sequence[float], weights: Collection[str], evaluate: Evaluate
) -> Landscape:
    """Measure loss and gradient along the gradient (Santurkar et al. 2018, section 3.1 and figure 4)."""
    losses, squared, inner = [], [], []
    names = list(parameters)
    for length in lengths:
        loss, there = evaluate(moved(parameters, gradient, length, names), names)
        change = {name: there[name] - gradient[name] for name in names}
        losses.append(float(loss))
        squared.append(_inner(change, change, names))
        inner.append(_inner(change, gradient, weights))
    return Landscape(
        np.array(losses),
        np.array(squared),
        np.array(inner),
        _inner(gradient, gradient, names),
        _inner(parameters, parameters, weights),
        _inner(parameters, gradient, weights),
        _inner(gradient, gradient, weights),
    )


def _inner(a: Parameters, b: Parameters, names: Collection[str]) -> float:
    """Inner product over the parameters named; summed in double, for millions of terms."""
    return sum(float((a[name].double() * b[name].double()).sum()) for name in names)


def histogram(values: Tensor, bins: int) -> tuple[np.ndarray, float, float]:
    """Counts over six standard deviations on either side of the mean, that mean, and that deviation.

    What lies outside is counted in the end bins. A distribution that is not finite has no counts.
    """
    flat = values.detach().double().flatten()
    mean, deviation = float(flat.mean()), float(flat.std(correction=0))
    if not np.isfinite([mean, deviation]).all():
        return np.zeros(bins, dtype=np.int32), float("nan"), float("nan")
    low, high = mean - 6 * deviation, mean + 6 * deviation
    if low == high:
        low, high = mean - 1, mean + 1
    counts = torch.histc(flat.clamp(low, high).cpu(), bins, low, high)
    return counts.numpy().astype(np.int32), mean, deviation
