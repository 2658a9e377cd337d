"""Predictions on MNIST, written before the runs."""

from dataclasses import replace

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
from figures_src.experiments.prediction import Verdict, judge, judge_ratio


def curves_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions of E1, written before the run, each with what was measured."""
    medians = arrays["unit_percentiles"][MATCHED, WITH_BN, :, :, 1]
    mean_median, each_median = np.abs(medians.mean(axis=0)).max(), np.abs(medians).max()
    seeds = len(medians)
    paths = [early_path(arrays, arm) for arm in (WITHOUT_BN, WITH_BN)]
    final = arrays["test_accuracy"][..., -1]
    control = 100 * (final[-1, WITHOUT_BN] - final[MATCHED, WITH_BN])
    return (
        _gap_verdict("Avance de la BN à 4 000 itérations", "≥ 2 points", accuracy_gap(arrays, 4000), 2),
        _gap_verdict("Avance de la BN à 50 000 itérations", "> 0 point", accuracy_gap(arrays, LAST_STEP), 0),
        _median_verdict("Avec BN, médiane de l’unité (moyenne des graines)", mean_median, seeds),
        _median_verdict("Avec BN, médiane de l’unité (chaque graine)", each_median, seeds),
        judge_ratio(
            "Avec BN, l’écart 15–85 de l’unité croît de 1 000 à 50 000 itérations",
            "≥ 1,3",
            growth(arrays, "unit_percentiles"),
            1.3,
        ),
        judge_ratio(
            "Avec BN, l’écart 15–85 de la couche croît de 1 000 à 50 000 itérations",
            "≥ 1,3",
            growth(arrays, "layer_percentiles"),
            1.3,
        ),
        judge_ratio(
            "Sans BN, les percentiles parcourent plus de chemin dans les 5 000 premières itérations",
            "> 1",
            paired_ratio(paths[0], paths[1]),
            1,
        ),
        _gap_verdict("Sans BN à taux 1, précision finale moins celle avec BN à taux 0,1", "> 0 point", control, 0),
    )


def _gap_verdict(prediction: str, threshold: str, samples: np.ndarray, bound: float) -> Verdict:
    """A difference in points, one per seed."""
    return judge(prediction, threshold, samples.mean(), bound, unit="points", samples=samples)


def _median_verdict(prediction: str, farthest: float, seeds: int) -> Verdict:
    return replace(judge(prediction, "≤ 0,15 en valeur absolue", farthest, 0.15, unit=""), seeds=seeds)


def statistics_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """Predictions on the two ways of normalising the probe, written before the run of ten seeds."""
    change, relative = roughness(arrays)
    without, own, running = range(len(STATISTICS))
    return (
        judge_ratio(
            "Avec BN, la médiane change plus d’une itération à l’autre avec les moyennes mobiles qu’avec les "
            "statistiques des images",
            "> 1",
            paired_ratio(change[running], change[own]),
            1,
        ),
        judge_ratio(
            "Rapporté à l’étalement, ce changement est plus grand sans BN qu’avec BN et moyennes mobiles",
            "> 1",
            paired_ratio(relative[without], relative[running]),
            1,
        ),
    )
