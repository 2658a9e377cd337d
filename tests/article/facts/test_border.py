"""What the article quotes of the border follows the control's measures, by the reading that each sentence names."""

import pytest

from figures_src.article.facts.border import border_facts
from figures_src.experiments.cars_border import measures
from figures_src.experiments.cars_border.runs import REPEATED
from figures_src.experiments.prediction import by_name
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.records import store
from tests.article import samples


def test_shares_are_fractions_of_what_the_published_reading_loses() -> None:
    facts = border_facts(samples.border())
    assert (facts.zeros.mean, facts.repeated.mean, facts.inputs.mean) == pytest.approx((0.95, 0.95, 0.95))
    assert (facts.rounding.mean, facts.price.mean) == pytest.approx((0, 0))


def test_the_record_says_what_the_sentences_say() -> None:
    record = store.load("cars_border")
    facts = border_facts(record)
    repeated = measures.given_back(record.arrays, "with_bn", measures.FOGGED, REPEATED)
    assert facts.repeated.mean == pytest.approx(repeated.mean() / 100)
    assert facts.zeros.mean + facts.zeros.half_width < facts.repeated.mean - facts.repeated.half_width
    assert not facts.rounding.clear
    assert facts.price.sign == 1
    judged = by_name(EXPERIMENTS["cars_border"].verdicts(record.arrays))
    assert 100 * facts.repeated.mean == pytest.approx(judged["repeated_fog"].measured)
