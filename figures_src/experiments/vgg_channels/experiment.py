"""Experiment E3 seen channel by channel: are distributions less stable with noisy BN than without BN?

Santurkar et al. 2018, figure 2, show distributions of activations over training and do not say of what they are
taken. The first seed of ``vgg`` at the common rate is trained again, for a probe of single channels: the networks are
the same, step by step.
"""

from dataclasses import dataclass

import numpy as np

from figures_src.datasets import CIFAR10_SHA256, load_cifar10
from figures_src.experiments.assembly import Told, replaying, running
from figures_src.experiments.experiment import Experiment
from figures_src.experiments.vgg.measures import BATCH, MATCHED, NOISY, STANDARD
from figures_src.experiments.vgg.runs import LandscapeProbe, VggRun
from figures_src.experiments.vgg_channels.predictions import verdicts
from figures_src.networks.normalization import Normalization
from figures_src.settings import shared_settings
from figures_src.training.machine import Machine
from figures_src.training.trainer import Trainer

TRAINER = Trainer(load_cifar10, "figures_src.experiments.vgg_channels.training")


@dataclass(frozen=True)
class ChannelProtocol:
    """The three arms at one rate."""

    arms: tuple[Normalization, ...] = (STANDARD, BATCH, NOISY)
    learning_rate: float = MATCHED
    seeds: tuple[int, ...] = (0,)
    steps: int = 15_000
    divisor: int = 4
    histogram_every: int = 500
    histogram_layers: tuple[int, ...] = (2, 9, 13)

    def runs(self) -> list[VggRun]:
        """Seeds, then arms."""
        return [
            VggRun(
                normalization=arm,
                seed=seed,
                evaluate_every=0,
                shift_every=0,
                landscape=LandscapeProbe(every=0),
                **shared_settings(self, VggRun),
            )
            for seed in self.seeds
            for arm in self.arms
        ]


def told(config: ChannelProtocol, machine: Machine) -> Told:
    """The steps of the histograms, and their layers."""
    return {
        "histogram_step": np.array(config.runs()[0].schedule(config.histogram_every)),
        "histogram_layer": np.array(config.histogram_layers),
    }


VGG_CHANNELS = Experiment(
    name="vgg_channels",
    question="Les distributions sont-elles moins stables avec une BN bruitée que sans BN ?",
    config=ChannelProtocol(),
    quick=ChannelProtocol(steps=8, divisor=32, histogram_every=2),
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=running("vgg_channels", TRAINER, told),
    verdicts=verdicts,
    replay=replaying(TRAINER),
)
