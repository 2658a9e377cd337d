"""What is not settled: the predictions that are not met, found in the records, and a list written by hand."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figures_src.article.markup import verbatim
from figures_src.article.predictions import Check, checks_of, found, state
from figures_src.experiments.prediction import Standing
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.records.record import Record

TABLE = Path(__file__).with_suffix(".toml")
UNEXPLAINED = "Nous n’en avons pas encore d’explication."
ALONE = "Une graine ne dit pas ce que feraient les autres : rien n’est tranché."


@dataclass(frozen=True)
class Gap:
    """A prediction that a record does not bear out, or bears out with one network."""

    record: str
    check: Check
    explanation: str


@dataclass(frozen=True)
class Missing:
    """What a paper reports and that was not done again; French, Markdown."""

    id: str
    title: str
    text: str
    evidence: str


def gaps(records: Iterable[Record], table: Path = TABLE) -> list[Gap]:
    """Every prediction that failed, is left open or rests on one seed, explained where someone wrote why.

    Raises:
        ValueError: an explanation is given for a prediction of these records that does not fail, or is not there.
    """
    explanations = {(row["experiment"], row["prediction"]): row["why"].strip() for row in _read(table)["explanation"]}
    every = {record.name: record for record in records}
    unsettled = [
        Gap(name, check, explanations.pop((name, check.name), _usual(check)))
        for name in every
        for check in checks(every, name)
        if check.standing is not Standing.MET
    ]
    stale = [prediction for name, prediction in explanations if name in every]
    if stale:
        raise ValueError(
            f"{table.name} explains {stale[0]!r}, which no record denies: name it as the record does, or drop it"
        )
    return unsettled


def checks(records: Mapping[str, Record], name: str) -> list[Check]:
    """The predictions of a record, each with what a protocol that was tried first said of it."""
    experiment = EXPERIMENTS.get(name)
    first = records.get(experiment.first_protocol) if experiment else None
    return list(checks_of(records[name].verdicts, first.verdicts if first else ()).values())


def _usual(check: Check) -> str:
    return ALONE if check.standing is Standing.LONE else UNEXPLAINED


def missing(table: Path = TABLE) -> list[Missing]:
    """What the papers report and nobody here did again.

    Raises:
        TypeError: an entry lacks a field, or has one too many.
    """
    return [Missing(**{name: text.strip() for name, text in row.items()}) for row in _read(table)["missing"]]


def describe(gap: Gap) -> str:
    """A gap as Markdown: what was predicted, what was measured, where the evidence is, why."""
    prediction, expected = verbatim(gap.check.verdict.prediction), verbatim(gap.check.verdict.threshold)
    return (
        f"<p><strong>{prediction}.</strong> Prédit : {expected}. Mesuré : {found(gap.check)}. "
        f"Graines : {gap.check.verdict.seeds or 'non dites'}. Verdict : {state(gap.check)}.</p>\n\n"
        f"{gap.explanation} Preuve : [enregistrement et courbes de `{gap.record}`]({gap.record}.md#predictions)."
    )


def _read(table: Path) -> Mapping[str, Any]:
    return {"explanation": [], "missing": [], **tomllib.loads(table.read_text(encoding="utf-8"))}
