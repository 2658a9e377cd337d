"""Experiment E3, first half: VGG-16 on CIFAR-10 without BN, with BN, with noisy BN (Santurkar et al. 2018).

Published: plain SGD, Glorot weights, batches of 128, fixed rate, 15 000 steps, no augmentation. Depth, place of
the noise at evaluation, batch order and standardisation are not given: see the modules of the network and of the
training. The CPU protocol divides every width by 4; ``vgg_full_width`` is the same with the published widths.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from figures_src.datasets import CIFAR10_SHA256
from figures_src.experiments.assembly import Row, assemble, rows_of, verdicts_of
from figures_src.experiments.experiment import Arrays, Experiment, Outcome, Verdict
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
BETA_STEPS = 5000
ACCURACY = 0.9

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
            steps=self.steps,
            divisor=self.divisor,
            batch_size=self.batch_size,
            accuracy_every=self.accuracy_every,
            evaluate_every=self.evaluate_every,
            shift_every=self.shift_every,
            shift_layers=self.shift_layers,
            histogram_every=self.histogram_every,
            histogram_layers=self.histogram_layers,
            landscape=self.landscape,
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


def replay(config: VggProtocol, machine: Machine) -> np.ndarray:
    """Losses of the first batches of every run, trained again with today's code and without probes."""
    return np.stack([arrays["replay_loss"] for arrays, _ in train_all("replay", replay_runs(config), machine, VGG)])


def replay_runs(config: VggProtocol) -> list[VggRun]:
    """The first steps of every run, and nothing but their losses."""
    unprobed = LandscapeProbe(every=0)
    return [
        replace(run, steps=run.replay_steps, evaluate_every=0, shift_every=0, histogram_every=0, landscape=unprobed)
        for run in config.runs()
    ]


def steps_to(arrays: Arrays, arm: str, learning_rate: float, accuracy: float = ACCURACY) -> np.ndarray:
    """First step at which the training accuracy reaches the level, one per seed; infinity where it never does."""
    reached = arrays["train_accuracy"][rows_of(arrays, arm, learning_rate)] >= accuracy
    first = arrays["accuracy_step"][reached.argmax(axis=1)]
    return np.where(reached.any(axis=1), first, np.inf)


def shift_ratio(arrays: Arrays) -> float:
    """Shift with BN over without at the low rate: medians over the first third of the steps (published: 2.9)."""
    layer = int(np.flatnonzero(arrays["shift_layer"] == SHIFT_LAYER)[0])
    early = arrays["shift_step"] <= arrays["shift_step"][-1] / 3
    with_bn, without = (
        np.median(arrays["shift_difference"][rows_of(arrays, arm, LOW)][:, early, layer]) for arm in (BATCH, STANDARD)
    )
    return float(with_bn / without)


def landscape_ratio(arrays: Arrays, values: np.ndarray) -> float:
    """Mean over seeds and steps, without BN over with BN, of an array (run, time), at the matched rate."""
    standard, with_bn = (values[rows_of(arrays, arm, MATCHED)].mean() for arm in (STANDARD, BATCH))
    return float(standard / with_bn)


def beta_ratios(arrays: Arrays) -> tuple[float, float]:
    """Effective β without BN over with BN: of the maxima over the early steps (mean of seeds), and of the medians."""
    beta, early = effective_beta(arrays), arrays["landscape_step"] <= BETA_STEPS
    standard, with_bn = (beta[rows_of(arrays, arm, MATCHED)] for arm in (STANDARD, BATCH))
    largest = standard[:, early].max(axis=1).mean() / with_bn[:, early].max(axis=1).mean()
    return float(largest), float(np.median(standard) / np.median(with_bn))


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions of E3 on VGG, written before the run, each with what was measured."""
    return verdicts_of((*_speed_rows(arrays), *_probe_rows(arrays)))


def _speed_rows(arrays: Arrays) -> Sequence[Row]:
    last = arrays["accuracy_step"][-1]
    standard, with_bn, noisy = (steps_to(arrays, arm, MATCHED).mean() for arm in (STANDARD, BATCH, NOISY))
    # A standard network that has not arrived by the end counts as arriving there: the ratios can only be overstated.
    standard = min(standard, last)
    stressed, stressed_bn = (
        100 * arrays["train_accuracy"][rows_of(arrays, arm, HIGH)].max(axis=1) for arm in (STANDARD, BATCH)
    )
    speed, late = with_bn / standard, noisy / standard
    noise = noisy / with_bn if np.isfinite(with_bn) else np.nan
    return (
        ("Itérations jusqu’à 90 % (entraînement, taux 0,1) : BN rapportée à sans BN", "≤ 0,65", speed, 0.65, 2, "×",
         speed <= 0.65),
        ("Taux 0,5 sans BN : meilleure précision d’entraînement", "≤ 20 %", stressed.max(), 20, 1, "%",
         stressed.max() <= 20),
        ("Taux 0,5 avec BN : meilleure précision d’entraînement", "≥ 95 %", stressed_bn.min(), 95, 1, "%",
         stressed_bn.min() >= 95),
        ("Itérations jusqu’à 90 % : BN bruitée rapportée à BN, la BN n’est pas plus lente", "≥ 1", noise, 1, 2, "×",
         noise >= 1),
        ("Itérations jusqu’à 90 % : BN bruitée rapportée à BN, le bruit ne coûte pas plus", "≤ 2", noise, 2, 2, "×",
         noise <= 2),
        ("Itérations jusqu’à 90 % : BN bruitée rapportée à sans BN", "< 1", late, 1, 2, "×", late < 1),
    )  # fmt: skip


def _probe_rows(arrays: Arrays) -> Sequence[Row]:
    shift = shift_ratio(arrays)
    loss = landscape_ratio(arrays, band_width(loss_along(arrays)))
    change = landscape_ratio(arrays, band_width(change_along(arrays)))
    beta, usual_beta = beta_ratios(arrays)
    return (
        ("Décalage interne ‖G − G′‖, taux 0,01, couche 5, premier tiers : BN rapportée à sans BN", "≥ 1", shift, 1, 2,
         "×", shift >= 1),
        ("Largeur moyenne de la bande de perte le long du gradient : sans BN rapportée à BN", "≥ 3", loss, 3, 2, "×",
         loss >= 3),
        ("Largeur moyenne de la bande de variation du gradient : sans BN rapportée à BN", "≥ 2,5", change, 2.5, 2, "×",
         change >= 2.5),
        ("β effectif maximal avant 5 000 itérations : sans BN rapporté à BN", "≥ 1,5", beta, 1.5, 2, "×", beta >= 1.5),
        ("β effectif médian : sans BN rapporté à BN, pas d’écart attendu", "≤ 1,1", usual_beta, 1.1, 2, "×",
         usual_beta <= 1.1),
    )  # fmt: skip


QUICK = VggProtocol(
    compared_seeds=(0,), steps=300, divisor=16, evaluate_every=100, accuracy_every=50, shift_every=50,
    histogram_every=100, landscape=LandscapeProbe(every=50)
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
