"""Experiment E4 on the cars: what is trained, and the predictions."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from figures_src.experiments.cars import experiment as cars
from figures_src.experiments.cars.measures import BATCH, DARKENED, STANDARD
from figures_src.experiments.cars.predictions import PREDICTIONS, verdicts
from figures_src.experiments.cars.runs import CarsRun
from figures_src.experiments.prediction import by_name
from figures_src.training.machine import Machine
from tests.experiments.shift_samples import cars_arrays


def test_predictions_can_be_met_and_can_fail() -> None:
    good = verdicts(cars_arrays(as_is=90, lost=20, back=85, turned_back=10, own=-0.5, plain=6))
    assert [verdict.name for verdict in good if verdict.met] == list(PREDICTIONS)
    assert {verdict.name: verdict.measured for verdict in good} == pytest.approx({
        "as_is": 90, "rotated": 20, "darkened": 20, "fogged": 20,
        "given_back_darkened": 85, "given_back_fogged": 85, "given_back_rotated": 10,
        "own_statistics": 0.5, "darkened_without_bn": 6,
    })  # fmt: skip
    bad = verdicts(cars_arrays(as_is=84, lost=9, back=75, turned_back=30, own=-1.2, plain=4))
    assert not any(verdict.met for verdict in bad)


def test_nothing_lost_gives_no_share_and_no_met_prediction() -> None:
    found = by_name(verdicts(cars_arrays(as_is=90, lost=0, back=0, turned_back=0, own=0, plain=6)))
    share = found["given_back_darkened"]
    assert np.isnan(share.measured)
    assert not share.met
    assert share.half_width is None


def test_the_protocol_is_the_declared_one() -> None:
    runs = cars.SHIFT_CARS.config.runs()
    assert {(run.normalization, run.seed) for run in runs} == {(arm, s) for arm in (STANDARD, BATCH) for s in range(10)}
    assert len({replace(run, normalization=BATCH, seed=0) for run in runs}) == 1
    first = runs[0]
    assert isinstance(first, CarsRun)
    assert (first.steps, first.learnt_per_answer, first.shown_per_answer) == (2000, 5000, 1000)
    assert {len(first.angles), len(first.light), len(first.fog)} == {5}
    for short, full in ((run.cut_short(), run) for run in runs):
        assert replace(short, images_seen=full.images_seen, evaluations=1) == full
        assert short.steps == full.replay_steps


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")
def test_a_small_protocol_runs_and_replays(tmp_path: Path) -> None:
    tiny = replace(cars.SHIFT_CARS.quick, images_seen=1000, shown_per_answer=50, population_batches=4, widths=(4, 4))
    outcome = cars.SHIFT_CARS.run(tiny, Machine(tmp_path, jobs=2))
    assert outcome.arrays["pictures"].shape == (3, 6, 32, 32, 3)
    assert outcome.arrays["accuracy"].shape == (4, 2, 3, 6)
    np.testing.assert_array_equal(outcome.arrays["pictures"][:, 0], outcome.arrays["pictures"][[0, 0, 0], 0])
    assert outcome.arrays["pictures"][DARKENED, -1].max() <= 26
    again = cars.SHIFT_CARS.replay(tiny, Machine(tmp_path / "again", jobs=2)).arrays["replay_loss"]
    np.testing.assert_array_equal(again, outcome.arrays["replay_loss"])
    assert np.unique(again[:, -1]).size == 4, "the runs must differ for this to mean anything"
