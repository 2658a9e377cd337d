"""Train a VGG-16 as ``figures_src.experiments.vgg.training`` does, with what the first probes could not see.

Gradients of the probes are taken in float32: in bfloat16, a move of 1e-4 of a step already changes them by a fifth.
Moments of single channels are kept beside the histograms of whole layers, so that no network is trained twice.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count, islice

import numpy as np
import torch
from torch import Generator, Tensor, nn

from figures_src.datasets import Dataset
from figures_src.experiments.vgg_channels import training as channels
from figures_src.experiments.vgg_controls.measures import WAYS
from figures_src.experiments.vgg_controls.runs import ControlRun
from figures_src.networks.normalization import Normalization
from figures_src.networks.vgg import VGG
from figures_src.training.loop import Arrays
from figures_src.training.one_thread import train_in_one_thread
from figures_src.training.photographs import Batch, in_best_precision
from figures_src.training.precision import Precision, arithmetic
from figures_src.training.probes.gradients import Landscape, Parameters
from figures_src.training.randomness import INITIAL, batch_rows, torch_generator

LINES = ("distance", "rate_fresh")
KEPT = ("loss", "change_squared")


class Training(channels.Training):
    """One network under way; ``line_*`` arrays are (time, length), ``evaluation_accuracy`` is (time, way)."""

    def __init__(self, run: ControlRun, dataset: Dataset, device: str, precision: Precision):
        self.control = run
        super().__init__(run, dataset, device, precision)
        self.probed = Precision.FLOAT32
        self.arrays |= _reserve(run)

    def _initial_network(self) -> VGG:
        run = self.control
        return VGG(run.normalization, run.divisor, torch_generator(run.seed, INITIAL), run.initial)

    def _look(self, batch: Batch) -> None:
        super()._look(batch)
        if self._due(self.run.evaluate_every):
            row = self.step // self.run.evaluate_every
            for column, way in enumerate(self._ways()):
                self.arrays["evaluation_accuracy"][row, column] = self._accuracy(way)

    def _ways(self) -> tuple[str, ...]:
        """Without BN there are no statistics, and without noise none to keep."""
        known = {Normalization.NONE: 1, Normalization.BATCH: 2, Normalization.NOISY: 3}
        return WAYS[: known[self.run.normalization]]

    def _accuracy(self, way: str) -> float:
        if way == "recomputed":
            with self._statistics_taken_again():
                return self._scored(self.network)
        noise = self._noise(len(self.control.rate_line) + 1) if way == "moving_noisy" else None
        return self._scored(self.network if noise is None else _Noisy(self.network, noise))

    def _scored(self, network: nn.Module) -> float:
        accuracy, _ = self.photographs.score(network, self.precision, self.device)
        return accuracy

    @contextmanager
    def _statistics_taken_again(self) -> Iterator[None]:
        """Statistics of the batches that come next, without noise; those of the training are put back."""
        norms = [module for module in self.network.modules() if isinstance(module, nn.BatchNorm2d)]
        kept = {name: buffer.clone() for name, buffer in self.network.named_buffers()}
        momenta = [norm.momentum for norm in norms]
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None
        self._pass_without_noise()
        yield
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
        for name, buffer in self.network.named_buffers():
            buffer.copy_(kept[name])

    @torch.no_grad()
    def _pass_without_noise(self) -> None:
        order = batch_rows(self.run, len(self.photographs.training), self.step)
        for rows in islice(order, self.control.recomputed_batches):
            with arithmetic(self.precision, self.device):
                self.network(self.photographs.batch(rows.to(self.device)).images)

    def _probe_gradient(self, batch: Batch, gradient: Parameters) -> None:
        if self._due(self.run.shift_every) or self._due(self.run.landscape.every):
            super()._probe_gradient(batch, self._probed_gradient(batch))

    def _measure_landscape(self, row: int, batch: Batch, gradient: Parameters) -> None:
        super()._measure_landscape(row, batch, gradient)
        norm = float(self.arrays["landscape_norm_squared"][row]) ** 0.5
        lengths = [distance / norm if norm > 0 else 0.0 for distance in self.control.distance_line]
        held = self.descent.evaluate(self._probed_loss(batch))
        self._keep(row, "distance", [self._walk(gradient, lengths, held)])
        if self.run.normalization is Normalization.NOISY:
            fresh = (self.descent.evaluate(self._probed_loss(batch, draw)) for draw in count(1))
            lengths = self.arrays["landscape_length"].tolist()
            walks = [self._walk(gradient, [each], anew) for each, anew in zip(lengths, fresh, strict=False)]
            self._keep(row, "rate_fresh", walks)

    def _keep(self, row: int, line: str, walks: Sequence[Landscape]) -> None:
        for name in KEPT:
            values = np.concatenate([getattr(walk, name) for walk in walks])
            self.arrays[f"line_{line}_{name}"][row] = values


class _Noisy(nn.Module):
    """The network judged with its noise: one generator for all the images."""

    def __init__(self, network: nn.Module, noise: Generator):
        super().__init__()
        self.network, self._noise = network, noise

    def forward(self, images: Tensor) -> Tensor:
        """Logits (N, 10) of images (N, 3, 32, 32)."""
        logits: Tensor = self.network(images, self._noise)
        return logits


def _reserve(run: ControlRun) -> Arrays:
    times = len(run.schedule(run.landscape.every))
    lengths = {"distance": len(run.distance_line), "rate_fresh": len(run.rate_line)}
    shapes = {f"line_{line}_{name}": (times, lengths[line]) for line in LINES for name in KEPT}
    shapes["evaluation_accuracy"] = (len(run.schedule(run.evaluate_every)), len(WAYS))
    arrays = {name: np.full(shape, np.nan) for name, shape in shapes.items()}
    for name in ("loss", "change_squared", "change_gradient"):
        arrays[f"landscape_{name}"] = np.full((times, len(run.rate_line)), np.nan)
    arrays["landscape_length"] = np.array(run.rate_line) * run.learning_rate
    return arrays


train = partial(train_in_one_thread, in_best_precision(Training))
"""See `figures_src.training.one_thread.train_in_one_thread`."""
