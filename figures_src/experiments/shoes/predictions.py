"""Predictions on the shoe networks, written before the run, but where one says otherwise."""

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.intervals import paired_ratio
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name
from figures_src.experiments.shoes.measures import (
    BATCH,
    BOOTS,
    EVALUATION,
    FAMILIAR,
    SHIFTED,
    SNEAKERS,
    STANDARD,
    TRAINING,
    balanced,
    distances,
    mean_shifts,
    recall,
)

OWN_BALANCED = Prediction(
    "own_balanced",
    "Bottines et vêtements, précision équilibrée : statistiques du lot moins statistiques de la population",
    Bound(">", 0, "points", decimals=2),
    pilot=True,
)
"""The last prediction of `verdicts` speaks of shoes alone, which a network that answers "shoe" to all would recognise.
This one, of both answers, was written when the record was known: it is no verdict of the experiment."""


def own_balanced_verdict(arrays: Arrays) -> Verdict:
    """What the record says of `OWN_BALANCED`."""
    own, population = (balanced(arrays, BATCH, SHIFTED, mode) for mode in (TRAINING, EVALUATION))
    return OWN_BALANCED.judge_mean(own - population)


PREDICTIONS = by_name([
    Prediction("mean_shift", "Bottines au lieu de baskets, avec BN : déplacement moyen des moyennes de canal, en "
               "écarts-types (la moindre des couches)", Bound("≥", 0.1, "σ")),
    Prediction("farther", "Avec BN, distance aux images familières : bottines et vêtements rapportés à baskets et "
               "vêtements (la moindre des couches)", Bound("≥", 2, decimals=1)),
    Prediction("deepening", "Avec BN, distance des bottines aux images familières : dernière couche rapportée à la "
               "première", Bound(">", 1)),
    Prediction("drift_without_bn", "La dérive n’est pas propre à la BN : distance des bottines à la dernière couche, "
               "sans BN rapportée à avec BN", Bound("≥", 0.5)),
    Prediction("lost", "Évaluation, avec BN : baskets reconnues moins bottines reconnues",
               Bound("≥", 5, "points", decimals=1)),
    Prediction("lost_without_bn", "Évaluation, sans BN : baskets reconnues moins bottines reconnues",
               Bound("≥", 5, "points", decimals=1)),
    Prediction("own_statistics", "Bottines reconnues parmi des vêtements : statistiques du lot moins statistiques de "
               "la population", Bound(">", 0, "points", decimals=1)),
])  # fmt: skip


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions on the shoes, written before the run, each with what was measured."""
    lost, lost_plain = (recall(arrays, arm, SNEAKERS) - recall(arrays, arm, BOOTS) for arm in (BATCH, STANDARD))
    own = recall(arrays, BATCH, SHIFTED, TRAINING) - recall(arrays, BATCH, SHIFTED)
    return (
        *_drift_verdicts(arrays),
        PREDICTIONS["lost"].judge_mean(lost),
        PREDICTIONS["lost_without_bn"].judge_mean(lost_plain),
        PREDICTIONS["own_statistics"].judge_mean(own),
    )


def _drift_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """On distances (seeds, layers); "the least of the layers" is that over all seeds."""
    shifted, floor, alone = (distances(arrays, BATCH, group) for group in (SHIFTED, FAMILIAR, BOOTS))
    moved, plain = mean_shifts(arrays, BATCH), distances(arrays, STANDARD, BOOTS)
    farther = [paired_ratio(*layer) for layer in zip(shifted.T, floor.T, strict=True)]
    return (
        PREDICTIONS["mean_shift"].judge_mean(moved[:, moved.mean(axis=0).argmin()]),
        PREDICTIONS["farther"].judge_ratio(min(farther, key=lambda ratio: ratio.value)),
        PREDICTIONS["deepening"].judge_ratio(paired_ratio(alone[:, -1], alone[:, 0])),
        PREDICTIONS["drift_without_bn"].judge_ratio(paired_ratio(plain[:, -1], alone[:, -1])),
    )
