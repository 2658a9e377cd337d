"""Experiment E4, shoes: a network that learnt sneakers is shown ankle boots; what its normalizations receive.

The question put to the network is "is it a shoe?", so that a boot has the same answer as a sneaker: only the images
change. Sandals, shoes too, are left out. Declared before the run: settings, groups shown (see
``training.py``), and the predictions below. Both arms share images, order and initial weights.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from figures_src.datasets import FASHION_MNIST_SHA256, load_fashion_mnist
from figures_src.experiments.assembly import assemble, first_losses
from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.experiments.shoes.measures import BATCH, STANDARD
from figures_src.experiments.shoes.predictions import verdicts
from figures_src.experiments.shoes.runs import ShoesRun
from figures_src.settings import shared_settings
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainer import Trainer

TRAINER = Trainer(load_fashion_mnist, "figures_src.experiments.shoes.training")

PICTURES = 6
"""Images of each kind kept for the figure: the first of each group, unchosen."""


@dataclass(frozen=True)
class ShoesProtocol:
    """Both arms, for every seed; a seed draws the images learnt, their order and the initial weights."""

    seeds: tuple[int, ...] = tuple(range(10))
    learning_rate: float = 0.05
    batch_size: int = 50
    images_seen: int = 60_000
    widths: tuple[int, ...] = (16, 32, 64, 64)
    learnt_per_answer: int = 6000
    shown_per_answer: int = 500
    population_batches: int = 100

    def runs(self) -> list[ShoesRun]:
        """Seeds, then arms without and with batch normalization."""
        shared = shared_settings(self, ShoesRun)
        cells = product(self.seeds, (STANDARD, BATCH))
        return [ShoesRun(normalization=arm, seed=seed, **shared) for seed, arm in cells]


def run_shoes(config: ShoesProtocol, machine: Machine) -> Outcome:
    """Train every network; first axis of the arrays: the run. ``pictures_*`` are uint8 (n, 28, 28), for the figure."""
    from figures_src.datasets import load_fashion_mnist
    from figures_src.experiments.shoes.training import shown

    runs = config.runs()
    outcome = assemble(runs, train_all("shift_shoes", runs, machine, TRAINER))
    outcome.arrays["layer_of_channel"] = np.repeat(np.arange(len(config.widths)), config.widths)
    groups = shown(machine.dataset(load_fashion_mnist), config.shown_per_answer)
    for name in ("sneakers", "boots"):
        outcome.arrays[f"pictures_{name}"] = groups[name].images[:PICTURES, ..., 0]
    return outcome


def replay(config: ShoesProtocol, machine: Machine) -> Outcome:
    """Losses of the first batches of every run, trained again with today's code and without measurements."""
    return first_losses([run.cut_short() for run in config.runs()], machine, TRAINER)


SHIFT_SHOES = Experiment(
    name="shift_shoes",
    question="Que reçoivent les couches de BN quand les images ne sont plus celles de l’entraînement ?",
    config=ShoesProtocol(),
    quick=ShoesProtocol(
        seeds=(0, 1), images_seen=2000, widths=(8, 16, 16, 16), learnt_per_answer=75, shown_per_answer=8,
        population_batches=5,
    ),
    protocol=1,
    dataset="Fashion-MNIST",
    dataset_sha256=FASHION_MNIST_SHA256,
    run=run_shoes,
    verdicts=verdicts,
    replay=replay,
)  # fmt: skip
