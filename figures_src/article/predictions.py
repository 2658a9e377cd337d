"""Predictions written before a run, as the article shows them: what was expected, measured, and said of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from figures_src import french
from figures_src.article import markup
from figures_src.article.unknown import MARK
from figures_src.experiments.experiment import Verdict

UNDECIDED = '<span class="verdict-open">indécise</span>'
MET = '<span class="verdict-met">tenue</span>'
FAILED = '<strong class="verdict-failed">démentie</strong>'
NO_NUMBER = "—"


@dataclass(frozen=True)
class Check:
    """A verdict and the same quantity on the paper's own curves, where it has them."""

    verdict: Verdict
    published: float | None = None


def quantity(value: float | None, verdict: Verdict) -> str:
    """A value in the unit of a verdict; a dash where there is none, or where a network never arrived."""
    if value is None or not math.isfinite(value):
        return NO_NUMBER
    text = french.number(value, verdict.decimals)
    if verdict.unit == "×":
        return f"× {text}"
    unit = french.plural(value, "point") if verdict.unit == "points" else verdict.unit
    return f"{text} {unit}".rstrip()


def measured(verdict: Verdict) -> str:
    """What was measured, without its interval."""
    return quantity(verdict.measured, verdict)


def state(verdict: Verdict) -> str:
    """Whether the prediction is met, failed, or left open by the interval."""
    return UNDECIDED if verdict.undecided else MET if verdict.met else FAILED


def verdict_of(checks: Sequence[Check], beginning: str) -> Verdict:
    """The verdict on the one prediction that begins so, for sentences that tell what was expected.

    Raises:
        ValueError: none begins so, or several do.
    """
    found = [check.verdict for check in checks if check.verdict.prediction.startswith(beginning)]
    if len(found) != 1:
        raise ValueError(f"{len(found)} predictions begin with {beginning!r}: give enough of it to tell one")
    return found[0]


def prediction_table(checks: Sequence[Check], caption: str, *, quick: bool = False) -> str:
    """One row a prediction; a column of published values where a paper gives any. Quick verdicts say that they are."""
    known = any(check.published is not None for check in checks)
    heads = ["Prédiction", "Seuil", *(["Publié"] if known else []), "Mesuré", "Verdict"]
    rows = [_row(check, known, quick) for check in checks]
    return markup.table(heads, caption, rows, stacked=True)


def _row(check: Check, known: bool, quick: bool) -> list[str]:
    verdict = check.verdict
    wide = verdict.half_width
    spread = "" if wide is None else f" (± {french.number(wide, verdict.decimals)})"
    published = [quantity(check.published, verdict)] if known else []
    words = [markup.verbatim(verdict.prediction), markup.verbatim(verdict.threshold)]
    if quick and not math.isfinite(verdict.measured):
        return [*words, *published, MARK, MARK]
    return [*words, *published, measured(verdict) + spread, state(verdict) + (" (version rapide)" if quick else "")]
