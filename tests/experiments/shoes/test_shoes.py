"""Experiment E4 on the shoes: what is trained, and the predictions."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from figures_src.experiments.shoes import measures as shoes
from figures_src.experiments.shoes.experiment import PICTURES, SHIFT_SHOES
from figures_src.experiments.shoes.measures import BATCH, EVALUATION, SHIFTED, SNEAKERS, STANDARD, TRAINING
from figures_src.experiments.shoes.predictions import PREDICTIONS, own_balanced_verdict, verdicts
from figures_src.experiments.shoes.runs import ShoesRun
from figures_src.records import store
from figures_src.training.machine import Machine
from tests.experiments.shift_samples import shoes_arrays


def test_predictions_can_be_met_and_can_fail() -> None:
    good = verdicts(shoes_arrays(moved=0.11, shifted=2.1, last=1.2, plain=0.6, lost=6, own=2))
    assert [verdict.name for verdict in good if verdict.met] == list(PREDICTIONS)
    assert {verdict.name: verdict.measured for verdict in good} == pytest.approx({
        "mean_shift": 0.11, "farther": 2.1, "deepening": 1.2, "drift_without_bn": 0.6,
        "lost": 6, "lost_without_bn": 6, "own_statistics": 2,
    })  # fmt: skip
    bad = verdicts(shoes_arrays(moved=0.09, shifted=1.9, last=0.9, plain=0.4, lost=4, own=-1))
    assert not any(verdict.met for verdict in bad)


def test_means_over_layers_weigh_channels_alike() -> None:
    found = shoes_arrays(0.2, 1, 1, 1, 0, 0)
    np.testing.assert_allclose(shoes.layer_means(found, np.array([[1.0, 3.0, 7.0]])), [[2, 7]])
    np.testing.assert_allclose(shoes.mean_shifts(found, BATCH), [[0.2, 0.6]] * 2)
    assert shoes.recall(found, STANDARD, SNEAKERS).tolist() == pytest.approx([97, 97])


def test_balanced_accuracy_weighs_both_answers_alike() -> None:
    """Shoes recognised rise by 2 points, clothes fall by 3: recall alone would call it a gain."""
    found = shoes_arrays(own=2)
    clothes = np.array([0.99, 0.96])  # by mode
    found["accuracy"] = (found["shoe_recall"] + clothes[:, None]) / 2
    own = shoes.clothes_recall(found, BATCH, SHIFTED, TRAINING)
    np.testing.assert_allclose(own - shoes.clothes_recall(found, BATCH, SHIFTED, EVALUATION), -3)
    verdict = own_balanced_verdict(found)
    assert (verdict.measured, verdict.met) == (pytest.approx(-0.5), False)


def test_the_record_leaves_open_whether_statistics_of_the_batch_help_with_boots() -> None:
    record = store.load("shift_shoes")
    shown = record.config["shown_per_answer"]
    # Balanced only because a group holds as many shoes as clothes: what is left of its answers is a whole number.
    clothes = shoes.clothes_recall(record.arrays, BATCH, SHIFTED, TRAINING) * shown / 100
    np.testing.assert_allclose(clothes, np.rint(clothes), atol=1e-6)
    verdict = own_balanced_verdict(record.arrays)
    assert verdict.undecided
    assert verdict.measured == pytest.approx(0.38)


def test_the_protocol_is_the_declared_one() -> None:
    runs = SHIFT_SHOES.config.runs()
    assert len(runs) == 20
    assert {(run.normalization, run.seed) for run in runs} == {(arm, s) for arm in (STANDARD, BATCH) for s in range(10)}
    assert len({replace(run, normalization=BATCH, seed=0) for run in runs}) == 1
    first = runs[0]
    assert isinstance(first, ShoesRun)
    assert (first.steps, first.learnt_per_answer, first.shown_per_answer) == (1200, 6000, 500)


def test_replayed_runs_are_the_first_steps_of_the_recorded_ones() -> None:
    for short, full in ((run.cut_short(), run) for run in SHIFT_SHOES.config.runs()):
        changed = {name for name, value in vars(full).items() if getattr(short, name) != value}
        assert changed == {"images_seen", "evaluations"}
        assert short.steps == full.replay_steps


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")
def test_a_small_protocol_runs_and_replays(tmp_path: Path) -> None:
    tiny = replace(SHIFT_SHOES.quick, images_seen=1000, shown_per_answer=50, population_batches=4, widths=(4, 4))
    outcome = SHIFT_SHOES.run(tiny, Machine(tmp_path, jobs=2))
    assert outcome.precision == "float32"
    assert outcome.arrays["pictures_boots"].shape == (PICTURES, 28, 28)
    assert outcome.arrays["histogram"].shape == (4, 2, 4, 2, 240)
    assert [verdict.name for verdict in verdicts(outcome.arrays)] == list(PREDICTIONS)
    again = SHIFT_SHOES.replay(tiny, Machine(tmp_path / "again", jobs=2)).arrays["replay_loss"]
    np.testing.assert_array_equal(again, outcome.arrays["replay_loss"])
    assert np.unique(again[:, -1]).size == 4, "the runs must differ for this to mean anything"
