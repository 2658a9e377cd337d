"""Control of E4's cars: what of the loss in darkness and fog is due to the border, to rounding, to the statistics.

Convolutions pad with zeros, and zero is the mean of the images learnt. Shifted images have another mean: at their
border stands a frame that no image learnt had, which recomputed statistics do not remove. Declared before the run: the
settings and the seeds of ``shift_cars``; the same weights read with other borders, statistics, standardisations of the
input and roundings (see ``runs.READINGS``), every strength in the main ones. An affine change of all pixels passes
through a convolution whose border follows the image, and BN with recomputed statistics undoes it up to ε.

On the processor that made the record of ``shift_cars`` the networks are its own, to the bit. Another one rounds
elsewhere, and after twenty updates losses differ in their second digit: its networks are others of the same kind.
"""

import numpy as np

from figures_src.datasets import CIFAR10_SHA256, load_cifar10
from figures_src.experiments.assembly import Told, replaying, running
from figures_src.experiments.cars_border.predictions import verdicts
from figures_src.experiments.cars_border.runs import READINGS, BorderProtocol
from figures_src.experiments.experiment import Experiment
from figures_src.training.machine import Machine
from figures_src.training.trainer import Trainer

TRAINER = Trainer(load_cifar10, "figures_src.experiments.cars_border.training")


def told(config: BorderProtocol, machine: Machine) -> Told:
    """The readings, and the strengths."""
    return {
        "reading": np.array([str(reading) for reading in READINGS]),
        "strength": np.array([config.light, config.fog]),
    }


CARS_BORDER = Experiment(
    name="cars_border",
    question="Dans l’obscurité et le brouillard, que coûtent le bord, l’arrondi et les statistiques ?",
    config=BorderProtocol(),
    quick=BorderProtocol(
        seeds=(0, 1), images_seen=1000, widths=(8, 16, 16, 16), learnt_per_answer=75, shown_per_answer=8,
        population_batches=5,
    ),
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=running("cars_border", TRAINER, told),
    verdicts=verdicts,
    replay=replaying(TRAINER),
)  # fmt: skip
