"""Train many deep linear networks side by side, and measure the covariate shift of each.

A linear network with or without BN is an affine map of its input, x·M + c, and what BN needs of x is its mean and its
covariance: neither the loss nor a gradient needs the examples one by one. The networks are those of
``figures_src.experiments.deep_linear.training``, at a hundredth of the cost, to the rounding of float64.
"""

from dataclasses import dataclass
from functools import partial
from itertools import chain, product

import numpy as np
import torch
from torch import Tensor, nn

from figures_src.experiments.deep_linear.runs import LinearRun
from figures_src.experiments.deep_linear.training import draws
from figures_src.experiments.linear_problems.runs import ProblemsRun
from figures_src.networks.linear import DeepLinear
from figures_src.settings import shared_settings
from figures_src.training.descent import Call, Descent, UnderWay
from figures_src.training.loop import Arrays
from figures_src.training.machine import processor_only
from figures_src.training.one_thread import train_in_one_thread
from figures_src.training.probes.gradients import Parameters, moved
from figures_src.training.randomness import INITIAL, torch_generator

EPS = 1e-5
"""That of ``nn.BatchNorm1d``."""


@dataclass(frozen=True)
class Moments:
    """What the loss and BN need to know of the examples: (B, 1, w), (B, w, w) centred, (B, w, w) targets, counts."""

    mean: Tensor
    covariance: Tensor
    target: Tensor
    """x·target is what the network should give."""
    examples: int


class LinearEnsemble(nn.Module):
    """B deep linear networks; parameters carry the names of `DeepLinear`, with the network as first axis."""

    def __init__(self, networks: list[DeepLinear]):
        super().__init__()
        self.depth, self.hidden = len(networks[0].layers), len(networks[0].norms)
        for name, _ in networks[0].named_parameters():
            stacked = torch.stack([network.get_parameter(name).detach() for network in networks])
            self.register_parameter(name.replace(".", "_"), nn.Parameter(stacked))

    def forward(self, moments: Moments) -> tuple[Tensor, Tensor]:
        """The affine maps x·M + c of the networks: M (B, w, w), c (B, 1, w)."""
        matrix, offset = torch.eye(moments.mean.shape[-1], dtype=torch.float64), torch.zeros_like(moments.mean)
        matrix = matrix.expand_as(moments.covariance)
        for layer in range(self.depth):
            weight = getattr(self, f"layers_{layer}_weight").transpose(1, 2)
            matrix, offset = matrix @ weight, offset @ weight
            if layer < self.hidden:
                variance = (matrix * (moments.covariance @ matrix)).sum(dim=1, keepdim=True)
                gamma, beta = (getattr(self, f"norms_{layer}_{part}")[:, None] for part in ("weight", "bias"))
                scale, mean = gamma / torch.sqrt(variance + EPS), moments.mean @ matrix + offset
                matrix, offset = matrix * scale, (offset - mean) * scale + beta
        return matrix, offset

    def layer_parameters(self, layer: int) -> tuple[str, ...]:
        """Names of the parameters of layer 1, 2…: its weight first, then γ and β where it has them."""
        prefixes = (f"layers_{layer - 1}_", f"norms_{layer - 1}_")
        return tuple(name for name, _ in self.named_parameters() if name.startswith(prefixes))


def squared_errors(network: Call, moments: Moments) -> Tensor:
    """Sum over examples and coordinates of the squared errors of each network, (B,)."""
    matrix, offset = network(moments)
    error = matrix - moments.target
    centred = (error * (moments.covariance @ error)).sum(dim=(1, 2))
    mean_error = moments.mean @ error + offset
    total: Tensor = moments.examples * (centred + mean_error.square().sum(dim=(1, 2)))
    return total


class Training(UnderWay):
    """Networks under way: see ``figures_src.training.loop.Resumable``. The first axis is factor, then seed."""

    look_up_every = 100

    def __init__(self, run: ProblemsRun, _: None = None, device: str = "cpu"):
        processor_only(device, "linear problems are trained in float64")
        self.run = run
        shared = shared_settings(run, LinearRun)
        singles = [LinearRun(seed=seed, **shared) for _, seed in product(run.loss_factors, run.seeds)]
        self.moments = _moments([draws(single) for single in singles])
        self.factors = torch.tensor(run.loss_factors, dtype=torch.float64).repeat_interleave(len(run.seeds))
        self.network = LinearEnsemble([_initial(single) for single in singles])
        self.descent = Descent(self.network, run.learning_rate)
        shifts = (run.networks, len(run.schedule(run.shift_every)), len(run.shift_layers))
        self.arrays: Arrays = {
            "precision": np.array("float64"),
            "replay_loss": np.full((run.networks, run.replay_steps), np.nan),
            "train_loss": np.full((run.networks, len(run.schedule(run.loss_every))), np.nan),
            **{f"shift_{name}": np.full(shifts, np.nan) for name in ("difference", "cosine", "norm")},
        }

    def advance(self) -> None:
        """Measure what is due, then take one step."""
        losses: list[Tensor] = []
        _, gradient = self.descent.gradient(lambda network: self._loss(network, losses))
        self._measure(losses[0], gradient)
        self.descent.step(gradient)
        self.step += 1

    def finish(self) -> Arrays:
        """Measure after the last step."""
        losses: list[Tensor] = []
        here = self.descent.evaluate(lambda network: self._loss(network, losses))
        _, gradient = here(self.descent.parameters, list(self.descent.parameters))
        self._measure(losses[0], gradient)
        return self.arrays

    def _loss(self, network: Call, each: list[Tensor] | None = None) -> Tensor:
        """Sum over the networks, which share no parameter: the gradient of each is its own."""
        losses = self.factors * squared_errors(network, self.moments)
        if each is not None:
            each.append(losses.detach())
        return losses.sum()

    def _measure(self, losses: Tensor, gradient: Parameters) -> None:
        run, step = self.run, self.step
        if step < run.replay_steps:
            self.arrays["replay_loss"][:, step] = losses.numpy()
        if step in run.schedule(run.loss_every):
            self.arrays["train_loss"][:, step // run.loss_every] = losses.numpy()
        if step in run.schedule(run.shift_every):
            self._measure_shift(step // run.shift_every, gradient)

    def _measure_shift(self, row: int, gradient: Parameters) -> None:
        """Definition 2.1 of Santurkar et al. 2018, network by network."""
        parameters, rate = self.descent.parameters, self.run.learning_rate
        for column, layer in enumerate(self.run.shift_layers):
            previous = set(chain.from_iterable(map(self.network.layer_parameters, range(1, layer))))
            weight = self.network.layer_parameters(layer)[0]
            _, after = self.descent.evaluate(self._loss)(moved(parameters, gradient, rate, previous), [weight])
            before, new = gradient[weight].flatten(1), after[weight].flatten(1)
            norm, cosine = before.norm(dim=1), nn.functional.cosine_similarity(before, new, eps=0)
            found = {"difference": (before - new).norm(dim=1), "cosine": cosine, "norm": norm}
            for name, values in found.items():
                self.arrays[f"shift_{name}"][:, row, column] = values.detach().numpy()


def _initial(run: LinearRun) -> DeepLinear:
    return DeepLinear(run.normalization, run.depth, run.width, torch_generator(run.seed, INITIAL))


def _moments(problems: list[tuple[np.ndarray, np.ndarray]]) -> Moments:
    """Of inputs x (N, w), with the A (w, w) of their targets A·x."""
    x = torch.from_numpy(np.stack([inputs for inputs, _ in problems]))
    target = torch.from_numpy(np.stack([a.T for _, a in problems]))
    mean = x.mean(dim=1, keepdim=True)
    centred = x - mean
    return Moments(mean, centred.transpose(1, 2) @ centred / x.shape[1], target, x.shape[1])


train = partial(train_in_one_thread, Training)
"""See `figures_src.training.one_thread.train_in_one_thread`."""
