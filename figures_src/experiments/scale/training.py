"""Train one arm and measure its steps: the angle that each layer turns by, its length, its angle to the gradient.

In double precision: ⟨W, ∇W⟩ is a sum that cancels, and an angle of a thousandth is one part in a million of its cosine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import product

import numpy as np
import torch
from torch import Tensor

from figures_src.datasets import Dataset
from figures_src.experiments.scale.runs import ScaleRun
from figures_src.networks.ensemble import Architecture, Ensemble
from figures_src.networks.normalization import Normalization
from figures_src.training.ensemble import (
    CLASSES,
    HALF,
    EnsembleTraining,
    Gradients,
    Steps,
    accuracies,
    half_size,
)
from figures_src.training.loop import Arrays
from figures_src.training.machine import processor_only
from figures_src.training.one_thread import train_in_one_thread
from figures_src.training.randomness import INITIAL, torch_generator

PRECISION = torch.float64


class Training(EnsembleTraining):
    """Networks of every seed, rate and decay under way."""

    run: ScaleRun
    look_up_every = 100

    def __init__(self, run: ScaleRun, dataset: Dataset, device: str = "cpu"):
        processor_only(device, "the experiment on scale is trained in float64")
        learnt, self.judged = half_size(dataset, PRECISION)
        normalized = run.normalization is Normalization.BATCH
        architecture = Architecture(HALF * HALF, run.width, run.depth, CLASSES, normalized)
        draws = [torch_generator(seed, INITIAL) for seed in run.seeds]
        cells = torch.tensor(list(product(run.learning_rates, run.decays)) * len(run.seeds), dtype=PRECISION)
        steps = Steps(cells[:, 0].contiguous(), cells[:, 1].contiguous(), run.inertia)
        super().__init__(run, learnt, Ensemble(architecture, run.copies, draws, PRECISION), steps)
        measured = (run.networks, len(run.schedule()))
        self.arrays |= {"train_loss": np.full(measured, np.nan), "test_accuracy": np.full(run.networks, np.nan)}
        self.arrays |= {name: np.full((*measured, run.depth), np.nan) for name in ("angle", "norm", "cosine")}
        self.arrays |= {name: np.zeros((run.networks, run.depth)) for name in ("squared_steps", "along_weights")}
        self.arrays["last_norm"] = np.full((run.networks, run.depth), np.nan)

    def update(self, losses: Tensor, gradients: Gradients) -> None:
        """Take the step between two looks at the weights."""
        weights = self._weights()
        with torch.no_grad():
            found = [gradients[f"weight.{layer}"] for layer in range(self.run.depth)]
            inner = _numbers([_dot(w, g) for w, g in zip(weights, found, strict=True)])
            lengths = _numbers([_dot(g, g) for g in found])
        rates = self.steps.rates.numpy()[:, None]
        self.arrays["squared_steps"] += rates**2 * lengths
        self.arrays["along_weights"] += rates * inner
        due = self.step in self.run.schedule()
        before = [weight.clone() for weight in weights] if due else []
        super().update(losses, gradients)
        if due:
            self._measure(losses, before, inner, lengths)

    def _measure(self, losses: Tensor, before: list[Tensor], inner: np.ndarray, lengths: np.ndarray) -> None:
        """``inner`` and ``lengths`` are ⟨W, ∇W⟩ and ‖∇W‖², (N, layers)."""
        row, after = self.step // self.run.measure_every, self._weights()
        norms, turned = (_numbers([_dot(w, w) for w in weights]) for weights in (before, after))
        both = _numbers([_dot(w, v) for w, v in zip(before, after, strict=True)])
        with np.errstate(divide="ignore", invalid="ignore"):
            self.arrays["cosine"][:, row] = inner / np.sqrt(norms * lengths)
            self.arrays["angle"][:, row] = np.arccos(np.clip(both / np.sqrt(norms * turned), -1, 1))
        self.arrays["norm"][:, row] = np.sqrt(norms)
        self.arrays["train_loss"][:, row] = losses.numpy()

    def finish(self) -> Arrays:
        """Measure after the last step."""
        self.arrays["last_norm"][:] = np.sqrt(_numbers([_dot(weight, weight) for weight in self._weights()]))
        images = self.learnt.images[: self.run.statistics_images]
        self.arrays["test_accuracy"][:] = accuracies(self.ensemble, images, self.judged)
        return self.arrays

    def _weights(self) -> list[Tensor]:
        """Of the hidden layers, those that stand before a BN where there is one."""
        return [self.ensemble.parameters[f"weight.{layer}"].detach() for layer in range(self.run.depth)]


def _dot(one: Tensor, other: Tensor) -> Tensor:
    """⟨one, other⟩ of each network, (N,)."""
    products: Tensor = torch.linalg.vecdot(one.flatten(1), other.flatten(1))
    return products


def _numbers(layers: list[Tensor]) -> np.ndarray:
    """One number a network and a layer: (N, layers)."""
    return torch.stack(layers, dim=1).numpy()


@contextmanager
def _denormals_flushed() -> Iterator[None]:
    """Weights that decay without end would become numbers that the processor handles a hundred times slower.

    A setting of the whole thread, given back for whatever else it computes.
    """
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


train = _denormals_flushed()(partial(train_in_one_thread, Training))
"""See `figures_src.training.one_thread.train_in_one_thread`."""
