"""Predictions on the small Inception, written before the runs that each says."""

from collections.abc import Sequence
from dataclasses import replace

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
from figures_src.experiments.prediction import Bound, Prediction, Verdict, judge, judge_mean, judge_ratio

AT_FIXED_LEVEL = Prediction(
    "fixed_level",
    "Itérations jusqu’à 74 % de précision de test, même taux : BN sur sans BN",
    Bound("≤", 0.5),
    pilot=True,
)


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
