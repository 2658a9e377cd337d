"""Experiment E3, first half: VGG-16 on CIFAR-10 without BN, with BN, with noisy BN (Santurkar et al. 2018).

Published: plain SGD, Glorot weights, batches of 128, fixed rate, 15 000 steps, no augmentation. Depth, place of
the noise at evaluation, batch order and standardisation are not given: see the modules of the network and of the
training. The CPU protocol divides every width by 4; ``vgg_full_width`` is the same with the published widths.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from figures_src.datasets import CIFAR10_SHA256
from figures_src.experiments.assembly import assemble, first_losses, first_steps, rows_of, shared_settings
from figures_src.experiments.experiment import Arrays, Experiment, Outcome, Verdict, judge, judge_ratio
from figures_src.intervals import Ratio, paired_ratio
from figures_src.networks.normalization import Normalization
from figures_src.training.deep_protocol import LandscapeProbe, VggRun
from figures_src.training.landscape import band_width, change_along, effective_beta, loss_along
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainers import VGG

STANDARD, BATCH, NOISY = Normalization.NONE, Normalization.BATCH, Normalization.NOISY
MATCHED, HIGH, LOW = 0.1, 0.5, 0.01
"""Learning rates of the comparison, of the stress, and of the smallest shift."""
L2 = 4.9e-4
"""λ of the penalty λ‖W‖² under which the published losses start at 4.2; for comparisons only."""
SHIFT_LAYER = 5
EARLY_SHARE = 1 / 3
"""Part of the training over which gradients are compared: later, the network with BN has learnt everything, and its
gradients die out for that reason alone (section 2.2)."""
BETA_STEPS = 5000
"""Over these first steps, effective β differs without and with BN (figure 4c)."""
ACCURACY = 0.9
"""On the batches learnt: its first step tells how fast a network learns."""

Cell = tuple[Normalization, float]


@dataclass(frozen=True)
class VggProtocol:
    """Arms with their rates, and the seeds of each: more where a criterion compares, one where a curve is shown."""

    compared: tuple[Cell, ...] = ((STANDARD, MATCHED), (BATCH, MATCHED), (NOISY, MATCHED))
    compared_seeds: tuple[int, ...] = (0, 1, 2)
    shown: tuple[Cell, ...] = ((STANDARD, HIGH), (BATCH, HIGH), (STANDARD, LOW), (BATCH, LOW))
    shown_seeds: tuple[int, ...] = (0,)
    steps: int = 15_000
    divisor: int = 4
    batch_size: int = 128
    accuracy_every: int = 100
    evaluate_every: int = 1000
    shift_every: int = 100
    shift_layers: tuple[int, ...] = (5, 10)
    histogram_every: int = 500
    histogram_layers: tuple[int, ...] = (2, 9, 13)
    landscape: LandscapeProbe = field(default_factory=LandscapeProbe)

    def runs(self) -> list[VggRun]:
        """Seeds first, so that one network of each compared arm is done before any second one."""
        compared = [(cell, seed) for seed in self.compared_seeds for cell in self.compared]
        shown = [(cell, seed) for seed in self.shown_seeds for cell in self.shown]
        first = len(self.compared)
        return [self._run(*cell, seed) for cell, seed in compared[:first] + shown + compared[first:]]

    def _run(self, normalization: Normalization, learning_rate: float, seed: int) -> VggRun:
        return VggRun(
            normalization=normalization,
            learning_rate=learning_rate,
            seed=seed,
            **shared_settings(self, VggRun),
        )


def run_vgg(name: str) -> Callable[[VggProtocol, Machine], Outcome]:
    """Train every network, and say at which step each row of each array was measured."""

    def run(config: VggProtocol, machine: Machine) -> Outcome:
        runs = config.runs()
        outcome = assemble(runs, train_all(name, runs, machine, VGG))
        outcome.arrays.update(steps_of(runs[0]))
        return outcome

    return run


def steps_of(run: VggRun) -> dict[str, np.ndarray]:
    """The steps of each kind of measurement; a training accuracy is that of the batches before its step."""
    windows = run.steps // run.accuracy_every
    return {
        "accuracy_step": run.accuracy_every * np.arange(1, windows + 1),
        "evaluation_step": np.array(run.schedule(run.evaluate_every)),
        "shift_step": np.array(run.schedule(run.shift_every)),
        "shift_layer": np.array(run.shift_layers),
        "histogram_step": np.array(run.schedule(run.histogram_every)),
        "histogram_layer": np.array(run.histogram_layers),
        "landscape_step": np.array(run.schedule(run.landscape.every)),
    }


def replay(config: VggProtocol, machine: Machine) -> Outcome:
    """Losses of the first batches of every run, trained again with today's code and without probes."""
    return first_losses(replay_runs(config.runs()), machine, VGG)


def replay_runs(runs: Sequence[VggRun]) -> list[VggRun]:
    """The first steps of every run, and nothing but their losses."""
    unprobed = LandscapeProbe(every=0)
    return [
        replace(run, steps=run.replay_steps, evaluate_every=0, shift_every=0, histogram_every=0, landscape=unprobed)
        for run in runs
    ]


def steps_to(arrays: Arrays, arm: str, learning_rate: float, accuracy: float = ACCURACY) -> np.ndarray:
    """First step at which the training accuracy reaches the level, one per seed; infinity where it never does."""
    reached = arrays["train_accuracy"][rows_of(arrays, arm, learning_rate)] >= accuracy
    return first_steps(arrays["accuracy_step"], reached)


@dataclass(frozen=True)
class Place:
    """Where a shift is measured: a learning rate, and a layer by its number in the network, one of those probed."""

    learning_rate: float
    layer: int


def early_shifts(arrays: Arrays, arm: str, place: Place) -> np.ndarray:
    """‖G − G′‖ of a layer: median over the early steps, one per seed; what is not a number is left out.

    The deep linear network has the same arrays.
    """
    return _early_medians(arrays, arm, place, arrays["shift_difference"])


def early_relative_shifts(arrays: Arrays, arm: str, place: Place) -> np.ndarray:
    """‖G − G′‖ / ‖G‖, likewise."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return _early_medians(arrays, arm, place, arrays["shift_difference"] / arrays["shift_norm"])


def early_cosines(arrays: Arrays, arm: str, place: Place) -> np.ndarray:
    """Cosine of the angle of G and G′, likewise."""
    return _early_medians(arrays, arm, place, arrays["shift_cosine"])


def _early_medians(arrays: Arrays, arm: str, place: Place, values: np.ndarray) -> np.ndarray:
    early = arrays["shift_step"] <= EARLY_SHARE * arrays["shift_step"][-1]
    layer = arrays["shift_layer"].tolist().index(place.layer)
    chosen = values[rows_of(arrays, arm, place.learning_rate)][:, early, layer]
    return np.asarray(np.nanmedian(chosen, axis=1))


def early_shift_ratio(arrays: Arrays, place: Place) -> Ratio:
    """‖G − G′‖ with BN over without, early."""
    return paired_ratio(early_shifts(arrays, BATCH, place), early_shifts(arrays, STANDARD, place))


def over_steps(arrays: Arrays, arm: str, values: np.ndarray, window: tuple[float, float] | None = None) -> np.ndarray:
    """Means over the steps of an array (run, time) at the matched rate, one per seed.

    ``window`` keeps the landscape's steps after its first one, up to its second one; step 0 goes with the first ones.
    """
    low, high = window or (0, np.inf)
    steps = arrays["landscape_step"]
    chosen = ((steps > low) | (steps == 0) & (low == 0)) & (steps <= high)
    return np.asarray(values[rows_of(arrays, arm, MATCHED)][:, chosen].mean(axis=1))


def band_ratio(arrays: Arrays, widths: np.ndarray, window: tuple[float, float] | None = None) -> Ratio:
    """Mean width of a band (run, time) without BN over with it, by seed."""
    standard, with_bn = (over_steps(arrays, arm, widths, window) for arm in (STANDARD, BATCH))
    return paired_ratio(standard, with_bn)


def early_beta(arrays: Arrays, l2: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Largest effective β over the early steps, one per seed: without BN, with BN."""
    beta, early = effective_beta(arrays, l2), arrays["landscape_step"] <= BETA_STEPS
    standard, with_bn = (beta[rows_of(arrays, arm, MATCHED)][:, early].max(axis=1) for arm in (STANDARD, BATCH))
    return standard, with_bn


def usual_beta(arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Median effective β over all steps, one per seed: without BN, with BN."""
    beta = effective_beta(arrays)
    standard, with_bn = (np.median(beta[rows_of(arrays, arm, MATCHED)], axis=1) for arm in (STANDARD, BATCH))
    return standard, with_bn


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions of E3 on VGG, written before the run, each with what was measured."""
    return (*_speed_verdicts(arrays), *_probe_verdicts(arrays))


def times_ratio(arrays: Arrays, slow: str, fast: str) -> Ratio:
    """Steps until `ACCURACY` of one arm over those of another, at the matched rate."""
    above, below = (steps_to(arrays, arm, MATCHED) for arm in (slow, fast))
    return paired_ratio(above, below, float(arrays["accuracy_step"][-1]))


def _speed_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    noise, seeds = times_ratio(arrays, NOISY, BATCH), len(rows_of(arrays, STANDARD, HIGH))
    stressed, stressed_bn = (
        100 * arrays["train_accuracy"][rows_of(arrays, arm, HIGH)].max(axis=1) for arm in (STANDARD, BATCH)
    )
    until = "Itérations jusqu’à 90 %"
    return (
        judge_ratio(f"{until} (entraînement, taux 0,1) : BN rapportée à sans BN", "≤ 0,65",
                    times_ratio(arrays, BATCH, STANDARD), 0.65),
        replace(judge("Taux 0,5 sans BN : meilleure précision d’entraînement", "≤ 20 %", stressed.max(), 20, 1, "%"),
                seeds=seeds),
        replace(judge("Taux 0,5 avec BN : meilleure précision d’entraînement", "≥ 95 %", stressed_bn.min(), 95, 1,
                      "%"), seeds=seeds),
        judge_ratio(f"{until} : BN bruitée rapportée à BN, la BN n’est pas plus lente", "≥ 1", noise, 1),
        judge_ratio(f"{until} : BN bruitée rapportée à BN, le bruit ne coûte pas plus", "≤ 2", noise, 2),
        judge_ratio(f"{until} : BN bruitée rapportée à sans BN", "< 1", times_ratio(arrays, NOISY, STANDARD), 1),
    )  # fmt: skip


def _probe_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    loss, change = (band_ratio(arrays, band_width(along(arrays))) for along in (loss_along, change_along))
    return (
        judge_ratio("Décalage interne ‖G − G′‖, taux 0,01, couche 5, premier tiers : BN rapportée à sans BN", "≥ 1",
                    early_shift_ratio(arrays, Place(LOW, SHIFT_LAYER)), 1),
        judge_ratio("Largeur moyenne de la bande de perte le long du gradient : sans BN rapportée à BN", "≥ 3", loss,
                    3),
        judge_ratio("Largeur moyenne de la bande de variation du gradient : sans BN rapportée à BN", "≥ 2,5", change,
                    2.5),
        judge_ratio("β effectif maximal avant 5 000 itérations : sans BN rapporté à BN", "≥ 1,5",
                    paired_ratio(*early_beta(arrays)), 1.5),
        judge_ratio("β effectif médian : sans BN rapporté à BN, pas d’écart attendu", "≤ 1,1",
                    paired_ratio(*usual_beta(arrays)), 1.1),
    )  # fmt: skip


QUICK = VggProtocol(
    compared_seeds=(0,), steps=8, divisor=32, batch_size=64, evaluate_every=4, accuracy_every=1, shift_every=2,
    histogram_every=4, landscape=LandscapeProbe(every=2, lengths=3)
)  # fmt: skip

VGG_CPU = Experiment(
    name="vgg",
    question="La normalisation par lots réduit-elle le décalage de covariables, ou rend-elle la perte plus lisse ?",
    config=VggProtocol(),
    quick=QUICK,
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=run_vgg("vgg"),
    verdicts=verdicts,
    replay=replay,
)

VGG_FULL_WIDTH = replace(
    VGG_CPU, name="vgg_full_width", config=VggProtocol(divisor=1), run=run_vgg("vgg_full_width")
)  # fmt: skip
