"""What the article quotes of the control on rates."""

import pytest

from figures_src.article.facts.rates import rates_facts
from tests.article import samples


def test_each_arm_is_timed_at_its_own_fastest_setting() -> None:
    facts = rates_facts(samples.rates())
    assert (facts.seeds, facts.steps, facts.rates) == (3, 400, (1.0, 3.0, 10.0, 30.0))
    assert (facts.fastest["with_bn"].steps, facts.fastest["without_bn"].steps) == (200, 300)
    assert facts.times.value == pytest.approx(2 / 3)
    assert (facts.usable[10.0], facts.usable[1.0]) == ({"without_bn": 0, "with_bn": 4}, {"without_bn": 4, "with_bn": 4})
    assert facts.best_gap.mean == pytest.approx(0.01)
