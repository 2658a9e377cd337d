import math

import pytest

from figures_src.article.facts import santurkar as facts_santurkar
from figures_src.article.facts.santurkar import Quotient, SanturkarFacts, santurkar_facts


@pytest.fixture(scope="module")
def facts() -> SanturkarFacts:
    return santurkar_facts()


def test_steps_to_90_percent_are_those_of_figure_1(facts):
    slow, fast = facts.rates[0.1], facts.rates[0.5]
    assert (slow["without_bn"].steps_to_good, slow["with_bn"].steps_to_good) == (3_300, 1_600)
    assert fast["with_bn"].steps_to_good == 3_200
    assert fast["without_bn"].steps_to_good is None
    assert fast["without_bn"].best == pytest.approx(0.17, abs=0.005)
    assert slow["with_bn"].best == pytest.approx(1, abs=0.002)


def test_noise_takes_back_part_of_the_advance(facts):
    steps = {arm: training.steps_to_good for arm, training in facts.noise.items()}
    assert steps == {"without_bn": 3_300, "with_bn": 1_600, "noisy_bn": 2_400}
    assert facts.noise_toll == pytest.approx(800 / 1_700)


def test_final_losses_of_the_linear_network(facts):
    pairs = {rate: (round(pair.without_bn), round(pair.with_bn)) for rate, pair in facts.final_loss.items()}
    assert pairs == {1e-6: (1_644, 472), 1e-7: (3_949, 700)}


def test_bands_of_the_landscape(facts):
    assert facts.loss_band.gain == pytest.approx(6.2, abs=0.05)
    assert facts.gradient_band.gain == pytest.approx(5.5, abs=0.05)
    assert facts.first_loss.without_bn == pytest.approx(4.28, abs=0.05)
    assert facts.chance_loss == pytest.approx(math.log(10))


def test_effective_smoothness_differs_early_and_meets_its_floor_late(facts):
    smoothness = facts.smoothness
    assert smoothness.early_max.gain == pytest.approx(1.8, abs=0.05)
    assert smoothness.floor == pytest.approx(20)
    assert smoothness.late_median.without_bn == pytest.approx(smoothness.floor, abs=0.1)
    assert smoothness.late_median.with_bn == pytest.approx(smoothness.floor, abs=0.1)


def test_gradients_of_vgg(facts):
    assert facts.layer("vgg", 0.01, 5).l2.ratio == pytest.approx(3.0, abs=0.1)
    assert facts.layer("vgg", 0.1, 5).l2.ratio == pytest.approx(1.1, abs=0.05)
    assert facts.layer("vgg", 0.1, 10).cosine.without_bn == pytest.approx(0.19, abs=0.01)


def test_gradients_of_the_linear_network_depend_on_the_rate(facts):
    assert all(facts.layer("dln", 1e-7, layer).l2.ratio > 1_000 for layer in (9, 17))
    assert all(0.7 < facts.layer("dln", 1e-6, layer).l2.ratio < 0.9 for layer in (9, 17))
    assert facts.layer("dln", 1e-6, 17).cosine.without_bn == pytest.approx(-0.98, abs=0.01)


def test_a_curve_that_the_figure_hides_is_none(facts):
    hidden = facts.layer("dln", 1e-7, 9).cosine
    assert hidden.without_bn is None
    assert hidden.with_bn == pytest.approx(-0.69, abs=0.01)
    with pytest.raises(ValueError, match="could not be read"):
        _ = hidden.ratio


def test_every_layer_of_figure_3_is_there_vgg_first(facts):
    shown = [(row.network, row.learning_rate, row.layer) for row in facts.gradients]
    assert shown == [
        *(("vgg", rate, layer) for rate in (0.1, 0.01) for layer in (5, 10)),
        *(("dln", rate, layer) for rate in (1e-6, 1e-7) for layer in (9, 17)),
    ]


def test_a_layer_that_the_paper_does_not_show_is_told_the_choices(facts):
    with pytest.raises(KeyError, match=r"choose among .*'vgg', 0.1, 5"):
        facts.layer("vgg", 0.1, 7)


def test_a_pair_reads_both_ways():
    assert Quotient(2.0, 6.0).ratio == 3
    assert Quotient(2.0, 6.0).gain == pytest.approx(1 / 3)


def test_the_templates_get_one_name(facts):
    assert facts_santurkar.gather() == {"santurkar": facts}
