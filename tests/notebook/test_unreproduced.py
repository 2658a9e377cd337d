import pytest

from figures_src.notebook import build, unreproduced
from tests.notebook import samples

EXPLANATION = '[[explanation]]\nexperiment = "toy"\nprediction = "{}"\nwhy = "Parce que."\n'


def test_gaps_are_what_failed_or_is_open(tmp_path):
    table = tmp_path / "table.toml"
    table.write_text(EXPLANATION.format("denied"), encoding="utf-8")
    gaps = unreproduced.gaps([samples.record()], table)
    assert [(gap.check.name, gap.check.verdict.measured, gap.explanation) for gap in gaps] == [
        ("denied", 2.125, "Parce que."),
        ("open", 0.25, unreproduced.UNEXPLAINED),
        ("alone", 1.5, unreproduced.ALONE),
    ]


def test_an_explanation_of_what_did_not_fail_is_refused(tmp_path):
    table = tmp_path / "table.toml"
    table.write_text(EXPLANATION.format("met"), encoding="utf-8")
    with pytest.raises(ValueError, match="'met', which no record denies"):
        unreproduced.gaps([samples.record()], table)


def test_an_explanation_of_an_experiment_without_record_waits(tmp_path):
    table = tmp_path / "table.toml"
    table.write_text(EXPLANATION.format("met"), encoding="utf-8")
    assert unreproduced.gaps([], table) == []


def test_the_failures_of_the_records_are_all_listed():
    records = build.committed().records
    every = [(name, check) for name in records for check in unreproduced.checks(records, name)]
    gaps = unreproduced.gaps(records.values())
    assert [(gap.record, gap.check) for gap in gaps] == [row for row in every if row[1].standing != "tenue"]
    assert any(gap.check.name == "each_median" for gap in gaps)


def test_a_failure_under_a_first_protocol_is_listed_beside_the_second():
    gaps = unreproduced.gaps(build.committed().records.values())
    found = [gap for gap in gaps if gap.check.name == "cosine" and gap.record in ("dln", "dln_sum")]
    assert [gap.record for gap in found] == ["dln", "dln_sum"]
    assert found[0].check.verdict.met, "the second protocol alone would call it met"
    assert "premier protocole" in unreproduced.describe(found[0])


def test_every_item_has_its_evidence():
    items = unreproduced.missing()
    assert len(items) >= 3
    assert all(item.evidence and item.text for item in items)
    assert len({item.id for item in items}) == len(items)
