"""How the squared norm of the gradient grows a layer, from the output to the input, in wide networks at initialization.

Signals are x_l = φ(BN(W x_{l−1})), the gradient that of the loss with respect to x_l, weights independent and centred.
Let the centred batch of what enters a layer be isotropic, which is the state that BN leads to (Yang et al. 2019,
1902.08129, section 3): then a unit's z is isotropic in the m − 1 directions that a mean leaves, and

    growth = E[1/σ²] · E tr(P₂ D P₁ D) / (m − 1),     D = diag φ'(ẑ), P₁ = I − 11ᵀ/m, P₂ = P₁ − ẑẑᵀ/m,

in units of the variance that the weights give. It does not depend on that variance.
"""

import math

import numpy as np

NODES = 200
"""Of the Gauss–Hermite quadrature."""


def large_batch(activation: str) -> float:
    """M → ∞: E φ'(Z)² / Var φ(Z), for Z standard normal; never under 1 (Poincaré's inequality), π/(π − 1) for ReLU."""
    if activation == "relu":
        return math.pi / (math.pi - 1)
    slope, variance = moments(activation)
    return slope / variance


def moments(activation: str) -> tuple[float, float]:
    """E φ'(Z)² and Var φ(Z).

    Raises:
        KeyError: the activation is none of linear, relu, tanh, sigmoid.
    """
    if activation == "relu":
        return 0.5, (math.pi - 1) / (2 * math.pi)
    z, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = weights / weights.sum()
    tanh, sigmoid = np.tanh(z), 1 / (1 + np.exp(-z))
    values, slopes = {
        "linear": (z, np.ones_like(z)),
        "tanh": (tanh, 1 - tanh**2),
        "sigmoid": (sigmoid, sigmoid * (1 - sigmoid)),
    }[activation]
    mean = float(weights @ values)
    return float(weights @ slopes**2), float(weights @ (values - mean) ** 2)


def linear(batch_size: int) -> float:
    """(m − 2)/(m − 3), for linear layers and batches of m > 3."""
    return (batch_size - 2) / (batch_size - 3)


def relu(batch_size: int) -> float:
    """For ReLUs and batches of m > 3; tends to π/(π − 1).

    With ρ = −1/(m − 1), the correlation of two values of a unit: e = E[φ(ẑ₁)φ(ẑ₂)], q = P(ẑ₁ > 0, ẑ₂ > 0), which a
    vector of fixed length shares with a Gaussian one, for φ is homogeneous.
    """
    m, rho = batch_size, -1 / (batch_size - 1)
    e = (math.sqrt(1 - rho**2) + rho * (math.pi - math.acos(rho))) / (2 * math.pi)
    q = (math.pi - math.acos(rho)) / (2 * math.pi)
    trace = (m - 2) / 2 + 1 / (2 * m) + (m - 1) * q / m - (m - 1) * (0.5 - e) / m
    return m * trace / ((m - 3) * (m - 1) * (0.5 - e))


def residual_gains(activation: str, depth: int) -> np.ndarray:
    """Growth over each block of x_l = x_{l−1} + φ(BN(W x_{l−1})), l = 2…depth, for large batches: (depth − 1,).

    The stream begins with variance 1 and gains Var φ at each block; the BN of a block divides by that variance, and the
    block adds E φ'² over it (De & Smith 2020, 2002.10444): the growth is that of a power of the depth.
    """
    slope, variance = moments(activation)
    return np.asarray(1 + slope / (1 + variance * np.arange(depth - 1)))


def residual_without_bn(blocks: int = 200) -> float:
    """Growth over a block of x_l = x_{l−1} + ReLU(W x_{l−1}), He's weights, no BN: about 2.9. Found after the run.

    Were the gradient independent of the weights, it would be 2, as was predicted. But what all examples share grows the
    fastest: ReLUs push every signal the same way. With s = 1/√π and c the cosine of a signal and of that way, a block
    multiplies ‖x‖² by 2 + 2cs, and c becomes (c + s)/√(2 + 2cs). The network is homogeneous, so that ⟨∂L/∂x_l, x_l⟩ is
    the same at all layers: the gradient shrinks as the signal grows.
    """
    push, cosine = 1 / math.sqrt(math.pi), 0.0
    for _ in range(blocks):
        cosine = (cosine + push) / math.sqrt(2 + 2 * cosine * push)
    return 2 + 2 * cosine * push
