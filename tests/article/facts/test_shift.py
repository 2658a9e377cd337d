import numpy as np
import pytest

from figures_src.article.facts.shift import RECORDS, cars_facts, checks, gather, shoes_facts, statistics_facts
from figures_src.experiments.batch_statistics.measures import BATCH, CUMULATIVE, FAST, PRECISE, SLOW, STANDARD
from figures_src.experiments.batch_statistics.predictions import ESTIMATION, REGULARISATION
from figures_src.experiments.cars import predictions as cars_predictions
from figures_src.experiments.cars.measures import FOGGED
from figures_src.experiments.shoes import predictions as shoes_predictions
from tests.article import samples
from tests.experiments.shift_samples import cars_arrays, lower, shoes_arrays, statistics_arrays


def shoes(**settings):
    return shoes_facts(samples.shifting(shift_shoes=shoes_arrays(**settings))["shift_shoes"])


def cars(**settings):
    return cars_facts(samples.shifting(shift_cars=cars_arrays(**settings))["shift_cars"])


def statistics(arrays):
    return statistics_facts(samples.shifting(batch_statistics=arrays)["batch_statistics"])


def test_distances_of_shoes_are_those_of_boots_to_sneakers_layer_by_layer():
    facts = shoes(last=1.2, plain=0.5)
    assert [layer.with_bn.mean for layer in facts.distance] == pytest.approx([0.5, 0.6])
    assert [layer.without_bn.mean for layer in facts.distance] == pytest.approx([0.5, 0.3])
    assert [layer.gap.sign for layer in facts.distance] == [0, 1]
    assert facts.deepening.mean == pytest.approx(0.1)
    assert shoes(last=0.8).deepening.sign == -1
    assert [layer.mean for layer in facts.floor] == pytest.approx([0.1, 0.1])
    assert facts.learnt == 6000
    assert [far.mean for far in facts.to_familiar] == pytest.approx([0.5, 0.6])
    assert facts.sneakers_to_familiar.mean == 0


def test_shares_of_shoes_are_fractions():
    facts = shoes(lost=6, own=2)
    assert facts.sneakers.with_bn.mean == pytest.approx(0.97)
    assert facts.boots.without_bn.mean == pytest.approx(0.91)
    assert facts.lost.with_bn.mean == pytest.approx(0.06)
    assert facts.lost.gap.mean == 0
    assert facts.own.mean == pytest.approx(0.93)
    assert facts.own_gain.mean == pytest.approx(0.02)
    assert shoes(own=-3).own_gain.sign == -1


def test_seeds_of_shoes_that_disagree_leave_the_sign_open():
    arrays = shoes_arrays(own=0)
    arrays["shoe_recall"][:, 1] += np.array([0.01, 0.01, -0.01, -0.01])[:, None]
    facts = shoes_facts(samples.shifting(shift_shoes=arrays)["shift_shoes"])
    assert facts.seeds == 2
    assert facts.own_gain.half_width > 0.1
    assert facts.own_gain.sign == 0


def test_what_shifts_cost_and_what_recomputed_statistics_give_back():
    facts = cars(as_is=90, lost=20, back=85, turned_back=10, plain=6)
    assert facts.as_is.with_bn.mean == pytest.approx(0.9)
    assert [shift.strength for shift in facts.shifts] == [60, 0.1, 0.9]
    assert [shift.accuracy.with_bn.mean for shift in facts.shifts] == pytest.approx([0.7] * 3)
    assert [shift.lost.with_bn.mean for shift in facts.shifts] == pytest.approx([0.2] * 3)
    assert [shift.lost.without_bn.mean for shift in facts.shifts] == pytest.approx([0.2, 0.06, 0.2])
    assert facts.darkened.lost.gap.mean == pytest.approx(0.14)
    assert [shift.given_back.mean for shift in facts.shifts] == pytest.approx([0.02, 0.17, 0.17])
    assert facts.fogged.recomputed.mean == pytest.approx(0.87)
    assert [shift.milder.strength for shift in facts.shifts] == [30, 0.5, 0.5]
    arrays = cars_arrays()
    arrays["accuracy"][1::2, 0, FOGGED, 1], arrays["accuracy"][1::2, 1, FOGGED, 1] = 0.62, 0.88
    milder = cars_facts(samples.shifting(shift_cars=arrays)["shift_cars"]).fogged.milder
    assert (milder.accuracy.mean, milder.recomputed.mean) == pytest.approx((0.62, 0.88))
    assert cars(turned_back=-10).rotated.given_back.sign == -1
    assert (facts.learnt, facts.shown) == (5000, 2000)


def test_estimates_cost_what_they_lose_to_precise_statistics():
    arrays = statistics_arrays()
    small, large = (BATCH, 2), (BATCH, 256)
    lower(arrays, "estimate_accuracy", small, 2.0, FAST)
    lower(arrays, "estimate_accuracy", small, 1.5, SLOW)
    lower(arrays, "estimate_accuracy", large, -1.0, CUMULATIVE)
    lower(arrays, "own_accuracy", small, 4.0)
    found = statistics(arrays).estimation
    assert found.cost["fast"][2].mean == pytest.approx(0.02)
    assert found.cost["slow"][32].mean == 0
    assert found.cost["cumulative"][256].mean == pytest.approx(-0.01)
    assert found.patience.mean == pytest.approx(0.005)
    assert found.mode_gap[2].mean == pytest.approx(-0.04)
    assert (found.enough_images, found.enough.mean) == (1000, 0)


def test_gaps_between_images_learnt_and_new_ones():
    arrays = statistics_arrays()
    lower(arrays, "train_accuracy", (BATCH, 2), 5.0)
    lower(arrays, "train_accuracy", (STANDARD, 256), 1.0)
    lower(arrays, "train_accuracy", (BATCH, 256, 2), 6.0)
    lower(arrays, "estimate_accuracy", (BATCH, 256, 2), 1.0, PRECISE)
    lower(arrays, "estimate_accuracy", (BATCH, 2), 3.0, PRECISE)
    found = statistics(arrays).overfitting
    assert found.gap[32].with_bn.mean == pytest.approx(0.2)
    assert found.gap[2].with_bn.mean == pytest.approx(0.18)
    assert found.gap_change.with_bn.mean == pytest.approx(0.02)
    assert found.gap_change.without_bn.mean == pytest.approx(-0.01)
    assert found.gap_change.gap.mean == pytest.approx(0.03)
    assert found.grouped.mean == pytest.approx(0.15)
    assert found.grouped_change.mean == pytest.approx(0.05)
    assert found.new[2].with_bn.mean == pytest.approx(0.57)
    assert found.grouped_gain.mean == pytest.approx(-0.01)
    assert found.toll.mean == pytest.approx(0.03)


def test_the_protocol_is_told_from_the_record():
    facts = statistics(statistics_arrays())
    assert (facts.seeds, facts.sizes, facts.groups) == (2, (2, 32, 256), (2,))
    assert (facts.images_seen, facts.learnt_images, facts.precise_images) == (120_000, 4000, 8192)
    assert facts.rate == pytest.approx(0.1)


def test_each_prediction_stands_beside_its_figure():
    records = samples.shifting()
    shown = checks({name: record.verdicts for name, record in records.items()})
    assert {name: [check.name for check in rows] for name, rows in shown.items()} == {
        "shoes": list(shoes_predictions.PREDICTIONS), "cars": list(cars_predictions.PREDICTIONS),
        "estimation": list(ESTIMATION), "regularisation": list(REGULARISATION),
    }  # fmt: skip
    assert {check.published for rows in shown.values() for check in rows} == {None}


def test_a_missing_record_is_named():
    records = samples.shifting()
    assert set(gather(records)) == {"shoes", "cars", "batch_statistics"}
    assert set(records) == set(RECORDS)
    for name in RECORDS:
        with pytest.raises(KeyError, match=name):
            gather({other: record for other, record in records.items() if other != name})
