"""Train the networks of the page with PyTorch and the project's own BN, from the numbers that a browser draws too.

In double precision, which is a browser's own: what separates both is then the order of additions alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from figures_src.batchnorm import BatchNorm1d
from figures_src.datasets import Dataset
from figures_src.experiments.mnist_page.cut import cut
from figures_src.experiments.mnist_page.digits import Digits
from figures_src.experiments.mnist_page.philox import ORDER, WEIGHTS, normals, permutation
from figures_src.experiments.mnist_page.runs import Evaluation, PageRun
from figures_src.training.loop import Arrays
from figures_src.training.machine import processor_only
from figures_src.training.one_thread import train_in_one_thread

PERCENTILES = (15, 50, 85)
PRECISION = torch.float64


def network(run: PageRun, seed: int, inputs: int, classes: int) -> nn.Sequential:
    """The network of Ioffe & Szegedy 2015, section 4.1; its weights depend on the seed and σ alone."""
    layers: list[nn.Module] = []
    sizes = (inputs, *run.hidden)
    for before, width in zip(sizes, run.hidden, strict=False):
        layers.append(nn.Linear(before, width, bias=not run.batch_norm))
        if run.batch_norm:
            layers.append(BatchNorm1d(width, eps=run.eps, momentum=run.setting.momentum))
        layers.append(nn.Sigmoid())
    built = nn.Sequential(*layers, nn.Linear(run.hidden[-1], classes)).to(PRECISION)
    linear = [layer for layer in built if isinstance(layer, nn.Linear)]
    for number, layer in enumerate(linear):
        drawn = normals(seed, WEIGHTS, number, layer.weight.numel()).reshape(layer.weight.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(run.setting.sigma * drawn))
            if layer.bias is not None:
                layer.bias.zero_()
    return built


def batch(run: PageRun, seed: int, step: int) -> np.ndarray:
    """Rows of the images of a step, (m,): every epoch has an order of its own, whose incomplete batch is left out."""
    size = run.setting.batch_size
    epoch, place = divmod(step, run.training_images // size)
    return permutation(seed, ORDER, epoch, run.training_images)[place * size : (place + 1) * size]


class PageTraining:
    """One arm at one setting under way: the networks of all seeds, in turn."""

    look_up_every = 50

    def __init__(self, run: PageRun, dataset: Dataset, device: str):
        processor_only(device, "the networks of the page train")
        self.run, self.step, self.seconds = run, 0, 0.0
        kept = cut(dataset, run.training_images, run.held_out_images, run.binary_threshold)
        self.learnt, self.held_out = _tensors(kept.first(run.training_images)), _tensors(kept.last(run.held_out_images))
        classes = int(dataset.train.labels.max()) + 1
        self.networks = [network(run, seed, self.learnt[0].shape[1], classes) for seed in run.seeds]
        seeds, rows = len(run.seeds), len(run.evaluation_steps())
        self.arrays: Arrays = {
            "replay_loss": np.full((seeds, run.replay_steps), np.nan),
            "batch_loss": np.full((seeds, run.followed_steps), np.nan),
            "held_out_accuracy": np.full((seeds, rows), np.nan, dtype=np.float32),
            "layer_percentiles": np.full((seeds, rows, len(PERCENTILES)), np.nan, dtype=np.float32),
            "precision": np.array("float64"),
        }

    def advance(self) -> None:
        """Measure what is due, then learn one batch."""
        self.measure()
        for place, (seed, net) in enumerate(zip(self.run.seeds, self.networks, strict=True)):
            loss = self._learn(net, batch(self.run, seed, self.step))
            if self.step < self.run.followed_steps:
                self.arrays["batch_loss"][place, self.step] = loss
            if self.step < self.run.replayable_steps:
                self.arrays["replay_loss"][place, self.step] = loss
        self.step += 1

    def finish(self) -> Arrays:
        """Measure after the last step."""
        self.measure()
        return self.arrays

    def _learn(self, net: nn.Sequential, rows: np.ndarray) -> float:
        """One step of plain SGD on the mean cross-entropy, which is returned."""
        images, labels = (each[torch.from_numpy(rows)] for each in self.learnt)
        net.train()
        loss = functional.cross_entropy(net(images), labels)
        parameters = list(net.parameters())
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.sub_(self.run.setting.learning_rate * gradient)
        return loss.item()

    @torch.no_grad()
    def measure(self) -> None:
        """Write down what is due at this step."""
        steps = self.run.evaluation_steps()
        if self.step not in steps:
            return
        row = steps.index(self.step)
        for place, net in enumerate(self.networks):
            accuracy, percentiles = self._judge(net)
            self.arrays["held_out_accuracy"][place, row] = accuracy
            self.arrays["layer_percentiles"][place, row] = percentiles

    def _judge(self, net: nn.Sequential) -> tuple[float, np.ndarray]:
        images, labels = self.held_out
        size = len(images)
        net.eval()
        if self.run.setting.evaluation is Evaluation.BATCH:
            size = self.run.setting.batch_size
            net.train()
        with _still(net):
            signals = torch.cat([net[:-2](some) for some in torch.split(images, size)])
        answers = net[-2:](signals).argmax(dim=1)
        accuracy = (answers == labels).double().mean().item()
        return accuracy, _percentiles(signals[: self.run.probe_images].numpy())

    def state(self) -> Arrays:
        """Everything needed to go on from here with the same numbers."""
        told = {f"{i}.{name}": x.numpy() for i, net in enumerate(self.networks) for name, x in net.state_dict().items()}
        arrays = {f"array.{name}": array for name, array in self.arrays.items()}
        return {"step": np.array(self.step), "seconds": np.array(self.seconds), **told, **arrays}

    def restore(self, state: Arrays) -> None:
        """Go back to a saved state."""
        self.step, self.seconds = int(state["step"]), float(state["seconds"])
        for i, net in enumerate(self.networks):
            net.load_state_dict({name: torch.from_numpy(state[f"{i}.{name}"]) for name in net.state_dict()})
        self.arrays = {name: state[f"array.{name}"].copy() for name in self.arrays}


@contextmanager
def _still(net: nn.Sequential) -> Iterator[None]:
    """Within, no moving average moves: an evaluation by the batch only looks."""
    layers = [layer for layer in net if isinstance(layer, BatchNorm1d)]
    try:
        for layer in layers:
            layer.track_running_stats = False
        yield
    finally:
        for layer in layers:
            layer.track_running_stats = True


def _percentiles(signals: np.ndarray) -> np.ndarray:
    """Of each unit over the images, (images, units), then the mean over the units: (3,)."""
    ranks = [round((len(signals) - 1) * percentile / 100) for percentile in PERCENTILES]
    return np.asarray(np.sort(signals, axis=0)[ranks].mean(axis=1))


def _tensors(kept: Digits) -> tuple[Tensor, Tensor]:
    return torch.from_numpy(kept.pixels).to(PRECISION), torch.from_numpy(kept.labels.astype(np.int64))


train = partial(train_in_one_thread, PageTraining)
"""See `figures_src.training.one_thread.train_in_one_thread`."""
