"""E1 in the reader's page: small enough to be trained there, and recorded here so that a page can be compared.

Declared before the run: the network of ``mnist_curves`` (784-100-100-100-10, sigmoids, plain SGD) on 2 000 digits of
MNIST made binary, judged on 1 000 of its test images; 1 000 steps; ten seeds; the default setting of the page and the
five that it proposes (``runs.TRIED``). Both arms of a seed start from the same weights and see the same batches, and
both come from a generator that a browser has too (``philox.py``). The digits stand in the record: what the page fetches
is made of them.
"""

import numpy as np

from figures_src.datasets import MNIST_SHA256, load_mnist
from figures_src.experiments.assembly import arrange, replaying
from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.experiments.mnist_page.cut import cut
from figures_src.experiments.mnist_page.digits import kept
from figures_src.experiments.mnist_page.predictions import verdicts
from figures_src.experiments.mnist_page.runs import DEFAULT, TRIED, MnistPage
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainer import Trainer

TRAINER = Trainer(load_mnist, "figures_src.experiments.mnist_page.training")


def run(config: MnistPage, machine: Machine) -> Outcome:
    """Train every setting; axes of the arrays: setting, arm, seed, then time and percentile."""
    runs = config.runs()
    outcome = arrange(train_all("mnist_page", runs, machine, TRAINER), (len(config.settings), 2))
    sizes = (config.training_images, config.held_out_images, runs[0].binary_threshold)
    shown = kept(cut(machine.dataset(load_mnist), *sizes))
    return outcome.with_arrays({"step": np.array(runs[0].evaluation_steps()), **shown})


MNIST_PAGE = Experiment(
    name="mnist_page",
    question="Que voit-on de la BN en entraînant soi-même un petit réseau, en quelques secondes ?",
    config=MnistPage(),
    quick=MnistPage(
        settings=(DEFAULT, TRIED[0]), seeds=(0, 1), steps=60, training_images=600, held_out_images=200,
        probe_images=101, followed_steps=20,
    ),
    protocol=1,
    dataset="MNIST",
    dataset_sha256=MNIST_SHA256,
    run=run,
    verdicts=verdicts,
    replay=replaying(TRAINER),
)  # fmt: skip
