"""Experiment E3, second half, on twenty problems: what the deep linear network says at the rate 10⁻⁶.

Each seed draws inputs, target and weights: it is a problem, not a repetition, and what BN does to one tells little of
the next. Hence a distribution over problems in place of a median of five, and four factors in front of the sum of
squared errors, which the paper does not give: factor and rate act as one without BN, and do not with it.
"""

from dataclasses import dataclass, replace

import numpy as np

from figures_src.experiments.assembly import first_losses
from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.experiments.linear_problems.predictions import verdicts
from figures_src.experiments.linear_problems.runs import ProblemsRun
from figures_src.networks.normalization import Normalization
from figures_src.settings import shared_settings
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainer import Trainer

TRAINER = Trainer(None, "figures_src.experiments.linear_problems.training")


@dataclass(frozen=True)
class ProblemsProtocol:
    """Both arms, every factor with every seed."""

    learning_rate: float = 1e-6
    seeds: tuple[int, ...] = tuple(range(20))
    loss_factors: tuple[float, ...] = (0.25, 0.5, 0.75, 1.0)
    steps: int = 10_000
    depth: int = 25
    width: int = 10
    examples: int = 1000
    shift_every: int = 50
    shift_layers: tuple[int, ...] = (9, 17)
    loss_every: int = 50

    def runs(self) -> list[ProblemsRun]:
        """Without BN, then with."""
        shared = shared_settings(self, ProblemsRun)
        return [ProblemsRun(normalization=arm, **shared) for arm in (Normalization.NONE, Normalization.BATCH)]


def run_problems(config: ProblemsProtocol, machine: Machine) -> Outcome:
    """Train every network; axes of the arrays: arm, factor, seed, then time and layer."""
    runs = config.runs()
    results = train_all("linear problems", runs, machine, TRAINER)
    shape = (len(runs), len(config.loss_factors), len(config.seeds))
    arrays = {
        name: np.stack([result[name] for result, _ in results]).reshape(*shape, *results[0][0][name].shape[1:])
        for name in results[0][0]
        if name != "precision"
    }
    arrays["loss_factor"] = np.array(config.loss_factors)
    arrays["loss_step"] = np.array(runs[0].schedule(config.loss_every))
    arrays["shift_step"] = np.array(runs[0].schedule(config.shift_every))
    arrays["shift_layer"] = np.array(config.shift_layers)
    return Outcome(arrays, sum(seconds for _, seconds in results), "float64")


def replay(config: ProblemsProtocol, machine: Machine) -> Outcome:
    """Losses of the first steps of every network, trained again with today's code and without probes."""
    runs = [replace(run, steps=run.replay_steps, shift_every=0, loss_every=0) for run in config.runs()]
    return first_losses(runs, machine, TRAINER)


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
    replay=replay,
)
