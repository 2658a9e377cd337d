"""Perceptrons of any depth side by side: N networks in one batched tensor a layer, plain or residual.

Networks stand in groups that see the same images: network ``g·C + c`` is the ``c``-th of group ``g``. They never meet.
Activations are held with the examples last, (N, width, m), so that every product and every mean runs along memory.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from figures_src.batchnorm import mean, normalize, scale_and_shift, variance

ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda z: z,
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}
Statistics = Callable[[int, Tensor], tuple[Tensor, Tensor]]
"""From a layer's number and what enters its BN, (N, width, m), to the mean and the variance that normalize it."""


@dataclass(frozen=True)
class Architecture:
    """``depth`` hidden layers of one width, then a linear one. Residual: x ← x + φ(BN(W x)) after the first layer."""

    inputs: int
    width: int
    depth: int
    outputs: int
    batch_norm: bool
    activation: str = "relu"
    residual: bool = False
    eps: float = 1e-5

    def standard_deviation(self, layer: int) -> float:
        """Of the weights of a hidden layer: He's before a ReLU, 1/√(fan in) elsewhere."""
        gain = 2 if self.activation == "relu" and not (self.residual and layer == 0) else 1
        return math.sqrt(gain / (self.inputs if layer == 0 else self.width))


def of_batch(_: int, z: Tensor) -> tuple[Tensor, Tensor]:
    """The statistics of the batch itself, as in training."""
    mu = mean(z, (2,))
    return mu, variance(z, mu, (2,))


class Ensemble:
    """Parameters by name, network first: ``weight.l`` (N, out, in), then ``gamma.l`` and ``beta.l``, or ``bias.l``.

    The last ``weight`` and ``bias`` are those of the outputs. Each generator draws the weights of one group: its
    networks start alike, and so do those of another arm.
    """

    def __init__(self, architecture: Architecture, copies: int, draws: Sequence[torch.Generator], dtype: torch.dtype):
        self.architecture, self.copies = architecture, copies
        self.parameters: dict[str, Tensor] = {}
        networks = copies * len(draws)
        for layer in range(architecture.depth):
            rows, columns = architecture.width, architecture.width if layer else architecture.inputs
            drawn = _normal(draws, rows, columns, architecture.standard_deviation(layer), dtype)
            self.parameters[f"weight.{layer}"] = drawn.repeat_interleave(copies, dim=0)
            names = {"gamma": 1.0, "beta": 0.0} if architecture.batch_norm else {"bias": 0.0}
            for name, value in names.items():
                self.parameters[f"{name}.{layer}"] = torch.full((networks, rows, 1), value, dtype=dtype)
        last = architecture.depth
        drawn = _normal(draws, architecture.outputs, architecture.width, architecture.width**-0.5, dtype)
        self.parameters[f"weight.{last}"] = drawn.repeat_interleave(copies, dim=0)
        self.parameters[f"bias.{last}"] = torch.zeros(networks, architecture.outputs, 1, dtype=dtype)
        for parameter in self.parameters.values():
            parameter.requires_grad_()

    def logits(self, images: Tensor, statistics: Statistics = of_batch, signals: list[Tensor] | None = None) -> Tensor:
        """Outputs (N, outputs, m) for images (groups, inputs, m), or (1, inputs, m) that all networks see.

        What leaves each hidden layer, (N, width, m), is appended to ``signals``.
        """
        made, x = self.architecture, images
        activation = ACTIVATIONS[made.activation]
        for layer in range(made.depth):
            z = self._normalized(layer, self._product(layer, x), statistics)
            first = made.residual and layer == 0
            signal = z if first else activation(z)
            x = x + signal if made.residual and layer else signal
            if signals is not None:
                signals.append(x)
        return self._product(made.depth, x) + self.parameters[f"bias.{made.depth}"]

    def population(self, images: Tensor) -> Statistics:
        """The statistics of ``images`` taken as one batch, to normalize any others by."""
        found: list[tuple[Tensor, Tensor]] = []

        def remember(layer: int, z: Tensor) -> tuple[Tensor, Tensor]:
            found.append(of_batch(layer, z))
            return found[-1]

        with torch.no_grad():
            self.logits(images, remember)
        return lambda layer, _: found[layer]

    def _normalized(self, layer: int, z: Tensor, statistics: Statistics) -> Tensor:
        if not self.architecture.batch_norm:
            return z + self.parameters[f"bias.{layer}"]
        z_hat = normalize(z, *statistics(layer, z), self.architecture.eps)
        return scale_and_shift(z_hat, self.parameters[f"gamma.{layer}"], self.parameters[f"beta.{layer}"])

    def _product(self, layer: int, x: Tensor) -> Tensor:
        weight = self.parameters[f"weight.{layer}"]
        if layer:
            return torch.bmm(weight, x)
        # One tall product a group: its networks see the same images, which need not be copied for each.
        tall = weight.reshape(len(x), -1, weight.shape[-1])
        return torch.bmm(tall, x).view(*weight.shape[:2], -1)


def _normal(draws: Sequence[torch.Generator], rows: int, columns: int, deviation: float, dtype: torch.dtype) -> Tensor:
    drawn = [torch.randn(rows, columns, generator=draw, dtype=torch.float64) for draw in draws]
    return (deviation * torch.stack(drawn)).to(dtype)
