"""The networks of ``batch_statistics``, trained until their images are learnt, or to the last step."""

from functools import partial

import numpy as np

from figures_src.datasets import Dataset
from figures_src.experiments.batch_statistics.training import StatisticsTraining
from figures_src.experiments.statistics_to_fit.runs import FitRun
from figures_src.training.one_thread import train_in_one_thread
from figures_src.training.randomness import DATA, numpy_generator
from figures_src.training.selection import Labelled, labelled

UNFINISHED = -1


def set_aside(dataset: Dataset, run: FitRun) -> Labelled:
    """Training images that the seed's draw left out: those that follow the images learnt."""
    rows = numpy_generator(run.seed, DATA).permutation(len(dataset.train.labels))[run.learnt_images :]
    rows = rows[: run.validation_images]
    return labelled(dataset.train, rows, dataset.train.labels[rows])


class FitTraining(StatisticsTraining):
    """``train_accuracy``, ``validation_accuracy`` and ``test_accuracy`` (T,), statistics precise where there are any.

    ``fitted_row``, a scalar: the first row at which the images are learnt, -1 if there is none. Nothing is measured
    after it, and the rows that follow repeat it.
    """

    def __init__(self, run: FitRun, dataset: Dataset, device: str):
        super().__init__(run, dataset, device)
        self.fit_run, self.validation = run, set_aside(dataset, run)
        kept = {name: self.arrays[name] for name in ("replay_loss", "precision")}
        names = ("train_accuracy", "validation_accuracy", "test_accuracy")
        self.arrays = {**kept, **{name: np.full(run.evaluations, np.nan) for name in names}}
        self.arrays["fitted_row"] = np.array(UNFINISHED)

    def measure(self, row: int) -> None:
        """Look at the three sets of images; where those learnt are known, jump to the end."""
        if self.arrays["fitted_row"] != UNFINISHED:
            return
        vector = self._precise()[-1] if self.normalized else None
        groups = {"train": self.learnt, "validation": self.validation, "test": self.shown}
        for name, images in groups.items():
            self.arrays[f"{name}_accuracy"][row:] = self._accuracy(images, vector)
        if self.arrays["train_accuracy"][row] >= self.fit_run.fit_accuracy:
            self.arrays["fitted_row"] = np.array(row)

    def advance(self) -> None:
        """Learn one batch, unless enough was learnt: the step is then the last one."""
        if self.arrays["fitted_row"] == UNFINISHED:
            super().advance()
        else:
            self.step = self.run.steps


train = partial(train_in_one_thread, FitTraining)
"""See `figures_src.training.one_thread.train_in_one_thread`."""
