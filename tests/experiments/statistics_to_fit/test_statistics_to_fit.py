"""The control on groups: what is trained and until when, what is read off it, and the predictions."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from figures_src.datasets import Dataset, Images
from figures_src.experiments.batch_statistics import measures as batch_statistics
from figures_src.experiments.batch_statistics.experiment import BATCH_STATISTICS
from figures_src.experiments.batch_statistics.measures import BATCH, STANDARD
from figures_src.experiments.prediction import by_name
from figures_src.experiments.statistics_to_fit import experiment, measures, predictions, training
from figures_src.experiments.statistics_to_fit.measures import BN, GROUPED, MODERATE, PLAIN, SMALL
from figures_src.experiments.statistics_to_fit.runs import FitRun
from figures_src.records import store
from figures_src.training.machine import Machine
from figures_src.training.randomness import DATA, numpy_generator
from figures_src.training.selection import any_of

CELLS = [PLAIN, BN, (STANDARD, 2, 0), SMALL, GROUPED, MODERATE]
Arrays = dict[str, np.ndarray]


def arrays() -> Arrays:
    """Two seeds of each cell, three looks; the best accuracy on the images set aside is at the second."""
    count = 2 * len(CELLS)
    return {
        "arm": np.array([str(arm) for arm, _, _ in CELLS] * 2),
        "batch_size": np.array([size for _, size, _ in CELLS] * 2),
        "group": np.array([group for _, _, group in CELLS] * 2),
        "seed": np.repeat([0, 1], len(CELLS)),
        "images_seen": np.array([100, 200, 300]),
        "train_accuracy": np.tile([0.5, 0.8, 1.0], (count, 1)),
        "validation_accuracy": np.tile([0.4, 0.5, 0.45], (count, 1)),
        "test_accuracy": np.tile([0.4, 0.52, 0.5], (count, 1)),
        "fitted_row": np.full(count, 2),
    }


def lower(found: Arrays, cell: batch_statistics.Cell, points: float) -> None:
    found["test_accuracy"][batch_statistics.rows(found, *cell)] -= points / 100


def test_accuracies_are_read_where_the_images_are_known_and_where_those_set_aside_are_best() -> None:
    found = arrays()
    np.testing.assert_allclose(measures.at_fit(found, BN), 50)
    np.testing.assert_allclose(measures.at_best(found, BN), 52)
    np.testing.assert_allclose(measures.gap_at_fit(found, BN), 50)
    np.testing.assert_allclose(measures.gap_at_best(found, BN), 28)
    assert measures.images_to_fit(found, BN).tolist() == [300, 300]


def test_a_network_that_has_not_learnt_its_images_has_no_number_there() -> None:
    found = arrays()
    found["fitted_row"][batch_statistics.rows(found, *GROUPED)[1]] = -1
    assert np.isnan(measures.at_fit(found, GROUPED)).tolist() == [False, True]
    assert measures.images_to_fit(found, GROUPED).tolist() == [300, np.inf]
    verdict = by_name(predictions.verdicts(found))["grouped"]
    assert (np.isnan(verdict.measured), verdict.met) == (True, False)


def test_predictions_can_be_met_and_can_fail() -> None:
    found = arrays()
    for cell, points in ((GROUPED, 1.5), (PLAIN, 2.5), (SMALL, 2.5), (MODERATE, 0.5)):
        lower(found, cell, points)
    assert all(verdict.met for verdict in predictions.verdicts(found))
    contrary = arrays()
    for cell, points in ((GROUPED, -1), (PLAIN, 1), (SMALL, 1), (MODERATE, 1.5)):
        lower(contrary, cell, points)
    contrary["fitted_row"][batch_statistics.rows(contrary, STANDARD, 2)] = -1
    assert not any(verdict.met for verdict in predictions.verdicts(contrary))


def test_the_networks_are_those_of_the_batch_statistics() -> None:
    theirs = BATCH_STATISTICS.config.runs()
    names = ("normalization", "seed", "learning_rate", "batch_size", "group", "widths", "learnt_images",
             "measured_images")  # fmt: skip
    known = {tuple(getattr(run, name) for name in names) for run in theirs}
    ours = experiment.STATISTICS_TO_FIT.config.runs()
    assert {tuple(getattr(run, name) for name in names) for run in ours} < known
    assert len(ours) == 7 * 5


def noise(count: int, seed: int) -> Images:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
    return Images(images, np.arange(count, dtype=np.uint8) % 10)


def tiny_run(**changes: Any) -> FitRun:
    run = FitRun(normalization=BATCH, seed=0, learning_rate=0.1, batch_size=8, images_seen=160, evaluations=4,
                 widths=(4, 4), learnt_images=32, measured_images=32, validation_images=16, precise_images=32,
                 replay_steps=5)  # fmt: skip
    return replace(run, **changes)


def test_images_set_aside_are_none_of_those_learnt() -> None:
    dataset = Dataset("noise", noise(64, 0), noise(32, 1), "")
    aside = training.set_aside(dataset, tiny_run())
    learnt = any_of(dataset.train, 32, numpy_generator(0, DATA))
    assert len(aside.labels) == 16
    assert not (aside.images[:, None] == learnt.images[None]).all(axis=(2, 3, 4)).any()


@pytest.mark.parametrize("arm", [STANDARD, BATCH])
def test_training_stops_once_the_images_are_known(tmp_path: Path, arm: str) -> None:
    dataset = Dataset("noise", noise(64, 0), noise(32, 1), "")
    run = tiny_run(normalization=arm, fit_accuracy=0.05)
    found, _ = training.train(run, dataset, Machine(tmp_path))
    assert found["fitted_row"] == 0
    for name in ("train_accuracy", "validation_accuracy", "test_accuracy"):
        assert np.unique(found[name]).size == 1
    again, _ = training.train(run, dataset, Machine(tmp_path))  # from the checkpoint of a run that had ended
    assert all(np.array_equal(again[name], found[name]) for name in found)
    never, _ = training.train(replace(run, fit_accuracy=1.1), dataset, Machine(tmp_path))
    assert never["fitted_row"] == training.UNFINISHED
    np.testing.assert_array_equal(never["replay_loss"], found["replay_loss"])


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")
def test_a_small_protocol_runs_and_replays(tmp_path: Path) -> None:
    tiny = replace(experiment.STATISTICS_TO_FIT.quick, batch_sizes=(32, 2), seeds=(0,), images_seen=320, widths=(4, 4),
                   learnt_images=128, measured_images=64, evaluations=2)  # fmt: skip
    found = experiment.STATISTICS_TO_FIT.run(tiny, Machine(tmp_path, images=store.QUICK_IMAGES)).arrays
    assert found["test_accuracy"].shape == (6, 2)
    assert found["images_seen"].tolist() == [160, 320]
    again = experiment.STATISTICS_TO_FIT.replay(tiny, Machine(tmp_path / "again", images=store.QUICK_IMAGES)).arrays[
        "replay_loss"
    ]
    np.testing.assert_array_equal(again, found["replay_loss"])
    assert np.unique(again[:, -1]).size == 6, "the runs must differ for this to mean anything"
