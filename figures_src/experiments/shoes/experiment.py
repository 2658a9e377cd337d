"""Experiment E4, shoes: a network that learnt sneakers is shown ankle boots; what its normalizations receive.

The question put to the network is "is it a shoe?", so that a boot has the same answer as a sneaker: only the images
change. Sandals, shoes too, are left out. Declared before the run: settings, groups shown (see
``training.py``), and the predictions below. Both arms share images, order and initial weights.
"""

from dataclasses import dataclass

import numpy as np

from figures_src.datasets import FASHION_MNIST_SHA256, load_fashion_mnist
from figures_src.experiments.assembly import Told, replaying, running
from figures_src.experiments.experiment import Experiment
from figures_src.experiments.shoes.predictions import verdicts
from figures_src.experiments.shoes.runs import ShoesRun
from figures_src.runs import BothArms
from figures_src.training.machine import Machine
from figures_src.training.trainer import Trainer

TRAINER = Trainer(load_fashion_mnist, "figures_src.experiments.shoes.training")

PICTURES = 6
"""Images of each kind kept for the figure: the first of each group, unchosen."""


@dataclass(frozen=True, kw_only=True)
class ShoesProtocol(BothArms):
    """The settings of both arms."""

    run_type = ShoesRun
    images_seen: int = 60_000
    learnt_per_answer: int = 6000
    shown_per_answer: int = 500


def told(config: ShoesProtocol, machine: Machine) -> Told:
    """Which channel is of which layer, and ``pictures_*``, uint8 (n, 28, 28), for the figure."""
    from figures_src.experiments.shoes.training import shown

    groups = shown(machine.dataset(load_fashion_mnist), config.shown_per_answer)
    pictures = {f"pictures_{name}": groups[name].images[:PICTURES, ..., 0] for name in ("sneakers", "boots")}
    return {"layer_of_channel": np.repeat(np.arange(len(config.widths)), config.widths), **pictures}


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
    run=running("shift_shoes", TRAINER, told),
    verdicts=verdicts,
    replay=replaying(TRAINER),
)  # fmt: skip
