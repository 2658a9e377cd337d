"""Shoe or not: a network that knows sneakers only, shown ankle boots; what its normalizations then receive.

Sandals are left out of everything: they are shoes, and neither sneakers nor boots.
"""

from functools import partial
from itertools import islice

import numpy as np
import torch

from figures_src.datasets import Dataset
from figures_src.datasets.fashion_mnist import Clothing
from figures_src.experiments.shoes.measures import EVALUATION, GROUPS, MODES, TRAINING
from figures_src.experiments.shoes.runs import ShoesRun
from figures_src.training.convolutional import Training
from figures_src.training.one_thread import train_in_one_thread
from figures_src.training.probes.drift import ChannelHistogram, Moments, batch_moments, population_moments, standardised
from figures_src.training.probes.population import install
from figures_src.training.randomness import DATA, PROBE, numpy_generator
from figures_src.training.selection import Labelled, labelled, rows_of_classes, yes_or_no

SHOE = 1
CLASSES = 2
OTHERS = tuple(set(Clothing) - {Clothing.SANDAL, Clothing.SNEAKER, Clothing.ANKLE_BOOT})
REFERENCE = "reference"


def learnt(dataset: Dataset, run: ShoesRun) -> Labelled:
    """Sneakers, and as many clothes and bags, drawn by the seed."""
    rng = numpy_generator(run.seed, DATA)
    return yes_or_no(dataset.train, [Clothing.SNEAKER], OTHERS, run.learnt_per_answer, rng)


def shown(dataset: Dataset, count: int) -> dict[str, Labelled]:
    """The groups of `GROUPS`, and the reference: the same for every seed, ``count`` images of each answer.

    Familiar and shifted images differ by their shoes alone: what is not a shoe is the same in both. No image of the
    reference is in another group.
    """
    rng, labels = numpy_generator(0, PROBE), dataset.test.labels
    sneakers, others = (rows_of_classes(labels, kinds, 2 * count, rng) for kinds in ([Clothing.SNEAKER], OTHERS))
    others = rng.permutation(others)  # class by class as they come, halves would differ
    boots = rows_of_classes(labels, [Clothing.ANKLE_BOOT], count, rng)
    rows = {
        REFERENCE: (sneakers[count:], others[count:]),
        "familiar": (sneakers[:count], others[:count]),
        "shifted": (boots, others[:count]),
        "sneakers": (sneakers[:count], others[:0]),
        "boots": (boots, others[:0]),
    }
    return {name: _mixed(dataset, shoes, rest, rng) for name, (shoes, rest) in rows.items()}


def _mixed(dataset: Dataset, shoes: np.ndarray, rest: np.ndarray, rng: np.random.Generator) -> Labelled:
    """Shoes and the rest, in an order of which batches are mixtures."""
    answers = np.repeat([SHOE, 0], [len(shoes), len(rest)])
    order = rng.permutation(len(answers))
    return labelled(dataset.test, np.concatenate([shoes, rest])[order], answers[order])


class ShoesTraining(Training):
    """Shapes of the arrays: modes, then groups, then layers or channels; rows of a mode without meaning are NaN.

    ``histogram`` pools the channels of a layer, whose drifts may cancel; ``typical_histogram`` is that of its typical
    channel: the one at the median, the lower of two, when channels are ordered by how far boots lie from sneakers. That
    distance, ``swap_distance`` (modes, channels), is of shoes alone to shoes alone: a group without clothes is far from
    the reference whatever its shoes.
    """

    def __init__(self, run: ShoesRun, dataset: Dataset, device: str):
        super().__init__(run, learnt(dataset, run), CLASSES, device)
        self.shoes, self.shown = run, shown(dataset, run.shown_per_answer)
        places, layers, channels = (len(MODES), len(GROUPS)), len(run.widths), sum(run.widths)
        self.arrays |= {
            "shoe_recall": np.full(places, np.nan),
            "accuracy": np.full(places, np.nan),
            "histogram": np.zeros((*places, layers, run.bins), dtype=np.int64),
            "typical_histogram": np.zeros((*places, layers, run.bins), dtype=np.int64),
            "typical_channel": np.zeros(layers, dtype=np.int64),
            "channel_mean": np.full((*places, channels), np.nan),
            "channel_deviation": np.full((*places, channels), np.nan),
            "channel_distance": np.full((*places, channels), np.nan),
            "swap_distance": np.full((len(MODES), channels), np.nan),
            "reference_mean": np.full(channels, np.nan),
        }

    def measure(self, row: int) -> None:
        """Evaluate with the population's statistics, then with those of the batches shown."""
        batches = islice(self.coming_batches(), self.shoes.population_batches)
        population = population_moments(self.network, batches)
        modes = (EVALUATION, TRAINING) if self.normalized else (EVALUATION,)
        reference: list[ChannelHistogram] = []
        for mode in modes:
            self._set(mode, population)
            reference = reference or self._histograms(self.shown[REFERENCE], mode, population)
            self.arrays["reference_mean"][:] = np.concatenate([histogram.mean for histogram in reference])
            histograms = [self._histograms(self.shown[group], mode, population) for group in GROUPS]
            sneakers, boots = (histograms[GROUPS.index(kind)] for kind in ("sneakers", "boots"))
            pairs = zip(boots, sneakers, strict=True)
            self.arrays["swap_distance"][mode] = np.concatenate([own.distance(its) for own, its in pairs])
            if mode == EVALUATION:
                self.arrays["typical_channel"][:] = _typical(boots, sneakers)
            for place, group in enumerate(GROUPS):
                self._score(mode, place, self.shown[group])
                self._write(mode, place, histograms[place], reference)

    def _set(self, mode: int, population: Moments) -> None:
        self.network.train(mode == TRAINING)
        if mode == EVALUATION and self.normalized:
            means, variances = zip(*population, strict=True)
            install(self.network, torch.cat([*means, *variances]))

    def _score(self, mode: int, place: int, group: Labelled) -> None:
        right = self.answers(group.images, self.run.batch_size) == group.labels
        self.arrays["shoe_recall"][mode, place] = right[group.labels == SHOE].mean()
        self.arrays["accuracy"][mode, place] = right.mean()

    @torch.no_grad()
    def _histograms(self, group: Labelled, mode: int, population: Moments) -> list[ChannelHistogram]:
        """Where ẑ lies, layer by layer; in training mode each batch is normalised by its own moments."""
        run = self.shoes
        histograms = [ChannelHistogram.empty(width, run.bins, run.reach) for width in run.widths]
        for part in torch.split(torch.from_numpy(group.images), run.batch_size):
            seen: list[torch.Tensor] = []
            self.network(self.standardised(part.to(self.device)), seen)
            for histogram, z, moments in zip(histograms, seen, population, strict=True):
                histogram.add(standardised(z, moments if mode == EVALUATION else batch_moments(z)))
        return histograms

    def _write(
        self, mode: int, place: int, histograms: list[ChannelHistogram], reference: list[ChannelHistogram]
    ) -> None:
        pairs = list(zip(histograms, reference, strict=True))
        typical = zip(histograms, self.arrays["typical_channel"], strict=True)
        self.arrays["typical_histogram"][mode, place] = [histogram.counts[channel] for histogram, channel in typical]
        self.arrays["histogram"][mode, place] = [histogram.counts.sum(axis=0) for histogram in histograms]
        self.arrays["channel_mean"][mode, place] = np.concatenate([histogram.mean for histogram in histograms])
        self.arrays["channel_deviation"][mode, place] = np.concatenate(
            [histogram.deviation for histogram in histograms]
        )
        self.arrays["channel_distance"][mode, place] = np.concatenate([own.distance(its) for own, its in pairs])


def _typical(histograms: list[ChannelHistogram], reference: list[ChannelHistogram]) -> list[int]:
    """The channel of median distance, in each layer."""
    orders = (np.argsort(own.distance(its), kind="stable") for own, its in zip(histograms, reference, strict=True))
    return [int(order[(len(order) - 1) // 2]) for order in orders]


train = partial(train_in_one_thread, ShoesTraining)
"""See `figures_src.training.one_thread.train_in_one_thread`."""
