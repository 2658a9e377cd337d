"""Experiment E3 on the deep linear network: what is trained, and the predictions."""

from collections import Counter
from pathlib import Path

import numpy as np

from figures_src.experiments import dln
from figures_src.experiments.dln import BATCH, STANDARD
from figures_src.training.machine import Machine


def arrays(difference: float, cosine: float, loss: float) -> dict[str, np.ndarray]:
    """Two seeds of each arm at the low rate; numbers are those of BN over standard, and of the standard arm."""
    arms = [STANDARD, BATCH] * 2
    is_bn = np.array([arm is BATCH for arm in arms])[:, None, None]
    return {
        "arm": np.array([str(arm) for arm in arms]),
        "run_learning_rate": np.full(4, 1e-7),
        "seed": np.array([0, 0, 1, 1]),
        "shift_difference": np.where(is_bn, difference, 1.0) * np.ones((4, 9, 2)),
        "shift_cosine": np.where(is_bn, 0, cosine) * np.ones((4, 9, 2)),
        "train_loss": np.where(is_bn[..., 0], 1.0, loss) * np.ones((4, 9)),
    }


def test_predictions_can_be_met_and_can_fail() -> None:
    assert [verdict.met for verdict in dln.verdicts(arrays(350, 0.99, 5.6))] == [True] * 3
    assert [verdict.met for verdict in dln.verdicts(arrays(99, 0.95, 1.9))] == [False] * 3


def test_the_protocol_is_the_declared_one() -> None:
    runs = dln.DLN.config.runs()
    counts = Counter((run.normalization, run.learning_rate) for run in runs)
    assert set(counts) == {(STANDARD, 1e-6), (STANDARD, 1e-7), (BATCH, 1e-6), (BATCH, 1e-7)}
    assert min(counts.values()) >= 3
    assert {(run.depth, run.width, run.examples, run.steps, run.shift_layers) for run in runs} == {
        (25, 10, 1000, 10_000, (9, 17))
    }


def test_a_short_protocol_runs_and_replays(tmp_path: Path) -> None:
    short = dln.LinearProtocol(seeds=(0, 1), steps=40, shift_every=20)
    outcome = dln.run_dln(short, Machine(tmp_path))
    assert outcome.precision == "float64"
    assert outcome.arrays["shift_difference"].shape == (8, 3, 2)
    assert len(dln.verdicts(outcome.arrays)) == 3
    again = dln.replay(short, Machine(tmp_path / "again"))
    np.testing.assert_allclose(again, outcome.arrays["replay_loss"], rtol=1e-9)
