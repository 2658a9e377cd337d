"""Experiment E5.5: what each classic mistake with batch normalization costs, on one small convolutional network.

Declared before the run:

- Every arm is trained at every rate with the first seed, which chooses on training images set aside, and where it says
  with four more (`figures_src.experiments.mistakes.measures.needed`). A mistake is told at the best rate of the right
  network, as it is made unknowingly, and at its own best rate: where the second is less, the mistake is one of rate in
  part. With another seed the right network lost four points at a rate of 0.01, and ten at
  0.3, to those between: lower ones are not tried.
- All networks are judged with the running averages that PyTorch keeps (weight 0.1), and once more with statistics
  recomputed on images learnt: what these give back was lost in the statistics, the rest in the weights. The rate is
  constant and the judgement comes right after the last update, as at the end of any epoch.
- A mistake is held against what is right in its place: decay on γ and β against decay on the weights alone, dropout
  before the last BN against dropout after it, frozen γ and β with moving statistics against both frozen.
- Tuning: the right network, learnt at a rate of 0.1, goes on with 1 024 images of another domain, at three rates;
  the best is chosen on images of that domain set aside. Fog is affine, and a case where statistics matter; a rotation
  hardly moves them.
- Decay is ten times the usual one: the training is ten times shorter than a usual one, or more.
- The network is small, the training short, plain SGD without momentum nor schedule: what a mistake costs here is not
  what it costs elsewhere, and a mistake that costs nothing here may cost something there.
"""

import numpy as np

from figures_src.datasets import CIFAR10_SHA256, load_cifar10
from figures_src.experiments.assembly import Told, replaying, running
from figures_src.experiments.experiment import Experiment
from figures_src.experiments.mistakes.measures import READINGS
from figures_src.experiments.mistakes.predictions import verdicts
from figures_src.experiments.mistakes.runs import DOMAINS, MistakesProtocol, Way
from figures_src.training.machine import Machine
from figures_src.training.trainer import Trainer

TRAINER = Trainer(load_cifar10, "figures_src.experiments.mistakes.training")


KEPT = (
    ("correct", 0.3),
    ("axis_of_columns", 0.1),
    ("axis_of_units", 0.1),
    ("accumulated_by_8", 0.1),
    ("accumulated_by_2", 0.3),
    ("cards_of_16", 0.3),
    ("last_batch_of_1", 0.1),
    ("last_batch_of_2", 0.1),
    ("decay_on_weights", 0.1),
    ("decay_on_all", 0.3),
    ("bias_kept", 0.3),
    ("dropout_after_bn", 0.3),
    ("dropout_before_bn", 0.1),
    ("epsilon_outside", 0.1),
    ("left_in_evaluation", 0.1),
    ("axis_of_columns", 0.3),
    ("axis_of_units", 0.3),
    ("accumulated_by_8", 0.3),
    ("last_batch_of_1", 0.3),
    ("last_batch_of_2", 0.3),
    ("epsilon_outside", 0.3),
    ("left_in_evaluation", 0.3),
    ("decay_on_all", 0.1),
    ("dropout_before_bn", 0.3),
)
"""What the first seed chose, and the best rate of what each mistake is held against (`measures.needed`)."""


def told(config: MistakesProtocol, machine: Machine) -> Told:
    """What the places of the arrays of readings and of tuned networks are."""
    return {
        "reading": np.array(READINGS),
        "domain": np.array(DOMAINS),
        "way": np.array([str(way) for way in Way]),
        "tuned_rate": np.array(config.tuned_rates),
    }


MISTAKES = Experiment(
    name="mistakes",
    question="Que coûte chacune des erreurs classiques avec la BN ?",
    config=MistakesProtocol(kept=KEPT),
    quick=MistakesProtocol(
        learning_rates=(0.1,), seeds=(0,), batch_size=32, images_seen=256, widths=(4, 8, 8, 8), learnt_images=256,
        validation_images=64, measured_images=128, precise_images=64, tuned_images=64, tuned_epochs=1,
        tuned_rates=(0.03,),
    ),
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=running("mistakes", TRAINER, told),
    verdicts=verdicts,
    replay=replaying(TRAINER),
)  # fmt: skip
