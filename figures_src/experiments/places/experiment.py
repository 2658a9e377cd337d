"""Experiment E5.3: BN before or after the activation, on two small architectures.

Declared before the run: BN and ReLU are neighbours everywhere, and their order alone changes; convolutions, shortcuts
and classifier start from the same weights, γ at 1 and β at 0, and keep their biases in every place. The residual
network has its activations before its convolutions (He et al. 2016, 1603.05027), where the two can change places
without anything else moving. Every network at four rates with the first seed, which chooses its rate on training images
set aside, and at that rate with four more. Without BN, the same networks.
"""

import numpy as np

from figures_src.datasets import CIFAR10_SHA256, load_cifar10
from figures_src.experiments.assembly import Told, replaying, running
from figures_src.experiments.experiment import Experiment
from figures_src.experiments.places.predictions import verdicts
from figures_src.experiments.places.runs import PlacesProtocol
from figures_src.training.machine import Machine
from figures_src.training.trainer import Trainer

RATES = PlacesProtocol.learning_rates
"""Those declared before the run. The first seed liked the highest best in three networks: one more was tried."""
KEPT = (
    ("plain_nowhere", 0.03),
    ("plain_before", 0.3),
    ("plain_after", 0.1),
    ("residual_nowhere", 0.1),
    ("residual_before", 0.3),
    ("residual_after", 0.3),
    ("plain_after", 0.3),
)
"""What the first seed chose, and where BN after is told besides (`measures.needed`)."""
TRAINER = Trainer(load_cifar10, "figures_src.experiments.places.training")


def told(config: PlacesProtocol, machine: Machine) -> Told:
    """Which row is which."""
    runs = config.runs()
    return {
        "architecture": np.array([str(run.architecture) for run in runs]),
        "place": np.array([str(run.place) for run in runs]),
    }


PLACES = Experiment(
    name="places",
    question="Avant ou après la fonction non linéaire, chacune à son meilleur taux ?",
    config=PlacesProtocol(learning_rates=(*RATES, 1.0), kept=KEPT),
    quick=PlacesProtocol(
        learning_rates=(0.1, 0.3), seeds=(0,), batch_size=32, images_seen=256, widths=(4, 8, 8, 8),
        residual_widths=(4, 4, 8), learnt_images=256, validation_images=64, measured_images=128, precise_images=64,
    ),
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=running("places", TRAINER, told),
    verdicts=verdicts,
    replay=replaying(TRAINER),
)  # fmt: skip
