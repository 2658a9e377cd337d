"""One arm at one rate: a network that learns few images, is chosen by some set aside, and judged by test images."""

import numpy as np
import torch

from figures_src.datasets import Dataset
from figures_src.experiments.few_images.runs import FewImagesRun
from figures_src.training.convolutional import Training
from figures_src.training.probes.population import install, precise
from figures_src.training.randomness import DATA, PROBE, numpy_generator
from figures_src.training.selection import Labelled, any_of, labelled

CLASSES = 10
USUAL = 0
"""The running average that PyTorch keeps unless told otherwise, among those that are followed."""


def following(dataset: Dataset, run: FewImagesRun, skipped: int, count: int) -> Labelled:
    """Training images that the seed's draw left out, from the ``skipped``-th on."""
    rows = numpy_generator(run.seed, DATA).permutation(len(dataset.train.labels))[skipped : skipped + count]
    return labelled(dataset.train, rows, dataset.train.labels[rows])


class FewImagesTraining(Training):
    """``validation_accuracy`` and ``test_accuracy``, after the last step, by the usual running averages.

    ``recomputed_accuracy``: on the test images, by statistics recomputed on images learnt, the weights being final;
    what is then lost is in the weights. Without BN, the same as ``test_accuracy``. ``last_loss``: mean training loss of
    as many last updates as an epoch has.
    """

    def __init__(self, run: FewImagesRun, dataset: Dataset, device: str, learnt: int = 0, group: int = 0):
        images = any_of(dataset.train, learnt or run.learnt_images, numpy_generator(run.seed, DATA))
        super().__init__(run, images, CLASSES, device, group)
        self.settings = run
        self.validation = following(dataset, run, len(images.labels), run.validation_images)
        self.shown = any_of(dataset.test, run.measured_images, numpy_generator(0, PROBE))
        self.arrays |= {f"{name}_accuracy": np.full((), np.nan) for name in ("validation", "test", "recomputed")}
        self.arrays["last_loss"] = np.zeros(())

    def note(self, loss: float) -> None:
        """Write down the loss of the batch just seen."""
        super().note(loss)
        if self.step >= self.run.steps - self.settings.epoch_steps:
            self.arrays["last_loss"] += loss / self.settings.epoch_steps

    def measure(self, row: int) -> None:
        """Judge the network as a user would, then with statistics recomputed."""
        usual = self.usual()
        self.arrays["validation_accuracy"] = np.array(self.accuracy(self.validation, usual))
        self.arrays["test_accuracy"] = np.array(self.accuracy(self.shown, usual))
        self.arrays["recomputed_accuracy"] = self.arrays["test_accuracy"].copy()
        if self.normalized:
            self.arrays["recomputed_accuracy"] = np.array(self.accuracy(self.shown, self.recomputed()))

    def usual(self) -> torch.Tensor | None:
        """The running averages; none without BN."""
        return None if self.averages is None else self.averages.values[USUAL]

    def recomputed(self) -> torch.Tensor:
        """Statistics of batches of images learnt, with the weights as they are."""
        batches = self.settings.precise_images // self.run.batch_size
        return precise(self.network, self.coming_batches(), [batches])[0]

    def accuracy(self, of: Labelled, vector: torch.Tensor | None) -> float:
        """Share of right answers in evaluation mode, with these statistics."""
        self.network.eval()
        if vector is not None:
            install(self.network, vector)
        return float((self.answers(of.images) == of.labels).mean())
