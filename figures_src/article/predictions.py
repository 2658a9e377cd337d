"""Predictions written before a run, as the article shows them: what was expected, measured, and said of it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from figures_src import french
from figures_src.article import markup
from figures_src.article.unknown import MARK
from figures_src.commands import closest
from figures_src.experiments.prediction import Standing, Verdict, by_name

SHOWN = {
    Standing.MET: '<span class="verdict-met">tenue</span>',
    Standing.FAILED: '<strong class="verdict-failed">démentie</strong>',
    Standing.OPEN: '<span class="verdict-open">indécise</span>',
    Standing.LONE: '<span class="verdict-open">une graine</span>',
}
NO_NUMBER = "—"


@dataclass(frozen=True)
class Check:
    """A verdict and the same quantity on the paper's own curves, where it has them."""

    verdict: Verdict
    published: float | None = None
    first: Verdict | None = None
    """The same prediction under the protocol that was tried first, where there was one."""

    @property
    def name(self) -> str:
        """That of the prediction."""
        return self.verdict.name

    @property
    def after_trial(self) -> bool:
        """Whether it was written after a trial had shown what it says: it is counted apart."""
        return self.verdict.pilot

    @property
    def standing(self) -> Standing:
        """A prediction that failed under a first protocol stays failed, whatever a second one says of it."""
        if self.first is not None and self.first.standing is Standing.FAILED:
            return Standing.FAILED
        return self.verdict.standing


def checks_of(
    verdicts: Sequence[Verdict], first: Sequence[Verdict] = (), published: Mapping[str, float] | None = None
) -> Mapping[str, Check]:
    """Verdicts as the page shows them, by the names of their predictions, in their order.

    Each stands with that of the first protocol, and with what a paper published, by the same names.

    Raises:
        ValueError: the two protocols did not judge the same predictions, or a value was published of no prediction.
    """
    known, before = by_name(verdicts), by_name(first)
    if before and before.keys() != known.keys():
        raise ValueError("the first protocol judged other predictions: name them alike")
    if strange := (published or {}).keys() - known.keys():
        raise ValueError(f"published values of {sorted(strange)}, which no prediction speaks of: name them alike")
    return {name: Check(known[name], (published or {}).get(name), before.get(name)) for name in known}


def quantity(value: float | None, verdict: Verdict) -> str:
    """A value in the unit of a verdict; a dash where there is none, or where a network never arrived."""
    if value is None or not math.isfinite(value):
        return NO_NUMBER
    if verdict.unit == "×":
        return f"× {_factor(value, verdict)}"
    text = french.number(value, verdict.decimals)
    unit = french.plural(value, "point") if verdict.unit == "points" else verdict.unit
    return f"{text} {unit}".rstrip()


def _factor(value: float, verdict: Verdict) -> str:
    """From a hundred on, two digits say enough."""
    return french.significant(value) if value >= 100 else french.number(value, verdict.decimals)


def measured(verdict: Verdict) -> str:
    """What was measured, without its interval; "<" or ">" where it only bounds the quantity."""
    return markup.verbatim(f"{verdict.side} {quantity(verdict.measured, verdict)}".lstrip())


def spread(verdict: Verdict) -> str:
    """The interval, in brackets: half of it, or both its ends for a ratio; nothing where there is none."""
    if verdict.low is not None and verdict.high is not None:
        return f"({_factor(verdict.low, verdict)} à {_factor(verdict.high, verdict)})"
    if verdict.half_width is not None:
        return f"(± {french.number(verdict.half_width, verdict.decimals)})"
    return ""


def state(check: Check) -> str:
    """Where the prediction stands."""
    return SHOWN[check.standing]


def verdict_of(checks: Sequence[Check], name: str) -> Verdict:
    """The verdict on a prediction, for sentences that tell what was expected.

    Raises:
        KeyError: none has this name; the message names the nearest one.
    """
    known = by_name(checks)
    return known[closest(name, known, "prediction")].verdict


def prediction_table(checks: Sequence[Check], caption: str, *, quick: bool = False, written: Sequence[str] = ()) -> str:
    """One row a prediction, and under it what ``written`` tells of each; a column where a paper has published values.

    Quick verdicts say that they are.
    """
    known = any(check.published is not None for check in checks)
    heads = ["Prédiction", "Seuil", *(["Publié"] if known else []), "Mesuré", "Graines", "Verdict"]
    rows = [_row(check, known, quick) for check in checks]
    if written:
        rows = [[f"{words}<br><small>{told}</small>", *row] for (words, *row), told in zip(rows, written, strict=True)]
    return markup.table(heads, caption, rows, stacked=True)


def _row(check: Check, known: bool, quick: bool) -> list[str]:
    verdict = check.verdict
    published = [quantity(check.published, verdict)] if known else []
    words = [markup.verbatim(verdict.prediction), markup.verbatim(verdict.threshold)]
    seeds = NO_NUMBER if verdict.seeds is None else french.integer(verdict.seeds)
    if quick and not math.isfinite(verdict.measured):
        return [*words, *published, MARK, seeds, MARK]
    return [*words, *published, found(check), seeds, state(check) + (" (version rapide)" if quick else "")]


def found(check: Check) -> str:
    """What was measured with its interval, and what the first protocol gave."""
    text = f"{measured(check.verdict)} {spread(check.verdict)}".rstrip()
    return text if check.first is None else f"{text} ; premier protocole : {measured(check.first)}"
