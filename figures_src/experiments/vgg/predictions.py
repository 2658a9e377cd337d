"""Predictions on the VGG networks, written before the runs."""

from dataclasses import replace

from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.intervals import paired_ratio
from figures_src.experiments.prediction import Verdict, judge, judge_ratio
from figures_src.experiments.vgg.landscape import band_width, change_along, loss_along
from figures_src.experiments.vgg.measures import (
    BATCH,
    HIGH,
    LOW,
    NOISY,
    SHIFT_LAYER,
    STANDARD,
    Place,
    band_ratio,
    early_beta,
    early_shift_ratio,
    times_ratio,
    usual_beta,
)


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions of E3 on VGG, written before the run, each with what was measured."""
    return (*_speed_verdicts(arrays), *_probe_verdicts(arrays))


def _speed_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    noise, seeds = times_ratio(arrays, NOISY, BATCH), len(rows_of(arrays, STANDARD, HIGH))
    stressed, stressed_bn = (
        100 * arrays["train_accuracy"][rows_of(arrays, arm, HIGH)].max(axis=1) for arm in (STANDARD, BATCH)
    )
    until = "Itérations jusqu’à 90 %"
    return (
        judge_ratio(f"{until} (entraînement, taux 0,1) : BN rapportée à sans BN", "≤ 0,65",
                    times_ratio(arrays, BATCH, STANDARD), 0.65),
        replace(judge("Taux 0,5 sans BN : meilleure précision d’entraînement", "≤ 20 %", stressed.max(), 20, 1, "%"),
                seeds=seeds),
        replace(judge("Taux 0,5 avec BN : meilleure précision d’entraînement", "≥ 95 %", stressed_bn.min(), 95, 1,
                      "%"), seeds=seeds),
        judge_ratio(f"{until} : BN bruitée rapportée à BN, la BN n’est pas plus lente", "≥ 1", noise, 1),
        judge_ratio(f"{until} : BN bruitée rapportée à BN, le bruit ne coûte pas plus", "≤ 2", noise, 2),
        judge_ratio(f"{until} : BN bruitée rapportée à sans BN", "< 1", times_ratio(arrays, NOISY, STANDARD), 1),
    )  # fmt: skip


def _probe_verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    loss, change = (band_ratio(arrays, band_width(along(arrays))) for along in (loss_along, change_along))
    return (
        judge_ratio("Décalage interne ‖G − G′‖, taux 0,01, couche 5, premier tiers : BN rapportée à sans BN", "≥ 1",
                    early_shift_ratio(arrays, Place(LOW, SHIFT_LAYER)), 1),
        judge_ratio("Largeur moyenne de la bande de perte le long du gradient : sans BN rapportée à BN", "≥ 3", loss,
                    3),
        judge_ratio("Largeur moyenne de la bande de variation du gradient : sans BN rapportée à BN", "≥ 2,5", change,
                    2.5),
        judge_ratio("β effectif maximal avant 5 000 itérations : sans BN rapporté à BN", "≥ 1,5",
                    paired_ratio(*early_beta(arrays)), 1.5),
        judge_ratio("β effectif médian : sans BN rapporté à BN, pas d’écart attendu", "≤ 1,1",
                    paired_ratio(*usual_beta(arrays)), 1.1),
    )  # fmt: skip
