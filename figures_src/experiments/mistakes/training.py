"""A network with a mistake in it, judged as its user would judge it."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from functools import partial
from itertools import islice

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from figures_src.datasets import Dataset
from figures_src.experiments.cars.corruptions import Corruption, fogged, rotated
from figures_src.experiments.few_images.training import USUAL, FewImagesTraining, following
from figures_src.experiments.mistakes.layers import ColumnNorm, GroupKeepingNorm, OutsideNorm, UnitNorm, dropped
from figures_src.experiments.mistakes.measures import MOVING, READINGS, SORTED, TRAINING
from figures_src.experiments.mistakes.runs import DOMAINS, GROUPS, Arm, MistakeRun, Way
from figures_src.networks.convolutional import ConvolutionalNetwork, Sizes
from figures_src.training.descent import Descent
from figures_src.training.one_thread import train_in_one_thread
from figures_src.training.probes.population import Averages, install, statistics
from figures_src.training.randomness import NOISE, ORDER, batch_rows, numpy_generator, torch_generator
from figures_src.training.selection import Labelled

CORRUPTIONS: dict[str, Corruption] = {"fogged": fogged, "rotated": rotated}
BIASES = 7
"""Third word of the entropy of the biases that convolutions keep."""


def altered(network: ConvolutionalNetwork, arm: Arm, side: int, seed: int) -> ConvolutionalNetwork:
    """Put the mistake of an arm into the layers of a right network; weights stay as they are."""
    sides = [side >> place for place in range(len(network.norms))]
    widths = [layer.out_channels for layer in network.convolutions()]
    if arm is Arm.COLUMNS:
        network.norms = nn.ModuleList(ColumnNorm(each) for each in sides)
    if arm is Arm.UNITS:
        network.norms = nn.ModuleList(UnitNorm(width * each**2) for width, each in zip(widths, sides, strict=True))
    if arm in GROUPS:
        network.norms = nn.ModuleList(GroupKeepingNorm(width, GROUPS[arm]) for width in widths)
    if arm is Arm.EPSILON:
        network.norms = nn.ModuleList(OutsideNorm(width) for width in widths)
    if arm is Arm.BIAS:
        generator = torch_generator(seed, NOISE, BIASES)
        for layer in network.convolutions():
            bound = layer.weight[0].numel() ** -0.5  # PyTorch's own bias, U(±1/√fan in)
            layer.bias = nn.Parameter(torch.empty(layer.out_channels).uniform_(-bound, bound, generator=generator))
    return network


def of_group(network: ConvolutionalNetwork, group: int) -> Tensor:
    """Statistics of one group of the last batch, laid out as `statistics` does."""
    norms = [norm for norm in network.norms if isinstance(norm, GroupKeepingNorm)]
    return torch.cat([*(norm.means[group] for norm in norms), *(norm.variances[group] for norm in norms)])


class MistakeTraining(FewImagesTraining):
    """``reading_accuracy`` (readings,), and ``tuned_accuracy`` (domains, ways, rates, 3).

    Readings are those of the right network, NaN elsewhere. The three accuracies of a tuned network are those on images
    set aside and on test images of the other domain, then on test images as they are.
    """

    def __init__(self, run: MistakeRun, dataset: Dataset, device: str):
        self.mistake, self.device = run, device
        super().__init__(run, dataset, device, run.learnt_images + run.rest)
        self.dataset, self.dropping = dataset, False
        if self.averages is not None:
            self.averages = Averages(MOVING, self.network)
        self.arrays["reading_accuracy"] = np.full(len(READINGS), np.nan)
        self.arrays["tuned_accuracy"] = np.full((len(DOMAINS), len(Way), len(run.tuned_rates), 3), np.nan)
        if run.kind is Arm.DROPOUT_BEFORE:
            self.network.convolutions()[-1].register_forward_pre_hook(self._drop)
        if run.kind is Arm.DROPOUT_AFTER:
            self.network.classifier.register_forward_pre_hook(self._drop)

    def begin(self, sizes: Sizes, group: int) -> ConvolutionalNetwork:
        """A right network, then its mistake."""
        return altered(super().begin(sizes, group), self.mistake.kind, sizes.side, self.run.seed)

    def order(self) -> Iterator[Tensor]:
        """Whole batches of an epoch, then what is left of it where the arm keeps that."""
        return rows_with_rest(self.mistake, self.step) if self.mistake.rest else super().order()

    def advance(self) -> None:
        """Learn one batch."""
        evaluating = self.mistake.kind is Arm.EVALUATING and self.step >= self.mistake.epoch_steps
        self.network.train(not evaluating)
        self.dropping = True
        super().advance()
        self.dropping = False
        if self.mistake.kind is Arm.EVALUATING and self.step == self.mistake.epoch_steps:
            self._install_usual()

    def follow(self, averages: Averages) -> None:
        """Keep what the mistaken network would have kept."""
        arm = self.mistake.kind
        if arm is Arm.EVALUATING and self.step >= self.mistake.epoch_steps:
            return
        if arm in (Arm.ACCUMULATED, Arm.ACCUMULATED_BY_TWO):
            for group in range(self.run.batch_size // GROUPS[arm]):
                averages.update(of_group(self.network, group))
        else:
            averages.update(of_group(self.network, 0) if arm is Arm.CARDS else statistics(self.network))

    def amended(self, gradient: dict[str, Tensor]) -> dict[str, Tensor]:
        """Add the decay of the arms that have one."""
        if self.mistake.kind not in (Arm.DECAY_WEIGHTS, Arm.DECAY_ALL):
            return gradient
        everything, decay = self.mistake.kind is Arm.DECAY_ALL, self.mistake.decay
        return {
            name: gradient[name].add(x.detach(), alpha=decay) if everything or x.dim() > 1 else gradient[name]
            for name, x in self.descent.parameters.items()
        }

    def measure(self, row: int) -> None:
        """Judge the network; the right one in every reading, the one to be tuned after tuning."""
        super().measure(row)
        if self.mistake.kind is Arm.CORRECT:
            self.arrays["reading_accuracy"] = np.array([self._read(name) for name in READINGS])
        if self.mistake.kind is Arm.TUNED:
            for domain, name in enumerate(DOMAINS):
                self.arrays["tuned_accuracy"][domain] = self._tune_to(name)

    def _drop(self, _: nn.Module, given: tuple[Tensor, ...]) -> tuple[Tensor, ...] | None:
        if not self.dropping:
            return None
        generator = torch_generator(self.run.seed, NOISE, self.step, device=self.device)
        return (dropped(given[0], self.mistake.dropout, generator),)

    def _install_usual(self) -> None:
        usual = self.usual()
        assert usual is not None, "every arm has statistics"
        install(self.network, usual)

    def _read(self, name: str) -> float:
        """Accuracy of the right network when it is read in a way that may be wrong."""
        assert self.averages is not None, "the right network has statistics"
        if name in MOVING_PLACES:
            return self.accuracy(self.shown, self.averages.values[MOVING_PLACES[name]])
        if name == "recomputed":
            return float(self.arrays["recomputed_accuracy"])
        shown = self.shown
        if name in SORTED:
            shown = shown[np.argsort(shown.labels, kind="stable")]
        self.network.train()
        return float((self.answers(shown.images, {**TRAINING, **SORTED}[name]) == shown.labels).mean())

    def _tune_to(self, domain: str) -> np.ndarray:
        """Accuracies (ways, rates, 3) after tuning to a domain."""
        run = self.mistake
        images = following(self.dataset, run, run.learnt_images + run.validation_images, run.tuned_images)
        corrupt, strength = CORRUPTIONS[domain], {"fogged": run.fog, "rotated": run.angle}[domain]
        learnt, aside, new = (
            Labelled(corrupt(each.images, strength), each.labels) for each in (images, self.validation, self.shown)
        )
        found = np.empty((len(Way), len(run.tuned_rates), 3))
        for place, way in enumerate(Way):
            for column, rate in enumerate(run.tuned_rates):
                found[place, column] = self._tuned(learnt, way, rate, (aside, new, self.shown))
        return found

    def _tuned(self, learnt: Labelled, way: Way, rate: float, judges: tuple[Labelled, ...]) -> list[float]:
        before = self.network
        try:
            self._install_usual()
            self.network, vector = tuned(before, self._batches(learnt), way, rate)
            return [self.accuracy(judge, vector) for judge in judges]
        finally:
            self.network = before

    def _batches(self, learnt: Labelled) -> Iterator[tuple[Tensor, Tensor]]:
        """Images standardised as those that were learnt first, and their labels."""
        run = replace(self.mistake, batch_size=self.mistake.tuned_batch)
        steps = len(learnt.labels) // run.batch_size * run.tuned_epochs
        images, labels = (torch.from_numpy(each).to(self.device) for each in (learnt.images, learnt.labels))
        for rows in islice(batch_rows(run, len(labels), 0), steps):
            yield self.standardised(images[rows]), labels[rows]


MOVING_PLACES = {name: place for place, name in enumerate(READINGS[: len(MOVING)])}


def rows_with_rest(run: MistakeRun, first_step: int) -> Iterator[Tensor]:
    """Row numbers of each batch from a step on: the whole ones of an epoch, then a last one of ``run.rest`` images."""
    per_epoch = run.epoch_steps + 1
    epoch, offset = divmod(first_step, per_epoch)
    while True:
        drawn = numpy_generator(run.seed, ORDER, epoch).permutation(run.learnt_images + run.rest)
        parts = np.split(drawn, range(run.batch_size, run.learnt_images + 1, run.batch_size))
        yield from (torch.from_numpy(part) for part in parts[offset:])
        epoch, offset = epoch + 1, 0


def tuned(
    before: ConvolutionalNetwork, batches: Iterator[tuple[Tensor, Tensor]], way: Way, rate: float
) -> tuple[ConvolutionalNetwork, Tensor]:
    """A copy of a network that learns some batches, and the averages that it keeps; statistics start as installed."""
    network = deepcopy(before)
    averages = Averages(MOVING[:1], network)
    averages.values[USUAL] = statistics(network)
    network.train(way.moving)
    descent = Descent(network, rate)
    if not way.affine:
        descent.parameters = {name: x for name, x in descent.parameters.items() if not name.startswith("norms.")}
    for images, labels in batches:
        _, gradient = descent.gradient(lambda of, x=images, y=labels: functional.cross_entropy(of(x), y))  # type: ignore[misc]
        if way.moving:
            averages.update(statistics(network))
        descent.step(gradient)
    return network, averages.values[USUAL]


train = partial(train_in_one_thread, MistakeTraining)
"""See `figures_src.training.one_thread.train_in_one_thread`."""
