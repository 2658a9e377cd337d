"""How many predictions of all experiments were met, failed and left open, and which ones failed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from figures_src.article.predictions import Check, checks_of
from figures_src.experiments.prediction import Standing, Verdict
from figures_src.records.record import Record

FIRST_PROTOCOLS = {"depth_training_long": "depth_training", "dln": "dln_sum"}
"""Records that were trained again under another protocol, and those of the first: the same predictions."""


@dataclass(frozen=True)
class Foretold:
    """A prediction, where it stands, and the record that says so."""

    record: str
    check: Check

    @property
    def failed_first(self) -> bool:
        """Whether the protocol that was tried first denies it, whatever a second one says."""
        return self.check.first is not None and self.check.first.standing is Standing.FAILED


@dataclass(frozen=True)
class ForetoldFacts:
    """Every prediction of the records that the article rests on, once."""

    before: tuple[Foretold, ...]
    """Written before any trial."""
    after: tuple[Foretold, ...]
    """Written after a trial had shown what they say."""

    @property
    def counts(self) -> Mapping[str, int]:
        """By standing, of those written before any trial."""
        found = Counter(str(each.check.standing) for each in self.before)
        return {str(standing): found[str(standing)] for standing in Standing}

    @property
    def failed(self) -> tuple[Foretold, ...]:
        """Those that the measures deny, but for `failed_first`."""
        return tuple(each for each in self._failed() if not each.failed_first)

    @property
    def failed_first(self) -> tuple[Foretold, ...]:
        """Those that were denied under the protocol that was tried first, and stay so."""
        return tuple(each for each in self._failed() if each.failed_first)

    def _failed(self) -> list[Foretold]:
        return [each for each in (*self.before, *self.after) if each.check.standing is Standing.FAILED]


def foretold_facts(records: Mapping[str, Record]) -> ForetoldFacts:
    """Judge them all; a prediction tried under two protocols counts once."""
    told = [
        Foretold(name, check)
        for name, record in sorted(records.items())
        if name not in FIRST_PROTOCOLS.values()
        for check in checks_of(record.verdicts, _first(name, records)).values()
    ]
    return ForetoldFacts(
        before=tuple(each for each in told if not each.check.after_trial),
        after=tuple(each for each in told if each.check.after_trial),
    )


def _first(name: str, records: Mapping[str, Record]) -> tuple[Verdict, ...]:
    first = FIRST_PROTOCOLS.get(name)
    return records[first].verdicts if first else ()
