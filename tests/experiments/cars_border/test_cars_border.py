"""The control on the border: what is trained, what is read off it, and the predictions."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from figures_src.experiments.cars import experiment as cars
from figures_src.experiments.cars.experiment import TRAINER as CARS
from figures_src.experiments.cars.runs import CarsRun
from figures_src.experiments.cars_border import experiment, measures, predictions, runs
from figures_src.experiments.cars_border.measures import DARKENED, STRONGEST
from figures_src.experiments.cars_border.runs import (
    BATCH,
    PUBLISHED,
    READINGS,
    RECOMPUTED,
    REPEATED,
)
from figures_src.experiments.prediction import by_name
from figures_src.records import store
from figures_src.training.loop import never, nothing_to_tell
from figures_src.training.machine import Machine
from tests.experiments.shift_samples import border_arrays

Arrays = dict[str, np.ndarray]


def test_what_is_given_back_is_a_share_of_what_the_published_reading_lost() -> None:
    found = border_arrays(lost=40, back=75)
    np.testing.assert_allclose(measures.lost(found, BATCH, DARKENED), 40)
    np.testing.assert_allclose(measures.given_back(found, BATCH, DARKENED, REPEATED), 75)
    np.testing.assert_allclose(measures.given_back(found, BATCH, DARKENED, PUBLISHED), 0)
    np.testing.assert_allclose(measures.gain(found, BATCH, DARKENED, REPEATED, PUBLISHED), 30)
    assert np.isnan(measures.given_back(border_arrays(lost=0), BATCH, DARKENED, REPEATED)).all()


def test_the_price_of_a_reading_is_taken_on_images_as_they_are() -> None:
    found = border_arrays()
    found["accuracy"][:, measures.place(found, REPEATED), :, 0] = 0.88
    np.testing.assert_allclose(measures.price(found, BATCH, REPEATED), 2)
    np.testing.assert_allclose(measures.price(found, BATCH, REPEATED, RECOMPUTED), 2)


def test_a_reading_that_was_not_made_is_refused() -> None:
    with pytest.raises(ValueError, match="retrain"):
        measures.place({**border_arrays(), "reading": np.array(["other"])}, PUBLISHED)


@pytest.mark.parametrize("name", [name for name in predictions.PREDICTIONS if "border_only" not in name])
def test_predictions_can_be_met(name: str) -> None:
    found = border_arrays(agreed=85 if "inexact" in name else 99.8)
    verdict = by_name(predictions.verdicts(found))[name]
    assert verdict.met, verdict


@pytest.mark.parametrize("name", list(predictions.PREDICTIONS))
def test_predictions_can_fail(name: str) -> None:
    found = border_arrays(back=95 if "border_only" in name else 70, agreed=95)
    for place in (7, 8):  # what is not rounded gains three points
        found["accuracy"][:, place, :, STRONGEST] += 0.03
    found["accuracy"][:, [2, 4], :, 0] -= 0.04
    found["followed_accuracy"][:, 1, :, 3] -= 0.04
    # The places above are those of unrounded readings, and of the two borders whose price is predicted.
    assert [READINGS[place] for place in (6, 7, 2, 4)] == [
        predictions.UNROUNDED, predictions.EXACT, REPEATED, predictions.REFLECTED,
    ]  # fmt: skip
    found["accuracy"][:, 6, :, STRONGEST] += 0.03
    verdict = by_name(predictions.verdicts(found))[name]
    assert not verdict.met, verdict


def test_the_networks_are_those_of_the_cars() -> None:
    """Every setting that training uses is the same."""
    theirs = cars.SHIFT_CARS.config.runs()
    ours = experiment.CARS_BORDER.config.runs()
    for their, our in zip(theirs, ours, strict=True):
        names = ("normalization", "seed", "learning_rate", "batch_size", "images_seen", "widths", "learnt_per_answer",
                 "shown_per_answer", "population_batches", "light", "fog")  # fmt: skip
        assert [getattr(our, name) for name in names] == [getattr(their, name) for name in names]


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")
def test_a_small_protocol_runs_and_replays(tmp_path: Path) -> None:
    tiny = replace(experiment.CARS_BORDER.quick, seeds=(0,), images_seen=1500, widths=(4, 4))
    outcome = experiment.CARS_BORDER.run(tiny, Machine(tmp_path, images=store.QUICK_IMAGES))
    found = outcome.arrays
    assert found["accuracy"].shape == found["agreement"].shape == (2, len(READINGS), 2, 2)
    assert found["followed_accuracy"].shape == (2, 3, 2, 6)
    # Followed readings come first: their ends are those of all strengths.
    np.testing.assert_array_equal(found["accuracy"][:, :3], found["followed_accuracy"][..., [0, -1]])
    assert np.isfinite(found["accuracy"]).all()
    again = experiment.CARS_BORDER.replay(tiny, Machine(tmp_path / "again", images=store.QUICK_IMAGES)).arrays[
        "replay_loss"
    ]
    np.testing.assert_array_equal(again, found["replay_loss"])
    assert READINGS[0] == runs.PUBLISHED


@pytest.mark.slow
def test_the_readings_of_the_cars_are_two_of_these(tmp_path: Path) -> None:
    """The same weights, read by either experiment, answer alike: population, then recomputed statistics."""
    second = cars.SHIFT_CARS.quick.runs()[1]
    assert isinstance(second, CarsRun)
    theirs = replace(second, images_seen=1000, shown_per_answer=50, population_batches=4)
    ours = next(run for run in replace(experiment.CARS_BORDER.quick, images_seen=1000, population_batches=4,
                                       learnt_per_answer=theirs.learnt_per_answer, shown_per_answer=50).runs()
                if run.normalization == BATCH)  # fmt: skip
    found, _ = CARS(theirs, Machine(tmp_path), nothing_to_tell, never)
    again, _ = experiment.TRAINER(ours, Machine(tmp_path), nothing_to_tell, never)
    np.testing.assert_array_equal(found["replay_loss"], again["replay_loss"])
    # Without rotation; no image changed, then the greatest strength.
    np.testing.assert_array_equal(found["accuracy"][:, 1:][..., [0, -1]], again["accuracy"][:2])
