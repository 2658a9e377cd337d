"""What could not be reproduced: the predictions that failed, found in the records, and a list written by hand."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figures_src import french
from figures_src.article.markup import verbatim
from figures_src.article.predictions import measured, state
from figures_src.experiments.experiment import Verdict
from figures_src.records.store import Record

TABLE = Path(__file__).with_suffix(".toml")
UNEXPLAINED = "Nous n’en avons pas encore d’explication."


@dataclass(frozen=True)
class Gap:
    """A prediction that a record does not bear out."""

    record: str
    verdict: Verdict
    explanation: str


@dataclass(frozen=True)
class Missing:
    """What a paper reports and that was not done again; French, Markdown."""

    id: str
    title: str
    text: str
    evidence: str


def gaps(records: Iterable[Record], table: Path = TABLE) -> list[Gap]:
    """Every prediction that failed or is left open, explained where someone wrote why.

    Raises:
        ValueError: an explanation is given for a prediction of these records that does not fail, or is not there.
    """
    explanations = {(row["experiment"], row["prediction"]): row["why"].strip() for row in _read(table)["explanation"]}
    every = list(records)
    found = [
        Gap(record.name, verdict, explanations.pop((record.name, verdict.prediction), UNEXPLAINED))
        for record in every
        for verdict in record.verdicts
        if verdict.undecided or not verdict.met
    ]
    stale = [prediction for name, prediction in explanations if name in {record.name for record in every}]
    if stale:
        raise ValueError(
            f"{table.name} explains {stale[0]!r}, which no record denies: word it as the record, or drop it"
        )
    return found


def missing(table: Path = TABLE) -> list[Missing]:
    """What the papers report and nobody here did again.

    Raises:
        TypeError: an entry lacks a field, or has one too many.
    """
    return [Missing(**{name: text.strip() for name, text in row.items()}) for row in _read(table)["missing"]]


def describe(gap: Gap) -> str:
    """A gap as Markdown: what was predicted, what was measured, where the evidence is, why."""
    verdict = gap.verdict
    wide = f" (± {french.number(verdict.half_width, verdict.decimals)})" if verdict.half_width is not None else ""
    prediction, expected = verbatim(verdict.prediction), verbatim(verdict.threshold)
    return (
        f"<p><strong>{prediction}.</strong> Prédit : {expected}. Mesuré : {measured(verdict)}{wide}. "
        f"Verdict : {state(verdict)}.</p>\n\n"
        f"{gap.explanation} Preuve : [enregistrement et courbes de `{gap.record}`]({gap.record}.md#predictions)."
    )


def _read(table: Path) -> Mapping[str, Any]:
    return {"explanation": [], "missing": [], **tomllib.loads(table.read_text(encoding="utf-8"))}
