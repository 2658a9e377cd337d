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

from figures_src.experiments.assembly import assemble, first_losses, rows_of, shared_settings
from figures_src.experiments.experiment import Arrays, Experiment, Outcome, Verdict, judge, judge_ratio
from figures_src.experiments.vgg import Place, early_shift_ratio
from figures_src.intervals import Ratio, paired_ratio
from figures_src.networks.normalization import Normalization
from figures_src.training.deep_protocol import LinearRun
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainers import LINEAR

STANDARD, BATCH = Normalization.NONE, Normalization.BATCH
HIGH, LOW = 1e-6, 1e-7


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
    outcome = assemble(runs, train_all("deep linear networks", runs, machine, LINEAR))
    outcome.arrays["loss_step"] = np.array(runs[0].schedule(config.loss_every))
    outcome.arrays["shift_step"] = np.array(runs[0].schedule(config.shift_every))
    outcome.arrays["shift_layer"] = np.array(config.shift_layers)
    return outcome


def replay(config: LinearProtocol, machine: Machine) -> Outcome:
    """Losses of the first steps of every run, trained again with today's code and without probes."""
    runs = [replace(run, steps=run.replay_steps, shift_every=0, loss_every=0) for run in config.runs()]
    return first_losses(runs, machine, LINEAR)


def least_shift_ratio(arrays: Arrays, learning_rate: float) -> Ratio:
    """Shift with BN over without, early, in the layer where it is least."""
    places = [Place(learning_rate, layer) for layer in arrays["shift_layer"].tolist()]
    return min((early_shift_ratio(arrays, place) for place in places), key=lambda ratio: ratio.value)


def final_loss_ratio(arrays: Arrays, learning_rate: float) -> Ratio:
    """Final loss without BN over with BN, by seed, each of which is a problem of its own."""
    standard, with_bn = (arrays["train_loss"][rows_of(arrays, arm, learning_rate), -1] for arm in (STANDARD, BATCH))
    return paired_ratio(standard, with_bn)


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions of E3 on the deep linear network, written before the run, each with what was measured."""
    shift, loss = least_shift_ratio(arrays, LOW), final_loss_ratio(arrays, LOW)
    # The median over steps of each seed and layer, then the worst of them.
    cosine = np.median(arrays["shift_cosine"][rows_of(arrays, STANDARD, LOW)], axis=1).min()
    seeds = len(rows_of(arrays, STANDARD, LOW))
    return (
        judge_ratio("Réseau linéaire, taux 10⁻⁷, ‖G − G′‖ : BN rapportée à sans BN (la moindre des deux couches)",
                    "≥ 100", shift, 100, 0),
        replace(judge("Réseau linéaire, taux 10⁻⁷, sans BN : cosinus de G et G′", "> 0,95", cosine, 0.95, 3, ""),
                seeds=seeds),
        judge_ratio("Réseau linéaire, taux 10⁻⁷, perte finale : sans BN rapportée à BN", "≥ 2", loss, 2),
    )  # fmt: skip


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
