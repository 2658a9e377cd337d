"""Why an experiment would be trained again: what its record means, beside what today's code would make."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figures_src import datasets
from figures_src.experiments.experiment import AnyExperiment
from figures_src.records import growth, store

Settings = Mapping[str, Any]
ABSENT = "absent"


@dataclass(frozen=True)
class Change:
    """A setting that is not what it was."""

    name: str
    was: Any
    now: Any
    source: Path
    """Where today's value is written."""

    def __str__(self) -> str:
        return f"{self.name}: {self.was} → {self.now}"


def reason(experiment: AnyExperiment, preset: str) -> str:
    """Why a build would train, as "steps: 15000 → 15001"; nothing where the record is fresh.

    Raises:
        DamagedRecord: there is a record, and it cannot be trusted.
    """
    where = store.folder(preset)
    if store.is_fresh(experiment, preset):
        return ""
    if (sidecar := store.load_sidecar(experiment.name, where)) is None:
        return "no record"
    why = list(map(str, changes(sidecar, experiment, preset))) or [f"{experiment.name}.npz is missing"]
    return ", ".join([*why, *filter(None, [growth.share(experiment, preset)])])


def warning(experiment: AnyExperiment, preset: str) -> str:
    """What to say before a record is made anew: why, what the old one cost, and the mend if that was not meant.

    Nothing where there is no record, or a fresh one.

    Raises:
        DamagedRecord: there is a record, and it cannot be trusted.
    """
    where, why = store.folder(preset), reason(experiment, preset)
    if not why or (sidecar := store.load_sidecar(experiment.name, where)) is None:
        return ""
    edited = dict.fromkeys(change.source for change in changes(sidecar, experiment, preset))
    mend = store.checkout(*(edited or [where / f"{experiment.name}.npz"]))
    return (
        f"{experiment.name} will be trained again ({why}); its record took {_duration(sidecar['seconds'])} of "
        f"computing. If that is not meant: Ctrl-C, then `{mend}`"
    )


def changes(sidecar: Settings, experiment: AnyExperiment, preset: str) -> list[Change]:
    """What differs between a record and today's code; settings of runs only where none of that name was declared."""
    was, now = (json.loads(json.dumps(told)) for told in (sidecar, store.meaning(experiment, preset)))
    config = store.configuration(experiment, preset)
    declared = _differences(_declared(was), _declared(now), _module(config))
    runs, own = _run_pairs(was, now), _module(config.runs()[0])
    found = {change.name: change for pair in runs for change in _differences(*pair, own)}
    return declared + [change for name, change in found.items() if name not in {other.name for other in declared}]


def _declared(told: Settings) -> Settings:
    """What a person writes: the protocol's number, the data, the configuration; and how many runs that makes."""
    named = {name: told[name] for name in ("preset", "protocol", "dataset_sha256")}
    return {**named, **_flat(told["config"]), "runs": len(told["runs"])}


def _run_pairs(was: Settings, now: Settings) -> list[tuple[Settings, Settings]]:
    """Runs of a record beside today's, whole; none where their number changed, and a pair means nothing."""
    before, after = store.whole_runs(was), store.whole_runs(now)
    return [(_flat(old), _flat(new)) for old, new in zip(before, after, strict=False) if len(before) == len(after)]


def _differences(was: Settings, now: Settings, source: Path) -> list[Change]:
    pairs = {name: (was.get(name, ABSENT), now.get(name, ABSENT)) for name in {**was, **now}}
    data = Path(datasets.__file__).parent
    return [
        Change(name, old, new, data if name == "dataset_sha256" else source)
        for name, (old, new) in pairs.items()
        if old != new
    ]


def _flat(settings: Settings, prefix: str = "") -> dict[str, Any]:
    """Settings within settings by their dotted names."""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        found |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return found


def _module(settings: Any) -> Path:
    """The file that declares a configuration, or a run."""
    return Path(str(sys.modules[type(settings).__module__].__file__))


def _duration(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds:.0f} s"
