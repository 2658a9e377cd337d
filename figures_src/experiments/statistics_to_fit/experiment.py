"""Control of E4's groups: the gap between images learnt and new ones, once every arm has learnt its images.

In ``batch_statistics`` every arm sees as many images, so that arms that learn slowly are judged unfinished, groups of
2 among them: their smaller gap may be delay, not regularisation. Declared before the run:

- The same networks, images, rates and seeds; each is trained until it answers 99.5 % of the images learnt rightly, or
  has seen 400 000 images, a hundred epochs, more than three times as many as before.
- Accuracies are compared where the images learnt are known, and where those on 2 000 training images set aside are the
  best. A network that never knows its images has no number of the first kind.
- All are taken every 16 000 images, four epochs: as much computing again as a fourth of the training. Statistics are
  precise, over 2 048 images: a thousand were enough in ``batch_statistics``.
"""

import numpy as np

from figures_src.datasets import CIFAR10_SHA256, load_cifar10
from figures_src.experiments.assembly import Told, replaying, running
from figures_src.experiments.batch_statistics.runs import sizes_told
from figures_src.experiments.experiment import Experiment
from figures_src.experiments.statistics_to_fit.predictions import verdicts
from figures_src.experiments.statistics_to_fit.runs import FitProtocol
from figures_src.training.machine import Machine
from figures_src.training.trainer import Trainer

TRAINER = Trainer(load_cifar10, "figures_src.experiments.statistics_to_fit.training")


def told(config: FitProtocol, machine: Machine) -> Told:
    """Which row is which, and the images seen at each evaluation."""
    evaluations = np.arange(1, config.evaluations + 1)
    return {**sizes_told(config), "images_seen": config.images_seen * evaluations // config.evaluations}


STATISTICS_TO_FIT = Experiment(
    name="statistics_to_fit",
    question="Quand chaque réseau connaît ses images, le bruit des statistiques régularise-t-il encore ?",
    config=FitProtocol(),
    quick=FitProtocol(
        groups=(2, 8), seeds=(0, 1), images_seen=768, evaluations=1, widths=(8, 16, 16, 16), learnt_images=512,
        measured_images=128, validation_images=64, precise_images=256,
    ),
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=running("statistics_to_fit", TRAINER, told),
    verdicts=verdicts,
    replay=replaying(TRAINER),
)  # fmt: skip
