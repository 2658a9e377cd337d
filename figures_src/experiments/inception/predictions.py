"""Predictions on the small Inception, written before the runs that each says."""

from collections.abc import Sequence

from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.inception.measures import (
    ARMS,
    BN,
    BN_SIGMOID,
    BN_X5,
    BN_X30,
    FIXED_LEVEL,
    FLAT,
    STANDARD,
    STANDARD_SIGMOID,
    STANDARD_X5,
    TOLERANCE,
    best_accuracy,
    drift,
    final_accuracy,
    kept_seeds,
    threshold,
    times_ratio,
)
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name

REACH = "Itérations jusqu’à la meilleure précision de test sans BN"

PREDICTIONS = by_name([
    Prediction("steps", f"{REACH}, même taux : BN rapportée à sans BN", Bound("≤", 0.5)),
    Prediction("steps_below", f"{REACH} moins un point, même taux : BN rapportée à sans BN", Bound("≤", 0.5)),
    Prediction("faster_steps", f"{REACH} : BN à taux × 5 rapportée à BN au taux de base", Bound("<", 1)),
    Prediction("stressed", "Sans BN : précision finale à taux × 5 moins celle à taux × 1", Bound("≤", -20, "points")),
    Prediction("fastest_best", "Meilleure précision : BN à taux × 30 moins sans BN", Bound(">", 0, "points")),
    Prediction("sigmoids", "Sigmoïdes avec BN, taux × 5 : meilleure précision de test",
               Bound("≥", 40, "%", decimals=1)),
    Prediction("sigmoids_without_bn", "Sigmoïdes sans BN : meilleure précision de test",
               Bound("≤", 20, "%", decimals=1)),
    Prediction("flat_ends", "Fin des courbes : précision du dernier huitième moins celle du huitième précédent, plus "
               "grand écart des bras", Bound("≤", FLAT, "points", absolute=True)),
    Prediction(
        "fixed_level",
        "Itérations jusqu’à 74 % de précision de test, même taux : BN sur sans BN",
        Bound("≤", 0.5),
        pilot=True,
    ),
])  # fmt: skip
"""The last one was written once the first three seeds were known, and before any other was trained."""


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions of E2, written before the run, each with what was measured."""
    fixed = times_ratio(arrays, BN, STANDARD, FIXED_LEVEL)
    return (
        *_speed_verdicts(arrays),
        *_accuracy_verdicts(arrays),
        _flatness_verdict(arrays),
        PREDICTIONS["fixed_level"].judge_ratio(fixed),
    )


def _speed_verdicts(arrays: Arrays) -> Sequence[Verdict]:
    level = threshold(arrays)
    return (
        PREDICTIONS["steps"].judge_ratio(times_ratio(arrays, BN, STANDARD, level)),
        PREDICTIONS["steps_below"].judge_ratio(times_ratio(arrays, BN, STANDARD, level - TOLERANCE)),
        PREDICTIONS["faster_steps"].judge_ratio(times_ratio(arrays, BN_X5, BN, level)),
    )


def _accuracy_verdicts(arrays: Arrays) -> Sequence[Verdict]:
    stressed = 100 * (final_accuracy(arrays, STANDARD_X5) - final_accuracy(arrays, STANDARD).mean())
    shared = kept_seeds(arrays, STANDARD, BN_X30)
    highest = 100 * (best_accuracy(arrays, BN_X30) - best_accuracy(arrays, STANDARD)[shared])
    sigmoids, plain = (100 * best_accuracy(arrays, arm) for arm in (BN_SIGMOID, STANDARD_SIGMOID))
    return (
        PREDICTIONS["stressed"].judge_mean(stressed),
        PREDICTIONS["fastest_best"].judge_mean(highest),
        PREDICTIONS["sigmoids"].judge_mean(sigmoids),
        PREDICTIONS["sigmoids_without_bn"].judge_mean(plain),
    )


def _flatness_verdict(arrays: Arrays) -> Verdict:
    farthest = max(ARMS.values(), key=lambda arm: abs(drift(arrays, arm)))
    return PREDICTIONS["flat_ends"].judge(drift(arrays, farthest), seeds=len(rows_of(arrays, farthest.name)))
