"""Experiment E3 seen channel by channel: are distributions less stable with noisy BN than without BN?

Santurkar et al. 2018, figure 2, show distributions of activations over training and do not say of what they are
taken. The first seed of ``vgg`` at the common rate is trained again, for a probe of single channels: the networks are
the same, step by step.
"""

from dataclasses import dataclass, replace

import numpy as np

from figures_src.datasets import CIFAR10_SHA256, load_cifar10
from figures_src.experiments.assembly import assemble, first_losses
from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.experiments.vgg.measures import BATCH, MATCHED, NOISY, STANDARD
from figures_src.experiments.vgg.runs import LandscapeProbe, VggRun
from figures_src.experiments.vgg_channels.predictions import verdicts
from figures_src.networks.normalization import Normalization
from figures_src.settings import shared_settings
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
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


def run_channels(config: ChannelProtocol, machine: Machine) -> Outcome:
    """Train every network; what was not measured is left out."""
    runs = config.runs()
    outcome = assemble(runs, train_all("vgg_channels", runs, machine, TRAINER))
    kept = {name: array for name, array in outcome.arrays.items() if array.size}
    kept["histogram_step"] = np.array(runs[0].schedule(config.histogram_every))
    kept["histogram_layer"] = np.array(config.histogram_layers)
    return replace(outcome, arrays=kept)


def replay(config: ChannelProtocol, machine: Machine) -> Outcome:
    """Losses of the first batches of every run, trained again with today's code and without probes."""
    runs = [replace(run, steps=run.replay_steps, histogram_every=0) for run in config.runs()]
    return first_losses(runs, machine, TRAINER)


VGG_CHANNELS = Experiment(
    name="vgg_channels",
    question="Les distributions sont-elles moins stables avec une BN bruitée que sans BN ?",
    config=ChannelProtocol(),
    quick=ChannelProtocol(steps=8, divisor=32, histogram_every=2),
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=run_channels,
    verdicts=verdicts,
    replay=replay,
)
