"""Predictions on the networks that tell cars, written before the run."""

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.cars.measures import (
    AS_IS,
    BATCH,
    DARKENED,
    FOGGED,
    RECOMPUTED,
    ROTATED,
    STANDARD,
    accuracy,
    loss_of,
    recovered,
)
from figures_src.experiments.prediction import Verdict, judge_mean


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
