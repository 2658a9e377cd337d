"""Predictions on the VGG networks, written before the runs."""

from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.intervals import paired_ratio
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name
from figures_src.experiments.shifts import Place, early_shift_ratio
from figures_src.experiments.vgg.landscape import band_width, change_along, loss_along
from figures_src.experiments.vgg.measures import (
    BATCH,
    HIGH,
    LOW,
    NOISY,
    SHIFT_LAYER,
    STANDARD,
    band_ratio,
    early_beta,
    times_ratio,
    usual_beta,
)

UNTIL = "Itérations jusqu’à 90 %"
SPEED = by_name([
    Prediction("steps", f"{UNTIL} (entraînement, taux 0,1) : BN rapportée à sans BN", Bound("≤", 0.65)),
    Prediction("high_rate", "Taux 0,5 sans BN : meilleure précision d’entraînement", Bound("≤", 20, "%", decimals=1)),
    Prediction("high_rate_with_bn", "Taux 0,5 avec BN : meilleure précision d’entraînement",
               Bound("≥", 95, "%", decimals=1)),
    Prediction("noisy_not_faster", f"{UNTIL} : BN bruitée rapportée à BN, la BN n’est pas plus lente", Bound("≥", 1)),
    Prediction("noise_cost", f"{UNTIL} : BN bruitée rapportée à BN, le bruit ne coûte pas plus", Bound("≤", 2)),
    Prediction("noisy_against_standard", f"{UNTIL} : BN bruitée rapportée à sans BN", Bound("<", 1)),
])  # fmt: skip
SHIFT = by_name([
    Prediction("early_shift", "Décalage interne ‖G − G′‖, taux 0,01, couche 5, premier tiers : BN rapportée à sans BN",
               Bound("≥", 1)),
])  # fmt: skip
LANDSCAPE = by_name([
    Prediction("loss_band", "Largeur moyenne de la bande de perte le long du gradient : sans BN rapportée à BN",
               Bound("≥", 3)),
    Prediction("gradient_band", "Largeur moyenne de la bande de variation du gradient : sans BN rapportée à BN",
               Bound("≥", 2.5)),
    Prediction("early_beta", "β effectif maximal avant 5 000 itérations : sans BN rapporté à BN", Bound("≥", 1.5)),
    Prediction("usual_beta", "β effectif médian : sans BN rapporté à BN, pas d’écart attendu", Bound("≤", 1.1)),
])  # fmt: skip


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions of E3 on VGG, written before the run, each with what was measured."""
    return (*_speed_verdicts(arrays), *_probe_verdicts(arrays))


def _speed_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    noise, seeds = times_ratio(arrays, NOISY, BATCH), len(rows_of(arrays, STANDARD, HIGH))
    stressed, stressed_bn = (
        100 * arrays["train_accuracy"][rows_of(arrays, arm, HIGH)].max(axis=1) for arm in (STANDARD, BATCH)
    )
    return (
        SPEED["steps"].judge_ratio(times_ratio(arrays, BATCH, STANDARD)),
        SPEED["high_rate"].judge(stressed.max(), seeds=seeds),
        SPEED["high_rate_with_bn"].judge(stressed_bn.min(), seeds=seeds),
        SPEED["noisy_not_faster"].judge_ratio(noise),
        SPEED["noise_cost"].judge_ratio(noise),
        SPEED["noisy_against_standard"].judge_ratio(times_ratio(arrays, NOISY, STANDARD)),
    )


def _probe_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    loss, change = (band_ratio(arrays, band_width(along(arrays))) for along in (loss_along, change_along))
    return (
        SHIFT["early_shift"].judge_ratio(early_shift_ratio(arrays, Place(LOW, SHIFT_LAYER))),
        LANDSCAPE["loss_band"].judge_ratio(loss),
        LANDSCAPE["gradient_band"].judge_ratio(change),
        LANDSCAPE["early_beta"].judge_ratio(paired_ratio(*early_beta(arrays))),
        LANDSCAPE["usual_beta"].judge_ratio(paired_ratio(*usual_beta(arrays))),
    )
