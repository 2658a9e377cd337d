"""Experiment E3, first half: TRAINER-16 on CIFAR-10 without BN, with BN, with noisy BN (Santurkar et al. 2018).

Published: plain SGD, Glorot weights, batches of 128, fixed rate, 15 000 steps, no augmentation. Depth, place of
the noise at evaluation, batch order and standardisation are not given: see the modules of the network and of the
training. The CPU protocol divides every width by 4; ``vgg_full_width`` is the same with the published widths.
"""

from dataclasses import dataclass, replace

from figures_src.datasets import CIFAR10_SHA256, load_cifar10
from figures_src.experiments.assembly import Told, replaying, running
from figures_src.experiments.experiment import Experiment
from figures_src.experiments.vgg.measures import BATCH, HIGH, LOW, MATCHED, NOISY, STANDARD
from figures_src.experiments.vgg.predictions import verdicts
from figures_src.experiments.vgg.runs import LandscapeProbe, ProbedLayers, VggRun, VggSettings, steps_of
from figures_src.networks.normalization import Normalization
from figures_src.settings import shared_settings
from figures_src.training.machine import Machine
from figures_src.training.trainer import Trainer

TRAINER = Trainer(load_cifar10, "figures_src.experiments.vgg.training")

Cell = tuple[Normalization, float]


@dataclass(frozen=True, kw_only=True)
class VggProtocol(ProbedLayers, VggSettings):
    """Arms with their rates, and the seeds of each: more where a criterion compares, one where a curve is shown."""

    compared: tuple[Cell, ...] = ((STANDARD, MATCHED), (BATCH, MATCHED), (NOISY, MATCHED))
    compared_seeds: tuple[int, ...] = (0, 1, 2)
    shown: tuple[Cell, ...] = ((STANDARD, HIGH), (BATCH, HIGH), (STANDARD, LOW), (BATCH, LOW))
    shown_seeds: tuple[int, ...] = (0,)

    def runs(self) -> list[VggRun]:
        """Seeds first, so that one network of each compared arm is done before any second one."""
        compared = [(cell, seed) for seed in self.compared_seeds for cell in self.compared]
        shown = [(cell, seed) for seed in self.shown_seeds for cell in self.shown]
        first = len(self.compared)
        return [self._run(*cell, seed) for cell, seed in compared[:first] + shown + compared[first:]]

    def _run(self, normalization: Normalization, learning_rate: float, seed: int) -> VggRun:
        return VggRun(
            normalization=normalization,
            learning_rate=learning_rate,
            seed=seed,
            **shared_settings(self, VggRun),
        )


def told(config: VggProtocol, machine: Machine) -> Told:
    """The steps of the measurements."""
    return steps_of(config.runs()[0])


QUICK = VggProtocol(
    compared_seeds=(0,), steps=8, divisor=32, batch_size=64, evaluate_every=4, accuracy_every=1, shift_every=2,
    histogram_every=4, landscape=LandscapeProbe(every=2, lengths=3)
)  # fmt: skip

VGG_CPU = Experiment(
    name="vgg",
    question="La normalisation par lots réduit-elle le décalage de covariables, ou rend-elle la perte plus lisse ?",
    config=VggProtocol(),
    quick=QUICK,
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=running("vgg", TRAINER, told),
    verdicts=verdicts,
    replay=replaying(TRAINER),
)

VGG_FULL_WIDTH = replace(
    VGG_CPU, name="vgg_full_width", config=VggProtocol(divisor=1), run=running("vgg_full_width", TRAINER, told)
)  # fmt: skip
