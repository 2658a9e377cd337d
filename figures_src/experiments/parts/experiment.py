"""Experiment E5.2: which part of batch normalization does the work, on the network of E5.5.

Declared before the run: seven arms and none (``runs.Part``), every one at five rates with the first seed, which chooses
its rate on training images set aside, and at that rate with four more. Weights are drawn alike in every arm. What is
compared is the accuracy after ten epochs of plain SGD: an arm that would get there later counts as behind. In the
record besides: the bias of the example of Ioffe & Szegedy 2015, section 2, in double precision (``growing_bias.py``).
"""

import numpy as np

from figures_src.datasets import CIFAR10_SHA256, load_cifar10
from figures_src.experiments.assembly import Told, replaying, running
from figures_src.experiments.experiment import Experiment
from figures_src.experiments.parts.growing_bias import example
from figures_src.experiments.parts.predictions import verdicts
from figures_src.experiments.parts.runs import PartsProtocol
from figures_src.training.machine import Machine
from figures_src.training.trainer import Trainer

RATES = PartsProtocol.learning_rates
"""Those declared before the run. The first seed liked the highest best for γ and β alone: one more was tried."""
KEPT = (
    ("without_bn", 0.03),
    ("with_bn", 0.3),
    ("centring_only", 0.3),
    ("scaling_only", 0.1),
    ("no_gamma_beta", 0.1),
    ("statistics_without_gradient", 0.03),
    ("gamma_beta_only", 3.0),
    ("weight_standardisation", 0.3),
    ("statistics_without_gradient", 0.3),
    ("with_bn", 0.01),
    ("statistics_without_gradient", 0.01),
)
"""What the first seed chose, and where statistics without gradient are told besides (`measures.needed`)."""
TRAINER = Trainer(load_cifar10, "figures_src.experiments.parts.training")


def told(config: PartsProtocol, machine: Machine) -> Told:
    """The bias of the example, at each of its steps."""
    return {**example(config.bias_rate, config.bias_steps), "bias_step": np.arange(config.bias_steps + 1)}


PARTS = Experiment(
    name="parts",
    question="Quelle partie de la BN fait le travail ?",
    config=PartsProtocol(learning_rates=(*RATES, 3.0), kept=KEPT),
    quick=PartsProtocol(
        learning_rates=(0.1, 0.3), seeds=(0,), batch_size=32, images_seen=256, widths=(4, 8, 8, 8), learnt_images=256,
        validation_images=64, measured_images=128, precise_images=64, bias_steps=20,
    ),
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=running("parts", TRAINER, told),
    verdicts=verdicts,
    replay=replaying(TRAINER),
)  # fmt: skip
