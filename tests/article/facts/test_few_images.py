"""What the article may quote of E5.2, E5.3 and E5.5 follows their measures, in fractions of one."""

from typing import Any

import numpy as np
import pytest

from figures_src.article.facts.mistakes import mistake_facts
from figures_src.article.facts.parts import part_facts
from figures_src.article.facts.places import place_facts
from figures_src.experiments.mistakes.measures import MISTAKES
from figures_src.experiments.parts.runs import Part
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.records.record import Record
from figures_src.settings import settings_of
from tests.experiments.mistakes.samples import mistake_arrays
from tests.experiments.parts.samples import part_arrays
from tests.experiments.places.samples import place_arrays


def record(name: str, arrays: dict[str, Any]) -> Record:
    return Record(name, arrays, {"config": settings_of(EXPERIMENTS[name].config)})


def test_mistakes_are_ordered_by_what_they_lose() -> None:
    facts = mistake_facts(
        record("mistakes", mistake_arrays({"sorted_128": 40, "axis_of_columns": 4, "training_8": -2}))
    )
    assert facts.ordered[:2] == ("sorted_128", "axis_of_columns")
    assert facts.ordered[-1] == "training_8"
    assert facts.lost["sorted_128"].mean == pytest.approx(0.4)
    assert facts.at_best["axis_of_columns"].mean == pytest.approx(0.04)
    assert set(facts.lost) == set(facts.ordered) == set(MISTAKES)
    assert (facts.rate, facts.right.mean) == (0.1, pytest.approx(0.6))
    assert (facts.images, facts.diverged) == (5120, 0)


def test_what_recomputed_statistics_give_back_is_told_apart() -> None:
    facts = mistake_facts(record("mistakes", mistake_arrays({"last_batch_of_1": 8, "affine_frozen_fogged_old": 5})))
    assert facts.lost["last_batch_of_1"].mean == pytest.approx(0.08)
    assert facts.last_in_weights.mean == pytest.approx(0)
    assert facts.returned["fogged"]["affine_frozen"].mean == pytest.approx(0.45)
    assert facts.tuned["fogged"]["affine_frozen"].mean == pytest.approx(0.5)


def test_a_mistake_whose_interval_holds_zero_is_free() -> None:
    arrays = mistake_arrays({"axis_of_columns": 4})
    chosen = arrays["arm"] == "bias_kept"
    arrays["test_accuracy"][chosen] += 0.01 * (arrays["seed"][chosen] - 1)
    facts = mistake_facts(record("mistakes", arrays))
    assert "bias_kept" in facts.free
    assert "axis_of_columns" not in facts.free


def test_parts_are_told_at_their_own_best_rate() -> None:
    accuracy = dict(zip(map(str, Part), (50, 55, 52, 54.5, 55.5, 40, 30, 54), strict=True))
    facts = part_facts(record("parts", part_arrays(accuracy, elsewhere={"statistics_without_gradient": 15})))
    assert facts.rate["statistics_without_gradient"] == 0.01
    assert facts.rate["with_bn"] == 0.1
    assert {name: 100 * each.mean for name, each in facts.accuracy.items()} == pytest.approx(accuracy)
    assert facts.against_whole["centring_only"].mean == pytest.approx(-0.03)
    assert facts.against_none["weight_standardisation"].mean == pytest.approx(0.04)
    assert facts.ordered[0] == "no_gamma_beta"
    assert facts.bias_end == pytest.approx(facts.bias_steps * facts.bias_move)
    assert facts.edges  # both rates of the sample are edges
    assert facts.first_against_whole["centring_only"] == pytest.approx(-0.03)


def test_places_are_told_by_architecture() -> None:
    accuracy = {"plain_nowhere": 50, "plain_before": 54, "plain_after": 55, "residual_nowhere": 51,
                "residual_before": 57, "residual_after": 55.5}  # fmt: skip
    facts = place_facts(record("places", place_arrays(accuracy)))
    assert facts.after["plain"].mean == pytest.approx(0.01)
    assert facts.after["residual"].mean == pytest.approx(-0.015)
    assert facts.gain["residual"]["before"].mean == pytest.approx(0.06)
    assert facts.accuracy["plain"]["after"].mean == pytest.approx(0.56)  # seeds add a point on average
    assert np.isclose(facts.after_at_equal_rate["plain"].mean, 0.01)
