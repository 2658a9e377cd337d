"""Predictions on the shoe networks, written before the run, but where one says otherwise."""

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.intervals import paired_ratio
from figures_src.experiments.prediction import Bound, Prediction, Verdict, judge_mean, judge_ratio
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


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions on the shoes, written before the run, each with what was measured."""
    floor, shifted = (distances(arrays, BATCH, group) for group in (FAMILIAR, SHIFTED))
    moved, alone = mean_shifts(arrays, BATCH), distances(arrays, BATCH, BOOTS)
    lost, lost_plain = (recall(arrays, arm, SNEAKERS) - recall(arrays, arm, BOOTS) for arm in (BATCH, STANDARD))
    own = recall(arrays, BATCH, SHIFTED, TRAINING) - recall(arrays, BATCH, SHIFTED)
    plain = distances(arrays, STANDARD, BOOTS)
    return (
        *_drift_verdicts(moved, (shifted, floor), alone, plain),
        judge_mean("Évaluation, avec BN : baskets reconnues moins bottines reconnues", "≥ 5 points", lost, 5, 1,
                   "points"),
        judge_mean("Évaluation, sans BN : baskets reconnues moins bottines reconnues", "≥ 5 points", lost_plain, 5,
                   1, "points"),
        judge_mean("Bottines reconnues parmi des vêtements : statistiques du lot moins statistiques de la "
                   "population", "> 0 point", own, 0, 1, "points"),
    )  # fmt: skip


def _drift_verdicts(
    moved: np.ndarray, ends: tuple[np.ndarray, np.ndarray], alone: np.ndarray, plain: np.ndarray
) -> tuple[Verdict, ...]:
    """Of arrays (seeds, layers), ``ends`` shifted and familiar; "the least of the layers" is that over all seeds."""
    lowest = int(moved.mean(axis=0).argmin())
    ratios = [paired_ratio(shifted, floor) for shifted, floor in zip(*(end.T for end in ends), strict=True)]
    return (
        judge_mean("Bottines au lieu de baskets, avec BN : déplacement moyen des moyennes de canal, en "
                   "écarts-types (la moindre des couches)", "≥ 0,1", moved[:, lowest], 0.1, 2, "σ"),
        judge_ratio("Avec BN, distance aux images familières : bottines et vêtements rapportés à baskets et "
                    "vêtements (la moindre des couches)", "≥ 2", min(ratios, key=lambda ratio: ratio.value), 2, 1),
        judge_ratio("Avec BN, distance des bottines aux images familières : dernière couche rapportée à la "
                    "première", "> 1", paired_ratio(alone[:, -1], alone[:, 0]), 1),
        judge_ratio("La dérive n’est pas propre à la BN : distance des bottines à la dernière couche, sans BN "
                    "rapportée à avec BN", "≥ 0,5", paired_ratio(plain[:, -1], alone[:, -1]), 0.5),
    )  # fmt: skip
