"""What was expected of the controls of E3, written before they were run.

``pilot`` marks what the record ``vgg``, or a short run of seed 0, had already shown when it was written.
"""

import numpy as np

from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.intervals import paired_ratio
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name
from figures_src.experiments.shifts import EARLY, Place, shift
from figures_src.experiments.vgg.measures import ACCURACY, BATCH, HIGH, LOW, MATCHED, NOISY, SHIFT_LAYER, STANDARD
from figures_src.experiments.vgg_controls.measures import (
    LATE,
    MATCHED_LOSS,
    PUBLISHED_LENGTHS,
    SMALLEST_LENGTH,
    START,
    at_matched_loss,
    best_rate,
    distance_bands,
    final_accuracy,
    in_window,
    median_beta,
    rate_bands,
    scaled,
    steps_to,
)
from figures_src.networks.normalization import Normalization

DEEPER_LAYER = 10
SECOND_HALF = (2000, 4000)
"""Of the runs that try other rates."""

CONTROLS = by_name([
    Prediction("recomputed_gain", "BN bruitée, à la fin : statistiques recalculées sans bruit moins moyennes mobiles "
               "prises sous le bruit", Bound("≥", 5, "points", decimals=1), pilot=True),
    Prediction("noisy_against_standard", "Précision sur le test à la fin : BN bruitée, statistiques recalculées, "
               "moins sans BN", Bound(">", 0, "points", decimals=1)),
    Prediction("noise_kept", "BN bruitée, à la fin, moyennes mobiles : bruit gardé moins bruit retiré",
               Bound(">", 0, "points", decimals=1), pilot=True),
    Prediction("bn_recomputed", "BN, à la fin : statistiques recalculées moins moyennes mobiles",
               Bound("≤", 1, "points", absolute=True, decimals=1)),
    Prediction("start_band", "Bande de perte, 1 000 premières itérations : sans BN sur avec BN",
               Bound("≤", 2), pilot=True),
    Prediction("start_band_scaled", "La même bande, divisée par ‖g‖² : sans BN sur avec BN", Bound("≥", 3), pilot=True),
    Prediction("distance_band", "Bande de perte à distance fixée, 5 000 premières itérations : sans BN sur avec BN",
               Bound(">", 1)),
    Prediction("matched_loss_band", "Bande de perte à distance fixée et à même perte d’entraînement (1,0) : sans BN "
               "sur avec BN", Bound(">", 1)),
    Prediction("noise_held_band", "Bande de perte, bruit tenu, 1 000 premières itérations : BN bruitée sur BN",
               Bound("≤", 1.25), pilot=True),
    Prediction("noise_fresh_band", "Bande de perte, bruit retiré au sort à chaque longueur, 1 000 premières "
               "itérations : BN bruitée sur BN", Bound("≥", 2)),
    Prediction("noisy_steps", "Itérations jusqu’à 90 % : BN bruitée sur BN", Bound("≥", 1.5), pilot=True),
    Prediction("plateau", "β effectif avec BN après 5 000 itérations : longueurs dès un huitième du taux sur "
               "longueurs dès la moitié", Bound("≥", 1.5)),
    Prediction("relative_shift", "Décalage relatif ‖G − G′‖/‖G‖, couche 5 : BN sur sans BN", Bound("≤", 1), pilot=True),
    Prediction("shift_cosine", "Cosinus de G et G′, couche 5 : BN moins sans BN", Bound(">", 0, ""), pilot=True),
    Prediction("noisy_relative_shift", "Décalage relatif, couche 5 : BN bruitée sur BN", Bound("≤", 1), pilot=True),
])  # fmt: skip
LOW_RATE = by_name([
    Prediction("low_shift", "Taux 0,01, décalage ‖G − G′‖, couche 5 : BN sur sans BN", Bound("≥", 1), pilot=True),
    Prediction("low_relative_shift", "Taux 0,01, décalage relatif, couche 5 : BN sur sans BN", Bound("≥", 1),
               pilot=True),
    Prediction("low_relative_shift_deeper", "Taux 0,01, décalage relatif, couche 10 : BN sur sans BN",
               Bound("≤", 1.5), pilot=True),
    Prediction("low_noisy_relative_shift", "Taux 0,01, décalage relatif, couche 5 : BN bruitée sur BN",
               Bound("≤", 1)),
])  # fmt: skip
LENGTHS = by_name([
    Prediction(f"plateau_{rate:g}", f"β effectif avec BN au taux {text}, seconde moitié : longueurs dès un huitième "
               "du taux sur longueurs dès la moitié", Bound("≥", 1.5))
    for rate, text in ((0.05, "0,05"), (0.2, "0,2"))
])  # fmt: skip
INITIAL = by_name([
    Prediction("best_rate_steps", "Poids de He, itérations jusqu’à 90 %, chacun à son meilleur taux : BN sur sans BN",
               Bound("≤", 0.65)),
    Prediction("best_rate", "Poids de He, meilleur taux : BN sur sans BN", Bound(">", 1)),
    Prediction("high_rate", "Poids de He, taux 0,5 sans BN : meilleure précision d’entraînement",
               Bound("≤", 20, "%", decimals=1)),
])  # fmt: skip


def control_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """Each prediction on the comparison at the rate 0.1, with what was measured."""
    return (*_evaluation_verdicts(arrays), *_band_verdicts(arrays), *_shift_verdicts(arrays))


def _evaluation_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    def accuracy(arm: Normalization, way: str) -> np.ndarray:
        return final_accuracy(arrays, arm, MATCHED, way)

    moving, recomputed, kept = (accuracy(NOISY, way) for way in ("moving", "recomputed", "moving_noisy"))
    return (
        CONTROLS["recomputed_gain"].judge_mean(recomputed - moving),
        CONTROLS["noisy_against_standard"].judge_mean(recomputed - accuracy(STANDARD, "moving")),
        CONTROLS["noise_kept"].judge_mean(kept - moving),
        CONTROLS["bn_recomputed"].judge_mean(accuracy(BATCH, "recomputed") - accuracy(BATCH, "moving")),
    )


def _band_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    def mean(values: np.ndarray, arm: Normalization, window: tuple[int, int] = START) -> np.ndarray:
        return in_window(arrays, values, arm, MATCHED, window)

    def matched(arm: Normalization) -> np.ndarray:
        return at_matched_loss(arrays, distance_bands(arrays), arm, MATCHED, MATCHED_LOSS)

    bands, fixed, fresh = rate_bands(arrays), distance_bands(arrays), rate_bands(arrays, fresh=True)
    relative = scaled(arrays, bands)
    noisy_steps, bn_steps = (steps_to(arrays, arm, MATCHED, ACCURACY) for arm in (NOISY, BATCH))
    return (
        _ratio(CONTROLS["start_band"], mean(bands, STANDARD), mean(bands, BATCH)),
        _ratio(CONTROLS["start_band_scaled"], mean(relative, STANDARD), mean(relative, BATCH)),
        _ratio(CONTROLS["distance_band"], mean(fixed, STANDARD, EARLY), mean(fixed, BATCH, EARLY)),
        _ratio(CONTROLS["matched_loss_band"], matched(STANDARD), matched(BATCH)),
        _ratio(CONTROLS["noise_held_band"], mean(bands, NOISY), mean(bands, BATCH)),
        _ratio(CONTROLS["noise_fresh_band"], mean(fresh, NOISY), mean(bands, BATCH)),
        _ratio(CONTROLS["noisy_steps"], noisy_steps, bn_steps),
        _plateau(CONTROLS["plateau"], arrays, MATCHED, LATE),
    )


def _shift_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    def early(name: str, arm: Normalization) -> np.ndarray:
        return shift(arrays, name, arm, Place(MATCHED, SHIFT_LAYER))

    cosine = early("cosine", BATCH) - early("cosine", STANDARD)
    return (
        _ratio(CONTROLS["relative_shift"], early("relative", BATCH), early("relative", STANDARD)),
        CONTROLS["shift_cosine"].judge_mean(cosine),
        _ratio(CONTROLS["noisy_relative_shift"], early("relative", NOISY), early("relative", BATCH)),
    )


def low_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """Each prediction at the rate 0.01, with what was measured."""

    def early(name: str, arm: Normalization, layer: int = SHIFT_LAYER) -> np.ndarray:
        return shift(arrays, name, arm, Place(LOW, layer))

    deeper = (early("relative", arm, DEEPER_LAYER) for arm in (BATCH, STANDARD))
    return (
        _ratio(LOW_RATE["low_shift"], early("difference", BATCH), early("difference", STANDARD)),
        _ratio(LOW_RATE["low_relative_shift"], early("relative", BATCH), early("relative", STANDARD)),
        _ratio(LOW_RATE["low_relative_shift_deeper"], *deeper),
        _ratio(LOW_RATE["low_noisy_relative_shift"], early("relative", NOISY), early("relative", BATCH)),
    )


def length_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """Each prediction on the plateau of the effective β at other rates, with what was measured."""
    return tuple(_plateau(LENGTHS[f"plateau_{rate:g}"], arrays, rate, SECOND_HALF) for rate in (0.05, 0.2))


def grid_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """Each prediction on the search of rates of networks that start from He weights, with what was measured."""
    rates = {arm: best_rate(arrays, arm, ACCURACY) for arm in (STANDARD, BATCH)}
    high = arrays["train_accuracy"][(arrays["arm"] == str(STANDARD)) & np.isclose(arrays["run_learning_rate"], HIGH)]
    seeds = len(rows_of(arrays, BATCH, rates[BATCH]))
    return (
        INITIAL["best_rate"].judge(rates[BATCH] / rates[STANDARD], seeds=seeds),
        INITIAL["high_rate"].judge(100 * high.max(), seeds=len(high)),
    )


def initial_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The prediction on the best rate of each arm, five seeds, with what was measured."""
    steps = {arm: steps_to(arrays, arm, best_rate(arrays, arm, ACCURACY), ACCURACY) for arm in (STANDARD, BATCH)}
    last = float(arrays["accuracy_step"][-1])
    return (INITIAL["best_rate_steps"].judge_ratio(paired_ratio(steps[BATCH], steps[STANDARD], last)),)


def _plateau(prediction: Prediction, arrays: Arrays, rate: float, window: tuple[int, int]) -> Verdict:
    low, usual = (
        median_beta(arrays, BATCH, rate, smallest, window) for smallest in (SMALLEST_LENGTH, PUBLISHED_LENGTHS)
    )
    return _ratio(prediction, low, usual)


def _ratio(prediction: Prediction, above: np.ndarray, below: np.ndarray) -> Verdict:
    """Judge the ratio of what pairs of seeds gave."""
    return prediction.judge_ratio(paired_ratio(above, below))
