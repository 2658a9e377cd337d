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
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name
from figures_src.networks.normalization import Normalization

ESTIMATION = by_name([
    Prediction("small_fast_average", "Lots de 2 : statistiques recalculées moins moyenne mobile (0,1)",
               Bound("≥", 1, "points", decimals=1)),
    Prediction("small_slow_average", "Lots de 2 : moyenne mobile à 0,01 moins moyenne mobile à 0,1",
               Bound(">", 0, "points", decimals=1)),
    Prediction("large_slow_average", "Lots de 256 : statistiques recalculées moins moyenne mobile (0,01)",
               Bound("≥", 1, "points", decimals=1)),
    Prediction("large_cumulative", "Lots de 256 : statistiques recalculées moins moyenne de tous les lots depuis le "
               "début", Bound("≥", 1, "points", decimals=1)),
    Prediction("few_images", "Perte à ne recalculer les statistiques que sur un millier d’images (moyenne des tailles)",
               Bound("≤", 0.5, "points", decimals=1)),
    Prediction("large_mode_gap", "Lots de 256 : mode entraînement moins évaluation, statistiques recalculées",
               Bound("≤", 1, "points", absolute=True, decimals=1)),
    Prediction("wider_mode_gap", "Cet écart, en valeur absolue : lots de 2 moins lots de 256",
               Bound("≥", 2, "points", decimals=1)),
])  # fmt: skip
REGULARISATION = by_name([
    Prediction("overfitting", "Écart apprentissage − test avec BN : lots de 256 moins lots de 2",
               Bound("≥", 3, "points", decimals=1)),
    Prediction("overfitting_without_bn", "Le même écart sans BN : lots de 256 moins lots de 2",
               Bound("≤", 3, "points", absolute=True, decimals=1)),
    Prediction("overfitting_grouped", "Le même écart, lots de 256 : statistiques sur 256 moins statistiques sur 2",
               Bound("≥", 3, "points", decimals=1)),
    Prediction("noise_toll", "Le bruit coûte : précision sur le test avec BN, lots de 32 moins lots de 2",
               Bound(">", 0, "points", decimals=1)),
])  # fmt: skip


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions on the batch's statistics, written before the run, each with what was measured."""
    return (*_estimate_verdicts(arrays), *_noise_verdicts(arrays))


def _estimate_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    slow, fast = (accuracy(arrays, BATCH, SMALLEST, estimate) for estimate in (SLOW, FAST))
    gaps = {size: mode_gap(arrays, size, PRECISE) for size in (SMALLEST, LARGEST)}
    return (
        ESTIMATION["small_fast_average"].judge_mean(cost(arrays, SMALLEST, FAST)),
        ESTIMATION["small_slow_average"].judge_mean(slow - fast),
        ESTIMATION["large_slow_average"].judge_mean(cost(arrays, LARGEST, SLOW)),
        ESTIMATION["large_cumulative"].judge_mean(cost(arrays, LARGEST, CUMULATIVE)),
        ESTIMATION["few_images"].judge_mean(enough(arrays)),
        ESTIMATION["large_mode_gap"].judge_mean(gaps[LARGEST]),
        ESTIMATION["wider_mode_gap"].judge_mean(np.abs(gaps[SMALLEST]) - np.abs(gaps[LARGEST])),
    )


def _noise_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    def less(arm: Normalization, group: int = WHOLE) -> np.ndarray:
        smaller = overfit(arrays, arm, SMALLEST) if group == WHOLE else overfit(arrays, arm, LARGEST, group)
        return np.asarray(overfit(arrays, arm, LARGEST) - smaller)

    lost = accuracy(arrays, BATCH, MIDDLE) - accuracy(arrays, BATCH, SMALLEST)
    return (
        REGULARISATION["overfitting"].judge_mean(less(BATCH)),
        REGULARISATION["overfitting_without_bn"].judge_mean(less(STANDARD)),
        REGULARISATION["overfitting_grouped"].judge_mean(less(BATCH, SMALLEST)),
        REGULARISATION["noise_toll"].judge_mean(lost),
    )
