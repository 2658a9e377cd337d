"""What was expected of the experiment on scale, written before it was run; no trial had shown an outcome."""

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.intervals import paired_ratio
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name
from figures_src.experiments.scale import measures
from figures_src.experiments.scale.measures import BATCH, INERTIA, STANDARD

PREDICTIONS = by_name([
    Prediction("perpendicular", "Avec BN, cosinus des poids et de leur gradient, en valeur absolue, médiane",
               Bound("≤", 0.001, "", decimals=6)),
    Prediction("control_perpendicular", "Le même cosinus, sans BN rapporté à avec BN", Bound("≥", 100, decimals=0)),
    Prediction("growth", "Avec BN et sans pénalité, ‖W‖² gagné rapporté à Σ η²‖g‖² : plus grand écart à 1",
               Bound("≤", 0.02, "", decimals=4)),
    Prediction("control_growth", "Sans BN ni pénalité, au plus petit taux, le même rapport dans la couche où il est le "
               "plus petit", Bound("≥", 2)),
    Prediction("angle", "Avec BN, angle d’un pas rapporté à celui de la théorie, couches à l’équilibre : plus grand "
               "écart à 1", Bound("≤", 0.1, "", decimals=3)),
    Prediction("inertia", "La même chose avec une inertie de 0,9", Bound("≤", 0.1, "", decimals=3)),
    Prediction("product", "Avec BN, angles des réseaux de même produit ηλ : plus grand rapporté au plus petit",
               Bound("≤", 1.1, decimals=3)),
    Prediction("share", "Avec BN, part des couches à 10 % au plus de la théorie", Bound("≥", 90, "%", decimals=0)),
    Prediction("control_share", "Sans BN, part des couches à 10 % au plus de la théorie",
               Bound("≤", 25, "%", decimals=0)),
])  # fmt: skip


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """Each prediction with what was measured, one value a seed."""
    with_bn, without = (measures.cosines(arrays, run) for run in (BATCH, STANDARD))
    means: dict[str, np.ndarray] = {
        "growth": measures.worst_growth(arrays, BATCH),
        "control_growth": measures.slow_growth(arrays, STANDARD),
        "angle": measures.worst_deviation(arrays, BATCH),
        "inertia": measures.worst_deviation(arrays, INERTIA),
        "product": measures.same_product(arrays, BATCH),
        "share": measures.on_the_line(arrays, BATCH),
        "control_share": measures.on_the_line(arrays, STANDARD),
    }
    return (
        PREDICTIONS["perpendicular"].judge_mean(with_bn),
        PREDICTIONS["control_perpendicular"].judge_ratio(paired_ratio(without, with_bn)),
        *(PREDICTIONS[name].judge_mean(values) for name, values in means.items()),
    )
