import math
from dataclasses import replace

import numpy as np
import pytest

from figures_src.article.facts.controls import WINDOWS, ControlFacts, control_facts
from tests.article import samples
from tests.experiments.samples import STEPS


@pytest.fixture(scope="module")
def facts() -> ControlFacts:
    return control_facts(*samples.controls().values())


def test_steps_are_those_of_the_matched_rate(facts):
    assert [facts.arms[arm].steps_to_good for arm in ("without_bn", "with_bn", "noisy_bn")] == [3300, 1600, 2400]
    assert facts.arms["without_bn"].best == pytest.approx(0.97)
    assert facts.speed.value == pytest.approx(1600 / 3300)
    assert facts.noise_cost.value == pytest.approx(1.5)
    assert facts.noise_toll == pytest.approx(800 / 1700)


def test_an_arm_that_one_seed_never_finishes_has_no_number():
    records = samples.controls()
    arrays = records["vgg_controls"].arrays
    arrays["train_accuracy"][2] = 0.1
    never = control_facts(*records.values())
    assert never.arms["noisy_bn"].steps_to_good is None
    assert never.noise_toll is None
    assert never.noise_cost.side == ">"


def test_a_network_is_judged_in_the_ways_that_it_has(facts):
    assert {arm: list(ways) for arm, ways in facts.accuracy.items()} == {
        "without_bn": ["moving"],
        "with_bn": ["moving", "recomputed"],
        "noisy_bn": ["moving", "recomputed", "moving_noisy"],
    }
    assert facts.accuracy["noisy_bn"]["recomputed"].mean == pytest.approx(0.821)
    assert facts.noisy_gain["with_bn"].mean == pytest.approx(0.03), "both with statistics taken again"
    assert facts.noisy_gain["without_bn"].mean == pytest.approx(0.1)
    assert facts.kept_gain.mean == pytest.approx(0)
    assert facts.moving_cost.mean == pytest.approx(0.27)


def test_bands_are_told_by_window_and_by_length(facts):
    assert tuple((window.after, window.until) for window in facts.windows) == WINDOWS
    for window in facts.windows:
        assert (window.along.value, window.scaled.value) == (pytest.approx(4), pytest.approx(4))
        assert window.distance.value == pytest.approx(0.7)
        assert (window.held.value, window.fresh.value) == (pytest.approx(1), pytest.approx(0.9))
        assert window.noisy_distance.value == pytest.approx(1)
    assert (facts.matched.along.value, facts.matched.distance.value) == (pytest.approx(4), pytest.approx(0.7))
    assert facts.landscape.loss_band.gain == pytest.approx(4)


def test_the_gradient_grows_by_the_published_lengths_alone(facts):
    assert facts.plateau.usual.with_bn == pytest.approx(0.1 / 0.05), "a change of 0.1 within half of the rate"
    assert facts.plateau.growth["with_bn"].value == pytest.approx(4)
    assert facts.plateau.shortened == 4
    assert facts.plateau.edge == pytest.approx(20)


def test_the_first_losses_are_the_middle_of_the_published_band(facts):
    low, high = 4 * 2 / 9, 4
    assert facts.landscape.first_loss.without_bn == pytest.approx((low + high) / 2)
    assert facts.penalised.first_loss.without_bn > facts.landscape.first_loss.without_bn


def test_a_short_run_has_the_windows_it_reaches_and_no_plateau():
    records = samples.controls()
    arrays = dict(records["vgg_controls"].arrays)
    early = arrays["landscape_step"] <= 2000
    for name, values in list(arrays.items()):
        if name.startswith(("landscape", "line_")) and name not in ("landscape_step", "landscape_length"):
            arrays[name] = values[:, early]
    arrays["landscape_step"] = arrays["landscape_step"][early]
    short = records | {"vgg_controls": replace(records["vgg_controls"], arrays=arrays)}
    found = control_facts(*short.values())
    assert [window.until for window in found.windows] == [1000, 5000]
    assert math.isnan(found.plateau.growth["with_bn"].value)


def test_shifts_are_relative_to_the_gradient_at_both_rates(facts):
    assert set(facts.shift) == {(0.1, 5), (0.1, 10), (0.01, 5), (0.01, 10)}
    near, far = facts.shift[0.1, 5], facts.shift[0.01, 5]
    assert (near.relative.value, far.relative.value) == (pytest.approx(0.8), pytest.approx(3))
    assert near.turn["without_bn"].relative == pytest.approx(0.5)
    assert near.turn["with_bn"].cosine == pytest.approx(0.75)
    assert near.cosine.mean == pytest.approx(0.15)


def test_the_best_rates_of_he_weights_are_compared_by_seed(facts):
    found, last = facts.tuned, STEPS[-1]
    assert found.rate == {"without_bn": 0.05, "with_bn": 0.1}
    assert found.steps_to_good == {"without_bn": (math.inf, math.inf), "with_bn": (3000, 4000)}
    assert found.times.side == "<"
    assert found.times.value == pytest.approx(math.sqrt(3000 * 4000) / last)
    assert found.best["without_bn"].mean == pytest.approx(0.75)


def test_the_plateau_at_other_rates_follows_the_shortest_length(facts):
    assert facts.lengths == {
        rate: {"without_bn": pytest.approx(4), "with_bn": pytest.approx(4)} for rate in (0.05, 0.2)
    }


def test_he_weights_are_told_by_rate(facts):
    assert facts.initial.rates == (0.1, 0.5)
    assert facts.initial.best_rate("without_bn") == 0.1
    assert facts.initial.soonest("without_bn") == math.inf
    assert (facts.initial.soonest("with_bn"), facts.initial.latest("with_bn")) == (3000, 4000)


def test_problems_are_a_distribution(facts):
    half = facts.problems[0.5]
    assert half.ratios == pytest.approx((0.1, 10, 1000))
    assert (half.median, half.below_one, half.halved) == (pytest.approx(10), 1, 2)
    np.testing.assert_allclose([facts.problems[factor].median for factor in (0.25, 1.0)], [100, 0.1])
