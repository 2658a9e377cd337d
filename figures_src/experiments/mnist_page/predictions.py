"""Predictions on the page's networks, written before the run; a trial of the default setting had shown its outcome.

``mnist_grid`` and ``mnist_rates`` had shown the same network on the 60 000 training images. What they show at the same
σ and rate, or what the trial showed, is marked. Nobody had seen batches of two, or an evaluation by the batch.
"""

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.intervals import paired_ratio
from figures_src.experiments.mnist.measures import WITH_BN, WITHOUT_BN
from figures_src.experiments.mnist_page import measures
from figures_src.experiments.mnist_page.measures import EARLY_STEP
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name

POINTS = "points"
PREDICTIONS = by_name(
    [
        Prediction("default", "Au réglage de départ, avance de la BN à 1 000 itérations",
                   Bound("≥", 50, POINTS), pilot=True),
        Prediction("default_early", "Au réglage de départ, précision avec BN à 100 itérations",
                   Bound("≥", 70, POINTS), pilot=True),
        Prediction("fast", "Au taux 10, précision avec BN à 1 000 itérations", Bound("≥", 80, POINTS), pilot=True),
        Prediction("fast_without", "Au taux 10, précision sans BN à 1 000 itérations",
                   Bound("≤", 30, POINTS), pilot=True),
        Prediction("easy", "Écart-type initial 0,3 et taux 1, avance de la BN à 1 000 itérations",
                   Bound("≤", 1, POINTS, absolute=True), pilot=True),
        Prediction("pairs", "Lots de 2, avance de la BN à 1 000 itérations", Bound("≤", 0, POINTS)),
        Prediction("by_batch", "Réseaux entraînés sur des lots de 2, avec BN : précision évaluée par lots de 2, moins "
                   "celle par les moyennes mobiles", Bound("≤", -5, POINTS)),
        Prediction("wide", "Écart-type initial 0,3, avance de la BN à 1 000 itérations, moins celle au réglage de "
                   "départ", Bound("≤", -30, POINTS), pilot=True),
        Prediction("wide_with", "Avec BN à 1 000 itérations, précision à l’écart-type initial 0,3, moins celle au "
                   "réglage de départ", Bound("<", 0, POINTS), pilot=True),
        Prediction("spread", "Au réglage de départ à 100 itérations, étalement 15–85 du signal : avec BN rapporté à "
                   "sans BN", Bound("≥", 5), pilot=True),
    ]
)  # fmt: skip


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions, each with what was measured."""
    with_bn = {name: measures.accuracy(arrays, name, WITH_BN) for name in measures.NAMES}
    gaps = {name: measures.gap(arrays, name) for name in measures.NAMES}
    wider, narrower = (measures.spread(arrays, "default", arm, EARLY_STEP) for arm in (WITH_BN, WITHOUT_BN))
    return (
        _mean("default", gaps["default"]),
        _mean("default_early", measures.accuracy(arrays, "default", WITH_BN, EARLY_STEP)),
        _mean("fast", with_bn["fast"]),
        _mean("fast_without", measures.accuracy(arrays, "fast", WITHOUT_BN)),
        _mean("easy", gaps["easy"]),
        _mean("pairs", gaps["pairs"]),
        _mean("by_batch", with_bn["pairs_by_batch"] - with_bn["pairs"]),
        _mean("wide", gaps["wide"] - gaps["default"]),
        _mean("wide_with", with_bn["wide"] - with_bn["default"]),
        PREDICTIONS["spread"].judge_ratio(paired_ratio(wider, narrower)),
    )


def _mean(name: str, samples: np.ndarray) -> Verdict:
    return PREDICTIONS[name].judge_mean(samples)
