"""Colour images as a training reads them: kept as bytes, standardised a batch at a time, scored in chunks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from figures_src.datasets import Dataset, Images
from figures_src.training.loop import Resumable
from figures_src.training.precision import Precision, arithmetic, best_precision

EVALUATION_CHUNK = 1000


class Standardisation:
    """Bytes (N, H, W, C) to floats (N, C, H, W), channels-last: mean 0 and variance 1 over the images learnt."""

    def __init__(self, learnt: np.ndarray, device: str):
        self._mean, self._deviation = (moment.to(device) for moment in _moments(learnt))

    def __call__(self, images: Tensor) -> Tensor:
        """Standardise one batch."""
        return images.float().sub_(self._mean).div_(self._deviation).permute(0, 3, 1, 2)


@dataclass(frozen=True)
class Batch:
    """Images (N, 3, side, side) as floats, and their labels (N,)."""

    images: Tensor
    labels: Tensor


class Photographs:
    """Images kept as the bytes they are, (N, 32, 32, 3): batches come out channels-last without a copy.

    ``held_out`` names rows of the training images that are set aside to validate; the test images are then left out.
    The mean and the deviation of each colour are those of the images that are learnt.
    """

    def __init__(self, dataset: Dataset, device: str, held_out: np.ndarray | None = None):
        learnt, judged = dataset.train, dataset.test
        if held_out is not None:
            kept = np.setdiff1d(np.arange(len(learnt.images)), held_out)
            learnt, judged = _rows(dataset.train, kept), _rows(dataset.train, held_out)
        self.training = torch.from_numpy(learnt.images).to(device)
        self.judged = torch.from_numpy(judged.images).to(device)
        self.training_labels = torch.from_numpy(learnt.labels.astype(np.int64)).to(device)
        self.judged_labels = torch.from_numpy(judged.labels.astype(np.int64)).to(device)
        self.standardised = Standardisation(learnt.images, device)

    def batch(self, rows: Tensor) -> Batch:
        """The training images of these rows, standardised."""
        return Batch(self.standardised(self.training[rows]), self.training_labels[rows])

    @torch.no_grad()
    def score(self, network: nn.Module, precision: Precision, device: str) -> tuple[float, float]:
        """Accuracy and mean cross-entropy over the images that judge, with the population statistics."""
        network.eval()
        correct = loss = 0.0
        for images, labels in zip(
            torch.split(self.judged, EVALUATION_CHUNK), torch.split(self.judged_labels, EVALUATION_CHUNK), strict=True
        ):
            with arithmetic(precision, device):
                logits = network(self.standardised(images)).float()
            correct += float((logits.argmax(dim=1) == labels).sum())
            loss += float(functional.cross_entropy(logits, labels, reduction="sum"))
        network.train()
        return correct / len(self.judged), loss / len(self.judged)


def windows(steps: int, every: int, first: int) -> dict[str, np.ndarray]:
    """Room for the accuracy and the loss of consecutive batches, averaged, and for the first losses.

    A window that is not whole is left out.
    """
    empty = np.zeros(steps // every)
    return {"train_accuracy": empty.copy(), "train_loss": empty.copy(), "replay_loss": np.full(first, np.nan)}


def follow(arrays: dict[str, np.ndarray], every: int, step: int, loss: float, accuracy: float) -> None:
    """Add the batch learnt at a step to its window."""
    if step < len(arrays["replay_loss"]):
        arrays["replay_loss"][step] = loss
    window = step // every
    if window < len(arrays["train_accuracy"]):
        arrays["train_accuracy"][window] += accuracy / every
        arrays["train_loss"][window] += loss / every


def accuracy_of(logits: Tensor, labels: Tensor) -> float:
    """Share of the images whose largest logit is that of their label."""
    return float((logits.argmax(dim=1) == labels).float().mean())


def in_best_precision(
    training: Callable[[Any, Dataset, str, Precision], Resumable],
) -> Callable[[Any, Dataset, str], Resumable]:
    """How a training begins, in bfloat16 where that is native and in float32 elsewhere."""

    def begin(run: Any, dataset: Dataset, device: str) -> Resumable:
        torch.backends.cudnn.allow_tf32 = False  # float32 is asked for where three digits are too few
        return training(run, dataset, device, best_precision(device))

    return begin


def _rows(images: Images, rows: np.ndarray) -> Images:
    return Images(images.images[rows], images.labels[rows])


def _moments(images: np.ndarray) -> tuple[Tensor, Tensor]:
    """Mean and deviation of each channel, from the counts of each byte: exact, and without a copy in floats."""
    levels = np.arange(256)
    channels = range(images.shape[-1])
    counts = np.stack([np.bincount(images[..., channel].ravel(), minlength=256) for channel in channels])
    mean = (counts @ levels) / counts.sum(axis=1)
    square = (counts @ levels**2) / counts.sum(axis=1)
    deviation = np.sqrt(square - mean**2)
    return torch.from_numpy(mean.astype(np.float32)), torch.from_numpy(deviation.astype(np.float32))
