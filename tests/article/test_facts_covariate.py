import math
from dataclasses import replace

import numpy as np
import pytest

from figures_src.article.facts_covariate import checks, covariate_facts
from tests.article import samples


@pytest.fixture(scope="module")
def facts():
    return covariate_facts(*samples.smoothing(height=4).values())


def test_steps_and_accuracies_of_each_arm(facts):
    standard, with_bn, noisy = (facts.arms[arm][0.1] for arm in ("without_bn", "with_bn", "noisy_bn"))
    assert [arm.steps_to_good for arm in (standard, with_bn, noisy)] == [3300, 1600, 2400]
    assert standard.best == pytest.approx(0.97)
    assert standard.test == pytest.approx((0.87, 0.87))
    assert facts.arms["without_bn"][0.5].steps_to_good is None
    assert facts.noise_toll == pytest.approx(800 / 1700)


def test_an_arm_that_one_seed_never_finishes_has_no_number():
    never = covariate_facts(*samples.smoothing(noisy=math.inf).values())
    assert never.arms["noisy_bn"][0.1].steps_to_good is None
    assert never.noise_toll is None


def test_shifts_are_those_of_the_first_third(facts):
    assert facts.shift[0.1, 5].ratio == pytest.approx(4)
    assert facts.linear[1e-7].shift[1].with_bn == pytest.approx(1500)
    assert facts.linear[1e-7].final_loss.gain == pytest.approx(5)
    assert facts.linear_sum[1e-7].cosine == pytest.approx(0.9)
    assert facts.linear_sum[1e-6].first_loss == pytest.approx((100_000, 100_000))


def test_moves_are_told_by_arm_and_layer(facts):
    assert facts.moves["noisy_bn"] == {2: 0.5, 9: 0.5, 13: 0.5}
    assert facts.probe_every == 500


def test_the_landscape_with_and_without_a_penalty(facts):
    assert facts.landscape.loss_band.gain == pytest.approx(4)
    assert facts.landscape.late_beta.gain == pytest.approx(1)
    assert facts.landscape.first_loss.without_bn == pytest.approx(2), "the middle of a band from 0 to 4"
    assert facts.penalised.first_loss.with_bn == pytest.approx(0.5 + facts.penalty, rel=0.1)


def test_the_band_is_told_by_window_with_its_interval(facts):
    assert [(window.after, window.until) for window in facts.windows] == [
        (0, 1000), (0, 5000), (5000, 10_000), (10_000, 15_000),
    ]  # fmt: skip
    assert all(window.ratio.value == pytest.approx(4) and window.decided for window in facts.windows)
    assert facts.windows[0].published == pytest.approx(2.24, abs=0.01)
    assert facts.band["noisy_bn"] == facts.band["with_bn"]
    assert facts.scaled_band.value == pytest.approx(4)


def test_the_window_alone_is_read():
    record = samples.smoothing(height=4)["vgg"]
    late = record.arrays["landscape_loss"].copy()
    late[:, record.arrays["landscape_step"] > 5000] = 0
    late[..., -1] += 1e-3
    early = covariate_facts(*(samples.smoothing(height=4) | {
        "vgg": replace(record, arrays={**record.arrays, "landscape_loss": late})
    }).values())  # fmt: skip
    assert early.windows[0].ratio.value == pytest.approx(4, rel=1e-2)
    assert early.windows[3].ratio.value == pytest.approx(1)


def test_gradients_are_told_by_how_much_of_them_changes(facts):
    turn = facts.turn[0.1, 5]
    assert set(turn) == {"without_bn", "with_bn", "noisy_bn"}
    assert {arm: (each.relative, each.cosine) for arm, each in turn.items()} == {
        arm: (pytest.approx(0.5), pytest.approx(0.75)) for arm in turn
    }
    assert set(facts.turn[0.01, 10]) == {"without_bn", "with_bn"}
    assert facts.linear[1e-6].shift_by_seed[0] == pytest.approx((1500, 1500))
    assert facts.linear[1e-7].turn[0]["without_bn"].cosine == pytest.approx(0.99)


def test_ratios_of_times_have_their_interval(facts):
    assert facts.speed.value == pytest.approx(1600 / 3300)
    assert facts.noise_cost.value == pytest.approx(1.5)
    assert facts.noisy_test_gap.mean == pytest.approx(0)


def test_published_numbers_stand_beside_the_prediction_they_belong_to():
    records = samples.smoothing()
    shown = checks(*(records[name].verdicts for name in ("vgg", "vgg_channels", "dln", "dln_sum")))
    words = {name: [row.verdict.prediction for row in rows] for name, rows in shown.items()}
    assert [len(rows) for rows in shown.values()] == [7, 4, 4]
    assert words["shift"][0].startswith("Décalage interne")
    assert words["landscape"][2].startswith("β effectif maximal")
    published = {name: [row.published for row in rows] for name, rows in shown.items()}
    np.testing.assert_allclose(published["noise"][:6], [0.48, 17.2, 99.9, 1.5, 1.5, 0.73], atol=0.1)
    np.testing.assert_allclose(published["landscape"], [6.2, 5.5, 1.8, 1.0], atol=0.1)
    assert published["noise"][6] is None
    assert published["shift"][0] == pytest.approx(3.06, abs=0.05)
    assert published["shift"][1] > 100
    assert published["shift"][2] is None
    assert published["shift"][3] == pytest.approx(3949 / 700, abs=0.01)
    assert [check.first is not None for check in shown["shift"]] == [False, True, True, True]
