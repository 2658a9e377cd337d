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
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name

PREDICTIONS = by_name([
    Prediction("as_is", "Images telles quelles, avec BN : précision", Bound("≥", 85, "%", decimals=1)),
    Prediction("rotated", "Rotation la plus forte, avec BN : points perdus", Bound("≥", 10, "points", decimals=1)),
    Prediction("darkened", "Obscurité la plus forte, avec BN : points perdus", Bound("≥", 10, "points", decimals=1)),
    Prediction("fogged", "Brouillard le plus épais, avec BN : points perdus", Bound("≥", 10, "points", decimals=1)),
    Prediction("given_back_darkened", "Obscurité la plus forte : part de la perte que rendent les statistiques "
               "recalculées", Bound("≥", 80, "%", decimals=0)),
    Prediction("given_back_fogged", "Brouillard le plus épais : part de la perte que rendent les statistiques "
               "recalculées", Bound("≥", 80, "%", decimals=0)),
    Prediction("given_back_rotated", "Rotation la plus forte : part de la perte que rendent les statistiques "
               "recalculées", Bound("≤", 25, "%", decimals=0)),
    Prediction("own_statistics", "Images telles quelles : statistiques de la population moins statistiques recalculées",
               Bound("≤", 1, "points", absolute=True, decimals=1)),
    Prediction("darkened_without_bn", "Obscurité la plus forte, sans BN : points perdus",
               Bound("≥", 5, "points", decimals=1)),
])  # fmt: skip


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions on the cars, written before the run, each with what was measured."""
    as_is, own = (accuracy(arrays, BATCH, *kind)[:, ROTATED, AS_IS] for kind in ((), (RECOMPUTED,)))
    return (
        PREDICTIONS["as_is"].judge_mean(as_is),
        PREDICTIONS["rotated"].judge_mean(loss_of(arrays, BATCH, ROTATED)),
        PREDICTIONS["darkened"].judge_mean(loss_of(arrays, BATCH, DARKENED)),
        PREDICTIONS["fogged"].judge_mean(loss_of(arrays, BATCH, FOGGED)),
        PREDICTIONS["given_back_darkened"].judge_mean(recovered(arrays, DARKENED)),
        PREDICTIONS["given_back_fogged"].judge_mean(recovered(arrays, FOGGED)),
        PREDICTIONS["given_back_rotated"].judge_mean(recovered(arrays, ROTATED)),
        PREDICTIONS["own_statistics"].judge_mean(as_is - own),
        PREDICTIONS["darkened_without_bn"].judge_mean(loss_of(arrays, STANDARD, DARKENED)),
    )
