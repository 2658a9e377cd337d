"""The numbers of E2 that sentences quote."""

import pytest

from figures_src.article.facts.inception import InceptionFacts, checks, inception_facts
from figures_src.experiments.inception.measures import BN, BN_X5
from tests.article import samples
from tests.experiments.inception_samples import STEPS, curve


@pytest.fixture(scope="module")
def facts() -> InceptionFacts:
    return inception_facts(*samples.reduced().values())


def test_each_seed_is_timed_on_the_top_of_the_mean_curve_without_bn(facts):
    assert facts.threshold == pytest.approx(0.722)
    standard, with_bn, sigmoid = (facts.arms[name] for name in ("inception", "bn_baseline", "bn_x5_sigmoid"))
    assert (standard.steps, standard.reached) == (None, 2), "the top of a mean curve is not reached by every seed"
    assert (with_bn.steps, with_bn.reached, sigmoid.reached) == (8000, 3, 0)
    assert (with_bn.times.side, with_bn.times.low) == ("<", None)
    assert facts.fixed.level == 0.7
    assert facts.fixed.times.value == pytest.approx(8000 / 16_000)
    assert with_bn.best == pytest.approx(0.727)
    assert (standard.seeds, facts.arms["inception_x5"].seeds) == (3, 1)


def test_the_base_rate_is_shown_with_those_it_was_chosen_among(facts):
    assert facts.grid == pytest.approx({0.005: 0.6, 0.01: 0.7, 0.02: 0.6})
    assert not facts.at_edge


def test_curves_still_on_their_way_are_not_called_flat(facts):
    assert all(arm.flat for arm in facts.arms.values())
    rising = inception_facts(*samples.reduced({BN: STEPS / 44_000, BN_X5: curve(0.73, 40_000)}).values())
    assert [name for name, arm in rising.arms.items() if not arm.flat] == ["bn_baseline", "bn_x5"]


def test_the_small_network_is_counted(facts):
    without, with_bn = facts.parameters["without_bn"], facts.parameters["with_bn"]
    assert 300_000 < without < with_bn < 1_000_000


def test_predictions_stand_beside_what_the_paper_prints():
    found = checks(samples.reduced()["inception"].verdicts)
    published = {check.name: check.published for check in found if check.published is not None}
    steps = {"steps": 13.3 / 31, "faster_steps": 2.1 / 13.3}
    accuracies = {"fastest_best": 2.6, "sigmoids": 69.8, "sigmoids_without_bn": 0.1}
    assert published == pytest.approx(steps | accuracies, abs=1e-9)
