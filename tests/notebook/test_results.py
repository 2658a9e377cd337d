"""How results are told: numbers with their intervals, ratios with their ends, tables under their anchors."""

import pytest

from figures_src.article.predictions import checks_of
from figures_src.experiments.estimates import Estimate
from figures_src.experiments.intervals import Ratio
from figures_src.notebook import build, results
from figures_src.notebook.results import count, gap, ratio, share, times, value
from figures_src.records import store


def test_a_mean_stands_with_its_interval() -> None:
    assert share(Estimate(0.97312, 0.00123)) == "97,3\u202f% (±\u00a00,1)"
    assert gap(Estimate(0.023, 0.011)) == "+2,3\u00a0points (±\u00a01,1)"
    assert gap(Estimate(0.004, 0.0012), 2, signed=False) == "0,40\u00a0point (±\u00a00,12)"
    assert value(Estimate(-0.25, 0.5), 1) == "−0,2 (±\u00a00,5)"


def test_an_interval_is_never_told_as_nothing() -> None:
    assert share(Estimate(0.5, 0.0003)) == "50,0\u202f% (±\u00a00,03)"
    assert share(Estimate(0.5, 0.0)) == "50,0\u202f%"


def test_a_ratio_stands_with_its_ends_or_as_the_bound_that_it_is() -> None:
    assert ratio(Ratio(0.846, 5, 0.699, 1.027)) == "0,85 (0,70\u00a0à\u00a01,03)"
    assert ratio(Ratio(0.743, 5, side="<")) == "&lt;\u202f0,74"
    assert ratio(Ratio(1.5, 1)) == "1,50"
    assert ratio(Ratio(float("nan"), 3)) == "—"


def test_factors_keep_two_digits_where_they_are_large_or_small() -> None:
    assert [times(factor) for factor in (2.71, 563.0, 0.0103)] == ["×\u00a02,7", "×\u00a0560", "×\u00a00,010"]


def test_a_time_that_never_came_is_a_word() -> None:
    assert count(3466.7) == "3\u202f467"
    assert count(None) == count(float("inf")) == "jamais"


def test_the_published_column_follows_the_verdicts() -> None:
    """As many published values as predictions, and none where no paper has any."""
    for name in build.committed().records:
        checks = list(checks_of(store.load(name).verdicts).values())
        told = results.published(name, checks)
        assert len(told) == len(checks)
        assert any(found is not None for found in told) == (name in results.PUBLISHED)


def test_facts_are_those_of_the_article_and_come_when_asked_for() -> None:
    facts = results.Facts(build.committed().records)
    assert facts.curves.seeds == 10
    with pytest.raises(KeyError, match="no_such_fact"):
        _ = facts.no_such_fact
    with pytest.raises(KeyError, match="mnist_curves"):
        _ = results.Facts({}).curves
