"""What the part « Résultats » of a page is written with: the article's facts, numbers with their intervals, tables.

A sentence stands as it is written, with ``held`` beside it: what a record denies is not published, neither in the
article nor here.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from figures_src import french
from figures_src.article import assertions, markup
from figures_src.article.facts import fit as facts_fit
from figures_src.article.facts import inception as facts_inception
from figures_src.article.facts.covariate import published_dln, published_vgg
from figures_src.article.facts.mnist import gather
from figures_src.article.facts.santurkar import santurkar_facts
from figures_src.article.predictions import Check, verdict_of
from figures_src.experiments.estimates import Estimate
from figures_src.experiments.intervals import Ratio
from figures_src.records.record import Record

ABSENT = "—"
FEW_DIGITS = 2
LARGE, SMALL = 100, 0.1
"""Beyond them, a factor is told by its first digits."""
MORE = 3
"""Decimals that are tried for an interval which rounds to nothing."""


class Facts:
    """The facts of the article, by the names that its templates give them; computed when the first is asked for."""

    def __init__(self, records: Mapping[str, Record]):
        self.records = records

    @cached_property
    def gathered(self) -> Mapping[str, Any]:
        """All of them.

        Raises:
            KeyError: a record that they need is missing.
        """
        found = gather(self.records)
        if facts_fit.RECORD in self.records:
            found.setdefault("fit", facts_fit.fit_facts(self.records[facts_fit.RECORD]))
        return found

    def __getattr__(self, name: str) -> Any:
        """One of them."""
        if name.startswith("__"):  # what Python asks any object for
            raise AttributeError(name)
        return self.gathered[name]


def vocabulary(records: Mapping[str, Record]) -> dict[str, object]:
    """What the templates of results may name."""
    return {
        "facts": Facts(records),
        "held": assertions.held,
        "result": result,
        "share": share,
        "gap": gap,
        "value": value,
        "ratio": ratio,
        "times": times,
        "percent": french.percent,
        "points": french.points,
        "significant": french.significant,
        "words": french.words,
        "verdict_of": verdict_of,
        "count": count,
        "sans": '<span class="without-bn">sans BN</span>',
        "avec": '<span class="with-bn">avec BN</span>',
        "bruitee": '<span class="noisy-bn">BN bruitée</span>',
    }


def result(anchor: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of results under a heading of its own, which the article may link to by its anchor."""
    return f"### {title} {{#{anchor}}}\n\n{markup.table(columns, title, rows, stacked=True)}"


def share(estimate: Estimate, decimals: int = 1) -> str:
    """A mean fraction in per cent, with its interval: "97,3 % (± 0,1)"."""
    return french.percent(estimate.mean, decimals) + _half(100 * estimate.half_width, decimals)


def gap(estimate: Estimate, decimals: int = 1, *, signed: bool = True) -> str:
    """A mean difference of fractions in points, with its interval: "+2,3 points (± 0,1)"."""
    return french.points(estimate.mean, decimals, signed=signed) + _half(100 * estimate.half_width, decimals)


def value(estimate: Estimate, decimals: int = 2) -> str:
    """A mean with its interval: "0,45 (± 0,02)"."""
    return french.number(estimate.mean, decimals) + _half(estimate.half_width, decimals)


def _half(width: float, decimals: int) -> str:
    """Half an interval, with more decimals where it would read as nothing; nothing where all seeds agree."""
    shown = next((more for more in range(decimals, decimals + MORE) if round(width, more)), None)
    return "" if shown is None else f" (±\u00a0{french.number(width, shown)})"


def ratio(found: Ratio, decimals: int = 2) -> str:
    """A ratio over pairs of seeds and the ends of its interval: "0,45 (0,41 à 0,49)"; "< 0,45" where it is bounded."""
    if math.isnan(found.value):
        return ABSENT
    shown = french.number(found.value, decimals)
    if found.side:
        return f"{markup.verbatim(found.side)}\u202f{shown}"
    if found.low is None or found.high is None:
        return shown
    return f"{shown} ({french.number(found.low, decimals)}\u00a0à\u00a0{french.number(found.high, decimals)})"


def times(factor: float, decimals: int = 1) -> str:
    """How many times one number is another: "× 2,7", "× 560", "× 0,010"."""
    shown = french.significant(factor, FEW_DIGITS) if not SMALL <= factor < LARGE else french.number(factor, decimals)
    return f"×\u00a0{shown}"


def count(steps: float | None, otherwise: str = "jamais") -> str:
    """A mean number of updates; another word where a seed never gets there."""
    return french.integer(round(steps)) if steps is not None and math.isfinite(steps) else otherwise


PUBLISHED: Mapping[str, Callable[[], Mapping[str, float]]] = {
    "vgg": lambda: published_vgg(santurkar_facts()),
    "dln": lambda: published_dln(santurkar_facts()),
    "dln_sum": lambda: published_dln(santurkar_facts()),
    "inception": facts_inception.published,
}
"""What the same measures give on a paper's own curves, by the names of the predictions of a record."""


def published(name: str, checks: Sequence[Check]) -> list[float | None]:
    """One a prediction; None where no paper has it."""
    known = PUBLISHED[name]() if name in PUBLISHED else {}
    return [known.get(check.name) for check in checks]
