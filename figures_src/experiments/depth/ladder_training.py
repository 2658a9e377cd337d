"""Train one kind of network at one depth, at every rate and with every seed, side by side."""

from functools import partial

import numpy as np
import torch
from torch import Tensor

from figures_src.datasets import Dataset
from figures_src.experiments.depth.runs import LadderRun
from figures_src.networks.ensemble import Architecture, Ensemble
from figures_src.networks.normalization import Normalization
from figures_src.training.ensemble import (
    CLASSES,
    HALF,
    Digits,
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

PRECISION = torch.float32


class Training(EnsembleTraining):
    """Networks of every seed and rate under way."""

    run: LadderRun

    def __init__(self, run: LadderRun, dataset: Dataset, device: str = "cpu"):
        processor_only(device, "the ladder of depths is trained")
        images, self.judged = half_size(dataset, PRECISION)
        kept = len(images.labels) - run.validation_images
        learnt, self.validation = (Digits(images.images[part], images.labels[part]) for part in _parts(kept))
        normalized = run.normalization is Normalization.BATCH
        shape = Architecture(HALF * HALF, run.width, run.depth, CLASSES, normalized, residual=run.residual)
        draws = [torch_generator(seed, INITIAL) for seed in run.seeds]
        rates = torch.tensor(run.learning_rates * len(run.seeds), dtype=PRECISION)
        ensemble = Ensemble(shape, len(run.learning_rates), draws, PRECISION)
        super().__init__(run, learnt, ensemble, Steps(rates, torch.zeros_like(rates)))
        self.arrays["train_loss"] = np.full((run.networks, len(run.schedule())), np.nan)
        self.arrays |= {f"{name}_accuracy": np.full(run.networks, np.nan) for name in ("validation", "test")}

    def update(self, losses: Tensor, gradients: Gradients) -> None:
        """Take the step, and keep the losses that are due."""
        if self.step in self.run.schedule():
            self.arrays["train_loss"][:, self.step // self.run.loss_every] = losses.numpy()
        super().update(losses, gradients)

    def finish(self) -> Arrays:
        """Judge after the last step."""
        images = self.learnt.images[: self.run.statistics_images]
        for name, digits in (("validation", self.validation), ("test", self.judged)):
            self.arrays[f"{name}_accuracy"][:] = accuracies(self.ensemble, images, digits)
        return self.arrays


def _parts(kept: int) -> tuple[slice, slice]:
    return slice(kept), slice(kept, None)


train = partial(train_in_one_thread, Training)
"""See `figures_src.training.one_thread.train_in_one_thread`."""
