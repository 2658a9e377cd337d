"""Experiments E5.4: what becomes of gradients with depth, at initialization, then of networks that are to learn.

Declared before the runs. ``depth_initial`` trains nothing: 100 layers of 512 units, a batch of 128 digits, and
‖∂L/∂x_l‖² of what leaves each layer, plain and residual, with BN and without; then, where theory asks for an isotropic
batch, 50 layers on Gaussian inputs and small batches. The growth a layer is taken over the middle three fifths of the
layers. Without BN, weights have the variance 1/n, 2/n before a ReLU (He), and biases are zero.

``depth_training`` asks for the greatest depth at which networks of 48 ReLUs pass 90 % on MNIST at half size within 600
updates of plain descent: each kind of network at each depth has the rate that 5 000 images set aside choose. Without
BN a residual network doubles the square of its signal at each block: its rates are those of a grid around 2^−depth,
lest it be refused what a smaller step would give it.

``depth_training_long`` is its second protocol, written after the record of the first had shown best rates at the upper
end of the grid, and residual networks that ended at 87 to 89 %: 1 500 updates of 48 images, and rates up to 3. What
failed under the first protocol counts as failed.
"""

import math
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from figures_src.datasets import MNIST_SHA256, load_mnist
from figures_src.experiments.assembly import arrange, replaying
from figures_src.experiments.depth.predictions import initial_verdicts, ladder_verdicts
from figures_src.experiments.depth.runs import DIGITS, GAUSSIAN, InitialRun, LadderRun
from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.networks.normalization import Normalization
from figures_src.settings import shared_settings
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainer import Trainer

TRAINER = Trainer(load_mnist, "figures_src.experiments.depth.training")
ARMS = tuple(product((False, True), (Normalization.NONE, Normalization.BATCH)))
"""Residual or not, and what normalizes, in the order of the runs."""


@dataclass(frozen=True)
class InitialProtocol:
    """Every activation in every kind of network on digits; then BN on Gaussian inputs, for batches of several sizes."""

    activations: tuple[str, ...] = ("linear", "relu", "tanh", "sigmoid")
    batch_size: int = 128
    depth: int = 100
    linear_sizes: tuple[int, ...] = (8, 16, 32)
    relu_sizes: tuple[int, ...] = (8, 32, 128)
    gaussian_depth: int = 50
    width: int = 512
    seeds: tuple[int, ...] = tuple(range(5))

    def runs(self) -> list[InitialRun]:
        """On digits, then on Gaussian inputs."""
        shared = shared_settings(self, InitialRun)
        digits = [
            InitialRun(normalization=normalization, activation=activation, residual=residual, source=DIGITS, **shared)
            for activation, (residual, normalization) in product(self.activations, ARMS)
        ]
        sizes = [("linear", size) for size in self.linear_sizes] + [("relu", size) for size in self.relu_sizes]
        shallower = {**shared, "depth": self.gaussian_depth}
        gaussian = [
            InitialRun(
                normalization=Normalization.BATCH,
                activation=activation,
                residual=False,
                source=GAUSSIAN,
                **{**shallower, "batch_size": size},
            )
            for activation, size in sizes
        ]
        return [*digits, *gaussian]


@dataclass(frozen=True)
class LadderProtocol:
    """Every kind of network at every depth."""

    depths: tuple[int, ...] = (10, 20, 40, 80)
    learning_rates: tuple[float, ...] = (0.003, 0.01, 0.03, 0.1, 0.3)
    doubling_rates: tuple[float, ...] = (0.01, 0.1, 1.0, 10.0, 100.0)
    """Those of a residual network without BN, times 2^depth."""
    seeds: tuple[int, ...] = tuple(range(5))
    steps: int = 600
    batch_size: int = 32
    width: int = 48
    validation_images: int = 5000

    def runs(self) -> list[LadderRun]:
        """Kinds of network, then depths."""
        shared = shared_settings(self, LadderRun)
        return [
            LadderRun(
                normalization=normalization,
                residual=residual,
                depth=depth,
                **{**shared, "learning_rates": self._rates(normalization, residual, depth)},
            )
            for (residual, normalization), depth in product(ARMS, self.depths)
        ]

    def _rates(self, normalization: Normalization, residual: bool, depth: int) -> tuple[float, ...]:
        if residual and normalization is Normalization.NONE:
            return tuple(math.ldexp(rate, -depth) for rate in self.doubling_rates)
        return self.learning_rates


def run_initial(config: InitialProtocol, machine: Machine) -> Outcome:
    """Look at every network; axes of the arrays: kind of network, seed, layer."""
    runs = config.runs()
    results = train_all("depth_initial", runs, machine, TRAINER)
    logs = np.full((len(runs), len(config.seeds), config.depth), np.nan)
    for place, (result, _) in enumerate(results):
        found = result["log_squared_gradient"]
        logs[place, :, : found.shape[1]] = found
    arrays = {"log_squared_gradient": logs, "replay_loss": np.stack([result["replay_loss"] for result, _ in results])}
    for name in ("arm", "activation", "source", "batch_size"):
        arrays[name] = np.array([getattr(run, name) for run in runs])
    arrays["depth"] = np.array(config.depth)
    arrays["layer"] = np.arange(1, config.depth + 1)
    return Outcome(arrays, sum(seconds for _, seconds in results), "float64")


def run_ladder(config: LadderProtocol, machine: Machine) -> Outcome:
    """Train every network; axes of the arrays: kind and depth, seed, rate, then time."""
    runs = config.runs()
    shape = (len(runs), len(config.seeds), len(config.learning_rates))
    outcome = arrange(train_all("depth_training", runs, machine, TRAINER), shape, axes=2)
    told = {
        "arm": np.array([run.arm for run in runs]),
        "depth": np.array([run.depth for run in runs]),
        "rate": np.array([run.learning_rates for run in runs]),
        "loss_step": np.array(runs[0].schedule()),
    }
    return outcome.with_arrays(told)


DEPTH_INITIAL = Experiment(
    name="depth_initial",
    question="Que devient le gradient avec la profondeur, à l’initialisation ?",
    config=InitialProtocol(),
    quick=InitialProtocol(
        activations=("relu",), depth=4, gaussian_depth=4, linear_sizes=(8,), relu_sizes=(), width=64, seeds=(0, 1)
    ),
    protocol=1,
    dataset="MNIST",
    dataset_sha256=MNIST_SHA256,
    run=run_initial,
    verdicts=initial_verdicts,
    replay=replaying(TRAINER),
)

DEPTH_TRAINING = Experiment(
    name="depth_training",
    question="Jusqu’à quelle profondeur un réseau apprend-il, avec BN et sans ?",
    config=LadderProtocol(),
    quick=LadderProtocol(
        depths=(4, 8),
        learning_rates=(0.03, 0.1),
        doubling_rates=(0.1, 1.0),
        seeds=(0, 1),
        steps=20,
        validation_images=200,
    ),
    protocol=1,
    dataset="MNIST",
    dataset_sha256=MNIST_SHA256,
    run=run_ladder,
    verdicts=ladder_verdicts,
    replay=replaying(TRAINER),
)

DEPTH_TRAINING_LONG = replace(
    DEPTH_TRAINING,
    name="depth_training_long",
    question="Jusqu’à quelle profondeur un réseau apprend-il, avec plus de temps et de plus grands taux ?",
    config=LadderProtocol(
        learning_rates=(0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
        doubling_rates=(0.001, 0.01, 0.1, 1.0, 10.0, 100.0),
        steps=1500,
        batch_size=48,
    ),
    first_protocol="depth_training",
)
