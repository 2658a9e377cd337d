"""Predictions on statistics and sizes of batches, written before the run."""

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.batch_statistics.measures import (
    BATCH,
    CUMULATIVE,
    FAST,
    LARGEST,
    MIDDLE,
    PRECISE,
    SLOW,
    SMALLEST,
    STANDARD,
    WHOLE,
    accuracy,
    cost,
    enough,
    mode_gap,
    overfit,
)
from figures_src.experiments.prediction import Verdict, judge_mean
from figures_src.networks.normalization import Normalization


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
