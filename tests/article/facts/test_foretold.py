"""The predictions of every experiment, counted once, and those that failed."""

import re
from dataclasses import replace

from figures_src.article.facts.foretold import FIRST_PROTOCOLS, foretold_facts
from figures_src.experiments.prediction import Bound, Prediction, Standing
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.publish import TEMPLATES
from figures_src.records.record import Record
from figures_src.records.store import load
from tests.article import samples


def record(name: str, *measured: float, pilot: bool = False) -> Record:
    """A record whose predictions are that each of these is at least 1."""
    told = [Prediction(f"p{i}", f"p{i}", Bound("≥", 1), pilot).judge(each) for i, each in enumerate(measured)]
    curves = samples.curves()
    sidecar = {**curves.sidecar, "verdicts": [vars(replace(verdict, seeds=5)) for verdict in told]}
    return replace(curves, name=name, sidecar=sidecar)


def test_predictions_are_counted_by_where_they_stand_and_those_after_a_trial_apart() -> None:
    records = {"a": record("a", 2, 0.5), "b": record("b", 0.5, pilot=True)}
    facts = foretold_facts(records)
    assert (len(facts.before), len(facts.after)) == (2, 1)
    assert facts.counts == {"tenue": 1, "démentie": 1, "indécise": 0, "une graine": 0}
    assert [(each.record, each.check.name) for each in facts.failed] == [("a", "p1"), ("b", "p0")]
    assert facts.failed_first == ()


def test_a_prediction_of_two_protocols_counts_once_and_stays_denied() -> None:
    later, first = next(iter(FIRST_PROTOCOLS.items()))
    facts = foretold_facts({later: record(later, 2, 2), first: record(first, 0.5, 2)})
    assert [each.check.standing for each in facts.before] == [Standing.FAILED, Standing.MET]
    assert facts.failed == ()
    (told,) = facts.failed_first
    assert told.record == later
    assert (told.check.first.measured, told.check.verdict.measured) == (0.5, 2)


def test_first_protocols_are_those_of_the_registry() -> None:
    """The article names them itself: the registry would bring the trainings."""
    declared = {name: each.first_protocol for name, each in EXPERIMENTS.items() if each.first_protocol}
    assert declared == FIRST_PROTOCOLS


def test_the_short_words_of_a_denied_prediction_are_those_of_one_that_is_judged() -> None:
    """A prediction without short words is told in full; words without their prediction would never be read."""
    text = (TEMPLATES / "sections" / "predictions.md.j2").read_text(encoding="utf-8")
    block = text[: text.index("%>")]
    told = [
        (name, prediction)
        for name, words in re.findall(r'^  "(\w+)": (\{.*?\}),$', block, re.MULTILINE | re.DOTALL)
        for prediction in re.findall(r'"(\w+)": "', words)
    ]
    assert len(told) == block.count('": "') > 0
    judged = {(name, verdict.name) for name in {name for name, _ in told} for verdict in load(name).verdicts}
    assert set(told) <= judged
