"""What a record gives to the next one of its experiment: the runs that both have, verified, and not trained again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from figures_src.experiments.experiment import AnyExperiment
from figures_src.records import replays, store
from figures_src.records.record import Record
from figures_src.settings import settings_of
from figures_src.training.machine import Machine
from figures_src.training.trainer import Result


@dataclass(frozen=True)
class Held:
    """Rows of a record by the place of their run among today's; nothing where no run can be taken over."""

    rows: Mapping[int, int] = field(default_factory=dict)
    record: Record | None = None

    def without(self, places: np.ndarray) -> "Held":
        """The same, less the runs at some places."""
        return replace(self, rows={place: row for place, row in self.rows.items() if place not in places})

    def results(self, runs: list[Any]) -> dict[Any, Result]:
        """What the trainer would have given for these runs, and how long it took on average."""
        if self.record is None:
            return {}
        sidecar, arrays = self.record.sidecar, self.record.arrays
        count = len(sidecar["runs"])
        by_run = {name: array for name, array in arrays.items() if array.shape[:1] == (count,)}
        precision = {"precision": np.array(sidecar["precision"])}
        return {
            runs[place]: ({name: array[row] for name, array in by_run.items()} | precision, sidecar["seconds"] / count)
            for place, row in self.rows.items()
        }

    def origin(self) -> dict[str, Any]:
        """What the sidecar of the next record says of the runs that it took over."""
        if self.record is None or not self.rows:
            return {}
        named = ("commit", "date", "device", "processor", "accelerator", "libraries")
        sidecar = self.record.sidecar
        return {"taken_over": {"runs": len(self.rows), **{name: sidecar[name] for name in named if name in sidecar}}}


def held(experiment: AnyExperiment, preset: str) -> Held:
    """The runs of today's configuration that the record before holds, by their own settings.

    Only records with a row for each run can give any: those of ensembles hold many networks a run.

    Raises:
        DamagedRecord: there is a record, and it cannot be trusted.
    """
    where = store.folder(preset)
    sidecar = store.load_sidecar(experiment.name, where)
    if sidecar is None or not _same_protocol(sidecar, experiment) or not (where / f"{experiment.name}.npz").exists():
        return Held()
    record = store.load(experiment.name, where)
    if record.arrays.get("seed", np.array([])).shape != (len(sidecar["runs"]),):
        return Held()
    before = [json.dumps(run, sort_keys=True) for run in store.whole_runs(sidecar)]
    today = [json.dumps(settings_of(run), sort_keys=True) for run in store.configuration(experiment, preset).runs()]
    rows = {place: before.index(run) for place, run in enumerate(today) if run in before}
    return Held(rows, record)


def verified(experiment: AnyExperiment, preset: str, machine: Machine) -> Held:
    """Those of the runs held that today's code still trains as they were, by the losses of their first steps."""
    found = held(experiment, preset)
    if found.record is None or not found.rows:
        return Held()
    config = store.configuration(experiment, preset)
    with replays.recorded_kernels():
        again = experiment.replay(config, machine)
    places, rows = list(found.rows), list(found.rows.values())
    sidecar, recorded = found.record.sidecar, found.record.arrays["replay_loss"][rows]
    computer = replays.this_computer(machine.device)
    bounds = replays.tolerances(sidecar, again.precision, computer, recorded.shape[-1])
    wrong = replays.differing(again.arrays["replay_loss"][places], recorded, bounds)
    growth = replays.rounding_growth([config.runs()[place] for place in places])
    wrong |= ~replays.comparable(sidecar, found.record.arrays["arm"][rows], growth, computer)
    return found.without(np.array(places)[wrong])


def share(experiment: AnyExperiment, preset: str) -> str:
    """How many of today's runs a record holds, as "6 of 10 runs held"; nothing where it holds none."""
    rows = held(experiment, preset).rows
    count = len(store.configuration(experiment, preset).runs())
    return f"{len(rows)} of {count} runs held" if rows else ""


def _same_protocol(sidecar: Mapping[str, Any], experiment: AnyExperiment) -> bool:
    same: bool = (sidecar["protocol"], sidecar["dataset_sha256"]) == (experiment.protocol, experiment.dataset_sha256)
    return same
