"""Experiment E3, second half, on twenty problems: what the deep linear network says at the rate 10⁻⁶.

Each seed draws inputs, target and weights: it is a problem, not a repetition, and what BN does to one tells little of
the next. Hence a distribution over problems in place of a median of five, and four factors in front of the sum of
squared errors, which the paper does not give: factor and rate act as one without BN, and do not with it.
"""

from dataclasses import dataclass

import numpy as np

from figures_src.experiments.assembly import arrange, replaying
from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.experiments.linear_problems.predictions import verdicts
from figures_src.experiments.linear_problems.runs import ProblemsRun, ProblemsSettings
from figures_src.networks.normalization import Normalization
from figures_src.settings import shared_settings
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainer import Trainer

TRAINER = Trainer(None, "figures_src.experiments.linear_problems.training")


@dataclass(frozen=True, kw_only=True)
class ProblemsProtocol(ProblemsSettings):
    """Both arms."""

    def runs(self) -> list[ProblemsRun]:
        """Without BN, then with."""
        shared = shared_settings(self, ProblemsRun)
        return [ProblemsRun(normalization=arm, **shared) for arm in (Normalization.NONE, Normalization.BATCH)]


def run_problems(config: ProblemsProtocol, machine: Machine) -> Outcome:
    """Train every network; axes of the arrays: arm, factor, seed, then time and layer."""
    runs = config.runs()
    shape = (len(runs), len(config.loss_factors), len(config.seeds))
    outcome = arrange(train_all("linear problems", runs, machine, TRAINER), shape, axes=2)
    return outcome.with_arrays({"loss_factor": np.array(config.loss_factors), **config.steps_told()})


LINEAR_PROBLEMS = Experiment(
    name="linear_problems",
    question="Ce que montre le réseau linéaire profond tient-il d’un problème à l’autre ?",
    config=ProblemsProtocol(),
    quick=ProblemsProtocol(seeds=(0, 1, 2), loss_factors=(0.5, 1.0), steps=200),
    protocol=1,
    dataset="Gaussian draws",
    dataset_sha256="",
    run=run_problems,
    verdicts=verdicts,
    replay=replaying(TRAINER),
)
