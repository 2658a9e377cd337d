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
from figures_src.experiments.experiment import Arrays, Experiment, Outcome, Verdict
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.protocol import EnsembleRun
from figures_src.training.trainers import ENSEMBLE, Result

WITHOUT_BN, WITH_BN = 0, 1
MATCHED = 0
"""Row of the learning rate at which the two arms are compared as in the paper."""
EARLY_STEPS = 5000


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
        base = EnsembleRun(
            batch_norm=False,
            sigma=self.sigma,
            learning_rate=self.learning_rates[0],
            seeds=self.seeds,
            steps=self.steps,
            evaluate_every=self.evaluate_every,
            percentiles_every=self.percentiles_every,
            dense_steps=self.dense_steps,
            batch_size=self.batch_size,
            probe_images=self.probe_images,
            unit=self.unit,
        )
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
            EnsembleRun(
                batch_norm=batch_norm,
                sigma=sigma,
                learning_rate=rate,
                seeds=self.seeds,
                steps=self.steps,
                evaluate_every=self.evaluate_every,
                batch_size=self.batch_size,
                validation_images=self.validation_images,
            )
            for sigma, rate, batch_norm in product(self.sigmas, self.learning_rates, (False, True))
        ]


def run_curves(config: MnistCurves, machine: Machine) -> Outcome:
    """Train the long runs; axes of the arrays: learning rate, arm, seed, then time and percentile."""
    runs = config.runs()
    arrays = _stack(train_all("mnist_curves", runs, machine, ENSEMBLE), (len(config.learning_rates), 2))
    arrays.arrays["learning_rate"] = np.array(config.learning_rates)
    arrays.arrays["step"] = np.array(runs[0].evaluation_steps())
    arrays.arrays["percentile_step"] = np.array(runs[0].percentile_steps())
    return arrays


def run_grid(config: MnistGrid, machine: Machine) -> Outcome:
    """Train the grid; axes of the arrays: σ, learning rate, arm, seed, time."""
    runs = config.runs()
    shape = (len(config.sigmas), len(config.learning_rates), 2)
    arrays = _stack(train_all("mnist_grid", runs, machine, ENSEMBLE), shape)
    arrays.arrays["sigma"] = np.array(config.sigmas)
    arrays.arrays["learning_rate"] = np.array(config.learning_rates)
    arrays.arrays["step"] = np.array(runs[0].evaluation_steps())
    return arrays


def _stack(results: Sequence[Result], shape: tuple[int, ...]) -> Outcome:
    names = [name for name, array in results[0][0].items() if array.size]
    stacked = {name: np.stack([arrays[name] for arrays, _ in results]) for name in names}
    shaped = {name: array.reshape(*shape, *array.shape[1:]) for name, array in stacked.items()}
    return Outcome(shaped, sum(seconds for _, seconds in results))


def replay(config: MnistCurves | MnistGrid, machine: Machine) -> np.ndarray:
    """Losses of the first batches of every run, trained again with today's code."""
    runs = [
        replace(run, steps=run.replay_steps, evaluate_every=run.replay_steps, percentiles_every=0, dense_steps=0)
        for run in config.runs()
    ]
    return np.stack([arrays["replay_loss"] for arrays, _ in train_all("replay", runs, machine, ENSEMBLE)])


def accuracy_gap(arrays: Arrays, step: int) -> np.ndarray:
    """Test accuracy with less without batch normalization at the matched rate, in points, one per seed."""
    accuracy = arrays["test_accuracy"][MATCHED, :, :, row_of(arrays["step"], step)]
    return np.asarray(100 * (accuracy[WITH_BN] - accuracy[WITHOUT_BN]))


def width(percentiles: np.ndarray) -> np.ndarray:
    """Distance from the 15th to the 85th percentile."""
    return np.asarray(percentiles[..., 2] - percentiles[..., 0])


def early_path(arrays: Arrays, arm: int) -> np.ndarray:
    """Length of the way of the percentiles over the early steps, mean of the layer, one per seed."""
    last = row_of(arrays["percentile_step"], EARLY_STEPS)
    return np.asarray(arrays["layer_percentiles_change"][MATCHED, arm, :, :last].sum(axis=1).mean(axis=-1))


def row_of(steps: np.ndarray, step: int) -> int:
    """Row of a step; of the last one where a quick run stops before it."""
    return int(np.searchsorted(steps, min(step, steps[-1])))


def _growth(arrays: Arrays, name: str) -> float:
    widths = width(arrays[name][MATCHED, WITH_BN])
    first, last = (row_of(arrays["percentile_step"], step) for step in (1000, 50_000))
    return float((widths[:, last] / widths[:, first]).mean())


def curves_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions of E1, written before the run, each with what was measured."""
    early, late = accuracy_gap(arrays, 4000).mean(), accuracy_gap(arrays, 50_000).mean()
    medians = arrays["unit_percentiles"][MATCHED, WITH_BN, :, :, 1]
    mean_median, each_median = np.abs(medians.mean(axis=0)).max(), np.abs(medians).max()
    path = early_path(arrays, WITHOUT_BN).mean() / early_path(arrays, WITH_BN).mean()
    final = arrays["test_accuracy"][..., -1].mean(axis=2)
    control = 100 * (final[-1, WITHOUT_BN] - final[MATCHED, WITH_BN])
    unit_growth, layer_growth = _growth(arrays, "unit_percentiles"), _growth(arrays, "layer_percentiles")
    rows = (
        ("Avance de la BN à 4 000 itérations", "≥ 2 points", early, 2, "points", early >= 2),
        ("Avance de la BN à 50 000 itérations", "> 0 point", late, 2, "points", late > 0),
        ("Avec BN, médiane de l’unité (moyenne des graines)", "|·| ≤ 0,15", mean_median, 2, "", mean_median <= 0.15),
        ("Avec BN, médiane de l’unité (chaque graine)", "|·| ≤ 0,15", each_median, 2, "", each_median <= 0.15),
        ("Avec BN, l’écart 15–85 de l’unité croît de 1 000 à 50 000 itérations", "× ≥ 1,3", unit_growth, 2, "×",
         unit_growth >= 1.3),
        ("Avec BN, l’écart 15–85 de la couche croît de 1 000 à 50 000 itérations", "× ≥ 1,3", layer_growth, 2, "×",
         layer_growth >= 1.3),
        ("Sans BN, les percentiles parcourent plus de chemin dans les 5 000 premières itérations", "× > 1", path, 2,
         "×", path > 1),
        ("Sans BN à taux 1, précision finale moins celle avec BN à taux 0,1", "> 0 point", control, 2, "points",
         control > 0),
    )  # fmt: skip
    return tuple(
        Verdict(prediction, threshold, float(measured), decimals, unit, bool(met))
        for prediction, threshold, measured, decimals, unit, met in rows
    )


CURVES = Experiment(
    name="mnist_curves",
    question="La normalisation par lots accélère-t-elle un petit réseau de sigmoïdes sur MNIST ?",
    config=MnistCurves(),
    quick=MnistCurves(seeds=(0, 1, 2), steps=2000, dense_steps=100),
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
    quick=MnistGrid(sigmas=(0.03, 0.1), learning_rates=(0.1, 1.0, 3.0), seeds=(0, 1), steps=1000),
    protocol=1,
    dataset="MNIST",
    dataset_sha256=MNIST_SHA256,
    run=run_grid,
    verdicts=lambda arrays: (),
    replay=replay,
)
