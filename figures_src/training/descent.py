"""Plain stochastic gradient descent on a module, and its loss and gradients anywhere else, leaving it untouched."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call

from figures_src.training.loop import LOOK_UP_STEPS
from figures_src.training.probes.gradients import Evaluate, Parameters, covariate_shift

Call = Callable[..., Tensor]
Loss = Callable[[Call], Tensor]
"""A loss of the batch at hand, as a function of the network to pass it through."""


class Descent:
    """x ← x - lr·∇: no momentum, no decay."""

    def __init__(self, network: nn.Module, learning_rate: float):
        self.network, self.learning_rate = network, learning_rate
        self.parameters: dict[str, Tensor] = dict(network.named_parameters())

    def gradient(self, loss: Loss) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss and gradients here, by a pass that moves the running statistics as training does."""
        here = loss(self.network)
        gradients = torch.autograd.grad(here, list(self.parameters.values()))
        return here.detach(), dict(zip(self.parameters, gradients, strict=True))

    @torch.no_grad()
    def step(self, gradient: Parameters) -> None:
        """Take the step."""
        for name, parameter in self.parameters.items():
            parameter.sub_(gradient[name], alpha=self.learning_rate)

    def evaluate(self, loss: Loss) -> Evaluate:
        """The same loss wherever the parameters are put, on copies of the running statistics."""

        def at(parameters: Parameters, names: Sequence[str]) -> tuple[Tensor, dict[str, Tensor]]:
            leaves = {name: x.detach().requires_grad_(name in names) for name, x in parameters.items()}
            there = loss(self.elsewhere(leaves))
            gradients = torch.autograd.grad(there, [leaves[name] for name in names])
            return there.detach(), dict(zip(names, gradients, strict=True))

        return at

    def elsewhere(self, parameters: Parameters) -> Call:
        """The network with other parameters, and statistics of its own to move."""
        buffers = {name: buffer.clone() for name, buffer in self.network.named_buffers()}

        def call(*arguments: Any) -> Tensor:
            output: Tensor = functional_call(self.network, {**parameters, **buffers}, arguments)
            return output

        return call

    def state(self) -> dict[str, np.ndarray]:
        """Parameters and statistics by name."""
        return {f"network.{name}": tensor.cpu().numpy() for name, tensor in self.network.state_dict().items()}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go back to saved parameters and statistics."""
        for name, tensor in self.network.state_dict().items():
            tensor.copy_(torch.from_numpy(state[f"network.{name}"]))


class Layered(Protocol):
    """A network whose layers are numbered from 1."""

    def layer_parameters(self, layer: int) -> tuple[str, ...]:
        """Names of the parameters of a layer, its weight first."""


class UnderWay:
    """A training by `Descent` that can be saved and taken up again: see `figures_src.training.loop.Resumable`."""

    descent: Descent
    arrays: dict[str, np.ndarray]
    """What has been measured."""
    step = 0
    seconds = 0.0
    look_up_every = LOOK_UP_STEPS

    def state(self) -> dict[str, np.ndarray]:
        """Everything needed to go on from here with the same bits."""
        arrays = {f"array.{name}": array for name, array in self.arrays.items()}
        return {"step": np.array(self.step), "seconds": np.array(self.seconds), **self.descent.state(), **arrays}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go back to a saved state."""
        self.step, self.seconds = int(state["step"]), float(state["seconds"])
        self.descent.restore(state)
        self.arrays = {name: state[f"array.{name}"].copy() for name in self.arrays}

    def write_shifts(self, row: int, network: Layered, layers: Sequence[int], gradient: Parameters, loss: Loss) -> None:
        """Write down the covariate shift of these layers, in a row of the arrays ``shift_…``."""
        evaluate, descent = self.descent.evaluate(loss), self.descent
        for column, layer in enumerate(layers):
            previous = [name for number in range(1, layer) for name in network.layer_parameters(number)]
            weight = network.layer_parameters(layer)[0]
            shift = covariate_shift(descent.parameters, gradient, descent.learning_rate, previous, weight, evaluate)
            for name in ("difference", "cosine", "norm"):
                self.arrays[f"shift_{name}"][row, column] = getattr(shift, name)
