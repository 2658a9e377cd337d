"""Predictions on MNIST, written before the runs."""

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.intervals import paired_ratio
from figures_src.experiments.mnist.measures import (
    LAST_STEP,
    MATCHED,
    STATISTICS,
    WITH_BN,
    WITHOUT_BN,
    accuracy_gap,
    early_path,
    growth,
    roughness,
)
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name

CURVES = by_name([
    Prediction("early_gap", "Avance de la BN à 4 000 itérations", Bound("≥", 2, "points")),
    Prediction("final_gap", "Avance de la BN à 50 000 itérations", Bound(">", 0, "points")),
    Prediction("mean_median", "Avec BN, médiane de l’unité (moyenne des graines)", Bound("≤", 0.15, "", absolute=True)),
    Prediction("each_median", "Avec BN, médiane de l’unité (chaque graine)", Bound("≤", 0.15, "", absolute=True)),
    Prediction("unit_growth", "Avec BN, l’écart 15–85 de l’unité croît de 1 000 à 50 000 itérations", Bound("≥", 1.3)),
    Prediction("layer_growth", "Avec BN, l’écart 15–85 de la couche croît de 1 000 à 50 000 itérations",
               Bound("≥", 1.3)),
    Prediction("early_path", "Sans BN, les percentiles parcourent plus de chemin dans les 5 000 premières itérations",
               Bound(">", 1)),
    Prediction("control", "Sans BN à taux 1, précision finale moins celle avec BN à taux 0,1", Bound(">", 0, "points")),
])  # fmt: skip
PROBED = by_name([
    Prediction("running_rougher", "Avec BN, la médiane change plus d’une itération à l’autre avec les moyennes mobiles "
               "qu’avec les statistiques des images", Bound(">", 1)),
    Prediction("rougher_without_bn", "Rapporté à l’étalement, ce changement est plus grand sans BN qu’avec BN et "
               "moyennes mobiles", Bound(">", 1)),
])  # fmt: skip
"""On the two ways of normalising the probe, written before the run of ten seeds."""


def curves_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions of E1, written before the run, each with what was measured."""
    medians = arrays["unit_percentiles"][MATCHED, WITH_BN, :, :, 1]
    mean_median, each_median = np.abs(medians.mean(axis=0)).max(), np.abs(medians).max()
    without_bn, with_bn = (early_path(arrays, arm) for arm in (WITHOUT_BN, WITH_BN))
    final = arrays["test_accuracy"][..., -1]
    control = 100 * (final[-1, WITHOUT_BN] - final[MATCHED, WITH_BN])
    return (
        CURVES["early_gap"].judge_mean(accuracy_gap(arrays, 4000)),
        CURVES["final_gap"].judge_mean(accuracy_gap(arrays, LAST_STEP)),
        CURVES["mean_median"].judge(mean_median, seeds=len(medians)),
        CURVES["each_median"].judge(each_median, seeds=len(medians)),
        CURVES["unit_growth"].judge_ratio(growth(arrays, "unit_percentiles")),
        CURVES["layer_growth"].judge_ratio(growth(arrays, "layer_percentiles")),
        CURVES["early_path"].judge_ratio(paired_ratio(without_bn, with_bn)),
        CURVES["control"].judge_mean(control),
    )


def statistics_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions `PROBED`, each with what was measured."""
    change, relative = roughness(arrays)
    without, own, running = range(len(STATISTICS))
    return (
        PROBED["running_rougher"].judge_ratio(paired_ratio(change[running], change[own])),
        PROBED["rougher_without_bn"].judge_ratio(paired_ratio(relative[without], relative[running])),
    )
