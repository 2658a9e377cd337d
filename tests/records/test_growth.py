"""A record grows: runs that it holds are taken over by their own settings, verified, and only the others train."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from figures_src.experiments.assembly import assemble, first_losses
from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.records import changes, growth, produce, store
from figures_src.settings import added
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainer import Trainer

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class SeedRun:
    seed: int
    learning_rate: float = 0.1
    steps: int = 40
    networks: int = 1
    arm: str = "with_bn"

    @property
    def label(self) -> str:
        return f"seed {self.seed}"


@dataclass(frozen=True)
class OtherRun(SeedRun):
    momentum: float = added(0.0)


def _train(run: Any, _: None, machine: Machine, report: Any, should_stop: Any) -> Any:
    (machine.checkpoints / "trained").mkdir(parents=True, exist_ok=True)
    if run.steps == 40:
        (machine.checkpoints / "trained" / f"{run.seed}").touch()
    slope = float((machine.checkpoints / "slope").read_text())
    losses = slope * (run.seed + 1) * np.arange(1.0, 5)
    return {"replay_loss": losses, "curve": np.full(7, float(run.seed)), "precision": np.array("float64")}, 2.0


TRAINER = Trainer(None, _train)


@dataclass(frozen=True)
class Plain:
    seeds: tuple[int, ...]

    def runs(self) -> list[SeedRun]:
        return [SeedRun(seed) for seed in self.seeds]


@dataclass(frozen=True)
class WithMomentum(Plain):
    momentum: float = added(0.0)

    def runs(self) -> list[SeedRun]:
        return [OtherRun(seed, momentum=self.momentum) for seed in self.seeds]


def run(config: Plain, machine: Machine) -> Outcome:
    return assemble(config.runs(), train_all("toy", config.runs(), machine, TRAINER))


def replay(config: Plain, machine: Machine) -> Outcome:
    return first_losses([replace(each, steps=4) for each in config.runs()], machine, TRAINER)


def toy(config: Plain, protocol: int = 1) -> Experiment[Plain]:
    return Experiment("toy", "?", config, config, protocol, "none", "", run, lambda arrays: (), replay)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(store, "RECORDS", tmp_path / "records")
    monkeypatch.setattr(store, "folder", lambda preset: tmp_path / "records")
    machine = Machine(tmp_path / "work", jobs=1)
    machine.checkpoints.mkdir()
    (machine.checkpoints / "slope").write_text("1.0")
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    return machine


def trained(machine: Machine) -> set[str]:
    """Seeds trained to the end since the last look."""
    found = list((machine.checkpoints / "trained").glob("*"))
    for path in found:
        path.unlink()
    return {path.name for path in found}


def test_only_the_runs_that_the_record_lacks_are_trained(machine: Machine) -> None:
    produce.produce(toy(Plain((0, 1))), "full", machine)
    assert trained(machine) == {"0", "1"}
    larger = toy(Plain((2, 1, 0)))
    assert "2 of 3 runs held" in changes.reason(larger, "full")
    record = produce.produce(larger, "full", machine)
    assert trained(machine) == {"2"}
    assert record.arrays["seed"].tolist() == [2, 1, 0]
    assert record.arrays["curve"][:, 0].tolist() == [2, 1, 0]
    assert record.sidecar["taken_over"]["runs"] == 2
    assert record.sidecar["seconds"] == 6.0
    assert store.is_fresh(larger, "full")


def test_a_run_that_today_s_code_trains_otherwise_is_trained_again(machine: Machine) -> None:
    produce.produce(toy(Plain((0, 1))), "full", machine)
    trained(machine)
    (machine.checkpoints / "slope").write_text("1.001")
    record = produce.produce(toy(Plain((0, 1, 2))), "full", machine)
    assert trained(machine) == {"0", "1", "2"}
    assert "taken_over" not in record.sidecar


def test_another_protocol_takes_nothing_over_and_neither_does_who_asks_for_all(machine: Machine) -> None:
    produce.produce(toy(Plain((0,))), "full", machine)
    trained(machine)
    assert growth.share(toy(Plain((0, 1)), protocol=2), "full") == ""
    produce.produce(toy(Plain((0, 1))), "full", machine, anew=True)
    assert trained(machine) == {"0", "1"}


def test_a_setting_added_later_stays_out_of_the_key_at_its_default_alone(machine: Machine) -> None:
    produce.produce(toy(Plain((0,))), "full", machine)
    assert store.is_fresh(toy(WithMomentum((0,))), "full")
    assert not store.is_fresh(toy(WithMomentum((0,), momentum=0.9)), "full")
    assert growth.share(toy(WithMomentum((0,), momentum=0.9)), "full") == ""
