"""The control on rates: what is trained, steps that are never reached, and the predictions."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from figures_src.experiments.mnist import experiment as mnist
from figures_src.experiments.mnist.measures import WITH_BN, WITHOUT_BN
from figures_src.experiments.mnist_rates import measures, predictions
from figures_src.experiments.mnist_rates.experiment import MNIST_RATES
from figures_src.experiments.mnist_rates.runs import MnistRates, RatesRun
from figures_src.experiments.prediction import by_name
from figures_src.records import store
from figures_src.training.machine import Machine

STEPS = np.array([0, 100, 200, 300, 400])
SEEDS = 3
Arrays = dict[str, np.ndarray]


def arrays() -> Arrays:
    """Two σ, four rates; every network is at 98 % from step 400 on."""
    accuracy = np.full((2, 4, 2, SEEDS, len(STEPS)), 0.1)
    accuracy[..., -1] = 0.98
    return {
        "step": STEPS,
        "sigma": np.array([0.01, 0.1]),
        "learning_rate": np.array([1.0, 3.0, 10.0, 30.0]),
        "test_accuracy": accuracy,
        "validation_accuracy": accuracy.copy(),
        "test_loss": np.full(accuracy.shape, 0.5),
    }


def reach(found: Arrays, cell: tuple[int, int, int], step: int, accuracy: float = 0.98) -> None:
    for name in ("test_accuracy", "validation_accuracy"):
        found[name][cell][:, step <= STEPS] = accuracy


def never(found: Arrays, cell: tuple[int, int, int]) -> None:
    for name in ("test_accuracy", "validation_accuracy"):
        found[name][cell] = 0.1


def test_steps_that_are_never_reached_are_infinite_and_no_number_reaches_nothing() -> None:
    found = arrays()
    reach(found, (0, 1, WITH_BN), 200)
    found["test_accuracy"][0, 2, WITH_BN, 1] = np.nan
    steps = measures.steps_to(found, WITH_BN, 0.95)
    assert steps[0, 1].tolist() == [200] * SEEDS
    assert steps[0, 2].tolist() == [400, math.inf, 400]
    assert not measures.reached_by_all(found, WITH_BN, 0.95)[0, 2]


def test_cells_are_chosen_on_the_images_set_aside() -> None:
    found = arrays()
    reach(found, (0, 1, WITH_BN), 200)
    found["test_accuracy"][1, 3, WITH_BN, :, 1:] = 0.98
    assert measures.fastest(found, WITH_BN, 0.95) == (0, 1)
    assert measures.fastest_at(found, WITH_BN, 1, 0.95) == (1, 0)
    never_at_all = {**found, "validation_accuracy": np.full_like(found["test_accuracy"], np.nan)}
    assert measures.fastest(never_at_all, WITH_BN, 0.95) is None
    assert np.isnan(measures.own_rates(never_at_all, 0.95)[0]).all()


def test_a_loss_that_ends_above_where_it_began_has_diverged() -> None:
    found = arrays()
    found["test_loss"][0, 0, 0, 0, -1], found["test_loss"][0, 0, 0, 1, -1] = 0.6, np.nan
    assert measures.diverged(found)[0, 0, 0].tolist() == [True, True, False]


def test_a_time_never_reached_gives_a_bound_of_the_ratio() -> None:
    found = arrays()
    never(found, (0, 0, WITHOUT_BN))
    reach(found, (0, 1, WITH_BN), 200)
    assert measures.own_ratio(found, 0.95).value == pytest.approx(0.5)
    found["test_accuracy"][:, :, WITHOUT_BN, 0] = 0.1
    ratio = measures.own_ratio(found, 0.95)
    assert (ratio.side, ratio.low) == ("<", None)


def test_predictions_can_be_met() -> None:
    found = arrays()
    for sigma in range(2):
        reach(found, (sigma, 1, WITH_BN), 100 if sigma == 0 else 200)
        for column in (2, 3):
            never(found, (sigma, column, WITHOUT_BN))
    reach(found, (1, 0, WITHOUT_BN), 200)
    for name in ("test_accuracy", "validation_accuracy"):
        found[name][:, :, WITH_BN, :, -1] += 0.003
    verdicts = by_name(predictions.verdicts(found))
    # Two σ are not four: the count that must be three cannot be met here.
    assert [name for name, verdict in verdicts.items() if not verdict.met] == ["high_with"]
    four = {**found, **{name: np.repeat(found[name], 2, axis=0) for name in found if found[name].ndim == 5}}
    more = predictions.verdicts({**four, "sigma": np.array([0.01, 0.03, 0.1, 0.3])})
    assert by_name(more)["high_with"].met


def test_predictions_can_fail() -> None:
    found = arrays()
    reach(found, (0, 1, WITHOUT_BN), 100)
    for sigma in range(2):
        reach(found, (1, 2, WITH_BN), 200)
        never(found, (sigma, 3, WITH_BN))
    assert not any(verdict.met for verdict in predictions.verdicts(found))


def test_the_protocol_is_that_of_the_grid_but_for_the_rates() -> None:
    theirs, ours = mnist.GRID.config.runs(), MNIST_RATES.config.runs()
    assert {run.learning_rate for run in ours} == {1, 3, 10, 30}
    shared = ("batch_norm", "sigma", "learning_rate", "seeds", "steps", "validation_images", "batch_size", "hidden")
    common = {tuple(getattr(run, name) for name in shared) for run in ours if run.learning_rate <= 3}
    assert common < {tuple(getattr(run, name) for name in shared) for run in theirs}


def test_accuracy_is_measured_often_at_first() -> None:
    steps = list(MNIST_RATES.config.runs()[0].evaluation_steps())
    assert steps == [*range(0, 4001, 100), *range(4500, 10_001, 500)]
    short = RatesRun(batch_norm=True, sigma=0.1, learning_rate=1, seeds=(0,), steps=250, evaluate_every=250)
    assert list(short.evaluation_steps()) == [0, 100, 200, 250]


@pytest.mark.slow
def test_the_networks_of_a_shared_cell_are_those_of_the_grid(tmp_path: Path) -> None:
    corner = MnistRates(sigmas=(0.3,), learning_rates=(3.0,))
    again = MNIST_RATES.replay(corner, Machine(tmp_path, jobs=2)).arrays["replay_loss"]
    # Another processor rounds elsewhere, by 2e-5 and more; the arms differ a thousand times as much.
    np.testing.assert_allclose(again, store.load("mnist_grid").arrays["replay_loss"][-1, -1], rtol=1e-3)
    assert np.abs(again[0] - again[1]).max() > 1


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")
def test_a_small_protocol_runs_and_replays(tmp_path: Path) -> None:
    tiny: MnistRates = replace(MNIST_RATES.quick, steps=120, evaluate_every=60)
    found = MNIST_RATES.run(tiny, Machine(tmp_path, images=store.QUICK_IMAGES)).arrays
    assert found["test_accuracy"].shape == (2, 2, 2, 2, 4)
    assert found["step"].tolist() == [0, 60, 100, 120]
    assert np.isfinite(found["test_loss"]).all(), "a rate of 30 must leave numbers behind"
    again = MNIST_RATES.replay(tiny, Machine(tmp_path / "again", images=store.QUICK_IMAGES)).arrays["replay_loss"]
    np.testing.assert_array_equal(again.reshape(found["replay_loss"].shape), found["replay_loss"])
    assert [verdict.name for verdict in MNIST_RATES.verdicts(found)] == list(predictions.PREDICTIONS)
