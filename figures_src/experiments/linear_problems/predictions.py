"""What was expected of the linear problems, written before they were run.

``pilot`` marks what the five problems of the records ``dln`` and ``dln_sum`` had already shown.
"""

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.linear_problems.measures import STANDARD, cosines, gains, shift_ratios
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name

HALF, WHOLE = 0.5, 1.0
LAYER = 9

PROBLEMS = by_name([
    Prediction("spread", "Décalage ‖G − G′‖ avec BN sur sans BN, couche 9 : 90ᵉ centile des problèmes sur le 10ᵉ",
               Bound("≥", 100, decimals=0), pilot=True),
    Prediction("factor", "Médiane du même rapport : somme entière des carrés sur demi-somme", Bound("≤", 0.1),
               pilot=True),
    Prediction("cosine", "Sans BN, cosinus de G et G′ : médiane des problèmes, demi-somme", Bound(">", 0.95, "",
               decimals=3)),
    Prediction("gains", "Part des problèmes que la BN finit avec une perte au moins deux fois moindre, demi-somme",
               Bound("≥", 50, "%", decimals=0)),
])  # fmt: skip


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """Each prediction with what was measured; problems are not seeds of one thing, and give no interval."""
    half, whole = (shift_ratios(arrays, factor, LAYER) for factor in (HALF, WHOLE))
    low, high = np.percentile(half, (10, 90))
    return (
        PROBLEMS["spread"].judge(high / low),
        PROBLEMS["factor"].judge(np.median(whole) / np.median(half)),
        PROBLEMS["cosine"].judge(float(np.median(cosines(arrays, HALF, STANDARD)))),
        PROBLEMS["gains"].judge(gains(arrays, HALF)),
    )
