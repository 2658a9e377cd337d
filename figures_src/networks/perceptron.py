"""S multilayer perceptrons side by side: one batched tensor holds the same layer of all of them.

The networks are those of Ioffe & Szegedy 2015, section 4.1: sigmoids, with or without batch normalization
before each hidden one. They never meet: network ``s`` is slice ``s`` of every tensor.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from figures_src.batchnorm import mean, normalize, scale_and_shift, variance


@dataclass(frozen=True)
class Architecture:
    """Sizes of the layers and what stands before each hidden sigmoid."""

    inputs: int
    hidden: tuple[int, ...]
    outputs: int
    batch_norm: bool
    eps: float = 1e-5
    momentum: float = 0.1

    @property
    def sizes(self) -> tuple[int, ...]:
        """Widths from the input to the output."""
        return (self.inputs, *self.hidden, self.outputs)


def initial_weights(architecture: Architecture, sigma: float, seed: int) -> list[np.ndarray]:
    """Draw the weights of one network, each (out, in), from N(0, sigma²).

    The draw depends on the seed and the sizes alone, so that both arms of a seed start from the same weights.
    """
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 0])))
    pairs = zip(architecture.sizes, architecture.sizes[1:], strict=False)
    return [sigma * rng.standard_normal((out, into), dtype=np.float32) for into, out in pairs]


class PerceptronEnsemble:
    """Parameters of S networks, and the two ways of passing images through them.

    Shapes: ``weights[l]`` (S, out, in); ``biases[l]`` (S, 1, out); with batch normalization the hidden layers
    have ``gamma``, ``beta``, ``running_mean`` and ``running_var`` (S, 1, width) in place of a bias, which the
    subtraction of the mean would cancel (Ioffe & Szegedy 2015, section 3.2).
    """

    def __init__(self, architecture: Architecture, sigma: float, seeds: Sequence[int], device: str = "cpu"):
        self.architecture = architecture
        drawn = [initial_weights(architecture, sigma, seed) for seed in seeds]
        self.weights = [torch.from_numpy(np.stack(layer)).to(device) for layer in zip(*drawn, strict=True)]
        widths = architecture.sizes[1:]
        biased = widths[-1:] if architecture.batch_norm else widths
        normalized = architecture.hidden if architecture.batch_norm else ()

        def filled(value: float, sizes: Sequence[int]) -> list[Tensor]:
            return [torch.full((len(seeds), 1, width), value, device=device) for width in sizes]

        self.biases = filled(0.0, biased)
        self.gamma, self.beta = filled(1.0, normalized), filled(0.0, normalized)
        self.running_mean, self.running_var = filled(0.0, normalized), filled(1.0, normalized)

    def state(self) -> Iterator[tuple[str, Tensor]]:
        """Name and tensor of everything that training changes."""
        for group in ("weights", "biases", "gamma", "beta", "running_mean", "running_var"):
            for layer, tensor in enumerate(getattr(self, group)):
                yield f"{group}.{layer}", tensor

    def permute_inputs(self, order: np.ndarray) -> None:
        """Reorder the columns of the first weights as the pixels were reordered."""
        self.weights[0] = self.weights[0][:, :, torch.from_numpy(order).to(self.weights[0].device)].contiguous()

    def sigmoid_inputs(self, images: Tensor, *, population: bool) -> Tensor:
        """What enters the last hidden sigmoid, (S, N, width), for images (N, inputs).

        ``population`` normalises with the running statistics (evaluation); otherwise with those of ``images``
        taken as one batch, as the layer does in training.
        """
        return self._hidden(images, population, len(self.architecture.hidden))

    def logits(self, images: Tensor, *, population: bool) -> Tensor:
        """Outputs before the softmax, (S, N, outputs), for images (N, inputs) or (S, N, inputs)."""
        activations = torch.sigmoid_(self.sigmoid_inputs(images, population=population))
        return torch.baddbmm(self.biases[-1], activations, self.weights[-1].mT)

    def _hidden(self, images: Tensor, population: bool, depth: int) -> Tensor:
        x = images
        for layer in range(depth):
            z = _product(torch.sigmoid_(x) if layer else x, self.weights[layer])
            x = self._before_sigmoid(layer, z, population)
        return x

    def _before_sigmoid(self, layer: int, z: Tensor, population: bool) -> Tensor:
        if not self.architecture.batch_norm:
            return z + self.biases[layer]
        if population:
            mu, var = self.running_mean[layer], self.running_var[layer]
        else:
            mu = mean(z, (1,))
            var = variance(z, mu, (1,))
        z_hat = normalize(z, mu, var, self.architecture.eps)
        return scale_and_shift(z_hat, self.gamma[layer], self.beta[layer])


def _product(x: Tensor, weights: Tensor) -> Tensor:
    """Multiply x (S, N, in), or (N, in) common to all networks, by each network's weights: (S, N, out)."""
    if x.dim() == 3:
        return torch.bmm(x, weights.mT)
    # One tall product: expanding the images to S copies would cost more memory than the whole training set.
    return (x @ weights.flatten(0, 1).mT).view(len(x), len(weights), -1).transpose(0, 1)
