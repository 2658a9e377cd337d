"""Experiment E2: what is trained, the rule of the base rate, and the predictions."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from figures_src.experiments.inception import measures as inception
from figures_src.experiments.inception.experiment import GRID, INCEPTION_CPU
from figures_src.experiments.inception.measures import (
    ARMS,
    BN,
    BN_SIGMOID,
    BN_X5,
    BN_X30,
    PUBLISHED,
    STANDARD,
    STANDARD_SIGMOID,
    STANDARD_X5,
    Arm,
)
from figures_src.experiments.inception.predictions import PREDICTIONS, verdicts
from figures_src.experiments.inception.runs import InceptionRun
from figures_src.experiments.prediction import Standing, by_name
from figures_src.records import store
from figures_src.training.machine import Machine
from tests.experiments.inception_samples import FAVOURABLE, STEPS, arrays, curve


def met(curves: dict[Arm, np.ndarray]) -> list[str]:
    """Names of the predictions that these curves meet."""
    return [verdict.name for verdict in verdicts(arrays(curves)) if verdict.met]


def test_the_published_numbers_meet_every_prediction() -> None:
    assert set(met(FAVOURABLE)) == PREDICTIONS.keys() - {"fixed_level"}, "a level that these networks never reach"
    found = by_name(verdicts(arrays(FAVOURABLE)))
    measured = {name: found[name].measured for name in ("stressed", "fastest_best", "sigmoids", "sigmoids_without_bn")}
    assert measured == pytest.approx(
        {"stressed": -62.2, "fastest_best": 2.6, "sigmoids": 69.8, "sigmoids_without_bn": 12.0}
    )


def test_every_prediction_can_fail() -> None:
    contrary = FAVOURABLE | {
        BN: curve(0.727, 14_000),
        BN_X5: curve(0.73, 20_000),
        BN_X30: curve(0.6, 2400),
        BN_SIGMOID: curve(0.3, 12_000),
        STANDARD_X5: curve(0.65, 5000),
        STANDARD_SIGMOID: curve(0.5, 40_000),
    }
    assert met(contrary) == []


def test_an_arm_that_never_arrives_fails_with_a_bound() -> None:
    """Seeds of the network without BN arrive one point below the level: the ratio is at least what the end tells."""
    late = by_name(verdicts(arrays(FAVOURABLE | {BN: curve(0.5, 8000)})))
    level, below = late["steps"], late["steps_below"]
    assert (below.side, below.standing) == (">", Standing.FAILED)
    assert below.measured == pytest.approx(22_000 / 16_400, rel=0.05)
    assert below.low is None
    assert np.isnan(level.measured), "nothing is known where a seed of each never arrives"
    assert level.standing is Standing.FAILED


def test_times_are_compared_seed_by_seed() -> None:
    seen = arrays(FAVOURABLE)
    level = inception.threshold(seen)
    assert level == pytest.approx(0.722)
    assert inception.steps_to(seen, STANDARD, level).tolist() == [np.inf, 16_400, 16_400]
    assert inception.steps_to(seen, BN, 0.7264).tolist() == [np.inf, 8000, 8000]
    found = by_name(verdicts(seen))
    first, below = found["steps"], found["steps_below"]
    assert (first.side, first.low, first.standing) == ("<", None, Standing.OPEN), "its best point is not every seed's"
    assert first.measured == pytest.approx((80 / 220 * (80 / 164) ** 2) ** (1 / 3), rel=0.03)
    assert below.low < below.measured < below.high
    one = inception.times_ratio(seen, STANDARD_X5, BN, level)
    assert (one.seeds, one.side) == (1, ">"), "only the seed that both arms have"


def test_arms_are_compared_by_the_seeds_that_both_have() -> None:
    told = by_name(verdicts(arrays(FAVOURABLE, further=(3, 4))))
    assert told["fixed_level"].seeds == 5
    assert told["fastest_best"].seeds == 3


def test_drift_is_that_of_the_last_two_eighths() -> None:
    rising = arrays(FAVOURABLE | {BN: STEPS / 22_000})
    assert inception.drift(rising, BN) == pytest.approx(12.7, abs=0.3)
    assert not inception.flat(rising, BN)
    assert inception.flat(rising, BN_X5)


def test_the_best_rate_is_that_of_the_highest_mean() -> None:
    grid = {
        "run_learning_rate": np.array([0.04, 0.01, 0.02, 0.01, 0.02, 0.04]),
        "validation_accuracy": np.array([[0.1, 0.1], [0.6, 0.5], [0.5, 0.7], [0.6, 0.7], [0.7, 0.6], [0.1, 0.9]]),
    }
    assert inception.best_rate(grid) == 0.02
    assert inception.best_rate(grid | {"validation_accuracy": np.ones((6, 2))}) == 0.01


def test_the_base_rate_is_the_grid_s() -> None:
    if store.load_sidecar(GRID.name) is None:
        pytest.skip("the grid has no record yet")
    chosen = inception.best_rate(store.load(GRID.name).arrays)
    assert INCEPTION_CPU.config.base_learning_rate == chosen
    assert min(GRID.config.learning_rates) < chosen < max(GRID.config.learning_rates), "widen the grid"


def bare(run: InceptionRun) -> InceptionRun:
    """What is left of a run without all that tells arms and seeds apart."""
    return replace(run, arm="", normalization=inception.NONE, activation=inception.RELU, learning_rate=1.0, seed=0)


def test_the_protocol_is_the_declared_one() -> None:
    runs, base = INCEPTION_CPU.config.runs(), INCEPTION_CPU.config.base_learning_rate
    seeds = dict.fromkeys(ARMS, 1) | {arm.name: 3 for arm in PUBLISHED} | {arm.name: 5 for arm in (STANDARD, BN)}
    assert Counter(run.arm for run in runs) == seeds
    rates = {run.arm: run.learning_rate / base for run in runs}
    assert rates == pytest.approx({name: arm.factor for name, arm in ARMS.items()})
    assert len(set(map(bare, runs))) == 1, "nothing else may change between arms"
    assert {run.validation_images for run in runs} == {0}
    grid = GRID.config.runs()
    assert {run.validation_images for run in grid} == {5000}
    assert not {run.seed for run in grid} & {run.seed for run in runs}
    assert {replace(bare(run), validation_images=0) for run in grid} == {bare(runs[0])}


def test_replayed_runs_are_the_first_steps_of_the_recorded_ones() -> None:
    for experiment in (GRID, INCEPTION_CPU):
        for short, full in ((run.cut_short(), run) for run in experiment.config.runs()):
            assert short == replace(full, steps=full.replay_steps, evaluate_every=0)


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")
def test_a_small_protocol_runs_and_replays(tmp_path: Path) -> None:
    """On the real images, through the pool, from runs to record and back."""
    tiny = replace(INCEPTION_CPU.quick, steps=20, evaluate_every=0, accuracy_every=10)
    outcome = INCEPTION_CPU.run(tiny, Machine(tmp_path, images=store.QUICK_IMAGES))
    assert outcome.arrays["train_loss"].shape == (7, 2)
    again = INCEPTION_CPU.replay(tiny, Machine(tmp_path / "again", images=store.QUICK_IMAGES)).arrays["replay_loss"]
    np.testing.assert_array_equal(again, outcome.arrays["replay_loss"])
    assert np.unique(again[:, -1]).size == 7, "the runs must differ for this to mean anything"
