"""Train the networks of an `Ensemble` together, each with its own rate and its own decay, on half-size digits."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from figures_src.datasets import Dataset
from figures_src.networks.ensemble import Ensemble
from figures_src.training.loop import LOOK_UP_STEPS, Arrays
from figures_src.training.randomness import Shuffled, batch_rows

HALF = 14
CLASSES = 10
EVALUATION_CHUNK = 1000
Gradients = dict[str, Tensor]


@dataclass(frozen=True)
class Digits:
    """Images (N, inputs) in the precision of the networks, and labels (N,)."""

    images: Tensor
    labels: Tensor


def half_size(dataset: Dataset, dtype: torch.dtype) -> tuple[Digits, Digits]:
    """MNIST to learn from and to be judged by: means of 2 × 2 pixels, standardized by those of the images learnt."""
    learnt = _halved(dataset.train.images)
    centre, deviation = learnt.mean(), learnt.std()

    def digits(pixels: np.ndarray, labels: np.ndarray) -> Digits:
        standard = torch.from_numpy((pixels - centre) / deviation).to(dtype)
        return Digits(standard, torch.from_numpy(labels.astype(np.int64)))

    return digits(learnt, dataset.train.labels), digits(_halved(dataset.test.images), dataset.test.labels)


def _halved(images: np.ndarray) -> np.ndarray:
    # Four slices, not a mean over blocks, which takes ten times as long; sums of four bytes are exact.
    total = sum(images[:, row::2, column::2].astype(np.float64) for row in (0, 1) for column in (0, 1))
    return np.asarray(total).reshape(len(images), HALF * HALF) / 4


def cross_entropies(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean over the examples of each network, (N,): logits (N, classes, m), labels (groups, m)."""
    answers = labels.repeat_interleave(len(logits) // len(labels), dim=0)
    return functional.cross_entropy(logits, answers, reduction="none").mean(dim=1)


@dataclass(frozen=True)
class Steps:
    """Of stochastic gradient descent: v ← α·v + ∇ + λ·x, then x ← x − η·v; one η and one λ a network, (N,).

    Only matrices of weights decay. ``momentum`` is α, PyTorch's; without it, v is not kept.
    """

    rates: Tensor
    decays: Tensor
    momentum: float = 0.0

    def velocities(self, ensemble: Ensemble) -> Gradients:
        """Those at rest."""
        if not self.momentum:
            return {}
        return {name: torch.zeros_like(x) for name, x in ensemble.parameters.items()}

    @torch.no_grad()
    def take(self, ensemble: Ensemble, gradients: Gradients, velocities: Gradients) -> None:
        """Move parameters and velocities in place; ``gradients`` are used up."""
        rates, decays = (each.view(-1, 1, 1) for each in (self.rates, self.decays))
        for name, parameter in ensemble.parameters.items():
            change = gradients[name]
            if name.startswith("weight") and self.decays.any():
                change.addcmul_(parameter, decays)
            if self.momentum:
                change = velocities[name].mul_(self.momentum).add_(change)
            parameter.addcmul_(change, rates, value=-1)


class Trained(Shuffled, Protocol):
    """What the loop has to know of a run."""

    @property
    def replay_steps(self) -> int:
        """First losses that are kept."""


class EnsembleTraining:
    """Networks under way: see `figures_src.training.loop.Resumable`. What is measured, the experiment adds."""

    look_up_every = LOOK_UP_STEPS

    def __init__(self, run: Trained, learnt: Digits, ensemble: Ensemble, steps: Steps):
        self.run, self.learnt, self.ensemble, self.steps = run, learnt, ensemble, steps
        self.velocities = steps.velocities(ensemble)
        self.step, self.seconds = 0, 0.0
        self.arrays: Arrays = {"replay_loss": np.full((len(steps.rates), run.replay_steps), np.nan)}
        self.arrays["precision"] = np.array(str(steps.rates.dtype).removeprefix("torch."))
        self._rows: Iterator[Tensor] | None = None

    def advance(self) -> None:
        """Measure what is due, then take one step."""
        losses, gradients = self.gradients(self._next_rows())
        if self.step < self.run.replay_steps:
            self.arrays["replay_loss"][:, self.step] = losses.numpy()
        self.update(losses, gradients)
        self.step += 1

    def update(self, losses: Tensor, gradients: Gradients) -> None:
        """Take the step; an experiment measures around it."""
        self.steps.take(self.ensemble, gradients, self.velocities)

    def gradients(self, rows: Tensor) -> tuple[Tensor, Gradients]:
        """Loss of each network, (N,), and the gradients of their sum: no parameter is shared, each has its own."""
        groups = len(self.run.seeds)
        images = self.learnt.images[rows].view(groups, len(rows) // groups, -1)
        logits = self.ensemble.logits(images.transpose(1, 2))
        losses = cross_entropies(logits, self.learnt.labels[rows].view(groups, -1))
        parameters = self.ensemble.parameters
        found = torch.autograd.grad(losses.sum(), list(parameters.values()))
        return losses.detach(), dict(zip(parameters, found, strict=True))

    def state(self) -> Arrays:
        """Everything needed to go on from here with the same bits."""
        arrays = {f"array.{name}": array for name, array in self.arrays.items()}
        return {"step": np.array(self.step), "seconds": np.array(self.seconds), **self._tensors(), **arrays}

    def restore(self, state: Arrays) -> None:
        """Go back to a saved state."""
        self.step, self.seconds, self._rows = int(state["step"]), float(state["seconds"]), None
        with torch.no_grad():
            for name, value in self.ensemble.parameters.items():
                value.copy_(torch.from_numpy(state[f"network.{name}"]))
        for name, value in self.velocities.items():
            value.copy_(torch.from_numpy(state[f"velocity.{name}"]))
        self.arrays = {name: state[f"array.{name}"].copy() for name in self.arrays}

    def _tensors(self) -> Arrays:
        network = {f"network.{name}": x.detach().numpy() for name, x in self.ensemble.parameters.items()}
        return network | {f"velocity.{name}": x.numpy() for name, x in self.velocities.items()}

    def _next_rows(self) -> Tensor:
        if self._rows is None:
            self._rows = batch_rows(self.run, len(self.learnt.images), self.step)
        return next(self._rows)


@torch.no_grad()
def accuracies(ensemble: Ensemble, statistics_of: Tensor, judged: Digits) -> np.ndarray:
    """Share of ``judged`` that each network answers, (N,), normalized by the statistics of images (N, inputs)."""
    statistics = ensemble.population(statistics_of.T[None])
    right = torch.zeros(len(ensemble.parameters["weight.0"]), dtype=torch.int64)
    for images, labels in zip(
        torch.split(judged.images, EVALUATION_CHUNK), torch.split(judged.labels, EVALUATION_CHUNK), strict=True
    ):
        answers = ensemble.logits(images.T[None], statistics).argmax(dim=1)
        right += (answers == labels).sum(dim=1)
    return right.numpy() / len(judged.labels)
