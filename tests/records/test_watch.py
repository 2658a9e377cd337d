"""The watch: what another library would change in a record is named, and what it leaves is not."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.experiment import AnyExperiment, Outcome
from figures_src.experiments.prediction import Verdict
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.records import store, watch
from figures_src.training.machine import Machine

ROOT = Path(__file__).parents[2]
NAMES = ("dln", "mnist_curves", "batch_statistics")
"""One row a run; an ensemble a run; runs of several arms."""


def replaying(name: str, factors: np.ndarray | float = 1.0) -> AnyExperiment:
    """An experiment that replays the losses of its record, each run's times a factor."""
    record, experiment = store.load(name), EXPERIMENTS[name]
    runs = len(experiment.config.runs())
    losses = record.arrays["replay_loss"].reshape(runs, -1, record.arrays["replay_loss"].shape[-1])
    scaled = losses * np.broadcast_to(factors, runs)[:, None, None]
    outcome = Outcome({"replay_loss": scaled}, 0.0, str(record.sidecar.get("precision", Outcome.precision)))
    return replace(experiment, replay=lambda config, machine: outcome)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_losses_change_nothing(tmp_path: Path, name: str) -> None:
    seen = watch.watch(replaying(name), Machine(tmp_path))
    assert seen.same
    assert seen.doubtful == ()
    assert seen.networks > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_run_that_trains_otherwise_puts_the_verdicts_in_doubt(tmp_path: Path, name: str) -> None:
    runs = EXPERIMENTS[name].config.runs()
    seen = watch.watch(replaying(name, np.where(np.arange(len(runs)) == 1, 1.5, 1.0)), Machine(tmp_path))
    assert seen.astray == (runs[1].label,)
    assert not seen.same
    assert len(seen.doubtful) == len(store.load(name).sidecar["verdicts"]) > 0
    assert seen.changed == ()


def test_with_another_torch_losses_are_compared_as_between_processors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = store.load("mnist_curves")
    own = f"{record.sidecar['processor']}"
    monkeypatch.setattr("figures_src.records.replays.this_computer", lambda: own)
    later = replaying("mnist_curves")
    drifted = record.arrays["replay_loss"].reshape(4, -1, 20).copy()
    drifted[:, :, 5:] *= 1.2
    outcome = Outcome({"replay_loss": drifted}, 0.0, str(record.sidecar.get("precision", Outcome.precision)))
    later = replace(later, replay=lambda config, machine: outcome)
    assert not watch.watch(later, Machine(tmp_path)).same
    monkeypatch.setattr(watch, "version", lambda name: "99.0")
    assert watch.watch(later, Machine(tmp_path)).same, "roundings grow from step to step, as between two processors"


def test_a_verdict_that_today_s_libraries_give_otherwise_is_named(tmp_path: Path) -> None:
    experiment = replaying("dln")
    judge = experiment.verdicts

    def first_one_otherwise(arrays: Arrays) -> tuple[Verdict, ...]:
        first, *others = judge(arrays)
        return (replace(first, met=not first.met), *others)

    seen = watch.watch(replace(experiment, verdicts=first_one_otherwise), Machine(tmp_path))
    assert seen.changed == (store.load("dln").sidecar["verdicts"][0]["prediction"],)
    assert seen.astray == ()


@pytest.mark.slow
def test_the_script_replays_a_record_and_names_the_libraries() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "watch.py"), "linear_problems", "--jobs", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "torch" in done.stdout
    assert "linear_problems" in done.stdout


def test_the_script_refuses_a_record_that_is_not_there() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "watch.py"), "linear_problem"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "linear_problems" in done.stderr
