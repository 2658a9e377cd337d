"""Train a small Inception on CIFAR-10 as Ioffe & Szegedy 2015 (section 4.2) compare theirs: arms and rates.

SGD with momentum at a fixed rate: no augmentation, decay, dropout or L2 in any arm, so that nothing but
normalization, nonlinearity and rate changes between them. Pixels are standardised by the mean and the deviation of
each colour over the images that are learnt; the last, smaller batch of an epoch is left out.
"""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from figures_src.datasets import Dataset
from figures_src.experiments.inception.runs import STILL_FINITE, InceptionRun
from figures_src.networks.bn_inception import PLANS
from figures_src.networks.inception import Inception
from figures_src.training.loop import LOOK_UP_STEPS, Arrays
from figures_src.training.one_thread import train_in_one_thread
from figures_src.training.photographs import Batch, Photographs, accuracy_of, follow, in_best_precision, windows
from figures_src.training.precision import Precision, arithmetic
from figures_src.training.randomness import HELD_OUT, INITIAL, batch_rows, numpy_generator, torch_generator


def build(run: InceptionRun, device: str) -> Inception:
    """The network of a run, with the initial weights of its seed."""
    generator = torch_generator(run.seed, INITIAL)
    return Inception(PLANS[run.network], run.classes, run.normalization, run.activation, generator).to(device)


def optimizer(run: InceptionRun, network: nn.Module) -> torch.optim.SGD:
    """SGD with momentum; the update of all parameters is one call."""
    return torch.optim.SGD(network.parameters(), lr=run.learning_rate, momentum=run.momentum, fused=True)


def held_out(run: InceptionRun, images: int) -> np.ndarray | None:
    """Rows of the training images that validate: the same for every seed."""
    if not run.validation_images:
        return None
    return np.sort(numpy_generator(0, HELD_OUT).permutation(images)[: run.validation_images])


def reserve(run: InceptionRun) -> Arrays:
    """Arrays for what will be written down; rows not yet measured are NaN."""
    evaluations = np.full(len(run.schedule(run.evaluate_every)), np.nan)
    return {
        **windows(run.steps, run.accuracy_every, run.replay_steps),
        f"{run.judged_by}_accuracy": evaluations.copy(),
        f"{run.judged_by}_loss": evaluations.copy(),
        "diverged_at": np.array(STILL_FINITE),
    }


def give_up(arrays: Arrays, step: int, every: int) -> None:
    """Write down the first step whose loss is not finite; no window from there on is an average of anything."""
    arrays["diverged_at"] = np.array(step)
    arrays["train_accuracy"][step // every :] = arrays["train_loss"][step // every :] = np.nan


def tensors(network: nn.Module, sgd: torch.optim.SGD) -> Arrays:
    """Parameters, statistics and momenta by name; a momentum does not exist before the first step."""
    state = {f"network.{name}": tensor.cpu().numpy() for name, tensor in network.state_dict().items()}
    momenta = {name: sgd.state[parameter].get("momentum_buffer") for name, parameter in network.named_parameters()}
    return state | {f"momentum.{name}": tensor.cpu().numpy() for name, tensor in momenta.items() if tensor is not None}


def restore_tensors(network: nn.Module, sgd: torch.optim.SGD, state: Arrays) -> None:
    """Go back to saved parameters, statistics and momenta."""
    network.load_state_dict({name: torch.from_numpy(state[f"network.{name}"]) for name in network.state_dict()})
    for name, parameter in network.named_parameters():
        if f"momentum.{name}" in state:
            saved = torch.from_numpy(state[f"momentum.{name}"])
            sgd.state[parameter]["momentum_buffer"] = torch.empty_like(parameter).copy_(saved)


class Source(Protocol):
    """Where a training finds its batches, and by what it is judged; alone, or one of many processes."""

    def batches(self, first_step: int) -> Iterator[Batch]:
        """Batches, or this process's shares of them, from the given step on."""

    def score(self, network: nn.Module) -> tuple[float, float]:
        """Accuracy and mean cross-entropy of the images that judge."""

    def mean(self, loss: float, accuracy: float) -> tuple[float, float]:
        """Those of the whole batch, from those of this process's share."""


class OnPhotographs:
    """The images of CIFAR-10 in memory, in one process: see `Source`."""

    def __init__(self, run: InceptionRun, dataset: Dataset, device: str, precision: Precision):
        self.run, self.device, self.precision = run, device, precision
        self.photographs = Photographs(dataset, device, held_out(run, len(dataset.train.images)))

    def batches(self, first_step: int) -> Iterator[Batch]:
        """Batches from the given step on."""
        rows = batch_rows(self.run, len(self.photographs.training), first_step)
        return (self.photographs.batch(chosen.to(self.device)) for chosen in rows)

    def score(self, network: nn.Module) -> tuple[float, float]:
        """Accuracy and mean cross-entropy of the images that judge."""
        return self.photographs.score(network, self.precision, self.device)

    def mean(self, loss: float, accuracy: float) -> tuple[float, float]:
        """The share is the whole."""
        return loss, accuracy


class Training:
    """One network under way: see ``figures_src.training.loop.Resumable``.

    ``learner`` makes of the network what is called to learn: itself, or what shares the gradients out.
    """

    look_up_every = LOOK_UP_STEPS

    def __init__(
        self,
        run: InceptionRun,
        source: Source,
        device: str,
        precision: Precision,
        learner: Callable[[nn.Module], nn.Module] = lambda network: network,
    ):
        self.run, self.source, self.device, self.precision = run, source, device, precision
        self.learner = learner(build(run, device))
        self.network: nn.Module = getattr(self.learner, "module", self.learner)
        self.optimizer = optimizer(run, self.network)
        self.step, self.seconds = 0, 0.0
        self.arrays = reserve(run)
        self.arrays["precision"] = np.array(str(precision))
        self._batches: Iterator[Batch] | None = None

    def advance(self) -> None:
        """Measure what is due, then learn one batch."""
        self._look()
        # What is no longer a number never becomes one again: only time would be lost.
        if self.arrays["diverged_at"] == STILL_FINITE:
            if self._batches is None:
                self._batches = self.source.batches(self.step)
            self._learn(next(self._batches))
        self.step += 1

    def finish(self) -> Arrays:
        """Measure after the last step."""
        self._look()
        return self.arrays

    def state(self) -> Arrays:
        """Everything needed to go on from here with the same bits."""
        arrays = {f"array.{name}": array for name, array in self.arrays.items()}
        learnt = tensors(self.network, self.optimizer)
        return {"step": np.array(self.step), "seconds": np.array(self.seconds), **arrays, **learnt}

    def restore(self, state: Arrays) -> None:
        """Go back to a saved state."""
        self.step, self.seconds, self._batches = int(state["step"]), float(state["seconds"]), None
        self.arrays = {name: state[f"array.{name}"].copy() for name in self.arrays}
        restore_tensors(self.network, self.optimizer, state)

    def _learn(self, batch: Batch) -> None:
        self.optimizer.zero_grad()
        with arithmetic(self.precision, self.device):
            logits = self.learner(batch.images).float()
        share = functional.cross_entropy(logits, batch.labels)
        share.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        loss, accuracy = self.source.mean(share.item(), accuracy_of(logits, batch.labels))
        follow(self.arrays, self.run.accuracy_every, self.step, loss, accuracy)
        if not math.isfinite(loss):
            give_up(self.arrays, self.step, self.run.accuracy_every)

    def _look(self) -> None:
        if self.step in self.run.schedule(self.run.evaluate_every):
            row, judge = self.step // self.run.evaluate_every, self.run.judged_by
            accuracy, loss = self.source.score(self.network)
            self.arrays[f"{judge}_accuracy"][row], self.arrays[f"{judge}_loss"][row] = accuracy, loss


def on_photographs(run: InceptionRun, dataset: Dataset, device: str, precision: Precision) -> Training:
    """The training of a run on images in memory."""
    return Training(run, OnPhotographs(run, dataset, device, precision), device, precision)


train = partial(train_in_one_thread, in_best_precision(on_photographs))
"""See `figures_src.training.one_thread.train_in_one_thread`."""
