"""Train a small convolutional network by plain SGD at a fixed rate, and keep running averages of its statistics.

In float32 on every machine: what is compared are statistics, which bfloat16 would round to three digits. Pixels are
standardised by the mean and the deviation of each channel over the images learnt; no augmentation, no decay; the last,
smaller batch of an epoch is left out.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from figures_src.networks.convolutional import ConvolutionalNetwork, Sizes
from figures_src.networks.normalization import Normalization
from figures_src.runs import MOMENTA, ConvolutionalRun
from figures_src.training.descent import Call, Descent, UnderWay
from figures_src.training.loop import Arrays
from figures_src.training.photographs import Standardisation
from figures_src.training.precision import Precision
from figures_src.training.probes.population import Averages, statistics
from figures_src.training.randomness import INITIAL, batch_rows, torch_generator
from figures_src.training.selection import Labelled

CHUNK = 500


class Training(UnderWay, ABC):
    """One network under way: see ``figures_src.training.loop.Resumable``. What is measured is a subclass's."""

    def __init__(self, run: ConvolutionalRun, learnt: Labelled, classes: int, device: str, group: int = 0):
        self.run, self.device = run, device
        self.images = torch.from_numpy(learnt.images).to(device)
        self.labels = torch.from_numpy(learnt.labels).to(device)
        self.standardised = Standardisation(learnt.images, device)
        _, side, _, channels = learnt.images.shape
        self.network = self.begin(Sizes(channels, side, run.widths, classes), group).to(device)
        self.descent = Descent(self.network, run.learning_rate)
        self.averages = Averages(MOMENTA, self.network) if self.normalized else None
        self.arrays: Arrays = {"replay_loss": np.full(run.replay_steps, np.nan)}
        self.arrays["precision"] = np.array(str(Precision.FLOAT32))
        self._due = {step: row for row, step in enumerate(run.evaluation_steps())}
        self._order: Iterator[Tensor] | None = None

    def begin(self, sizes: Sizes, group: int) -> ConvolutionalNetwork:
        """The network before its first step; a subclass may change its layers."""
        generator = torch_generator(self.run.seed, INITIAL)
        return ConvolutionalNetwork(self.run.normalization, sizes, generator, group)

    @property
    def normalized(self) -> bool:
        """Whether there are statistics to speak of."""
        return self.run.normalization is Normalization.BATCH

    @abstractmethod
    def measure(self, row: int) -> None:
        """Make the measurements of one row of the arrays. The network may be left in any mode, with any statistics."""

    def advance(self) -> None:
        """Measure what is due, then learn one batch."""
        self._look()
        if self._order is None:
            self._order = self.order()
        rows = next(self._order).to(self.device)
        loss, gradient = self.descent.gradient(self._loss(rows))
        if self.averages is not None:
            self.follow(self.averages)
        self.note(float(loss))
        self.descent.step(self.amended(gradient))
        self.step += 1

    def order(self) -> Iterator[Tensor]:
        """Row numbers of each batch from the step reached on, without end."""
        return batch_rows(self.run, len(self.images), self.step)

    def follow(self, averages: Averages) -> None:
        """Take the batch just seen into the running averages."""
        averages.update(statistics(self.network))

    def note(self, loss: float) -> None:
        """Write down the loss of the batch just seen."""
        if self.step < self.run.replay_steps:
            self.arrays["replay_loss"][self.step] = loss

    def amended(self, gradient: dict[str, Tensor]) -> dict[str, Tensor]:
        """What is descended along."""
        return gradient

    def finish(self) -> Arrays:
        """Measure after the last step."""
        self._look()
        return self.arrays

    def state(self) -> Arrays:
        """Everything needed to go on from here with the same bits."""
        return {**super().state(), **(self.averages.state() if self.averages is not None else {})}

    def restore(self, state: Arrays) -> None:
        """Go back to a saved state."""
        super().restore(state)
        self._order = None
        if self.averages is not None:
            self.averages.restore(state)

    def coming_batches(self) -> Iterator[Tensor]:
        """The batches that would be learnt next, standardised, without end; the training's own order is left alone."""
        for rows in batch_rows(self.run, len(self.images), self.step):
            yield self.standardised(self.images[rows.to(self.device)])

    @torch.no_grad()
    def answers(self, images: np.ndarray, chunk: int = CHUNK) -> np.ndarray:
        """Classes answered to bytes (N, H, W, C), shown ``chunk`` at a time in the mode the network is in."""
        parts = torch.split(torch.from_numpy(images), chunk)
        given = [self.network(self.standardised(part.to(self.device))).argmax(dim=1).cpu() for part in parts]
        return torch.cat(given).numpy()

    def _look(self) -> None:
        row = self._due.get(self.step)
        if row is not None:
            self.measure(row)
            self.network.train()

    def _loss(self, rows: Tensor) -> Callable[[Call], Tensor]:
        images, labels = self.standardised(self.images[rows]), self.labels[rows]
        return lambda network: functional.cross_entropy(network(images), labels)
