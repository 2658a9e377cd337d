"""A quantity has one statistic wherever it is quoted: in sentences, in tables of predictions, in titles of figures."""

from collections.abc import Mapping
from typing import Any

import pytest
from matplotlib.text import Text

from figures_src import french, style
from figures_src.article.facts.covariate import published_dln
from figures_src.article.facts.mnist import gather
from figures_src.article.facts.santurkar import santurkar_facts
from figures_src.experiments.prediction import Verdict, by_name
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.experiments.shifts import Place, early_shift_ratio
from figures_src.figures import gbn_3, gbn_7, gbn_8
from figures_src.records import store
from figures_src.records.record import Record


@pytest.fixture(scope="module")
def records() -> dict[str, Record]:
    return {name: store.load(name) for name in EXPERIMENTS if store.load_sidecar(name)}


@pytest.fixture(scope="module")
def facts(records: dict[str, Record]) -> dict[str, Any]:
    return gather(records)


def judged(records: Mapping[str, Record], name: str) -> Mapping[str, Verdict]:
    """What today's code finds in the arrays of a record, by the names of its predictions."""
    return by_name(EXPERIMENTS[name].verdicts(records[name].arrays))


def test_how_far_the_median_goes(records, facts):
    reach = facts["signal"].median_reach
    drawn = gbn_3.draw(records, style.LIGHT, style.WIDE).findobj(Text)
    told = [text.get_text() for text in drawn]
    for arm in (reach.without_bn, reach.with_bn):
        assert f"± {french.number(arm.mean, 2)}" in told


def test_how_the_signal_grows(records, facts):
    again = judged(records, "mnist_curves")
    assert again["unit_growth"].measured == pytest.approx(facts["signal"].growth)
    assert again["layer_growth"].measured == pytest.approx(facts["signal"].layer_growth)


def test_what_the_controls_of_vgg_say(records, facts):
    """Sentences and predictions, each by the name of what it is about."""
    found, again = facts["controls"], {**judged(records, "vgg_controls"), **judged(records, "vgg_low_rate")}
    start, early = found.windows[0], found.windows[1]
    ratios = {
        "start_band": start.along,
        "start_band_scaled": start.scaled,
        "distance_band": early.distance,
        "matched_loss_band": found.matched.distance,
        "noise_held_band": start.held,
        "noise_fresh_band": start.fresh,
        "noisy_steps": found.noise_cost,
        "plateau": found.plateau.growth["with_bn"],
        "relative_shift": found.shift[0.1, 5].relative,
        "low_shift": found.shift[0.01, 5].raw,
        "low_relative_shift": found.shift[0.01, 5].relative,
        "low_relative_shift_deeper": found.shift[0.01, 10].relative,
    }
    means = {
        "recomputed_gain": found.moving_cost,
        "noisy_against_standard": found.noisy_gain["without_bn"],
    }
    for name, ratio in ratios.items():
        told = again[name]
        assert (told.measured, told.low, told.high) == pytest.approx((ratio.value, ratio.low, ratio.high)), name
    for name, gain in means.items():
        told = again[name]
        assert (told.measured, told.half_width) == pytest.approx((100 * gain.mean, 100 * gain.half_width)), name
    drawn = [line.ratios[0] for line in gbn_8.lines(records["vgg_controls"])]
    quoted = (start.along, start.scaled, early.distance, found.matched.along, found.matched.distance)
    assert [ratio for ratio in quoted if ratio not in drawn] == []
    assert again["shift_cosine"].measured == pytest.approx(found.shift[0.1, 5].cosine.mean)


def test_what_the_linear_problems_say(records, facts):
    again, found = judged(records, "linear_problems"), facts["controls"].problems
    assert again["factor"].measured == pytest.approx(found[1.0].median / found[0.5].median)
    assert again["gains"].measured == pytest.approx(100 * found[0.5].halved / facts["controls"].problem_count)


def test_how_far_gradients_move(records, facts):
    covariate = facts["covariate"]
    for (rate, layer), pair in covariate.shift.items():
        assert pair.ratio == pytest.approx(early_shift_ratio(records["vgg"].arrays, Place(rate, layer)).value)
    again = judged(records, "dln")
    assert again["shift"].measured == pytest.approx(min(pair.ratio for pair in covariate.linear[1e-7].shift))
    moved = facts["controls"].shift
    drawn = [row.ratios[0] for row in gbn_7.vgg_rows(records)]
    quoted = [each for found in moved.values() for each in (found.raw, found.relative)]
    assert [ratio for ratio in quoted if ratio not in drawn] == []
    high, low, *_ = gbn_7.linear_rows(records)
    assert sorted(high.scattered) == pytest.approx(sorted(facts["controls"].problems[0.5].ratios))
    assert sorted(low.scattered) == pytest.approx(sorted(covariate.linear[1e-7].shift_by_seed[0]))


def test_how_far_published_gradients_move():
    paper = santurkar_facts()
    shifts = [paper.layer("dln", 1e-7, layer).l2.ratio for layer in (9, 17)]
    assert published_dln(paper)["shift"] == pytest.approx(min(shifts))


def test_how_soon_networks_have_learnt(records, facts):
    small = judged(records, "inception")
    assert facts["reduced_inception"].fixed.times.side == ""
    assert small["steps"].measured == pytest.approx(facts["reduced_inception"].arms["bn_baseline"].times.value)


def test_the_best_accuracy_is_that_of_the_predictions_and_not_the_level(records, facts):
    arms = facts["reduced_inception"].arms
    gain = judged(records, "inception")["fastest_best"].measured
    assert arms["bn_x30"].best > arms["inception"].best
    assert gain > 0, "over the seeds that both have, while the article gives the mean of each"
    assert facts["reduced_inception"].threshold < arms["inception"].best
