"""One network for each batch size, evaluated with every estimate of the population's statistics."""

from functools import partial
from itertools import islice

import numpy as np
import torch

from figures_src.datasets import Dataset
from figures_src.experiments.batch_statistics.measures import ESTIMATES
from figures_src.experiments.batch_statistics.runs import StatisticsRun
from figures_src.training.convolutional import Training
from figures_src.training.one_thread import train_in_one_thread
from figures_src.training.probes.population import install, precise
from figures_src.training.randomness import DATA, PROBE, numpy_generator
from figures_src.training.selection import Labelled, any_of

CLASSES = 10


class StatisticsTraining(Training):
    """Accuracies on test images unless said otherwise, one row an evaluation.

    ``estimate_accuracy`` (T, estimates), ``own_accuracy`` (T,): in training mode, in batches of the size learnt;
    ``train_accuracy`` (T,): on images learnt, with the precise statistics; ``precise_accuracy`` (counts,): at the end,
    after each number of batches. Without BN all that can be measured is what no statistics enter: the estimates'
    columns then all hold the one accuracy there is.
    """

    def __init__(self, run: StatisticsRun, dataset: Dataset, device: str):
        learnt = any_of(dataset.train, run.learnt_images, numpy_generator(run.seed, DATA))
        super().__init__(run, learnt, CLASSES, device, run.group)
        self.settings, self.learnt = run, learnt[: run.measured_images]
        self.shown: Labelled = any_of(dataset.test, run.measured_images, numpy_generator(0, PROBE))
        times = run.evaluations
        self.arrays |= {
            "estimate_accuracy": np.full((times, len(ESTIMATES)), np.nan),
            "own_accuracy": np.full(times, np.nan),
            "train_accuracy": np.full(times, np.nan),
            "precise_accuracy": np.full(len(run.precise_batches), np.nan),
        }

    def measure(self, row: int) -> None:
        """Try every estimate."""
        if not self.normalized:
            self.arrays["estimate_accuracy"][row] = self._accuracy(self.shown, None)
            self.arrays["train_accuracy"][row] = self._accuracy(self.learnt, None)
            return
        *few, whole = self._precise()
        averages = [] if self.averages is None else list(self.averages.values)
        self.arrays["estimate_accuracy"][row] = [self._accuracy(self.shown, each) for each in (*averages, whole)]
        self.arrays["train_accuracy"][row] = self._accuracy(self.learnt, whole)
        self.arrays["own_accuracy"][row] = self._own_accuracy()
        if row == self.run.evaluations - 1:
            self.arrays["precise_accuracy"][: len(few)] = [self._accuracy(self.shown, each) for each in few]

    def _precise(self) -> list[torch.Tensor]:
        counts = self.settings.precise_shown()
        return precise(self.network, islice(self.coming_batches(), counts[-1]), counts)

    def _accuracy(self, of: Labelled, vector: torch.Tensor | None) -> float:
        self.network.eval()
        if vector is not None:
            install(self.network, vector)
        return float((self.answers(of.images) == of.labels).mean())

    def _own_accuracy(self) -> float:
        """Accuracy when every batch normalises itself; the last, smaller one is left out."""
        size = self.run.batch_size
        whole = self.shown[: len(self.shown.labels) // size * size]
        self.network.train()
        return float((self.answers(whole.images, size) == whole.labels).mean())


train = partial(train_in_one_thread, StatisticsTraining)
"""See `figures_src.training.one_thread.train_in_one_thread`."""
