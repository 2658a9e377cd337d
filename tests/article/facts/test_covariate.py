import math

import pytest

from figures_src.article.facts.covariate import checks, covariate_facts
from tests.article import samples


@pytest.fixture(scope="module")
def facts():
    return covariate_facts(*samples.smoothing(height=4).values())


def test_steps_and_accuracies_of_each_arm(facts):
    standard, with_bn, noisy = (facts.arms[arm][0.1] for arm in ("without_bn", "with_bn", "noisy_bn"))
    assert [arm.steps_to_good for arm in (standard, with_bn, noisy)] == [3300, 1600, 2400]
    assert standard.best == pytest.approx(0.97)
    assert facts.arms["without_bn"][0.5].steps_to_good is None


def test_an_arm_that_one_seed_never_finishes_has_no_number():
    never = covariate_facts(*samples.smoothing(noisy=math.inf).values())
    assert never.arms["noisy_bn"][0.1].steps_to_good is None


def test_shifts_are_those_of_the_first_third(facts):
    assert facts.shift[0.1, 5].ratio == pytest.approx(4)
    assert facts.linear[1e-7].shift[1].with_bn == pytest.approx(1500)
    assert facts.linear[1e-7].final_loss.gain == pytest.approx(5)
    assert facts.linear_sum[1e-7].cosine == pytest.approx(0.9)
    assert facts.linear_sum[1e-6].first_loss == pytest.approx((100_000, 100_000))


def test_moves_are_told_by_arm_and_layer(facts):
    assert facts.moves["noisy_bn"] == {2: 0.5, 9: 0.5, 13: 0.5}
    assert facts.probe_every == 500


def test_gradients_of_the_linear_network_are_told_by_how_much_of_them_changes(facts):
    assert facts.linear[1e-6].shift_by_seed[0] == pytest.approx((1500, 1500))
    assert facts.linear[1e-7].turn[0]["without_bn"].cosine == pytest.approx(0.99)
    assert facts.linear[1e-7].turn[0]["without_bn"].relative == pytest.approx(0.5)


def test_published_numbers_stand_beside_the_prediction_they_belong_to():
    records = samples.smoothing()
    shown = checks(*(records[name].verdicts for name in ("vgg", "vgg_channels", "dln", "dln_sum")))
    published = {name: {row.name: row.published for row in rows} for name, rows in shown.items()}
    speed = {"steps": 0.48, "high_rate": 17.2, "high_rate_with_bn": 99.9}
    noisy = {"noisy_not_faster": 1.5, "noise_cost": 1.5, "noisy_against_standard": 0.73}
    assert published["noise"].pop("channel_moves") is None
    assert published["noise"] == pytest.approx(speed | noisy, abs=0.1)
    bands = {"loss_band": 6.2, "gradient_band": 5.5, "early_beta": 1.8, "usual_beta": 1.0}
    assert published["landscape"] == pytest.approx(bands, abs=0.1)
    assert list(published["shift"]) == ["early_shift", "shift", "cosine", "final_loss"]
    assert published["shift"]["early_shift"] == pytest.approx(3.06, abs=0.05)
    assert published["shift"]["shift"] > 100
    assert published["shift"]["cosine"] is None
    assert published["shift"]["final_loss"] == pytest.approx(3949 / 700, abs=0.01)
    assert [check.name for check in shown["shift"] if check.first is None] == ["early_shift"]
