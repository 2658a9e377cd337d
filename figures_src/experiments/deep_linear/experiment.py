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

import numpy as np

from figures_src.experiments.assembly import assemble, first_losses
from figures_src.experiments.deep_linear.measures import BATCH, HIGH, LOW, STANDARD
from figures_src.experiments.deep_linear.predictions import verdicts
from figures_src.experiments.deep_linear.runs import LinearRun
from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.settings import shared_settings
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainer import Trainer

TRAINER = Trainer(None, "figures_src.experiments.deep_linear.training")


@dataclass(frozen=True)
class LinearProtocol:
    """Both arms at every rate, for every seed; a seed draws inputs, A and weights, the same for both arms."""

    learning_rates: tuple[float, ...] = (HIGH, LOW)
    seeds: tuple[int, ...] = tuple(range(5))
    steps: int = 10_000
    depth: int = 25
    width: int = 10
    examples: int = 1000
    loss_factor: float = 0.5
    shift_every: int = 50
    shift_layers: tuple[int, ...] = (9, 17)
    loss_every: int = 10

    def runs(self) -> list[LinearRun]:
        """Rates, then arms, then seeds."""
        return [
            LinearRun(normalization=arm, learning_rate=rate, seed=seed, **shared_settings(self, LinearRun))
            for rate, arm, seed in product(self.learning_rates, (STANDARD, BATCH), self.seeds)
        ]


def run_dln(config: LinearProtocol, machine: Machine) -> Outcome:
    """Train every network, and say at which step each row of each array was measured."""
    runs = config.runs()
    outcome = assemble(runs, train_all("deep linear networks", runs, machine, TRAINER))
    outcome.arrays["loss_step"] = np.array(runs[0].schedule(config.loss_every))
    outcome.arrays["shift_step"] = np.array(runs[0].schedule(config.shift_every))
    outcome.arrays["shift_layer"] = np.array(config.shift_layers)
    return outcome


def replay(config: LinearProtocol, machine: Machine) -> Outcome:
    """Losses of the first steps of every run, trained again with today's code and without probes."""
    runs = [replace(run, steps=run.replay_steps, shift_every=0, loss_every=0) for run in config.runs()]
    return first_losses(runs, machine, TRAINER)


DLN = Experiment(
    name="dln",
    question="Dans un réseau linéaire profond, la BN réduit-elle le décalage de covariables ?",
    config=LinearProtocol(),
    quick=LinearProtocol(seeds=(0, 1), steps=100, shift_every=10, examples=200),
    protocol=1,
    dataset="Gaussian draws",
    dataset_sha256="",
    run=run_dln,
    verdicts=verdicts,
    replay=replay,
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
