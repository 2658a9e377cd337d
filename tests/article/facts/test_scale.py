"""What the article quotes of the experiment on scale."""

import math

import pytest

from figures_src.article.facts.scale import scale_facts
from tests.article import samples


def test_facts_are_those_of_the_record() -> None:
    facts = scale_facts(samples.mechanisms()["scale"])
    assert (facts.seeds, facts.steps, facts.layers, facts.settled, facts.cells) == (5, 10_000, 3, 8, 9)
    assert facts.degrees == pytest.approx(
        tuple(math.degrees(math.acos(1 - product)) for product in (2e-4, 0.8 * 0.016))
    )
    assert (facts.cosine.mean, facts.cosine_without.mean) == pytest.approx((1e-5, 0.02))
    assert (facts.layers_settled, facts.near, facts.near_inertia, facts.near_without) == (24, 24, 24, 0)
    assert facts.growth_range == pytest.approx((3, 3))
    assert (facts.share.mean, facts.share_without.mean) == (1, 0)
    assert facts.farthest.mean == pytest.approx(0, abs=1e-6)
    assert facts.growth_without.mean == pytest.approx(3)
    assert facts.growth.mean == pytest.approx(0)
