"""Make the record of an experiment, with everything needed to trust it and to make it again."""

import math
import platform
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import zip_longest
from pathlib import Path
from typing import Any

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.experiment import AnyExperiment, Outcome
from figures_src.files import sha256, sha256_of_files
from figures_src.imports import closure
from figures_src.records import growth, store
from figures_src.records.record import Record
from figures_src.training.machine import Machine, processor

LIBRARIES = ("torch", "numpy", "scipy", "pillow")
ROUNDING = 1e-9
"""Far below what a verdict prints, far above what the order of additions changes in float64."""


def produce(experiment: AnyExperiment, preset: str, machine: Machine, anew: bool = False) -> Record:
    """Run the experiment and write its record; checkpoints are forgotten only once it is on disk.

    Runs that the record before holds are taken over once their first steps are trained again alike; ``anew``: none.
    """
    commit = commit_now()  # before the run: the code may be edited while it goes on
    config, machine = store.configuration(experiment, preset), replace(machine, images=store.images(preset))
    # Here and not on a cluster: how far losses can be compared is told by this computer.
    held = growth.Held() if anew else growth.verified(experiment, preset, replace(machine, scheduler=""))
    outcome = experiment.run(config, replace(machine, held=held.results(config.runs())))
    outcome = replace(outcome, origin=held.origin())
    record = keep(experiment, preset, machine, outcome, commit, store.folder(preset))
    shutil.rmtree(machine.checkpoints, ignore_errors=True)
    return record


def keep(
    experiment: AnyExperiment, preset: str, machine: Machine, outcome: Outcome, commit: str, where: Path
) -> Record:
    """Write the record of a run that is over."""
    sidecar = {"commit": commit, **_sidecar(experiment, preset, machine, outcome)}
    record = Record(experiment.name, outcome.arrays, sidecar)
    store.save(record, where)
    return record


def is_judged(experiment: AnyExperiment, preset: str) -> bool:
    """Whether the verdicts of a fresh record are those that today's code finds in its arrays, on any processor.

    Raises:
        DamagedRecord: the record cannot be trusted.
    """
    return not changed_verdicts(experiment, preset)


def changed_verdicts(experiment: AnyExperiment, preset: str) -> list[str]:
    """Predictions whose verdict in a fresh record is not the one that today's code and libraries find in its arrays.

    Raises:
        DamagedRecord: the record cannot be trusted.
    """
    record = store.load(experiment.name, store.folder(preset))
    pairs = zip_longest(record.sidecar["verdicts"], _judge(experiment, record.arrays))
    return [str((found or told)["prediction"]) for told, found in pairs if not (told and found and _alike(told, found))]


def judgement(experiment: AnyExperiment, preset: str) -> str:
    """Digest of all that the verdicts of a record follow from: what it holds, and the code that judges it.

    Two that are equal are judged alike, and neither arrays nor scipy have to be read to know it.

    Raises:
        DamagedRecord: the sidecar cannot be trusted.
    """
    package = Path(__file__).parents[1]
    judge = getattr(experiment.verdicts, "func", experiment.verdicts)
    module = package.parent.joinpath(*judge.__module__.split(".")).with_suffix(".py")
    code = sha256_of_files(closure([module]), package) if module.is_relative_to(package) else ""
    sidecar = store.load_sidecar(experiment.name, store.folder(preset)) or {}
    return sha256(f"{sidecar.get(store.SEAL)} {code}".encode())


def judge_again(experiment: AnyExperiment, preset: str) -> None:
    """Write today's verdicts into the sidecar of a fresh record: they follow from its arrays, without training."""
    record = store.load(experiment.name, store.folder(preset))
    sidecar = {**record.sidecar, "verdicts": _judge(experiment, record.arrays)}
    store.save_sidecar(record.name, sidecar, store.folder(preset))


def seal(experiment: AnyExperiment, preset: str) -> bool:
    """Seal a record made before sidecars were, its arrays untouched; say whether it had to be.

    Such a sidecar does not tell its runs: those of today's code are its own where they give its key.

    Raises:
        FileNotFoundError: there is no record.
        DamagedRecord: it is sealed and not as it was, or not sealed and of no configuration that can be told.
    """
    name, where = experiment.name, store.folder(preset)
    sidecar = store.read_unverified(name, where)
    if sidecar is None:
        raise store.missing(name, where)
    if store.SEAL in sidecar:
        store.load(name, where)
        return False
    whole = {**sidecar, "runs": store.meaning(experiment, preset)["runs"]}
    if not store.is_keyed(whole):
        raise store.damaged(where / f"{name}.json", "its key is not that of its configuration, seen by today's code")
    store.archive_of(name, where, sidecar)
    store.save_sidecar(name, whole, where)
    return True


def _judge(experiment: AnyExperiment, arrays: Arrays) -> list[dict[str, Any]]:
    return [asdict(verdict) for verdict in experiment.verdicts(arrays)]


def _alike(told: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether two verdicts are one: processors add in different orders, and what is not a number is itself."""
    return told.keys() == found.keys() and all(_same(told[name], found[name]) for name in told)


def _same(told: Any, found: Any) -> bool:
    if not (isinstance(told, float) and isinstance(found, float)):
        return bool(told == found)
    return math.isclose(told, found, rel_tol=ROUNDING, abs_tol=ROUNDING) or (math.isnan(told) and math.isnan(found))


def _sidecar(experiment: AnyExperiment, preset: str, machine: Machine, outcome: Outcome) -> Mapping[str, Any]:
    return {
        **store.meaning(experiment, preset),
        "key": store.record_key(experiment, preset),
        "dataset": experiment.dataset,
        "verdicts": _judge(experiment, outcome.arrays),
        "seconds": round(outcome.seconds, 1),
        "date": datetime.now(UTC).date().isoformat(),
        "device": machine.device,
        "precision": outcome.precision,
        "threads": machine.threads,
        "jobs": machine.jobs,
        "processor": processor(),
        **_workers(machine),
        **_accelerator(machine.device),
        **outcome.origin,
        "python": platform.python_version(),
        "libraries": {library: version(library) for library in LIBRARIES},
    }


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


def _workers(machine: Machine) -> dict[str, Any]:
    """Which computers of a cluster trained, where one did, and how many runs each; the record's processor is theirs."""
    if not machine.makers:
        return {}
    runs = Counter((maker.processor, maker.host) for maker in machine.makers.values())
    workers = Counter((maker.processor, maker.host) for maker in set(machine.makers.values()))
    return {
        "processor": " and ".join(sorted({processor for processor, _ in runs})),
        "jobs": workers.total(),
        "workers": [
            {"host": host, "processor": name, "workers": workers[name, host], "runs": runs[name, host]}
            for name, host in sorted(runs)
        ],
    }


def _accelerator(device: str) -> dict[str, str]:
    """The card's own name, where one was used."""
    if device != "cuda":
        return {}
    from figures_src.training.precision import card_name  # brings torch, which a run on a card has loaded already

    return {"accelerator": card_name()}
