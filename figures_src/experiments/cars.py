"""Experiment E4, cars: automobile or not on CIFAR-10; the test images as they are, rotated, darkened, fogged.

Declared before the run: as many automobiles as other images are learnt and shown, so that chance is one half and no
answer is favoured; the formulas of ``figures_src.training.corruptions``, five strengths each; statistics recomputed on
the shifted test images themselves, without their labels; and the predictions below. Darkness and fog are affine in
the pixels: what they do to the first layer's mean and variance, recomputed statistics undo. A rotation is not.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from figures_src.datasets import CIFAR10_SHA256
from figures_src.experiments.assembly import assemble, first_losses, rows_of, shared_settings
from figures_src.experiments.experiment import Arrays, Experiment, Outcome, Verdict, judge_mean
from figures_src.networks.normalization import Normalization
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.shift_protocol import SHIFTS, VARIANTS, CarsRun
from figures_src.training.trainers import CARS

STANDARD, BATCH = Normalization.NONE, Normalization.BATCH
POPULATION, RECOMPUTED = range(len(VARIANTS))
ROTATED, DARKENED, FOGGED = range(len(SHIFTS))
AS_IS, STRONGEST = 0, -1


@dataclass(frozen=True)
class CarsProtocol:
    """Both arms, for every seed; a seed draws the images learnt, their order and the initial weights."""

    seeds: tuple[int, ...] = tuple(range(10))
    learning_rate: float = 0.05
    batch_size: int = 50
    images_seen: int = 100_000
    widths: tuple[int, ...] = (16, 32, 64, 64)
    angles: tuple[float, ...] = (10, 20, 30, 45, 60)
    light: tuple[float, ...] = (0.75, 0.5, 0.35, 0.2, 0.1)
    fog: tuple[float, ...] = (0.2, 0.4, 0.6, 0.75, 0.9)
    learnt_per_answer: int = 5000
    shown_per_answer: int = 1000
    population_batches: int = 100

    def runs(self) -> list[CarsRun]:
        """Seeds, then arms without and with batch normalization."""
        shared = shared_settings(self, CarsRun)
        cells = product(self.seeds, (STANDARD, BATCH))
        return [CarsRun(normalization=arm, seed=seed, **shared) for seed, arm in cells]


def run_cars(config: CarsProtocol, machine: Machine) -> Outcome:
    """Train every network; first axis of the arrays: the run.

    ``pictures`` are those of the first automobile shown, unchosen: uint8 (shifts, strengths, 32, 32, 3).
    """
    from figures_src.datasets import load_cifar10
    from figures_src.training.cars import pictures

    runs = config.runs()
    outcome = assemble(runs, train_all("shift_cars", runs, machine, CARS))
    outcome.arrays["pictures"] = pictures(machine.dataset(load_cifar10), runs[0])
    outcome.arrays["strength"] = np.array([config.angles, config.light, config.fog])
    return outcome


def replay(config: CarsProtocol, machine: Machine) -> Outcome:
    """Losses of the first batches of every run, trained again with today's code and without measurements."""
    return first_losses([run.cut_short() for run in config.runs()], machine, CARS)


def accuracy(arrays: Arrays, arm: str, variant: int = POPULATION) -> np.ndarray:
    """Accuracy in per cent: (seeds, shifts, strengths), the images as they are first."""
    return np.asarray(100 * arrays["accuracy"][rows_of(arrays, arm), variant])


def loss_of(arrays: Arrays, arm: str, shift: int, variant: int = POPULATION) -> np.ndarray:
    """Points lost at the greatest strength, one per seed, against the images as they are and the population's."""
    as_is = accuracy(arrays, arm)[:, shift, AS_IS]
    return np.asarray(as_is - accuracy(arrays, arm, variant)[:, shift, STRONGEST])


def recovered(arrays: Arrays, shift: int) -> np.ndarray:
    """Share of that loss which recomputed statistics give back, in per cent, one per seed."""
    lost, left = (loss_of(arrays, BATCH, shift, variant) for variant in (POPULATION, RECOMPUTED))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(100 * (lost - left) / lost)


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions on the cars, written before the run, each with what was measured."""
    own = accuracy(arrays, BATCH)[:, ROTATED, AS_IS] - accuracy(arrays, BATCH, RECOMPUTED)[:, ROTATED, AS_IS]
    return (
        judge_mean("Images telles quelles, avec BN : précision", "≥ 85 %",
                   accuracy(arrays, BATCH)[:, ROTATED, AS_IS], 85, 1, "%"),
        judge_mean("Rotation la plus forte, avec BN : points perdus", "≥ 10 points",
                   loss_of(arrays, BATCH, ROTATED), 10, 1, "points"),
        judge_mean("Obscurité la plus forte, avec BN : points perdus", "≥ 10 points",
                   loss_of(arrays, BATCH, DARKENED), 10, 1, "points"),
        judge_mean("Brouillard le plus épais, avec BN : points perdus", "≥ 10 points",
                   loss_of(arrays, BATCH, FOGGED), 10, 1, "points"),
        judge_mean("Obscurité la plus forte : part de la perte que rendent les statistiques recalculées", "≥ 80 %",
                   recovered(arrays, DARKENED), 80, 0, "%"),
        judge_mean("Brouillard le plus épais : part de la perte que rendent les statistiques recalculées",
                   "≥ 80 %", recovered(arrays, FOGGED), 80, 0, "%"),
        judge_mean("Rotation la plus forte : part de la perte que rendent les statistiques recalculées", "≤ 25 %",
                   recovered(arrays, ROTATED), 25, 0, "%"),
        judge_mean("Images telles quelles : statistiques de la population moins statistiques recalculées",
                   "≤ 1 point en valeur absolue", own, 1, 1, "points"),
        judge_mean("Obscurité la plus forte, sans BN : points perdus", "≥ 5 points",
                   loss_of(arrays, STANDARD, DARKENED), 5, 1, "points"),
    )  # fmt: skip


SHIFT_CARS = Experiment(
    name="shift_cars",
    question="Que devient la précision quand les images changent, et recalculer les statistiques suffit-il ?",
    config=CarsProtocol(),
    quick=CarsProtocol(
        seeds=(0, 1), images_seen=2000, widths=(8, 16, 16, 16), learnt_per_answer=75, shown_per_answer=8,
        population_batches=5,
    ),
    protocol=1,
    dataset="CIFAR-10",
    dataset_sha256=CIFAR10_SHA256,
    run=run_cars,
    verdicts=verdicts,
    replay=replay,
)  # fmt: skip
