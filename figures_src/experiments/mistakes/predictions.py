"""Predictions on the mistakes, written before the run, of what theory and earlier records make one expect.

- A batch's mean and variance are noisy by the number of values behind them: 128 images hardly matter, 8 do (``cost`` of
  small batches in ``batch_statistics``), one image leaves its own contrast only. Images sorted by class lose what their
  mean tells of the class.
- An average that gives 0.9 to the last batch has the noise of one batch of 128: little.
- γ, β and the statistics of a column, or of each pixel, are not those of a channel, which a convolution shares.
- Groups of 8 or 16 learn alike but for noise (``statistics_to_fit`` predicts so); groups of 2 do not.
- A batch of one image weighs a tenth of the averages that are judged right after, and its gradient as much as any.
- A bias is taken away by the mean, decay on γ or β acts on what the next layer can undo, ε is 10⁻⁵: nothing to lose.
- Dropout before a BN adds to its variance in training, and no more in evaluation (Li et al. 2019, 1801.05134).
- Fog is affine: moving statistics undo it, frozen ones leave it to the weights. A rotation hardly moves statistics.

A trial of one epoch of ten, with a seed that is not among the five, was looked at for its duration, and showed the
accuracies of four mistaken networks and of the readings of the right one: their predictions were written before it, and
are marked all the same.

The mistakes of `figures_src.experiments.mistakes.measures.MISTAKES` are told at the best rate of the right network.
"""

from collections.abc import Mapping

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.mistakes.measures import MISTAKES, lost, lost_in_weights
from figures_src.experiments.mistakes.runs import Arm
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name

LOST = "points perdus"
PREDICTIONS = by_name([
    Prediction("training_128", f"Évaluation en mode entraînement, lots de 128 mélangés : {LOST}",
               Bound("≤", 1, "points", absolute=True, decimals=1), pilot=True),
    Prediction("training_8", f"Évaluation en mode entraînement, lots de 8 mélangés : {LOST}",
               Bound("≥", 2, "points", decimals=1), pilot=True),
    Prediction("training_1", f"Évaluation en mode entraînement, une image à la fois : {LOST}",
               Bound("≥", 10, "points", decimals=1), pilot=True),
    Prediction("sorted_128", f"Évaluation en mode entraînement, lots de 128 triés par classe : {LOST}",
               Bound("≥", 20, "points", decimals=1), pilot=True),
    Prediction("sorted_8", f"Évaluation en mode entraînement, lots de 8 triés par classe : {LOST}",
               Bound("≥", 20, "points", decimals=1), pilot=True),
    Prediction("moving_0.9", f"Moyenne mobile qui donne 0,9 au nouveau lot, au lieu de 0,1 : {LOST}",
               Bound("≤", 3, "points", decimals=1), pilot=True),
    Prediction("axis_of_columns", f"Statistiques par colonne de pixels : {LOST}",
               Bound("≥", 3, "points", decimals=1), pilot=True),
    Prediction("axis_of_units", f"Statistiques par pixel de chaque canal : {LOST}",
               Bound("≥", 1, "points", decimals=1), pilot=True),
    Prediction("accumulated_by_8", f"Seize lots de 8 accumulés pour un lot de 128 : {LOST}",
               Bound("≤", 2, "points", absolute=True, decimals=1)),
    Prediction("accumulated_by_2", f"Soixante-quatre lots de 2 accumulés pour un lot de 128 : {LOST}",
               Bound("≥", 3, "points", decimals=1), pilot=True),
    Prediction("cards_of_16", f"Huit cartes de 16 images, chacune ses statistiques : {LOST}",
               Bound("≤", 2, "points", absolute=True, decimals=1)),
    Prediction("last_batch_of_1", f"Dernier lot d’une image : {LOST}", Bound("≥", 5, "points", decimals=1), pilot=True),
    Prediction("last_batch_of_2", f"Dernier lot de deux images : {LOST}", Bound("≥", 2, "points", decimals=1)),
    Prediction("last_in_statistics", f"Dernier lot d’une image, part des statistiques : {LOST} que rendent des "
               "statistiques recalculées", Bound(">", 0, "points", decimals=1), pilot=True),
    Prediction("decay_on_all", f"Décroissance sur γ et β aussi : {LOST}",
               Bound("≤", 1, "points", absolute=True, decimals=1)),
    Prediction("bias_kept", f"Biais gardé avant la BN : {LOST}",
               Bound("≤", 1, "points", absolute=True, decimals=1)),
    Prediction("dropout_before_bn", f"Dropout avant la dernière BN plutôt qu’après : {LOST}",
               Bound(">", 0, "points", decimals=1)),
    Prediction("dropout_in_statistics", f"Dropout avant la dernière BN, part des statistiques : {LOST} que rendent des "
               "statistiques recalculées sans dropout", Bound(">", 0, "points", decimals=1)),
    Prediction("epsilon_outside", f"ε hors de la racine : {LOST}",
               Bound("≤", 1, "points", absolute=True, decimals=1)),
    Prediction("left_in_evaluation", f"Resté en mode évaluation après la première époque : {LOST}",
               Bound("≥", 3, "points", decimals=1)),
    Prediction("affine_frozen_fogged", f"Ajustement au brouillard, γ et β gelés mais statistiques mobiles plutôt que "
               f"gelées : {LOST} dans le brouillard", Bound("<", 0, "points", decimals=1)),
    Prediction("affine_frozen_fogged_old", f"Le même réseau, revenu aux images d’origine : {LOST}",
               Bound("≥", 5, "points", decimals=1)),
    Prediction("affine_frozen_rotated", f"Ajustement aux rotations, γ et β gelés mais statistiques mobiles plutôt que "
               f"gelées : {LOST} sur les images tournées", Bound("≤", 1, "points", absolute=True, decimals=1)),
    Prediction("statistics_frozen_fogged", f"Ajustement au brouillard, statistiques gelées plutôt que mobiles : {LOST} "
               "dans le brouillard", Bound("≥", 2, "points", decimals=1)),
    Prediction("statistics_frozen_rotated", f"Ajustement aux rotations, statistiques gelées plutôt que mobiles : "
               f"{LOST} sur les images tournées", Bound("≤", 1, "points", absolute=True, decimals=1)),
])  # fmt: skip


def samples(arrays: Arrays) -> Mapping[str, np.ndarray]:
    """What each prediction speaks of, one per seed."""
    given_back = {
        "last_in_statistics": lost(arrays, Arm.LAST_ONE) - lost_in_weights(arrays, Arm.LAST_ONE),
        "dropout_in_statistics": lost(arrays, Arm.DROPOUT_BEFORE, Arm.DROPOUT_AFTER)
        - lost_in_weights(arrays, Arm.DROPOUT_BEFORE, Arm.DROPOUT_AFTER),
    }
    return {**{name: mistake.lost(arrays) for name, mistake in MISTAKES.items()}, **given_back}


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions, each with what was measured."""
    found = samples(arrays)
    return tuple(prediction.judge_mean(found[name]) for name, prediction in PREDICTIONS.items())
