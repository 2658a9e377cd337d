"""Experiment E1: three hidden layers of sigmoids on binary MNIST (Ioffe & Szegedy 2015, section 4.1).

The paper gives 784-100-100-100-10, sigmoids, batches of 60 and 50 000 steps; it leaves out the learning rate,
the momentum and the spread σ of the "small random Gaussian" weights. They are declared here, with the
predictions, before the run. Both arms of a seed share their initial weights and the order of their batches.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from figures_src.datasets import MNIST_SHA256
from figures_src.experiments.assembly import first_losses, shared_settings
from figures_src.experiments.experiment import Arrays, Experiment, Outcome, Verdict, judge, judge_ratio
from figures_src.intervals import Ratio, paired_ratio
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.protocol import EnsembleRun
from figures_src.training.trainers import ENSEMBLE, Result

WITHOUT_BN, WITH_BN = 0, 1
"""Places on the axis of arms of every record of E1."""
MATCHED = 0
"""Row of the learning rate at which the two arms are compared as in the paper."""
EARLY_STEPS = 5000
GOOD_ACCURACY = 0.95
"""On the test images: both arms of the paper reach it, so that "how soon" can be asked of each, and a cell of the grid
counts as trained from there on."""
GROWTH_STEP, LAST_STEP = 1000, 50_000
MEDIAN = 1
"""Place of the median among the percentiles of a signal."""
STATISTICS = ("without_bn", "with_bn_own", "with_bn_running")
"""Variants of `MnistStatistics`: which statistics normalise the probe."""


@dataclass(frozen=True)
class MnistCurves:
    """Long runs at one σ; the first learning rate is the one of the comparison, the second a control."""

    sigma: float = 0.1
    learning_rates: tuple[float, ...] = (0.1, 1.0)
    seeds: tuple[int, ...] = tuple(range(10))
    steps: int = 50_000
    evaluate_every: int = 200
    percentiles_every: int = 100
    dense_steps: int = 500
    batch_size: int = 60
    probe_images: int = 1001
    unit: int = 0

    def runs(self) -> list[EnsembleRun]:
        """Learning rates, then arms without and with batch normalization."""
        base = EnsembleRun(batch_norm=False, learning_rate=self.learning_rates[0], **shared_settings(self, EnsembleRun))
        cells = product(self.learning_rates, (False, True))
        return [replace(base, learning_rate=rate, batch_norm=batch_norm) for rate, batch_norm in cells]


@dataclass(frozen=True)
class MnistGrid:
    """Every σ with every learning rate; 10 000 training images are set aside to choose the best cell."""

    sigmas: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3)
    learning_rates: tuple[float, ...] = (0.03, 0.1, 0.3, 1.0, 3.0)
    seeds: tuple[int, ...] = tuple(range(5))
    steps: int = 10_000
    evaluate_every: int = 500
    batch_size: int = 60
    validation_images: int = 10_000

    def runs(self) -> list[EnsembleRun]:
        """Sigmas, then learning rates, then arms without and with batch normalization."""
        return [
            EnsembleRun(batch_norm=batch_norm, sigma=sigma, learning_rate=rate, **shared_settings(self, EnsembleRun))
            for sigma, rate, batch_norm in product(self.sigmas, self.learning_rates, (False, True))
        ]


@dataclass(frozen=True)
class MnistStatistics:
    """The early steps again, the probe normalised by its own statistics or by the running ones."""

    sigma: float = 0.1
    learning_rate: float = 0.1
    seeds: tuple[int, ...] = tuple(range(10))
    steps: int = EARLY_STEPS
    evaluate_every: int = 1000
    percentiles_every: int = 100
    dense_steps: int = 500
    probe_images: int = 1001
    unit: int = 0

    def runs(self) -> list[EnsembleRun]:
        """In the order of `STATISTICS`."""
        base = EnsembleRun(batch_norm=False, **shared_settings(self, EnsembleRun))
        with_bn = replace(base, batch_norm=True)
        return [base, with_bn, replace(with_bn, probe_population=True)]


def run_curves(config: MnistCurves, machine: Machine) -> Outcome:
    """Train the long runs; axes of the arrays: learning rate, arm, seed, then time and percentile."""
    runs = config.runs()
    arrays = _stack(train_all("mnist_curves", runs, machine, ENSEMBLE), (len(config.learning_rates), 2))
    arrays.arrays["learning_rate"] = np.array(config.learning_rates)
    arrays.arrays["step"] = np.array(runs[0].evaluation_steps())
    arrays.arrays["percentile_step"] = np.array(runs[0].percentile_steps())
    return arrays


def run_grid(config: MnistGrid, machine: Machine, title: str = "mnist_grid") -> Outcome:
    """Train the grid; axes of the arrays: σ, learning rate, arm, seed, time."""
    runs = config.runs()
    shape = (len(config.sigmas), len(config.learning_rates), 2)
    arrays = _stack(train_all(title, runs, machine, ENSEMBLE), shape)
    arrays.arrays["sigma"] = np.array(config.sigmas)
    arrays.arrays["learning_rate"] = np.array(config.learning_rates)
    arrays.arrays["step"] = np.array(runs[0].evaluation_steps())
    return arrays


def run_statistics(config: MnistStatistics, machine: Machine) -> Outcome:
    """Train the variants of `STATISTICS`; axes of the arrays: variant, seed, time, percentile."""
    runs = config.runs()
    outcome = _stack(train_all("mnist_statistics", runs, machine, ENSEMBLE), (len(runs),))
    outcome.arrays["percentile_step"] = np.array(runs[0].percentile_steps())
    return outcome


def _stack(results: Sequence[Result], shape: tuple[int, ...]) -> Outcome:
    names = [name for name, array in results[0][0].items() if array.size]
    stacked = {name: np.stack([arrays[name] for arrays, _ in results]) for name in names}
    shaped = {name: array.reshape(*shape, *array.shape[1:]) for name, array in stacked.items()}
    return Outcome(shaped, sum(seconds for _, seconds in results))


def replay(config: MnistCurves | MnistGrid | MnistStatistics, machine: Machine) -> Outcome:
    """Losses of the first batches of every run, trained again with today's code."""
    runs = [
        replace(run, steps=run.replay_steps, evaluate_every=run.replay_steps, percentiles_every=0, dense_steps=0)
        for run in config.runs()
    ]
    return first_losses(runs, machine, ENSEMBLE)


def accuracy_gap(arrays: Arrays, step: int) -> np.ndarray:
    """Test accuracy with less without batch normalization at the matched rate, in points, one per seed.

    Not a number where a quick run stops before the step.
    """
    accuracy = arrays["test_accuracy"][MATCHED, :, :, row_of(arrays["step"], step)]
    return _if_reached(100 * (accuracy[WITH_BN] - accuracy[WITHOUT_BN]), arrays["step"], step)


def width(percentiles: np.ndarray) -> np.ndarray:
    """Distance from the 15th to the 85th percentile."""
    return np.asarray(percentiles[..., 2] - percentiles[..., 0])


def early_path(arrays: Arrays, arm: int) -> np.ndarray:
    """Length of the way of the percentiles over the early steps, mean of the layer, one per seed; nan if it is cut."""
    last = row_of(arrays["percentile_step"], EARLY_STEPS)
    path = arrays["layer_percentiles_change"][MATCHED, arm, :, :last].sum(axis=1).mean(axis=-1)
    return _if_reached(path, arrays["percentile_step"], EARLY_STEPS)


def first_step(steps: np.ndarray, curve: np.ndarray, threshold: float) -> int | None:
    """First measured step at which ``curve`` is at least ``threshold``; None when it never is. Shapes (T,), (T,)."""
    reached = np.flatnonzero(curve >= threshold)
    return int(steps[reached[0]]) if reached.size else None


def row_of(steps: np.ndarray, step: int) -> int:
    """Row of a step; of the last one where a quick run stops before it."""
    return int(np.searchsorted(steps, min(step, steps[-1])))


def _if_reached(values: np.ndarray, steps: np.ndarray, step: int) -> np.ndarray:
    """The values, or as many that are not numbers where a quick run stops before ``step``."""
    return np.asarray(values) if step <= steps[-1] else np.full_like(values, np.nan, dtype=float)


def best_cell(arrays: Arrays, arm: int) -> tuple[int, int]:
    """Place (σ, learning rate) of the best mean validation accuracy at the last step; test images have no say."""
    means = arrays["validation_accuracy"][:, :, arm, :, -1].mean(axis=-1)
    sigma, rate = np.unravel_index(int(np.nanargmax(means)), means.shape)
    return int(sigma), int(rate)


def growth(arrays: Arrays, name: str) -> Ratio:
    """How many times the width with batch normalization grows from 1 000 to 50 000 steps; unknown if not reached."""
    widths, steps = width(arrays[name][MATCHED, WITH_BN]), arrays["percentile_step"]
    first, last = (row_of(steps, step) for step in (GROWTH_STEP, LAST_STEP))
    return paired_ratio(_if_reached(widths[:, last], steps, LAST_STEP), widths[:, first])


def settled_step(arrays: Arrays) -> int:
    """`GROWTH_STEP`, or the middle of what a quick record holds, which ends before."""
    last = int(arrays["percentile_step"][-1])
    return GROWTH_STEP if last > GROWTH_STEP else last // 2


def median_reach(arrays: Arrays) -> np.ndarray:
    """Largest distance of the declared unit's median from zero from `settled_step` on: (A, S).

    Earlier, without BN, it is that of the random weights, before they have learnt anything.
    """
    settled = row_of(arrays["percentile_step"], settled_step(arrays))
    return np.asarray(np.abs(arrays["unit_percentiles"][MATCHED][:, :, settled:, MEDIAN]).max(axis=-1))


def roughness(arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Step-to-step change of the median, and the same over the width at the same step: (variants, S) each.

    Both are means over the dense steps; the change is a mean over the layer's units, the width that of the layer.
    """
    change = arrays["layer_dense_change"][..., 1].astype(float)
    widths = width(arrays["layer_dense"])[..., :-1].astype(float)
    return change.mean(axis=-1), (change / widths).mean(axis=-1)


def curves_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions of E1, written before the run, each with what was measured."""
    medians = arrays["unit_percentiles"][MATCHED, WITH_BN, :, :, 1]
    mean_median, each_median = np.abs(medians.mean(axis=0)).max(), np.abs(medians).max()
    seeds = len(medians)
    paths = [early_path(arrays, arm) for arm in (WITHOUT_BN, WITH_BN)]
    final = arrays["test_accuracy"][..., -1]
    control = 100 * (final[-1, WITHOUT_BN] - final[MATCHED, WITH_BN])
    return (
        _gap_verdict("Avance de la BN à 4 000 itérations", "≥ 2 points", accuracy_gap(arrays, 4000), 2),
        _gap_verdict("Avance de la BN à 50 000 itérations", "> 0 point", accuracy_gap(arrays, LAST_STEP), 0),
        _median_verdict("Avec BN, médiane de l’unité (moyenne des graines)", mean_median, seeds),
        _median_verdict("Avec BN, médiane de l’unité (chaque graine)", each_median, seeds),
        judge_ratio(
            "Avec BN, l’écart 15–85 de l’unité croît de 1 000 à 50 000 itérations",
            "≥ 1,3",
            growth(arrays, "unit_percentiles"),
            1.3,
        ),
        judge_ratio(
            "Avec BN, l’écart 15–85 de la couche croît de 1 000 à 50 000 itérations",
            "≥ 1,3",
            growth(arrays, "layer_percentiles"),
            1.3,
        ),
        judge_ratio(
            "Sans BN, les percentiles parcourent plus de chemin dans les 5 000 premières itérations",
            "> 1",
            paired_ratio(paths[0], paths[1]),
            1,
        ),
        _gap_verdict("Sans BN à taux 1, précision finale moins celle avec BN à taux 0,1", "> 0 point", control, 0),
    )


def _gap_verdict(prediction: str, threshold: str, samples: np.ndarray, bound: float) -> Verdict:
    """A difference in points, one per seed."""
    return judge(prediction, threshold, samples.mean(), bound, unit="points", samples=samples)


def _median_verdict(prediction: str, farthest: float, seeds: int) -> Verdict:
    return replace(judge(prediction, "≤ 0,15 en valeur absolue", farthest, 0.15, unit=""), seeds=seeds)


def statistics_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """Predictions on the two ways of normalising the probe, written before the run of ten seeds."""
    change, relative = roughness(arrays)
    without, own, running = range(len(STATISTICS))
    return (
        judge_ratio(
            "Avec BN, la médiane change plus d’une itération à l’autre avec les moyennes mobiles qu’avec les "
            "statistiques des images",
            "> 1",
            paired_ratio(change[running], change[own]),
            1,
        ),
        judge_ratio(
            "Rapporté à l’étalement, ce changement est plus grand sans BN qu’avec BN et moyennes mobiles",
            "> 1",
            paired_ratio(relative[without], relative[running]),
            1,
        ),
    )


CURVES = Experiment(
    name="mnist_curves",
    question="La normalisation par lots accélère-t-elle un petit réseau de sigmoïdes sur MNIST ?",
    config=MnistCurves(),
    quick=MnistCurves(
        seeds=(0, 1), steps=400, evaluate_every=40, percentiles_every=20, dense_steps=20, probe_images=181
    ),
    protocol=1,
    dataset="MNIST",
    dataset_sha256=MNIST_SHA256,
    run=run_curves,
    verdicts=curves_verdicts,
    replay=replay,
)

GRID = Experiment(
    name="mnist_grid",
    question="Que devient l’avance de la BN quand on change l’initialisation et le taux d’apprentissage ?",
    config=MnistGrid(),
    quick=MnistGrid(
        sigmas=(0.03, 0.1),
        learning_rates=(0.1, 1.0, 3.0),
        seeds=(0, 1),
        steps=120,
        evaluate_every=40,
        validation_images=200,
    ),
    protocol=1,
    dataset="MNIST",
    dataset_sha256=MNIST_SHA256,
    run=run_grid,
    verdicts=lambda arrays: (),
    replay=replay,
)

STATISTICS_OF_PROBE = Experiment(
    name="mnist_statistics",
    question="Le signal est-il plus calme avec BN, et selon quelles statistiques ?",
    config=MnistStatistics(),
    quick=MnistStatistics(
        seeds=(0, 1), steps=150, evaluate_every=50, percentiles_every=10, dense_steps=100, probe_images=181
    ),
    protocol=1,
    dataset="MNIST",
    dataset_sha256=MNIST_SHA256,
    run=run_statistics,
    verdicts=statistics_verdicts,
    replay=replay,
)
