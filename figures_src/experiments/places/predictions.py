"""Predictions on the place of BN, written before the run, of what the literature makes one expect.

The benchmark that the article quotes has BN after ahead by one to two points on one network, behind by one to two on
another. From the same weights, each at its best rate, a small network should not tell them apart by more than a point;
and either place should beat none. A rate that suits one place may not suit the other: after BN, what enters a layer has
twice the second moment that it has after a ReLU.
"""

from collections.abc import Mapping

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.places.measures import gap, gap_at_equal_rate
from figures_src.experiments.places.runs import Architecture, Place
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name

NAMES = {Architecture.PLAIN: "Réseau simple", Architecture.RESIDUAL: "Réseau résiduel"}
OWN = "chacun à son meilleur taux"
PREDICTIONS = by_name(
    prediction
    for architecture, name in NAMES.items()
    for prediction in (
        Prediction(f"{architecture}_after", f"{name} : BN après la ReLU moins BN avant, {OWN}",
                   Bound("≤", 1, "points", absolute=True, decimals=1)),
        Prediction(f"{architecture}_equal_rate", f"{name} : BN après la ReLU moins BN avant, au meilleur taux de la BN "
                   "avant", Bound("≤", 2, "points", absolute=True, decimals=1)),
        Prediction(f"{architecture}_before_nowhere", f"{name} : BN avant la ReLU moins sans BN, {OWN}",
                   Bound(">", 0, "points", decimals=1)),
        Prediction(f"{architecture}_after_nowhere", f"{name} : BN après la ReLU moins sans BN, {OWN}",
                   Bound(">", 0, "points", decimals=1)),
    )
)  # fmt: skip


def samples(arrays: Arrays) -> Mapping[str, np.ndarray]:
    """What each prediction speaks of, one per seed."""
    found: dict[str, np.ndarray] = {}
    for architecture in NAMES:
        found[f"{architecture}_after"] = gap(arrays, architecture, Place.AFTER, Place.BEFORE)
        found[f"{architecture}_equal_rate"] = gap_at_equal_rate(arrays, architecture)
        for place in (Place.BEFORE, Place.AFTER):
            found[f"{architecture}_{place}_nowhere"] = gap(arrays, architecture, place, Place.NOWHERE)
    return found


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions, each with what was measured."""
    found = samples(arrays)
    return tuple(prediction.judge_mean(found[name]) for name, prediction in PREDICTIONS.items())
