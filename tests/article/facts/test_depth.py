"""What the article quotes of the experiments on depth."""

import math

import pytest

from figures_src.article.facts.depth import Depths, depth_facts
from figures_src.experiments.depth import theory
from tests.article import samples


def test_facts_are_those_of_the_records() -> None:
    records = samples.mechanisms()
    facts = depth_facts(records["depth_initial"], records["depth_training_long"])
    assert (facts.layers, facts.batch_size, facts.width) == (100, 128, 512)
    assert facts.limit == pytest.approx(math.pi / (math.pi - 1))
    assert facts.growth["relu"].measured.mean == pytest.approx(theory.relu(128))
    assert facts.growth["tanh"].error == pytest.approx(0, abs=1e-9)
    assert facts.growth["linear"].error == pytest.approx(1.05 / theory.linear(128) - 1)
    assert {size: found.theory for size, found in facts.linear.items()} == {8: 6 / 5, 16: 14 / 13, 32: 30 / 29}
    assert facts.residual_without.measured.mean == pytest.approx(2)
    assert facts.residual_whole.mean == pytest.approx(facts.residual_theory)
    assert facts.deepest["residual"] == {"without_bn": Depths(20, 20), "with_bn": Depths(80, 80)}
    assert facts.accuracy["plain"]["with_bn"][40].mean == pytest.approx(0.6)
    assert facts.gap["residual"][80].mean == pytest.approx(0.35)
    assert facts.gap["plain"][80].mean == pytest.approx(0)
    assert facts.learning_seeds == 2
