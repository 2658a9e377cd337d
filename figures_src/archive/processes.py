"""Which process made which file: runs from the sidecars of their records, drawings from the manifest of figures."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from figures_src import build
from figures_src.archive.history import Snapshot
from figures_src.catalogue import FIGURES
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.notebook.reference import module_of
from figures_src.records import store

RECORDS = "figures_src/records"
MANIFEST = "assets/figures/manifest.json"
OTHERS = {
    build.CARD: "figures_src/card.py",
    build.PALETTE: "figures_src/palette.py",
    build.WORKBOOK: "figures_src/workbook/contents.py",
    build.POST: "figures_src/publish.py",
}
"""What makes each product that is no figure."""
OTHER_LIBRARIES = "libraries changed"


class NotAsMade(Exception):
    """What is in the commit is not what its own code and records make."""


@dataclass(frozen=True)
class Process:
    """One thing that was run: with which code and libraries, on what, when, and what it left. Files are paths."""

    name: str
    description: str
    ended: str
    commit: str
    code: tuple[str, ...]
    libraries: tuple[tuple[str, str], ...]
    read: tuple[str, ...]
    made: tuple[str, ...]
    data: tuple[str, str] | None = None
    """Name and digest of the data set that it learnt from."""
    circumstances: Mapping[str, str] = field(default_factory=dict)
    """The computer, and how it was used."""


def processes(snapshot: Snapshot) -> list[Process]:
    """Every run and every drawing of a commit, the one that is checked out here.

    Raises:
        DamagedRecord: a record is not as it was sealed.
        NotAsMade: a figure or the post is not what this commit makes; the libraries may be others than here.
    """
    states = build.examine(build.FULL, FIGURES)
    told = [f"{state.name}: {', '.join(state.reasons)}" for state in states if set(state.reasons) - {OTHER_LIBRARIES}]
    if told:
        raise NotAsMade(f"{'; '.join(told)}: run `make figures` and commit what it makes")
    runs = [process for name in recorded(snapshot) for process in _runs(snapshot, name)]
    return [*runs, *_drawings(snapshot)]


def recorded(snapshot: Snapshot) -> list[str]:
    """Names of the records of a commit."""
    return [Path(path).stem for path in snapshot.files if path.startswith(f"{RECORDS}/") and path.endswith(".json")]


def files_of(record: str) -> tuple[str, str]:
    """Arrays and sidecar."""
    return f"{RECORDS}/{record}.npz", f"{RECORDS}/{record}.json"


def _runs(snapshot: Snapshot, name: str) -> Iterator[Process]:
    """The training of a record, and the earlier one whose runs it took over."""
    sidecar = store.load(name).sidecar
    count, earlier = len(sidecar["runs"]), sidecar.get("taken_over")
    own = count - (earlier["runs"] if earlier else 0)
    yield _run(snapshot, sidecar, sidecar, f"run-{name}", f"Trained {own} of the {count} runs of {name}.")
    if earlier:
        told = f"Trained the other {earlier['runs']} runs of {name}, which its record took over."
        yield _run(snapshot, sidecar, earlier, f"run-{name}-before", told)


def _run(
    snapshot: Snapshot, sidecar: Mapping[str, Any], maker: Mapping[str, Any], name: str, description: str
) -> Process:
    record = sidecar["experiment"]
    told = ("processor", "accelerator", "device", "precision", "threads", "jobs", "seconds")
    return Process(
        name=name,
        description=description,
        ended=maker["date"],
        commit=maker["commit"],
        code=_experiment(snapshot, record),
        libraries=tuple([*maker["libraries"].items(), *([("python", maker["python"])] if "python" in maker else [])]),
        read=(),
        made=files_of(record),
        data=(sidecar["dataset"], sidecar["dataset_sha256"]),
        circumstances={kind: str(maker[kind]) for kind in told if kind in maker},
    )


def _experiment(snapshot: Snapshot, record: str) -> tuple[str, ...]:
    """The folder of an experiment, as it is in this commit; nothing where the registry has it no more."""
    if record not in EXPERIMENTS:
        return ()
    folder = "/".join(module_of(EXPERIMENTS[record]).split(".")[:-1])
    return tuple(path for path in snapshot.files if path.startswith(f"{folder}/") and path.endswith(".py"))


def _drawings(snapshot: Snapshot) -> Iterator[Process]:
    manifest = json.loads(snapshot.files[MANIFEST].content)
    for name, entry in sorted(manifest.items()):
        folder = build.folder_of(build.FULL, name).relative_to(build.ROOT)
        made = tuple((folder / file).as_posix() for file in entry["outputs"])
        yield _drawing(snapshot, name, entry["inputs"], made)


def _drawing(snapshot: Snapshot, name: str, inputs: Mapping[str, str], made: tuple[str, ...]) -> Process:
    versions = [library.split(" ") for library in inputs.get("libraries", "").split(", ") if library]
    records = [path for kind in inputs if kind.startswith("record ") for path in files_of(kind.removeprefix("record "))]
    curves = [f"figures_src/published/{kind.split(' ')[1]}.csv" for kind in inputs if kind.startswith("published ")]
    return Process(
        name=f"making-{name}",
        description=f"Made {name} of its code, and of the records and published curves that it shows.",
        ended=max(snapshot.files[path].changed for path in made),
        commit=snapshot.commit,
        code=(OTHERS.get(name, f"figures_src/figures/{name}.py"),),
        libraries=tuple((library, version) for library, version in versions),
        read=tuple([*records, *curves]),
        made=made,
    )
