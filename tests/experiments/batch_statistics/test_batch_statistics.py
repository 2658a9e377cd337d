"""Experiment E4 on the batch's statistics: what is trained, and the predictions."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from figures_src.experiments.batch_statistics import measures as experiment
from figures_src.experiments.batch_statistics.experiment import BATCH_STATISTICS
from figures_src.experiments.batch_statistics.measures import BATCH, CUMULATIVE, FAST, PRECISE, SLOW, STANDARD
from figures_src.experiments.batch_statistics.predictions import ESTIMATION, REGULARISATION
from figures_src.experiments.batch_statistics.predictions import verdicts as experiment_verdicts
from figures_src.records import store
from figures_src.training.machine import Machine
from tests.experiments.shift_samples import lower, statistics_arrays


def test_predictions_can_be_met() -> None:
    found = statistics_arrays()
    small, large, middle = ((BATCH, size, 0) for size in (2, 256, 32))
    lower(found, "estimate_accuracy", small, 2.0, FAST)
    lower(found, "estimate_accuracy", small, 1.5, SLOW)
    lower(found, "estimate_accuracy", large, 1.2, SLOW)
    lower(found, "estimate_accuracy", large, 7.0, CUMULATIVE)
    lower(found, "own_accuracy", small, 4.0)
    lower(found, "own_accuracy", large, 0.7)
    found["estimate_accuracy"][experiment.rows(found, *middle), -1] += 0.01
    lower(found, "train_accuracy", small, 5.0)
    lower(found, "train_accuracy", (BATCH, 256, 2), 6.0)
    verdicts = experiment_verdicts(found)
    assert [verdict.name for verdict in verdicts] == [*ESTIMATION, *REGULARISATION]
    assert all(verdict.met for verdict in verdicts)
    assert {verdict.name: verdict.measured for verdict in verdicts} == pytest.approx({
        "small_fast_average": 2, "small_slow_average": 0.5, "large_slow_average": 1.2, "large_cumulative": 7,
        # The middle size has precise statistics a point above all the numbers of batches tried: a third on average.
        "few_images": 1 / 3, "large_mode_gap": 0.7, "wider_mode_gap": 3.3,
        "overfitting": 5, "overfitting_without_bn": 0, "overfitting_grouped": 6, "noise_toll": 1,
    }, abs=1e-9)  # fmt: skip


def test_predictions_can_fail() -> None:
    found = statistics_arrays()
    found["estimate_accuracy"][..., PRECISE] += 0.006  # all lose 0.6 point to it, at every size
    found["own_accuracy"] -= 0.02
    found["train_accuracy"][experiment.rows(found, STANDARD, 2)] -= 0.04
    assert not any(verdict.met for verdict in experiment_verdicts(found))


def test_shortfall_counts_images_and_leaves_out_what_was_not_tried() -> None:
    found = statistics_arrays()
    found["precise_accuracy"][experiment.rows(found, BATCH, 32)] = [0.5, 0.58, 0.59, np.nan]
    images, lost = experiment.precise_shortfall(found, 32)
    assert images.tolist() == [32, 512, 2048]
    np.testing.assert_allclose(lost, [[10, 2, 1]] * 2)
    # 1 024 batches of 2, 64 of 32, 16 of 256 are the first to make up a thousand images.
    np.testing.assert_allclose(experiment.enough(found), 1 / 3)


def test_the_protocol_is_the_declared_one() -> None:
    config = BATCH_STATISTICS.config
    runs = config.runs()
    counts = Counter((run.normalization, run.batch_size, run.group) for run in runs)
    sizes = (2, 4, 8, 16, 32, 64, 128, 256)
    assert set(counts) == {(arm, size, 0) for arm in (STANDARD, BATCH) for size in sizes} | {
        (BATCH, 256, group) for group in (2, 8, 32)
    }
    assert set(counts.values()) == {5}
    for run in runs:
        assert run.learning_rate == pytest.approx(0.1 * run.batch_size / 256)
        assert run.steps == 120_000 // run.batch_size
    alike = replace(runs[0], normalization=BATCH, batch_size=256, group=0, seed=0, learning_rate=0.1)
    assert {replace(run, normalization=BATCH, batch_size=256, group=0, seed=0, learning_rate=0.1) for run in runs} == {
        alike
    }


def test_replayed_runs_are_the_first_steps_of_the_recorded_ones() -> None:
    config = BATCH_STATISTICS.config
    for short, full in ((run.cut_short(), run) for run in config.runs()):
        assert replace(short, images_seen=full.images_seen, evaluations=3) == full
        assert short.steps == full.replay_steps == 5


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")
def test_a_small_protocol_runs_and_replays(tmp_path: Path) -> None:
    tiny = replace(BATCH_STATISTICS.quick, batch_sizes=(2, 32), groups=(2,), images_seen=320,
                   learnt_images=128, measured_images=64, precise_images=256, widths=(4, 4))  # fmt: skip
    outcome = BATCH_STATISTICS.run(tiny, Machine(tmp_path, images=store.QUICK_IMAGES))
    assert outcome.arrays["estimate_accuracy"].shape == (10, 1, 4)
    assert Counter(zip(outcome.arrays["batch_size"].tolist(), outcome.arrays["group"].tolist(), strict=True)) == {
        (2, 0): 4, (32, 0): 4, (32, 2): 2,
    }  # fmt: skip
    again = BATCH_STATISTICS.replay(tiny, Machine(tmp_path / "again", images=store.QUICK_IMAGES)).arrays["replay_loss"]
    np.testing.assert_array_equal(again, outcome.arrays["replay_loss"])
    assert np.unique(again[:, -1]).size == 10, "the runs must differ for this to mean anything"
