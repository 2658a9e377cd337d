"""Predictions on the parts of BN, written before the run, of what theory and the literature make one expect.

- BN beats no BN at its own best rate: in few epochs it goes further.
- Scaling alone does most of the work, as RMSNorm does of layer normalization (Zhang & Sennrich 2019): it is what makes
  the network indifferent to the size of its weights. Centring alone leaves that size to matter.
- γ and β add little where another layer follows.
- With statistics taken for constants, a step moves what the normalization then takes away (Ioffe & Szegedy 2015,
  section 2): means drift, and the best rate is a low one, if any.
- γ and β alone learn far more than chance, and far less than all weights (Frankle et al. 2021, on deeper networks).
- Standardised weights come near BN without a batch (Qiao et al. 2019; Brock et al. 2021), and beat nothing at all.
"""

from collections.abc import Mapping

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.few_images.measures import at_best, best_rate
from figures_src.experiments.parts.measures import DRIFT_RATE, at_rate_of, gap, kept_mean
from figures_src.experiments.parts.runs import Part
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name

OWN = "chacun à son meilleur taux"
PREDICTIONS = by_name([
    Prediction("whole", f"BN moins sans BN, {OWN}", Bound("≥", 2, "points", decimals=1)),
    Prediction("centred", f"Centrer seulement moins BN, {OWN}", Bound("≤", -1, "points", decimals=1)),
    Prediction("scaled", f"Réduire seulement moins BN, {OWN}", Bound("≥", -1.5, "points", decimals=1)),
    Prediction("scaled_against_centred", f"Réduire seulement moins centrer seulement, {OWN}",
               Bound(">", 0, "points", decimals=1)),
    Prediction("plain", f"BN sans γ ni β moins BN, {OWN}", Bound("≤", 1, "points", absolute=True, decimals=1)),
    Prediction("detached", f"Statistiques sans gradient moins BN, {OWN}", Bound("≤", -5, "points", decimals=1)),
    Prediction("detached_rate", "Précision, statistiques sans gradient, au meilleur taux de la BN",
               Bound("≤", 20, "%", decimals=1)),
    Prediction("detached_drift", "Moyennes gardées au taux 0,01, statistiques sans gradient sur BN", Bound("≥", 2)),
    Prediction("affine", f"Précision, γ et β seuls appris, {OWN}", Bound("≥", 20, "%", decimals=1)),
    Prediction("affine_against_whole", f"γ et β seuls appris moins BN, {OWN}",
               Bound("≤", -15, "points", decimals=1)),
    Prediction("weights", f"Poids standardisés moins BN, {OWN}", Bound("≥", -2, "points", decimals=1)),
    Prediction("weights_against_none", f"Poids standardisés moins sans BN, {OWN}",
               Bound(">", 0, "points", decimals=1)),
])  # fmt: skip


def samples(arrays: Arrays) -> Mapping[str, np.ndarray]:
    """What each prediction speaks of, one per seed."""
    rate = DRIFT_RATE if DRIFT_RATE in arrays["run_learning_rate"] else best_rate(arrays, Part.WHOLE)
    return {
        "whole": gap(arrays, Part.WHOLE, Part.WITHOUT),
        "centred": gap(arrays, Part.CENTRED, Part.WHOLE),
        "scaled": gap(arrays, Part.SCALED, Part.WHOLE),
        "scaled_against_centred": gap(arrays, Part.SCALED, Part.CENTRED),
        "plain": gap(arrays, Part.PLAIN, Part.WHOLE),
        "detached": gap(arrays, Part.DETACHED, Part.WHOLE),
        "detached_rate": at_rate_of(arrays, Part.DETACHED, Part.WHOLE),
        "detached_drift": kept_mean(arrays, Part.DETACHED, rate) / kept_mean(arrays, Part.WHOLE, rate),
        "affine": at_best(arrays, Part.AFFINE),
        "affine_against_whole": gap(arrays, Part.AFFINE, Part.WHOLE),
        "weights": gap(arrays, Part.WEIGHTS, Part.WHOLE),
        "weights_against_none": gap(arrays, Part.WEIGHTS, Part.WITHOUT),
    }


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions, each with what was measured."""
    found = samples(arrays)
    return tuple(prediction.judge_mean(found[name]) for name, prediction in PREDICTIONS.items())
