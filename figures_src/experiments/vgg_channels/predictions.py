"""Predictions on single channels, written before the run."""

from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.prediction import Bound, Prediction, Verdict
from figures_src.experiments.vgg.measures import MATCHED, NOISY, STANDARD
from figures_src.experiments.vgg_channels.measures import channel_moves

CHANNEL_MOVES = Prediction(
    "channel_moves",
    "Déplacement moyen d’un canal d’un relevé à l’autre : BN bruitée rapportée à sans BN (la moindre des trois "
    "couches)",
    Bound(">", 1),
)
"""What the paper asserts of noisy networks, written before the run."""


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The prediction, with what was measured."""
    ratio = (channel_moves(arrays, NOISY) / channel_moves(arrays, STANDARD)).min()
    return (CHANNEL_MOVES.judge(ratio, seeds=len(rows_of(arrays, NOISY, MATCHED))),)
