"""Automobile or not: a network shown test images as they are, then rotated, darkened, fogged."""

from collections.abc import Iterator
from functools import partial
from itertools import islice

import numpy as np
import torch

from figures_src.datasets import Dataset
from figures_src.experiments.cars.corruptions import Corruption, darkened, fogged, rotated
from figures_src.experiments.cars.measures import SHIFTS, VARIANTS
from figures_src.experiments.cars.runs import CarsRun
from figures_src.training.convolutional import Training
from figures_src.training.one_thread import train_in_one_thread
from figures_src.training.probes.population import install, precise
from figures_src.training.randomness import DATA, PROBE, numpy_generator
from figures_src.training.selection import Labelled, yes_or_no

AUTOMOBILE = 1
OTHERS = tuple(set(range(10)) - {AUTOMOBILE})
CLASSES = 2
CORRUPTIONS: dict[str, Corruption] = {"rotated": rotated, "darkened": darkened, "fogged": fogged}


def learnt(dataset: Dataset, run: CarsRun) -> Labelled:
    """Automobiles, and as many other images, drawn by the seed."""
    rng = numpy_generator(run.seed, DATA)
    return yes_or_no(dataset.train, [AUTOMOBILE], OTHERS, run.learnt_per_answer, rng)


def shown(dataset: Dataset, count: int) -> Labelled:
    """As many automobiles as other images, the same for every seed: chance is one half."""
    return yes_or_no(dataset.test, [AUTOMOBILE], OTHERS, count, numpy_generator(0, PROBE))


def strengths(run: CarsRun) -> dict[str, tuple[float, ...]]:
    """Arguments of each corruption."""
    return dict(zip(SHIFTS, (run.angles, run.light, run.fog), strict=True))


def pictures(dataset: Dataset, run: CarsRun) -> np.ndarray:
    """The first automobile shown, as it is and at each strength: uint8 (shifts, strengths, H, W, C)."""
    group = shown(dataset, run.shown_per_answer)
    first = group.images[group.labels == 1][:1]
    rows = [[first] + [CORRUPTIONS[name](first, each) for each in given] for name, given in strengths(run).items()]
    return np.stack([np.concatenate(row) for row in rows])


class CarsTraining(Training):
    """``accuracy`` and ``recall`` (that of automobiles): statistics, shifts, strengths; the first strength is none."""

    def __init__(self, run: CarsRun, dataset: Dataset, device: str):
        super().__init__(run, learnt(dataset, run), CLASSES, device)
        self.cars, self.shown = run, shown(dataset, run.shown_per_answer)
        shape = len(VARIANTS), len(SHIFTS), 1 + len(run.angles)
        self.arrays |= {"accuracy": np.full(shape, np.nan), "recall": np.full(shape, np.nan)}

    def measure(self, row: int) -> None:
        """Show every image at every strength, with either statistics."""
        population = self._precise(self.coming_batches()) if self.normalized else None
        for shift, name in enumerate(SHIFTS):
            corrupted = (CORRUPTIONS[name](self.shown.images, each) for each in strengths(self.cars)[name])
            for place, images in enumerate((self.shown.images, *corrupted)):
                self._score((0, shift, place), images, population)
                if population is not None:
                    self._score((1, shift, place), images, self._recomputed(images))

    def _precise(self, batches: Iterator[torch.Tensor]) -> torch.Tensor:
        count = self.cars.population_batches
        return precise(self.network, islice(batches, count), [count])[0]

    def _recomputed(self, images: np.ndarray) -> torch.Tensor:
        """Statistics of the images shown, in batches of the size that was learnt; no label is needed."""
        size = self.run.batch_size
        whole = torch.split(torch.from_numpy(images[: len(images) // size * size]), size)
        batches = (self.standardised(part.to(self.device)) for part in whole)
        return precise(self.network, batches, [len(whole)])[0]

    def _score(self, place: tuple[int, int, int], images: np.ndarray, vector: torch.Tensor | None) -> None:
        self.network.eval()
        if vector is not None:
            install(self.network, vector)
        right = self.answers(images) == self.shown.labels
        self.arrays["accuracy"][place] = right.mean()
        self.arrays["recall"][place] = right[self.shown.labels == 1].mean()


train = partial(train_in_one_thread, CarsTraining)
"""See `figures_src.training.one_thread.train_in_one_thread`."""
