"""Experiment E2 at a reduced scale: a small Inception on CIFAR-10, seven arms (Ioffe & Szegedy 2015, section 4.2).

The paper's arms change up to seven things at once (dropout, L2, decay, local response normalization, shuffling,
distortions, learning rate). Here normalization, nonlinearity and learning rate alone change: batches of 32 as in the
paper, momentum 0.9, a fixed rate, no augmentation, no decay. Batches of 32 cost 20 % more seconds an epoch than
batches of 64 would: not enough to leave the paper's size. 20 000 steps, 12.8 epochs, keep the grid and the arms under
five hours of one core (some .03 s a step).

The base rate is the best for the network *without* batch normalization over `InceptionGrid`, chosen on 5 000
training images set aside, with seeds of their own; the test images are never looked at there. It stands in
`InceptionProtocol` as a number, and a test asserts that it is what `best_rate` gives on the committed grid.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from figures_src.datasets import CIFAR10_SHA256
from figures_src.experiments.assembly import assemble, first_losses, first_steps, rows_of, shared_settings
from figures_src.experiments.experiment import Arrays, Experiment, Outcome, Verdict, judge, judge_mean, judge_ratio
from figures_src.experiments.prediction import Bound, Prediction
from figures_src.intervals import Ratio, paired_ratio
from figures_src.networks.inception_plan import Activation
from figures_src.networks.normalization import Normalization
from figures_src.settings import added
from figures_src.training.inception_protocol import InceptionRun
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainers import INCEPTION

NONE, BATCH = Normalization.NONE, Normalization.BATCH
RELU, SIGMOID = Activation.RELU, Activation.SIGMOID


@dataclass(frozen=True)
class Arm:
    """A network of the paper and the multiple of the base rate at which it learns."""

    name: str
    """As in the files of published numbers, where the paper has a curve."""
    normalization: Normalization
    activation: Activation
    factor: float


STANDARD = Arm("inception", NONE, RELU, 1)
BN, BN_X5, BN_X30 = Arm("bn_baseline", BATCH, RELU, 1), Arm("bn_x5", BATCH, RELU, 5), Arm("bn_x30", BATCH, RELU, 30)
BN_SIGMOID = Arm("bn_x5_sigmoid", BATCH, SIGMOID, 5)
STANDARD_X5, STANDARD_SIGMOID = Arm("inception_x5", NONE, RELU, 5), Arm("inception_sigmoid", NONE, SIGMOID, 1)
PUBLISHED = (STANDARD, BN, BN_X5, BN_X30, BN_SIGMOID)
"""The five curves of the paper's figure 2."""
FAILING = (STANDARD_X5, STANDARD_SIGMOID)
"""What the paper says in words: the first diverged, the second stayed at chance."""
ARMS = {arm.name: arm for arm in (*PUBLISHED, *FAILING)}

TOLERANCE = 0.01
"""A noisy curve may touch its maximum late by luck: times are also taken one point of accuracy below it."""
FIXED_LEVEL = 0.74
"""A level that does not depend on the runs it is asked of, and that each of them can be expected to reach."""
AT_FIXED_LEVEL = Prediction(
    "fixed_level",
    "Itérations jusqu’à 74 % de précision de test, même taux : BN sur sans BN",
    Bound("≤", 0.5),
    pilot=True,
)
FLAT = 0.5
"""A curve is flat when the mean accuracy of its last eighth is within so many points of that of the eighth before."""


@dataclass(frozen=True)
class InceptionProtocol:
    """Seven arms: three seeds or more where a curve was published, one where the paper says that nothing is learnt."""

    base_learning_rate: float = 0.01
    published_seeds: tuple[int, ...] = (0, 1, 2)
    failing_seeds: tuple[int, ...] = (0,)
    further_seeds: tuple[int, ...] = added(())
    """Further seeds of the two arms whose speed is compared at the same rate."""
    steps: int = 20_000
    batch_size: int = 32
    momentum: float = 0.9
    network: str = "small"
    accuracy_every: int = 100
    evaluate_every: int = 400

    def runs(self) -> list[InceptionRun]:
        """Seeds first, so that every arm has one curve before any has two."""
        seeds = sorted({*self.published_seeds, *self.failing_seeds, *self.further_seeds})
        return [self.run(arm, seed) for seed in seeds for arm in ARMS.values() if seed in self._seeds(arm)]

    def run(self, arm: Arm, seed: int) -> InceptionRun:
        """The run of an arm."""
        return InceptionRun(
            arm=arm.name,
            normalization=arm.normalization,
            activation=arm.activation,
            learning_rate=arm.factor * self.base_learning_rate,
            seed=seed,
            **shared_settings(self, InceptionRun),
        )

    def _seeds(self, arm: Arm) -> tuple[int, ...]:
        further = self.further_seeds if arm in (STANDARD, BN) else ()
        return (*(self.published_seeds if arm in PUBLISHED else self.failing_seeds), *further)


@dataclass(frozen=True)
class InceptionGrid:
    """The network without batch normalization at each rate, judged by training images set aside."""

    learning_rates: tuple[float, ...] = (0.0025, 0.005, 0.01, 0.02, 0.04, 0.08)
    seeds: tuple[int, ...] = (100,)
    """None of them is a seed of the arms."""
    steps: int = 20_000
    batch_size: int = 32
    momentum: float = 0.9
    network: str = "small"
    accuracy_every: int = 100
    evaluate_every: int = 400
    validation_images: int = 5000

    def runs(self) -> list[InceptionRun]:
        """Seeds first, then rates."""
        return [
            InceptionRun(
                STANDARD.name, NONE, RELU, learning_rate=rate, seed=seed, **shared_settings(self, InceptionRun)
            )
            for seed in self.seeds
            for rate in self.learning_rates
        ]


def run_inception(name: str) -> Callable[[InceptionProtocol | InceptionGrid, Machine], Outcome]:
    """Train every network, and say at which step each column of the arrays was measured."""

    def run(config: InceptionProtocol | InceptionGrid, machine: Machine) -> Outcome:
        runs = config.runs()
        outcome = assemble(runs, train_all(name, runs, machine, INCEPTION))
        windows = np.arange(1, config.steps // config.accuracy_every + 1)
        outcome.arrays["accuracy_step"] = config.accuracy_every * windows
        outcome.arrays["evaluation_step"] = np.array(runs[0].schedule(config.evaluate_every))
        return outcome

    return run


def replay(config: InceptionProtocol | InceptionGrid, machine: Machine) -> Outcome:
    """Losses of the first batches of every run, trained again with today's code and never judged."""
    return first_losses(replay_runs(config), machine, INCEPTION)


def replay_runs(config: InceptionProtocol | InceptionGrid) -> list[InceptionRun]:
    """The first steps of every run, and nothing but their losses."""
    return [replace(run, steps=run.replay_steps, evaluate_every=0) for run in config.runs()]


def best_rate(arrays: Arrays) -> float:
    """The rate of the grid whose best validation accuracy is highest, mean of its seeds; of two equals the lower."""
    rates = np.unique(arrays["run_learning_rate"])
    best = arrays["validation_accuracy"].max(axis=1)
    means = [best[arrays["run_learning_rate"] == rate].mean() for rate in rates]
    return float(rates[int(np.argmax(means))])


def best_accuracy(arrays: Arrays, arm: Arm) -> np.ndarray:
    """Highest test accuracy along the way, one per seed."""
    return np.asarray(arrays["test_accuracy"][rows_of(arrays, arm.name)].max(axis=1))


def final_accuracy(arrays: Arrays, arm: Arm) -> np.ndarray:
    """Mean test accuracy of the last eighth of the steps, one per seed."""
    return np.asarray(_eighth(arrays, arm, 7).mean(axis=1))


def drift(arrays: Arrays, arm: Arm) -> float:
    """Accuracy of the last eighth less that of the eighth before, means of the seeds, in points."""
    return float(100 * (_eighth(arrays, arm, 7).mean() - _eighth(arrays, arm, 6).mean()))


def flat(arrays: Arrays, arm: Arm) -> bool:
    """Whether the curve of an arm has come to its end: see `FLAT`."""
    return abs(drift(arrays, arm)) <= FLAT


def threshold(arrays: Arrays) -> float:
    """The best accuracy of the network without batch normalization: highest point of the mean of its seeds."""
    return float(arrays["test_accuracy"][rows_of(arrays, STANDARD.name)].mean(axis=0).max())


def steps_to(arrays: Arrays, arm: Arm, accuracy: float) -> np.ndarray:
    """First measured step at which the test accuracy reaches the level, one per seed; infinity where it never does."""
    return first_steps(arrays["evaluation_step"], arrays["test_accuracy"][rows_of(arrays, arm.name)] >= accuracy)


def times_ratio(arrays: Arrays, arm: Arm, other: Arm, accuracy: float) -> Ratio:
    """Steps to the level of one arm over those of another, by the seeds that both have."""
    times = [
        steps_to(arrays, each, accuracy)[kept_seeds(arrays, each, beside)]
        for each, beside in ((arm, other), (other, arm))
    ]
    return paired_ratio(*times, float(arrays["evaluation_step"][-1]))


def kept_seeds(arrays: Arrays, arm: Arm, other: Arm) -> np.ndarray:
    """Which seeds of an arm, in their order, another has too."""
    seeds = [np.sort(arrays["seed"][rows_of(arrays, each.name)]) for each in (arm, other)]
    return np.isin(*seeds)


def _eighth(arrays: Arrays, arm: Arm, number: int) -> np.ndarray:
    steps = arrays["evaluation_step"] / arrays["evaluation_step"][-1]
    chosen = (steps > number / 8) & (steps <= (number + 1) / 8)
    return np.asarray(arrays["test_accuracy"][rows_of(arrays, arm.name)][:, chosen])


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions of E2, written before the run, each with what was measured."""
    return (*_speed_verdicts(arrays), *_accuracy_verdicts(arrays), _flatness_verdict(arrays), _level_verdict(arrays))


def _level_verdict(arrays: Arrays) -> Verdict:
    """Written once the first three seeds were known, and before any other was trained."""
    return AT_FIXED_LEVEL.judge_ratio(times_ratio(arrays, BN, STANDARD, FIXED_LEVEL))


def _speed_verdicts(arrays: Arrays) -> Sequence[Verdict]:
    level = threshold(arrays)
    reach = "Itérations jusqu’à la meilleure précision de test sans BN"
    same, lower, faster = (
        times_ratio(arrays, *pair) for pair in ((BN, STANDARD, level), (BN, STANDARD, level - TOLERANCE),
                                                (BN_X5, BN, level))
    )  # fmt: skip
    return (
        judge_ratio(f"{reach}, même taux : BN rapportée à sans BN", "≤ 0,5", same, 0.5),
        judge_ratio(f"{reach} moins un point, même taux : BN rapportée à sans BN", "≤ 0,5", lower, 0.5),
        judge_ratio(f"{reach} : BN à taux × 5 rapportée à BN au taux de base", "< 1", faster, 1),
    )


def _accuracy_verdicts(arrays: Arrays) -> Sequence[Verdict]:
    stressed = 100 * (final_accuracy(arrays, STANDARD_X5) - final_accuracy(arrays, STANDARD).mean())
    shared = kept_seeds(arrays, STANDARD, BN_X30)
    highest = 100 * (best_accuracy(arrays, BN_X30) - best_accuracy(arrays, STANDARD)[shared])
    sigmoids, plain = (100 * best_accuracy(arrays, arm) for arm in (BN_SIGMOID, STANDARD_SIGMOID))
    return (
        judge_mean("Sans BN : précision finale à taux × 5 moins celle à taux × 1", "≤ −20 points", stressed, -20,
                   unit="points"),
        judge_mean("Meilleure précision : BN à taux × 30 moins sans BN", "> 0 point", highest, 0, unit="points"),
        judge_mean("Sigmoïdes avec BN, taux × 5 : meilleure précision de test", "≥ 40 %", sigmoids, 40, 1, "%"),
        judge_mean("Sigmoïdes sans BN : meilleure précision de test", "≤ 20 %", plain, 20, 1, "%"),
    )  # fmt: skip


def _flatness_verdict(arrays: Arrays) -> Verdict:
    farthest = max(ARMS.values(), key=lambda arm: abs(drift(arrays, arm)))
    verdict = judge(
        "Fin des courbes : précision du dernier huitième moins celle du huitième précédent, plus grand écart des bras",
        "≤ 0,5 point en valeur absolue", abs(drift(arrays, farthest)), FLAT, unit="points",
    )  # fmt: skip
    return replace(verdict, seeds=len(rows_of(arrays, farthest.name)))


GRID = Experiment(
    name="inception_grid",
    question="Quel taux d’apprentissage convient le mieux au petit réseau Inception sans BN ?",
    config=InceptionGrid(),
    quick=InceptionGrid(
        learning_rates=(0.005, 0.02), steps=8, batch_size=16, accuracy_every=1, evaluate_every=4, validation_images=200
    ),
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=run_inception("inception_grid"),
    verdicts=lambda arrays: (),
    replay=replay,
)

INCEPTION_CPU = Experiment(
    name="inception",
    question="La normalisation par lots permet-elle à un petit réseau Inception d’apprendre à de plus grands taux ?",
    config=InceptionProtocol(further_seeds=(3, 4)),
    quick=InceptionProtocol(published_seeds=(0,), steps=8, batch_size=16, accuracy_every=1, evaluate_every=1),
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=run_inception("inception"),
    verdicts=verdicts,
    replay=replay,
)
