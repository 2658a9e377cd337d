"""Experiment E3, second half: a deep linear network with and without BN (Santurkar et al. 2018, section 2.2).

Published: 25 linear layers of 10 × 10, x Gaussian, target A·x with A Gaussian, 1 000 examples, full batch, 10 000
steps, rates 10⁻⁶ and 10⁻⁷. The data are drawn from the seed: there is no file to verify, hence no digest.

Not published: the scale of the loss, on which both the speed and the size of the gradients depend. With A and x of
unit variance, the sum of squared errors starts at 110 thousand, give or take 14; the published losses start at 36 to
56 thousand, which half the sum allows and the sum does not. ``dln`` is therefore half the sum; ``dln_sum``, which was
run first, is the sum.
"""

from dataclasses import dataclass, replace
from itertools import product

from figures_src.experiments.assembly import Told, replaying, running
from figures_src.experiments.deep_linear.measures import BATCH, HIGH, LOW, STANDARD
from figures_src.experiments.deep_linear.predictions import verdicts
from figures_src.experiments.deep_linear.runs import LinearRun, LinearSettings
from figures_src.experiments.experiment import Experiment
from figures_src.settings import shared_settings
from figures_src.training.machine import Machine
from figures_src.training.trainer import Trainer

TRAINER = Trainer(None, "figures_src.experiments.deep_linear.training")


@dataclass(frozen=True, kw_only=True)
class LinearProtocol(LinearSettings):
    """Both arms at every rate, for every seed; a seed draws inputs, A and weights, the same for both arms."""

    learning_rates: tuple[float, ...] = (HIGH, LOW)
    seeds: tuple[int, ...] = tuple(range(5))
    loss_factor: float = 0.5

    def runs(self) -> list[LinearRun]:
        """Rates, then arms, then seeds."""
        shared = shared_settings(self, LinearRun)
        return [
            LinearRun(normalization=arm, learning_rate=rate, seed=seed, **shared)
            for rate, arm, seed in product(self.learning_rates, (STANDARD, BATCH), self.seeds)
        ]


def told(config: LinearProtocol, machine: Machine) -> Told:
    """The steps of the measurements."""
    return config.steps_told()


DLN = Experiment(
    name="dln",
    question="Dans un réseau linéaire profond, la BN réduit-elle le décalage de covariables ?",
    config=LinearProtocol(),
    quick=LinearProtocol(seeds=(0, 1), steps=100, shift_every=10, examples=200),
    protocol=1,
    dataset="Gaussian draws",
    dataset_sha256="",
    run=running("deep linear networks", TRAINER, told),
    verdicts=verdicts,
    replay=replaying(TRAINER),
    first_protocol="dln_sum",
)

DLN_SUM = replace(
    DLN,
    name="dln_sum",
    question="Dans un réseau linéaire profond, que change une perte deux fois plus grande ?",
    config=LinearProtocol(loss_factor=1),
    quick=replace(DLN.quick, loss_factor=1),
    first_protocol="",
)
