import pytest

from figures_src.notebook import build, unreproduced
from tests.notebook import samples

EXPLANATION = '[[explanation]]\nexperiment = "toy"\nprediction = "{}"\nwhy = "Parce que."\n'


def test_gaps_are_what_failed_or_is_open(tmp_path):
    table = tmp_path / "table.toml"
    table.write_text(EXPLANATION.format("Niée"), encoding="utf-8")
    gaps = unreproduced.gaps([samples.record()], table)
    assert [(gap.verdict.prediction, gap.verdict.measured, gap.explanation) for gap in gaps] == [
        ("Niée", 2.125, "Parce que."),
        ("Ouverte", 0.25, unreproduced.UNEXPLAINED),
    ]


def test_an_explanation_of_what_did_not_fail_is_refused(tmp_path):
    table = tmp_path / "table.toml"
    table.write_text(EXPLANATION.format("Tenue"), encoding="utf-8")
    with pytest.raises(ValueError, match="'Tenue', which no record denies"):
        unreproduced.gaps([samples.record()], table)


def test_an_explanation_of_an_experiment_without_record_waits(tmp_path):
    table = tmp_path / "table.toml"
    table.write_text(EXPLANATION.format("Tenue"), encoding="utf-8")
    assert unreproduced.gaps([], table) == []


def test_the_failures_of_the_records_are_all_listed():
    records = build.committed().records
    verdicts = [verdict for record in records.values() for verdict in record.verdicts]
    found = [gap.verdict for gap in unreproduced.gaps(records.values())]
    assert found == [verdict for verdict in verdicts if not verdict.met or verdict.undecided]
    assert any(gap.prediction == "Avec BN, médiane de l’unité (chaque graine)" for gap in found)


def test_every_item_has_its_evidence():
    items = unreproduced.missing()
    assert len(items) >= 3
    assert all(item.evidence and item.text for item in items)
    assert len({item.id for item in items}) == len(items)
