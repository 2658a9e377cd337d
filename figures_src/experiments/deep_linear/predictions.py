"""Predictions on the deep linear network, written before the runs."""

import numpy as np

from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.deep_linear.measures import LOW, STANDARD, final_loss_ratio, least_shift_ratio
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name

LINEAR = "Réseau linéaire, taux 10⁻⁷"
PREDICTIONS = by_name([
    Prediction("shift", f"{LINEAR}, ‖G − G′‖ : BN rapportée à sans BN (la moindre des deux couches)",
               Bound("≥", 100, decimals=0)),
    Prediction("cosine", f"{LINEAR}, sans BN : cosinus de G et G′", Bound(">", 0.95, "", decimals=3)),
    Prediction("final_loss", f"{LINEAR}, perte finale : sans BN rapportée à BN", Bound("≥", 2)),
])  # fmt: skip


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions of E3 on the deep linear network, written before the run, each with what was measured."""
    standard = rows_of(arrays, STANDARD, LOW)
    # The median over steps of each seed and layer, then the worst of them.
    cosine = np.median(arrays["shift_cosine"][standard], axis=1).min()
    return (
        PREDICTIONS["shift"].judge_ratio(least_shift_ratio(arrays, LOW)),
        PREDICTIONS["cosine"].judge(cosine, seeds=len(standard)),
        PREDICTIONS["final_loss"].judge_ratio(final_loss_ratio(arrays, LOW)),
    )
