"""A record: what an experiment measured (``.npz``) and how it came to be (``.json``), verified on reading.

The key is the whole configuration, the data's digest and the protocol's number: see ``record_key``. Source code
is not in it, for a renamed variable must not cost hours of training; instead a record keeps the losses of its
first steps, and a test trains them again.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from figures_src.commands import BUILD
from figures_src.experiments.experiment import Experiment, Verdict
from figures_src.files import sha256, write_whole

RECORDS = Path(__file__).parent
QUICK_IMAGES = (1000, 256)
"""The first ones of each training and test set: all that a quick run has."""
QUICK_RECORDS = Path(__file__).parents[2] / "build" / "quick" / "records"


class DamagedRecord(Exception):
    """A record's files do not agree with each other."""


@dataclass(frozen=True)
class Record:
    """Arrays by name and the sidecar that tells where they come from."""

    name: str
    arrays: Mapping[str, np.ndarray]
    sidecar: Mapping[str, Any]

    @property
    def config(self) -> Mapping[str, Any]:
        """The configuration of the run."""
        config: Mapping[str, Any] = self.sidecar["config"]
        return config

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Its predictions, and what the run said."""
        return tuple(Verdict(**row) for row in self.sidecar["verdicts"])

    @property
    def quick(self) -> bool:
        """Whether this is a cut-down run, not to be published."""
        return bool(self.sidecar["preset"] == "quick")


def folder(preset: str) -> Path:
    """Where the records of a preset live: quick ones never beside the full ones."""
    return QUICK_RECORDS if preset == "quick" else RECORDS


def images(preset: str) -> tuple[int, int] | None:
    """How many training and test images the runs of a preset have; None for all of them."""
    return QUICK_IMAGES if preset == "quick" else None


def configuration(experiment: Experiment, preset: str) -> Any:
    """The full or the quick configuration."""
    return experiment.quick if preset == "quick" else experiment.config


def record_key(experiment: Experiment, preset: str) -> str:
    """Digest of everything that decides what a record means, down to the defaults of its runs."""
    meaning = {
        "experiment": experiment.name,
        "preset": preset,
        "config": asdict(configuration(experiment, preset)),
        "runs": [asdict(run) for run in configuration(experiment, preset).runs()],
        "dataset_sha256": experiment.dataset_sha256,
        "protocol": experiment.protocol,
        **({"images": count} if (count := images(preset)) else {}),
    }
    return sha256(json.dumps(meaning, sort_keys=True).encode())


def save(record: Record, where: Path) -> None:
    """Write the arrays, then the sidecar that vouches for them; a kill in between is seen on reading."""
    archive = io.BytesIO()
    np.savez_compressed(archive, allow_pickle=False, **{name: record.arrays[name] for name in sorted(record.arrays)})
    content = archive.getvalue()
    sidecar = {**record.sidecar, "arrays_sha256": sha256(content)}
    write_whole(where / f"{record.name}.npz", content)
    text = json.dumps(sidecar, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    write_whole(where / f"{record.name}.json", text.encode())


def load_sidecar(name: str, where: Path = RECORDS) -> Mapping[str, Any] | None:
    """The sidecar alone, which is enough to know whether a record is fresh; None without a record.

    Raises:
        DamagedRecord: the sidecar is not readable.
    """
    path = where / f"{name}.json"
    try:
        sidecar: Mapping[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise _damaged(path, name, str(error)) from error
    if not isinstance(sidecar, dict) or not {"key", "config", "arrays_sha256"} <= set(sidecar):
        raise _damaged(path, name, "it lacks a key, a configuration or the digest of its arrays")
    return sidecar


def load(name: str, where: Path = RECORDS) -> Record:
    """Read a record and verify it.

    Raises:
        FileNotFoundError: there is no such record.
        DamagedRecord: the arrays are not those that the sidecar vouches for.
    """
    sidecar = load_sidecar(name, where)
    if sidecar is None:
        raise FileNotFoundError(f"no record {name} in {where}: run `{_build(where)}`")
    with np.load(io.BytesIO(_arrays(name, where, sidecar)), allow_pickle=False) as archive:
        return Record(name, dict(archive), sidecar)


def is_fresh(experiment: Experiment, preset: str) -> bool:
    """Whether a whole record of today's configuration, data and protocol exists.

    Raises:
        DamagedRecord: there is one, and it cannot be trusted.
    """
    name, where = experiment.name, folder(preset)
    sidecar = load_sidecar(name, where)
    if sidecar is None or not (where / f"{name}.npz").exists():
        return False
    return sidecar["key"] == record_key(experiment, preset) and bool(_arrays(name, where, sidecar))


def _arrays(name: str, where: Path, sidecar: Mapping[str, Any]) -> bytes:
    """The archive of a record, verified against its sidecar."""
    path = where / f"{name}.npz"
    content = path.read_bytes() if path.exists() else b""
    if sha256(content) != sidecar["arrays_sha256"]:
        raise _damaged(path, name, "its SHA-256 is not the one in its sidecar")
    return content


def _damaged(path: Path, name: str, why: str) -> DamagedRecord:
    committed = f"`git checkout -- {path.with_suffix('.*')}` brings the committed one back, "
    return DamagedRecord(
        f"{path} is damaged ({why}): {'' if path.parent == QUICK_RECORDS else committed}"
        f"`{_build(path.parent)} --retrain {name}` makes a new one"
    )


def _build(where: Path) -> str:
    """The command that makes the records of a folder."""
    return f"{BUILD} --quick" if where == QUICK_RECORDS else BUILD
