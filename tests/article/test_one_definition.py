"""A quantity has one statistic wherever it is quoted: in sentences, in tables of predictions, in titles of figures."""

import pytest

from figures_src import french
from figures_src.article.facts import gather
from figures_src.article.facts_covariate import published_dln
from figures_src.article.facts_santurkar import santurkar_facts
from figures_src.experiments import EXPERIMENTS
from figures_src.experiments.vgg import Place, early_shift_ratio
from figures_src.figures import gbn_3, gbn_7
from figures_src.records import store


@pytest.fixture(scope="module")
def records():
    return {name: store.load(name) for name in EXPERIMENTS if store.load_sidecar(name)}


@pytest.fixture(scope="module")
def facts(records):
    return gather(records)


def test_how_far_the_median_goes(records, facts):
    reach = facts["signal"].median_reach
    title = gbn_3.headline(records["mnist_curves"])
    for arm in (reach.without_bn, reach.with_bn):
        assert french.number(arm.mean, 2) in title


def test_how_the_signal_grows(records, facts):
    again = EXPERIMENTS["mnist_curves"].verdicts(records["mnist_curves"].arrays)
    grown = [verdict.measured for verdict in again if "écart 15–85" in verdict.prediction]
    assert grown == pytest.approx([facts["signal"].growth, facts["signal"].layer_growth])


def test_how_much_wider_the_bands_are(records, facts):
    landscape = facts["covariate"].landscape
    again = EXPERIMENTS["vgg"].verdicts(records["vgg"].arrays)
    loss, change = (next(v.measured for v in again if f"bande de {what}" in v.prediction) for what in ("perte", "var"))
    assert (loss, change) == pytest.approx((landscape.loss_band.gain, landscape.gradient_band.gain))
    widths = facts["covariate"].band
    assert widths["without_bn"] / widths["with_bn"] == pytest.approx(loss)


def test_how_far_gradients_move(records, facts):
    covariate = facts["covariate"]
    for (rate, layer), pair in covariate.shift.items():
        assert pair.ratio == pytest.approx(early_shift_ratio(records["vgg"].arrays, Place(rate, layer)).value)
    assert gbn_7.ratio(records["vgg"].arrays, 0.1) == pytest.approx(covariate.shift[0.1, 5].ratio)
    again = EXPERIMENTS["dln"].verdicts(records["dln"].arrays)
    assert again[0].measured == pytest.approx(min(pair.ratio for pair in covariate.linear[1e-7].shift))
    assert sorted(gbn_7.problems(records["dln"].arrays, 1e-6)) == pytest.approx(covariate.linear[1e-6].shift_by_seed[0])


def test_how_far_published_gradients_move():
    paper = santurkar_facts()
    assert published_dln(paper)[0] == pytest.approx(min(paper.layer("dln", 1e-7, layer).l2.ratio for layer in (9, 17)))


def test_how_soon_networks_have_learnt(records, facts):
    again = EXPERIMENTS["vgg"].verdicts(records["vgg"].arrays)
    assert again[0].measured == pytest.approx(facts["covariate"].speed.value)
    assert again[4].measured == pytest.approx(facts["covariate"].noise_cost.value)
    small = EXPERIMENTS["inception"].verdicts(records["inception"].arrays)
    assert small[1].measured == pytest.approx(facts["reduced_inception"].lower_times.value)
    assert small[0].measured == pytest.approx(facts["reduced_inception"].arms["bn_baseline"].times.value)


def test_the_best_accuracy_is_that_of_the_predictions_and_not_the_level(records, facts):
    arms = facts["reduced_inception"].arms
    again = EXPERIMENTS["inception"].verdicts(records["inception"].arrays)
    gain = next(v.measured for v in again if v.prediction.startswith("Meilleure précision"))
    assert 100 * (arms["bn_x30"].best - arms["inception"].best) == pytest.approx(gain)
    assert facts["reduced_inception"].threshold < arms["inception"].best
