"""The networks of ``shift_cars``, evaluated with other borders, statistics, standardisations and roundings."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from figures_src.datasets import Dataset
from figures_src.experiments.cars.corruptions import dimmed, in_bytes, veiled
from figures_src.experiments.cars.training import CarsTraining, strengths
from figures_src.experiments.cars_border.runs import (
    FOLLOWED,
    SHIFTS,
    Border,
    BorderRun,
    Reading,
    Rounding,
    Standardisation,
    Statistics,
)
from figures_src.networks.convolutional import ConvolutionalNetwork
from figures_src.training import photographs
from figures_src.training.one_thread import train_in_one_thread
from figures_src.training.probes.population import install

FORMULAS = {"darkened": dimmed, "fogged": veiled}
SIDES = (1, 1, 1, 1)
"""Pixels added left, right, above and below: what 3 × 3 convolutions need."""


def surrounded_by_mean(x: Tensor) -> Tensor:
    """Pad (N, C, H, W) with the mean of each image's channel."""
    mean = x.mean(dim=(2, 3), keepdim=True)
    return functional.pad(x - mean, SIDES) + mean


PADDED: dict[Border, Callable[[Tensor], Tensor]] = {
    Border.REPLICATE: lambda x: functional.pad(x, SIDES, "replicate"),
    Border.REFLECT: lambda x: functional.pad(x, SIDES, "reflect"),
    Border.MEAN: surrounded_by_mean,
}


@contextmanager
def bordered(network: ConvolutionalNetwork, border: Border) -> Iterator[None]:
    """Pad the input of every convolution in another way for a while; no weight changes."""
    if border is Border.ZEROS:  # what the convolutions do by themselves
        yield
        return
    layers, padded = network.convolutions(), PADDED[border]
    hooks = [layer.register_forward_pre_hook(lambda _, given: (padded(given[0]),)) for layer in layers]
    before = [layer.padding for layer in layers]
    for layer in layers:
        layer.padding = (0, 0)
    try:
        yield
    finally:
        for layer, hook, padding in zip(layers, hooks, before, strict=True):
            hook.remove()
            layer.padding = padding


class OwnStandardisation(photographs.Standardisation):
    """Mean 0 and variance 1 over images (N, H, W, C) that need not be bytes."""

    def __init__(self, images: np.ndarray, device: str):
        pixels = images.reshape(-1, images.shape[-1]).astype(np.float64)
        moments = (pixels.mean(axis=0), pixels.std(axis=0))
        self._mean, self._deviation = (torch.from_numpy(each).float().to(device) for each in moments)


class BorderTraining(CarsTraining):
    """Accuracies and answers of each reading.

    ``accuracy`` (readings, shifts, 2): images as they are, then at the greatest strength; ``agreement``, the same
    shape: share of the answers that are those given, in the same reading, to the images as they are;
    ``followed_accuracy`` (followed readings, shifts, 1 + strengths). Without BN readings that differ by their
    statistics alone all hold the one accuracy there is.
    """

    def __init__(self, run: BorderRun, dataset: Dataset, device: str):
        super().__init__(run, dataset, device)
        self.border_run = run
        shape = len(run.readings), len(SHIFTS), 2
        followed = len(FOLLOWED), len(SHIFTS), 1 + len(run.light)
        del self.arrays["recall"]
        self.arrays |= {"accuracy": np.full(shape, np.nan), "agreement": np.full(shape, np.nan)}
        self.arrays["followed_accuracy"] = np.full(followed, np.nan)
        self._answered: dict[tuple[Reading, str, float], np.ndarray] = {}

    def measure(self, row: int) -> None:
        """Show every image in every reading."""
        self._answered.clear()
        self._population = {border: self._of_population(border) for border in self._borders()}
        given = strengths(self.cars)
        for place, reading in enumerate(self.border_run.readings):
            for shift, name in enumerate(SHIFTS):
                self._compare((place, shift), reading, [(name, 0.0), (name, given[name][-1])])
        for place, reading in enumerate(FOLLOWED):
            for shift, name in enumerate(SHIFTS):
                right = [self._right(self._given(reading, name, each)) for each in (0.0, *given[name])]
                self.arrays["followed_accuracy"][place, shift] = right
        self._answered.clear()

    def _borders(self) -> set[Border]:
        wanted = (each for each in self.border_run.readings if each.statistics is Statistics.POPULATION)
        return {reading.border for reading in wanted} if self.normalized else set()

    def _of_population(self, border: Border) -> Tensor:
        with bordered(self.network, border):
            return self._precise(self.coming_batches())

    def _compare(self, place: tuple[int, int], reading: Reading, shown: Sequence[tuple[str, float]]) -> None:
        answers = [self._given(reading, *each) for each in shown]
        self.arrays["accuracy"][place] = [self._right(each) for each in answers]
        self.arrays["agreement"][place] = [(each == answers[0]).mean() for each in answers]

    def _right(self, answers: np.ndarray) -> float:
        return float((answers == self.shown.labels).mean())

    def _given(self, reading: Reading, shift: str, strength: float) -> np.ndarray:
        """Answers, computed once where readings do not differ for these images."""
        if not strength:  # whole numbers already, and the same images for every shift
            reading, shift = reading._replace(rounding=Rounding.BYTES), ""
        if not self.normalized:
            reading = reading._replace(statistics=Statistics.POPULATION)
        key = reading, shift, strength
        if key not in self._answered:
            self._answered[key] = self._read(reading, self._pictures(reading, shift, strength))
        return self._answered[key]

    def _pictures(self, reading: Reading, shift: str, strength: float) -> np.ndarray:
        if not strength:
            return self.shown.images
        values = FORMULAS[shift](self.shown.images, strength)
        # Not float32: the standardisation works in place on what is float32 already.
        return in_bytes(values) if reading.rounding is Rounding.BYTES else values.astype(np.float64)

    def _read(self, reading: Reading, images: np.ndarray) -> np.ndarray:
        learnt = self.standardised
        if reading.standardisation is Standardisation.SHOWN:
            self.standardised = OwnStandardisation(images, self.device)
        try:
            with bordered(self.network, reading.border):
                self._install(reading, images)
                return self.answers(images)
        finally:
            self.standardised = learnt

    def _install(self, reading: Reading, images: np.ndarray) -> None:
        if self.normalized:
            anew = reading.statistics is Statistics.RECOMPUTED
            vector = self._recomputed(images) if anew else self._population[reading.border]
            install(self.network, vector)
        self.network.eval()


train = partial(train_in_one_thread, BorderTraining)
"""See `figures_src.training.one_thread.train_in_one_thread`."""
