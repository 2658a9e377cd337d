"""Predictions on arms that have all learnt their images, written before the run.

``batch_statistics`` had shown what each arm does in 30 epochs: only batches of 256 with whole statistics, and groups
of 32, had then learnt their images. What it shows of these is not predicted again.
"""

from collections.abc import Mapping

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name
from figures_src.experiments.statistics_to_fit.measures import (
    BN,
    GROUPED,
    MODERATE,
    PLAIN,
    SMALL,
    at_best,
    at_fit,
    gap_at_fit,
)

FIT, BEST = "Images apprises connues", "Au meilleur des images mises de côté"

PREDICTIONS = by_name(
    [
        Prediction("fitted", "Réseaux qui connaissent leurs images avant la fin", Bound("≥", 90, "%", decimals=0)),
        Prediction("grouped", f"{FIT} : précision de test, statistiques sur 256 moins statistiques sur 2",
                   Bound("≥", 1, "points", decimals=1)),
        Prediction("grouped_gap", f"{FIT} : écart apprentissage − test, statistiques sur 256 moins statistiques sur 2",
                   Bound("<", 0, "points", decimals=1)),
        Prediction("moderate", f"{FIT} : précision de test, statistiques sur 8 moins statistiques sur 256",
                   Bound("≤", 1, "points", absolute=True, decimals=1)),
        Prediction("plain", f"{FIT}, lots de 256 : précision de test, avec BN moins sans BN",
                   Bound("≥", 2, "points", decimals=1)),
        Prediction("small", f"{FIT}, avec BN : précision de test, lots de 256 moins lots de 2",
                   Bound("≥", 2, "points", decimals=1)),
        Prediction("grouped_best", f"{BEST} : précision de test, statistiques sur 256 moins statistiques sur 2",
                   Bound("≥", 1, "points", decimals=1)),
        Prediction("moderate_best", f"{BEST} : précision de test, statistiques sur 8 moins statistiques sur 256",
                   Bound("≤", 1, "points", absolute=True, decimals=1)),
        Prediction("plain_best", f"{BEST}, lots de 256 : précision de test, avec BN moins sans BN",
                   Bound("≥", 2, "points", decimals=1)),
    ]
)  # fmt: skip


def samples(arrays: Arrays) -> Mapping[str, np.ndarray]:
    """What each prediction speaks of, one per seed; one per network for the first."""
    return {
        "fitted": 100.0 * (arrays["fitted_row"] >= 0),
        "grouped": at_fit(arrays, BN) - at_fit(arrays, GROUPED),
        "grouped_gap": gap_at_fit(arrays, BN) - gap_at_fit(arrays, GROUPED),
        "moderate": at_fit(arrays, MODERATE) - at_fit(arrays, BN),
        "plain": at_fit(arrays, BN) - at_fit(arrays, PLAIN),
        "small": at_fit(arrays, BN) - at_fit(arrays, SMALL),
        "grouped_best": at_best(arrays, BN) - at_best(arrays, GROUPED),
        "moderate_best": at_best(arrays, MODERATE) - at_best(arrays, BN),
        "plain_best": at_best(arrays, BN) - at_best(arrays, PLAIN),
    }


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions, each with what was measured; a share of networks has no interval over seeds."""
    found = samples(arrays)
    share = PREDICTIONS["fitted"].judge(float(found["fitted"].mean()))
    return (share, *(PREDICTIONS[name].judge_mean(found[name]) for name in PREDICTIONS if name != "fitted"))
