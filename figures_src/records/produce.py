"""Make the record of an experiment, with everything needed to trust it and to make it again."""

import json
import platform
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from figures_src.experiments.experiment import Arrays, Experiment, Outcome
from figures_src.records import store
from figures_src.training.machine import Machine

LIBRARIES = ("torch", "numpy", "scipy", "pillow")


def produce(experiment: Experiment, preset: str, machine: Machine) -> store.Record:
    """Run the experiment and write its record; checkpoints are forgotten only once it is on disk."""
    commit = commit_now()  # before the run: the code may be edited while it goes on
    outcome = experiment.run(store.configuration(experiment, preset), replace(machine, images=store.images(preset)))
    record = keep(experiment, preset, machine, outcome, commit, store.folder(preset))
    shutil.rmtree(machine.checkpoints, ignore_errors=True)
    return record


def keep(
    experiment: Experiment, preset: str, machine: Machine, outcome: Outcome, commit: str, where: Path
) -> store.Record:
    """Write the record of a run that is over."""
    sidecar = {"commit": commit, **_sidecar(experiment, preset, machine, outcome)}
    record = store.Record(experiment.name, outcome.arrays, sidecar)
    store.save(record, where)
    return record


def is_judged(experiment: Experiment, preset: str) -> bool:
    """Whether the verdicts of a fresh record are those that today's code finds in its arrays.

    Raises:
        DamagedRecord: the record cannot be trusted.
    """
    record = store.load(experiment.name, store.folder(preset))
    return _as_text(record.sidecar["verdicts"]) == _as_text(_judge(experiment, record.arrays))


def judge_again(experiment: Experiment, preset: str) -> None:
    """Write today's verdicts into the sidecar of a fresh record: they follow from its arrays, without training."""
    record = store.load(experiment.name, store.folder(preset))
    sidecar = {**record.sidecar, "verdicts": _judge(experiment, record.arrays)}
    store.save(store.Record(record.name, record.arrays, sidecar), store.folder(preset))


def _judge(experiment: Experiment, arrays: Arrays) -> list[dict[str, Any]]:
    return [asdict(verdict) for verdict in experiment.verdicts(arrays)]


def _as_text(verdicts: list[dict[str, Any]]) -> str:
    """As the sidecar holds them; a verdict that is not a number, which no equality finds, is found by its text."""
    return json.dumps(verdicts, sort_keys=True)


def _sidecar(experiment: Experiment, preset: str, machine: Machine, outcome: Outcome) -> Mapping[str, Any]:
    return {
        "experiment": experiment.name,
        "preset": preset,
        "key": store.record_key(experiment, preset),
        "protocol": experiment.protocol,
        "dataset": experiment.dataset,
        "dataset_sha256": experiment.dataset_sha256,
        "config": asdict(store.configuration(experiment, preset)),
        "common": _common([asdict(run) for run in store.configuration(experiment, preset).runs()]),
        "verdicts": _judge(experiment, outcome.arrays),
        "seconds": round(outcome.seconds, 1),
        "date": datetime.now(UTC).date().isoformat(),
        "device": machine.device,
        "precision": outcome.precision,
        "threads": machine.threads,
        "jobs": machine.jobs,
        "processor": _processor(),
        "python": platform.python_version(),
        "libraries": {library: version(library) for library in LIBRARIES},
    }


def _common(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Settings that all runs share, those that the configuration leaves at their defaults included."""
    return {name: value for name, value in runs[0].items() if all(run[name] == value for run in runs)}


def commit_now() -> str:
    """The commit of the code, with a mark when the code, records aside, has been edited since."""
    here = Path(__file__).parents[1]
    try:
        head = _git(here, "rev-parse", "--short=12", "HEAD")
        edited = _git(
            here, "status", "--porcelain", "--untracked-files=no", "--", ".", ":!records/*.npz", ":!records/*.json"
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown (not a git checkout)"
    return f"{head}-dirty" if edited else head


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _processor() -> str:
    """The processor's own name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(": ")[2] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
