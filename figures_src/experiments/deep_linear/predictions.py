"""Predictions on the deep linear network, written before the runs."""

from dataclasses import replace

import numpy as np

from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.deep_linear.measures import LOW, STANDARD, final_loss_ratio, least_shift_ratio
from figures_src.experiments.prediction import Verdict, judge, judge_ratio


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions of E3 on the deep linear network, written before the run, each with what was measured."""
    shift, loss = least_shift_ratio(arrays, LOW), final_loss_ratio(arrays, LOW)
    # The median over steps of each seed and layer, then the worst of them.
    cosine = np.median(arrays["shift_cosine"][rows_of(arrays, STANDARD, LOW)], axis=1).min()
    seeds = len(rows_of(arrays, STANDARD, LOW))
    return (
        judge_ratio("Réseau linéaire, taux 10⁻⁷, ‖G − G′‖ : BN rapportée à sans BN (la moindre des deux couches)",
                    "≥ 100", shift, 100, 0),
        replace(judge("Réseau linéaire, taux 10⁻⁷, sans BN : cosinus de G et G′", "> 0,95", cosine, 0.95, 3, ""),
                seeds=seeds),
        judge_ratio("Réseau linéaire, taux 10⁻⁷, perte finale : sans BN rapportée à BN", "≥ 2", loss, 2),
    )  # fmt: skip
