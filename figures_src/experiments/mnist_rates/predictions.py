"""Predictions on rates of 10 and 30, written before the run; ``mnist_grid`` had shown rates up to 3, every 500 steps.

A prediction on what that grid shows already is marked. So are those on a rate of 30, which was tried for 200 updates
at σ = 0.1 to see what an update costs.
"""

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.mnist.measures import WITH_BN, WITHOUT_BN
from figures_src.experiments.mnist_rates import measures
from figures_src.experiments.mnist_rates.measures import BETTER, GOOD
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name

HIGH, HIGHEST = 10.0, 30.0
SMALLEST, MIDDLE = 0.01, 0.1

PREDICTIONS = by_name(
    [
        Prediction("fastest", "Itérations jusqu’à 95 %, chacun à son réglage le plus rapide : BN rapportée à sans BN",
                   Bound("≤", 0.9)),
        Prediction("fastest_better", "Itérations jusqu’à 97 %, chacun à son réglage le plus rapide : BN rapportée à "
                   "sans BN", Bound("≤", 0.9)),
        Prediction("smallest", "Poids initiaux d’écart-type 0,01, itérations jusqu’à 95 %, chacun à son taux le plus "
                   "rapide : BN rapportée à sans BN", Bound("≤", 0.6), pilot=True),
        Prediction("middle", "Poids initiaux d’écart-type 0,1, itérations jusqu’à 95 %, chacun à son taux le plus "
                   "rapide : BN rapportée à sans BN", Bound("≥", 0.8)),
        Prediction("best", "Précision finale, chacun à son meilleur réglage : BN moins sans BN",
                   Bound("≥", 0.2, "points"), pilot=True),
        Prediction("high_with", "Taux 10, avec BN : écarts-types initiaux où toutes les graines passent 95 %",
                   Bound("≥", 3, "", decimals=0)),
        Prediction("high_without", "Taux 10, sans BN : écarts-types initiaux où toutes les graines passent 95 %",
                   Bound("≤", 1, "", decimals=0)),
        Prediction("highest_with", "Taux 30, avec BN : écarts-types initiaux où toutes les graines passent 95 %",
                   Bound("≥", 1, "", decimals=0), pilot=True),
        Prediction("highest_without", "Taux 30, sans BN : écarts-types initiaux où toutes les graines passent 95 %",
                   Bound("≤", 0, "", decimals=0), pilot=True),
    ]
)  # fmt: skip


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions, each with what was measured."""
    return (
        _ratio(arrays, "fastest", GOOD),
        _ratio(arrays, "fastest_better", BETTER),
        _ratio(arrays, "smallest", GOOD, SMALLEST),
        _ratio(arrays, "middle", GOOD, MIDDLE),
        PREDICTIONS["best"].judge_mean(measures.best_gap(arrays)),
        _count(arrays, "high_with", WITH_BN, HIGH),
        _count(arrays, "high_without", WITHOUT_BN, HIGH),
        _count(arrays, "highest_with", WITH_BN, HIGHEST),
        _count(arrays, "highest_without", WITHOUT_BN, HIGHEST),
    )


def _ratio(arrays: Arrays, name: str, threshold: float, sigma: float | None = None) -> Verdict:
    return PREDICTIONS[name].judge_ratio(measures.own_ratio(arrays, threshold, sigma))


def _count(arrays: Arrays, name: str, arm: int, rate: float) -> Verdict:
    column = measures.row_of_setting(arrays["learning_rate"], rate)
    reached = measures.reached_by_all(arrays, arm, GOOD)
    return PREDICTIONS[name].judge(np.nan if column < 0 else reached[:, column].sum())
