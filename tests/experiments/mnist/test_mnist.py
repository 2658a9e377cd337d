"""Experiment E1: what is compared, the predictions, and the replay of the committed records."""

from dataclasses import replace

import numpy as np

from figures_src.experiments.mnist import measures as mnist
from figures_src.experiments.mnist.experiment import CURVES, GRID
from figures_src.experiments.mnist.predictions import CURVES as PREDICTED
from figures_src.experiments.mnist.predictions import curves_verdicts
from figures_src.records import store


def arrays(with_bn: float, without_bn: float) -> dict[str, np.ndarray]:
    """Two steps of evaluation, two rates, two seeds; accuracies constant in time."""
    accuracy = np.empty((2, 2, 2, 3))
    accuracy[:, mnist.WITH_BN], accuracy[:, mnist.WITHOUT_BN] = with_bn, without_bn
    percentiles = np.zeros((2, 2, 2, 4, 3))
    percentiles[..., 0], percentiles[..., 2] = -1, 1
    percentiles[..., 3, :] *= 1.5
    change = np.ones((2, 2, 2, 3, 3))
    change[:, mnist.WITHOUT_BN] = 3
    return {
        "test_accuracy": accuracy,
        "step": np.array([0, 4000, 50_000]),
        "percentile_step": np.array([0, 1000, 5000, 50_000]),
        "unit_percentiles": percentiles,
        "layer_percentiles": percentiles,
        "layer_percentiles_change": change,
    }


def test_gap_is_in_points() -> None:
    np.testing.assert_allclose(mnist.accuracy_gap(arrays(0.97, 0.95), 4000), [2, 2])


def test_the_best_cell_is_chosen_on_the_last_validation_and_never_where_training_diverged() -> None:
    accuracy = np.full((2, 3, 2, 5, 4), 0.5)
    accuracy[1, 2, mnist.WITH_BN, :, -1] = 0.9
    accuracy[0, 1, mnist.WITH_BN, :, 0] = 1.0
    accuracy[0, 0, mnist.WITH_BN, 3, -1] = np.nan
    assert mnist.best_cell({"validation_accuracy": accuracy}, mnist.WITH_BN) == (1, 2)


def test_early_path_stops_at_5000_steps() -> None:
    np.testing.assert_allclose(mnist.early_path(arrays(0.9, 0.9), mnist.WITHOUT_BN), [6, 6])


def test_every_prediction_can_be_met() -> None:
    favourable = arrays(0.97, 0.94)
    favourable["test_accuracy"][1, mnist.WITHOUT_BN] = 0.98
    assert [verdict.name for verdict in curves_verdicts(favourable) if verdict.met] == list(PREDICTED)


def test_every_prediction_can_fail() -> None:
    contrary = arrays(0.94, 0.94)
    contrary["unit_percentiles"] = contrary["unit_percentiles"] / 1.5 + 0.2
    contrary["unit_percentiles"][..., 3, :] = contrary["unit_percentiles"][..., 1, :]
    contrary["layer_percentiles"] = contrary["unit_percentiles"]
    contrary["layer_percentiles_change"][:] = 1
    assert not any(verdict.met for verdict in curves_verdicts(contrary))


def test_runs_differ_in_rate_and_arm_alone() -> None:
    runs = CURVES.config.runs()
    assert [(run.learning_rate, run.batch_norm) for run in runs] == [
        (0.1, False),
        (0.1, True),
        (1.0, False),
        (1.0, True),
    ]
    assert len({replace(run, learning_rate=1, batch_norm=True) for run in runs}) == 1
    assert (runs[0].steps, runs[0].batch_size, runs[0].hidden) == (50_000, 60, (100, 100, 100))
    assert len(runs[0].seeds) >= 5


def test_the_grid_is_the_declared_one() -> None:
    cells = {(run.sigma, run.learning_rate, run.batch_norm) for run in GRID.config.runs()}
    assert len(cells) == 40
    assert {sigma for sigma, _, _ in cells} == {0.01, 0.03, 0.1, 0.3}
    assert {rate for _, rate, _ in cells} == {0.03, 0.1, 0.3, 1.0, 3.0}
    assert all(run.validation_images == 10_000 and run.steps == 10_000 for run in GRID.config.runs())


def test_how_the_probe_is_normalised_did_not_change_the_training() -> None:
    _, own, running = store.load("mnist_statistics").arrays["replay_loss"]
    np.testing.assert_array_equal(own, running)
