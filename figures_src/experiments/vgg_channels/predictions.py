"""Predictions on single channels, written before the run."""

from dataclasses import replace

from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.prediction import Verdict, judge
from figures_src.experiments.vgg.measures import MATCHED, NOISY, STANDARD
from figures_src.experiments.vgg_channels.measures import channel_moves


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """Written before the run: what the paper asserts of noisy networks."""
    ratio = (channel_moves(arrays, NOISY) / channel_moves(arrays, STANDARD)).min()
    verdict = judge(
        "Déplacement moyen d’un canal d’un relevé à l’autre : BN bruitée rapportée à sans BN (la moindre des trois "
        "couches)",
        "> 1",
        ratio,
        1,
    )
    return (replace(verdict, seeds=len(rows_of(arrays, NOISY, MATCHED))),)
