"""Experiment E4, batch statistics: how the population's are estimated, and what their noise does, from 2 to 256 images.

Declared before the run:

- Every batch size sees the same number of images, not the same number of steps: 256-image steps as many as those of 2
  images would cost 128 times as much, and their networks would have learnt 128 times more images.
- The learning rate is proportional to the batch size (Goyal et al. 2017): an epoch then moves the weights as far, and
  the noise of the gradient, which goes as rate / size (Smith and Le 2018), is the same. What changes with the size is
  the noise of the statistics. Networks without BN, at the same rates, say how true that is.
- Groups: batches of 256 images whose statistics are taken over 2, 8 or 32 of them. Steps, rate and gradient noise are
  those of 256 images: only the statistics change.
- The rate is constant to the end: averages that trail behind the weights are then seen to.
- Few images, 4 000, learnt for 30 epochs without augmentation: something to overfit.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from figures_src.datasets import CIFAR10_SHA256
from figures_src.experiments.assembly import assemble, first_losses, shared_settings
from figures_src.experiments.experiment import Arrays, Experiment, Outcome, Verdict, judge_mean
from figures_src.networks.normalization import Normalization
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.shift_protocol import ESTIMATES, StatisticsRun
from figures_src.training.trainers import STATISTICS

STANDARD, BATCH = Normalization.NONE, Normalization.BATCH
FAST, SLOW, CUMULATIVE, PRECISE = range(len(ESTIMATES))
SMALLEST, MIDDLE, LARGEST = 2, 32, 256
WHOLE = 0
"""The group of a batch that is not cut."""
LAST = -1
ENOUGH = 1000
"""Images that should be enough for precise statistics."""

Cell = tuple[Normalization, int, int]


@dataclass(frozen=True)
class StatisticsProtocol:
    """Both arms at every size, then groups in batches of the largest size, for every seed."""

    batch_sizes: tuple[int, ...] = (2, 4, 8, 16, 32, 64, 128, 256)
    groups: tuple[int, ...] = (2, 8, 32)
    seeds: tuple[int, ...] = tuple(range(5))
    rate_per_image: float = 0.1 / 256
    images_seen: int = 120_000
    evaluations: int = 3
    widths: tuple[int, ...] = (16, 32, 64, 64)
    learnt_images: int = 4000
    measured_images: int = 4000
    precise_images: int = 8192
    precise_batches: tuple[int, ...] = (1, 4, 16, 64, 256, 1024)
    replay_steps: int = 5

    def cells(self) -> list[Cell]:
        """Arm, batch size, group."""
        largest = max(self.batch_sizes)
        plain = [(arm, size, WHOLE) for size, arm in product(self.batch_sizes, (STANDARD, BATCH))]
        return plain + [(BATCH, largest, group) for group in self.groups]

    def runs(self) -> list[StatisticsRun]:
        """Seeds, then cells."""
        shared = shared_settings(self, StatisticsRun)
        return [
            StatisticsRun(
                normalization=arm,
                seed=seed,
                batch_size=size,
                group=group,
                learning_rate=self.rate_per_image * size,
                **shared,
            )
            for seed, (arm, size, group) in product(self.seeds, self.cells())
        ]


def run_statistics(config: StatisticsProtocol, machine: Machine) -> Outcome:
    """Train every network, and say which row is which; first axis of the arrays: the run."""
    runs = config.runs()
    outcome = assemble(runs, train_all("batch_statistics", runs, machine, STATISTICS))
    outcome.arrays["batch_size"] = np.array([run.batch_size for run in runs])
    outcome.arrays["group"] = np.array([run.group for run in runs])
    outcome.arrays["precise_batches"] = np.array(config.precise_batches)
    return outcome


def replay(config: StatisticsProtocol, machine: Machine) -> Outcome:
    """Losses of the first batches of every run, trained again with today's code and without measurements."""
    return first_losses([run.cut_short() for run in config.runs()], machine, STATISTICS)


def rows(arrays: Arrays, arm: str, size: int, group: int = WHOLE) -> np.ndarray:
    """Rows of a cell, in the order of their seeds."""
    chosen = (arrays["arm"] == str(arm)) & (arrays["batch_size"] == size) & (arrays["group"] == group)
    found = np.flatnonzero(chosen)
    return np.asarray(found[np.argsort(arrays["seed"][found], kind="stable")])


def sizes(arrays: Arrays) -> np.ndarray:
    """The batch sizes, increasing."""
    return np.unique(arrays["batch_size"])


def groups(arrays: Arrays) -> np.ndarray:
    """The groups, increasing, whole batches left out."""
    return np.asarray(np.setdiff1d(arrays["group"], [WHOLE]))


def accuracy(arrays: Arrays, arm: str, size: int, estimate: int = PRECISE, group: int = WHOLE) -> np.ndarray:
    """Test accuracy at the end in evaluation mode, in per cent, one per seed."""
    return np.asarray(100 * arrays["estimate_accuracy"][rows(arrays, arm, size, group), LAST, estimate])


def cost(arrays: Arrays, size: int, estimate: int) -> np.ndarray:
    """Test accuracy with precise statistics less that with an estimate, in points, one per seed."""
    return np.asarray(accuracy(arrays, BATCH, size) - accuracy(arrays, BATCH, size, estimate))


def mode_gap(arrays: Arrays, size: int, estimate: int) -> np.ndarray:
    """Test accuracy in training mode less that in evaluation mode, in points, one per seed."""
    own = 100 * arrays["own_accuracy"][rows(arrays, BATCH, size), LAST]
    return np.asarray(own - accuracy(arrays, BATCH, size, estimate))


def learnt(arrays: Arrays, arm: str, size: int, group: int = WHOLE) -> np.ndarray:
    """Accuracy on images learnt at the end, precise statistics, in per cent, one per seed."""
    return np.asarray(100 * arrays["train_accuracy"][rows(arrays, arm, size, group), LAST])


def overfit(arrays: Arrays, arm: str, size: int, group: int = WHOLE) -> np.ndarray:
    """Accuracy on images learnt less that on test images, precise statistics for both, in points, one per seed."""
    return np.asarray(learnt(arrays, arm, size, group) - accuracy(arrays, arm, size, PRECISE, group))


def precise_shortfall(arrays: Arrays, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Images that each number of batches makes up, and points lost to all ``precise_images``: (n,), (seeds, n)."""
    tried = 100 * arrays["precise_accuracy"][rows(arrays, BATCH, size)]
    known = np.isfinite(tried).all(axis=0)
    lost = accuracy(arrays, BATCH, size)[:, None] - tried[:, known]
    return size * arrays["precise_batches"][known], lost


def enough(arrays: Arrays) -> np.ndarray:
    """Points lost by the fewest batches that make up `ENOUGH` images, mean over the sizes, one per seed."""
    lost = []
    for size in sizes(arrays):
        images, each = precise_shortfall(arrays, size)
        if images[-1] >= ENOUGH:
            lost.append(each[:, int(np.argmax(images >= ENOUGH))])
    seeds = len(rows(arrays, BATCH, sizes(arrays)[0]))
    return np.mean(lost, axis=0) if lost else np.full(seeds, np.nan)


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions on the batch's statistics, written before the run, each with what was measured."""
    return (*_estimate_verdicts(arrays), *_noise_verdicts(arrays))


def _estimate_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    slow, fast = (accuracy(arrays, BATCH, SMALLEST, estimate) for estimate in (SLOW, FAST))
    gaps = {size: mode_gap(arrays, size, PRECISE) for size in (SMALLEST, LARGEST)}
    wider = np.abs(gaps[SMALLEST]) - np.abs(gaps[LARGEST])
    return (
        judge_mean("Lots de 2 : statistiques recalculées moins moyenne mobile (0,1)", "≥ 1 point",
                   cost(arrays, SMALLEST, FAST), 1, 1, "points"),
        judge_mean("Lots de 2 : moyenne mobile à 0,01 moins moyenne mobile à 0,1", "> 0 point",
                   slow - fast, 0, 1, "points"),
        judge_mean("Lots de 256 : statistiques recalculées moins moyenne mobile (0,01)", "≥ 1 point",
                   cost(arrays, LARGEST, SLOW), 1, 1, "points"),
        judge_mean("Lots de 256 : statistiques recalculées moins moyenne de tous les lots depuis le début",
                   "≥ 1 point", cost(arrays, LARGEST, CUMULATIVE), 1, 1, "points"),
        judge_mean("Perte à ne recalculer les statistiques que sur un millier d’images (moyenne des tailles)",
                   "≤ 0,5 point", enough(arrays), 0.5, 1, "points"),
        judge_mean("Lots de 256 : mode entraînement moins évaluation, statistiques recalculées",
                   "≤ 1 point en valeur absolue", gaps[LARGEST], 1, 1, "points"),
        judge_mean("Cet écart, en valeur absolue : lots de 2 moins lots de 256", "≥ 2 points", wider, 2, 1,
                   "points"),
    )  # fmt: skip


def _noise_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    def less(arm: Normalization, group: int = WHOLE) -> np.ndarray:
        smaller = overfit(arrays, arm, SMALLEST) if group == WHOLE else overfit(arrays, arm, LARGEST, group)
        return np.asarray(overfit(arrays, arm, LARGEST) - smaller)

    lost = accuracy(arrays, BATCH, MIDDLE) - accuracy(arrays, BATCH, SMALLEST)
    return (
        judge_mean("Écart apprentissage − test avec BN : lots de 256 moins lots de 2", "≥ 3 points", less(BATCH),
                   3, 1, "points"),
        judge_mean("Le même écart sans BN : lots de 256 moins lots de 2", "≤ 3 points en valeur absolue",
                   less(STANDARD), 3, 1, "points"),
        judge_mean("Le même écart, lots de 256 : statistiques sur 256 moins statistiques sur 2", "≥ 3 points",
                   less(BATCH, SMALLEST), 3, 1, "points"),
        judge_mean("Le bruit coûte : précision sur le test avec BN, lots de 32 moins lots de 2", "> 0 point", lost,
                   0, 1, "points"),
    )  # fmt: skip


BATCH_STATISTICS = Experiment(
    name="batch_statistics",
    question="Comment estimer les statistiques de la population, et que fait leur bruit selon la taille du lot ?",
    config=StatisticsProtocol(),
    quick=StatisticsProtocol(
        batch_sizes=(2, 32, 256), groups=(2, 32), seeds=(0, 1), images_seen=512, evaluations=1, widths=(4, 8, 8, 8),
        learnt_images=256, measured_images=256, precise_images=512, precise_batches=(1, 16, 256),
    ),
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=run_statistics,
    verdicts=verdicts,
    replay=replay,
)  # fmt: skip
