"""What is said before a record is made anew."""

import re
import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from figures_src import datasets
from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.records import changes, store
from figures_src.records.record import Record


@dataclass(frozen=True)
class Run:
    seed: int
    rate: float
    bins: int = 120


@dataclass(frozen=True)
class Probe:
    every: int = 100


@dataclass(frozen=True)
class Config:
    seeds: tuple[int, ...] = (0, 1)
    rate: float = 0.1
    probe: Probe = field(default_factory=Probe)
    bins: int = 120

    def runs(self) -> list[Run]:
        return [Run(seed, 10 * self.rate, self.bins) for seed in self.seeds]


@dataclass(frozen=True)
class OtherDefault(Config):
    """The same settings, and runs of another one."""

    def runs(self) -> list[Run]:
        return [replace(run, bins=run.bins + run.seed) for run in super().runs()]


TOY = Experiment(
    name="toy",
    question="?",
    config=Config(),
    quick=Config(),
    protocol=1,
    dataset="none",
    dataset_sha256="0" * 8,
    run=lambda config, machine: Outcome({}, 0),
    verdicts=lambda arrays: (),
    replay=lambda config, machine: Outcome({}, 0),
)


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, of an awkward name, that holds the record of the toy."""
    folder = tmp_path / "with a space"
    monkeypatch.setattr(store, "RECORDS", folder)
    store.save(
        Record("toy", {}, {**store.meaning(TOY, "full"), "key": store.record_key(TOY, "full"), "seconds": 7380}), folder
    )
    return folder


@pytest.mark.parametrize(
    ("today", "told"),
    [
        ({"protocol": 2}, {"protocol: 1 → 2"}),
        ({"dataset_sha256": "1" * 8}, {"dataset_sha256: 00000000 → 11111111"}),
        ({"config": Config(rate=0.2)}, {"rate: 0.1 → 0.2"}),
        ({"config": Config(probe=Probe(50))}, {"probe.every: 100 → 50"}),
        ({"config": Config(seeds=(0, 1, 2))}, {"seeds: [0, 1] → [0, 1, 2]", "runs: 2 → 3"}),
        ({"config": Config(bins=60), "protocol": 3}, {"protocol: 1 → 3", "bins: 120 → 60"}),
        ({"config": OtherDefault()}, {"bins: 120 → 121"}),
    ],
)
def test_each_field_that_differs_is_told(where: Path, today: dict[str, Any], told: set[str]) -> None:
    assert changes.reason(TOY, "full") == changes.warning(TOY, "full") == ""
    edited = replace(TOY, **today)
    assert not store.is_fresh(edited, "full")
    found = changes.changes(store.load_sidecar("toy", where) or {}, edited, "full")
    assert set(map(str, found)) == told
    assert all(text in changes.reason(edited, "full") for text in told)


def mend(warning: str) -> list[str]:
    (command,) = re.findall(r"`([^`]*)`", warning)
    return shlex.split(command)


def test_the_warning_tells_the_cost_and_the_mend(where: Path) -> None:
    edited = changes.warning(replace(TOY, config=Config(rate=0.2)), "full")
    assert "2.0 h" in edited
    assert mend(edited) == ["git", "checkout", "--", __file__]
    other_data = changes.warning(replace(TOY, dataset_sha256="1"), "full")
    assert mend(other_data)[3:] == [str(Path(datasets.__file__).parent)]


def test_missing_arrays_are_told_with_the_mend(where: Path) -> None:
    (where / "toy.npz").unlink()
    assert "toy.npz" in changes.reason(TOY, "full")
    assert mend(changes.warning(TOY, "full"))[3:] == [str(where / "toy.npz")]


def test_without_a_record_there_is_nothing_to_warn_of(where: Path) -> None:
    (where / "toy.json").unlink()
    assert changes.reason(TOY, "full") == "no record"
    assert changes.warning(TOY, "full") == ""
