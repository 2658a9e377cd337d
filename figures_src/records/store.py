"""A record: what an experiment measured (``.npz``) and how it came to be (``.json``), verified on reading.

The key is the whole configuration, the data's digest and the protocol's number: see ``record_key``. Source code
is not in it, for a renamed variable must not cost hours of training; instead a record keeps the losses of its
first steps, and a test trains them again.

The sidecar holds all that its key is made of, the digest of the arrays, and a seal, the digest of everything else in
it. A file that was changed since it was written, by a hand or by a disk, is refused.
"""

import io
import json
import shlex
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from figures_src.commands import BUILD
from figures_src.experiments.experiment import AnyExperiment, AnyPlan, Experiment
from figures_src.files import sha256, write_whole
from figures_src.records.record import Record
from figures_src.settings import settings_of

RECORDS = Path(__file__).parent
QUICK_IMAGES = (1000, 256)
"""The first ones of each training and test set: all that a quick run has."""
QUICK_RECORDS = Path(__file__).parents[2] / "build" / "quick" / "records"
SEAL = "seal"


class DamagedRecord(Exception):
    """A record's files do not agree with each other, or with themselves."""


class UnsealedRecord(DamagedRecord):
    """A sidecar was written before sidecars were sealed."""


def folder(preset: str) -> Path:
    """Where the records of a preset live: quick ones never beside the full ones."""
    return QUICK_RECORDS if preset == "quick" else RECORDS


def images(preset: str) -> tuple[int, int] | None:
    """How many training and test images the runs of a preset have; None for all of them."""
    return QUICK_IMAGES if preset == "quick" else None


def configuration(experiment: Experiment[AnyPlan], preset: str) -> AnyPlan:
    """The full or the quick configuration."""
    return experiment.quick if preset == "quick" else experiment.config


def meaning(experiment: AnyExperiment, preset: str) -> dict[str, Any]:
    """Everything that decides what a record means, down to the defaults of its runs, as its sidecar holds it.

    Settings that all runs share are ``common``; the others are told run by run.
    """
    config = configuration(experiment, preset)
    runs = [settings_of(run) for run in config.runs()]
    common = {name: value for name, value in runs[0].items() if all(run[name] == value for run in runs)}
    return {
        "experiment": experiment.name,
        "preset": preset,
        "config": settings_of(config),
        "common": common,
        "runs": [{name: value for name, value in run.items() if name not in common} for run in runs],
        "dataset_sha256": experiment.dataset_sha256,
        "protocol": experiment.protocol,
        **({"images": count} if (count := images(preset)) else {}),
    }


def whole_runs(sidecar: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every run of a record with all its settings."""
    return [{**sidecar["common"], **run} for run in sidecar["runs"]]


def key_of(sidecar: Mapping[str, Any]) -> str:
    """Digest of what a sidecar says that its record means.

    Raises:
        KeyError: it does not tell all of it.
    """
    told = {name: sidecar[name] for name in ("experiment", "preset", "config", "dataset_sha256", "protocol")}
    return sha256(json.dumps({**told, "runs": whole_runs(sidecar)}, sort_keys=True).encode())


def record_key(experiment: AnyExperiment, preset: str) -> str:
    """Digest of what a record made today would mean."""
    return key_of(meaning(experiment, preset))


def save(record: Record, where: Path) -> None:
    """Write the arrays, then the sidecar that vouches for them; a kill in between is seen on reading."""
    archive = io.BytesIO()
    np.savez_compressed(archive, allow_pickle=False, **{name: record.arrays[name] for name in sorted(record.arrays)})
    content = archive.getvalue()
    write_whole(where / f"{record.name}.npz", content)
    save_sidecar(record.name, {**record.sidecar, "arrays_sha256": sha256(content)}, where)


def save_sidecar(name: str, sidecar: Mapping[str, Any], where: Path) -> None:
    """Seal a sidecar and write it; its arrays stay as they are."""
    write_whole(where / f"{name}.json", _sealed(sidecar))


def load_sidecar(name: str, where: Path = RECORDS) -> Mapping[str, Any] | None:
    """The sidecar alone, which is enough to know what a record means; None without a record.

    Raises:
        DamagedRecord: the sidecar is not readable, or not as it was written.
        UnsealedRecord: it was written before sidecars were sealed.
    """
    path = where / f"{name}.json"
    content = _content(path)
    return None if content is None else _verified(name, path, content)


@cache
def _verified(name: str, path: Path, content: bytes) -> Mapping[str, Any]:
    """A sidecar whose seal and key hold; a build asks for each of them five times."""
    sidecar = _parsed(path, content)
    if SEAL not in sidecar:
        raise UnsealedRecord(_unsealed(path))
    if content != _sealed(sidecar):
        raise damaged(path, "it is not as it was sealed")
    if not is_keyed(sidecar) or sidecar["experiment"] != name:
        raise damaged(path, "its key is not that of its name and of the configuration that it tells")
    return sidecar


def read_unverified(name: str, where: Path) -> Mapping[str, Any] | None:
    """A sidecar as it is on disk, sealed or not; None without a record.

    Raises:
        DamagedRecord: the sidecar is not readable.
    """
    path = where / f"{name}.json"
    content = _content(path)
    return None if content is None else _parsed(path, content)


def is_keyed(sidecar: Mapping[str, Any]) -> bool:
    """Whether the key of a sidecar is that of the configuration, the data and the protocol that it tells."""
    try:
        return bool(sidecar["key"] == key_of(sidecar))
    except (KeyError, TypeError):
        return False


def load(name: str, where: Path = RECORDS) -> Record:
    """Read a record and verify it.

    Raises:
        FileNotFoundError: there is no such record.
        DamagedRecord: the arrays are not those that the sidecar vouches for.
    """
    sidecar = load_sidecar(name, where)
    if sidecar is None:
        raise missing(name, where)
    with np.load(io.BytesIO(archive_of(name, where, sidecar)), allow_pickle=False) as archive:
        return Record(name, dict(archive), sidecar)


def is_fresh(experiment: AnyExperiment, preset: str) -> bool:
    """Whether a whole record of today's configuration, data and protocol exists.

    Raises:
        DamagedRecord: there is one, and it cannot be trusted.
    """
    name, where = experiment.name, folder(preset)
    sidecar = load_sidecar(name, where)
    if sidecar is None or not (where / f"{name}.npz").exists():
        return False
    return sidecar["key"] == record_key(experiment, preset) and bool(archive_of(name, where, sidecar))


def archive_of(name: str, where: Path, sidecar: Mapping[str, Any]) -> bytes:
    """The bytes of a record's arrays, verified against its sidecar.

    Raises:
        DamagedRecord: the arrays are not those that the sidecar vouches for.
    """
    path = where / f"{name}.npz"
    content = path.read_bytes() if path.exists() else b""
    if sha256(content) != sidecar["arrays_sha256"]:
        raise damaged(path, "its SHA-256 is not the one in its sidecar")
    return content


def missing(name: str, where: Path) -> FileNotFoundError:
    """What to say where there is no record."""
    return FileNotFoundError(f"no record {name} in {where}: run `{_build(where)}`")


def damaged(path: Path, why: str) -> DamagedRecord:
    """What to say of a file of a record that cannot be trusted."""
    return DamagedRecord(
        f"{path} is damaged ({why}): {_committed(path)}`{_build(path.parent)} --retrain {path.stem}` makes a new one"
    )


def checkout(*paths: Path) -> str:
    """The command that brings committed files back, as a shell reads it."""
    return shlex.join(["git", "checkout", "--", *map(str, paths)])


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _parsed(path: Path, content: bytes) -> Mapping[str, Any]:
    try:
        sidecar = json.loads(content)
    except ValueError as error:
        raise damaged(path, str(error)) from error
    if not isinstance(sidecar, dict) or not {"key", "config", "arrays_sha256"} <= set(sidecar):
        raise damaged(path, "it lacks a key, a configuration or the digest of its arrays")
    return sidecar


def _unsealed(path: Path) -> str:
    found = {other.stem: read_unverified(other.stem, path.parent) for other in sorted(path.parent.glob("*.json"))}
    names = " ".join(name for name, sidecar in found.items() if sidecar and SEAL not in sidecar)
    return (
        f"{path} is not sealed, as none was before: {_committed(path)}"
        f"`{_build(path.parent)} --seal {names}` seals what is your own"
    )


def _committed(path: Path) -> str:
    """The mend of a record that is in git; nothing for the others."""
    if path.parent != RECORDS:
        return ""
    return f"`{checkout(path.with_suffix('.json'), path.with_suffix('.npz'))}` brings the committed one back, "


def _sealed(sidecar: Mapping[str, Any]) -> bytes:
    """The bytes of a sidecar, whose seal is the digest of everything else in it."""
    rest = {name: value for name, value in sidecar.items() if name != SEAL}
    sealed = {**rest, SEAL: sha256(json.dumps(rest, sort_keys=True).encode())}
    return (json.dumps(sealed, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _build(where: Path) -> str:
    """The command that makes the records of a folder."""
    return f"{BUILD} --quick" if where == QUICK_RECORDS else BUILD
