"""Write the notebook's sources, draw its curves, and have MkDocs make the site.

Everything goes under ``build/notebook`` and is made anew, but for the drawings of a record that has not changed.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from figures_src.catalogue import FIGURES
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.files import sha256, sha256_of_files, write_whole
from figures_src.imports import closure
from figures_src.notebook.pages import Notebook, navigation, pages
from figures_src.notebook.views import drawn
from figures_src.records import store
from figures_src.records.record import Record

ROOT = Path(__file__).parents[2]
PACKAGE = Path(__file__).parents[1]
CONFIG = ROOT / "mkdocs.yml"
SOURCES = ROOT / "build" / "notebook"
DRAWINGS = "drawings"
SIGN = "objects.inv"
"""Each notebook has it."""
DRAWERS = (PACKAGE / "notebook" / "drawing.py", PACKAGE / "notebook" / "views.py")
"""What draws a record, with all that these import; `WORDS` holds what they call things."""
WORDS = PACKAGE / "notebook" / "vocabulary.toml"
DIGEST = "digest.txt"


class NotebookFailed(Exception):
    """MkDocs found something wrong with the pages."""


@dataclass(frozen=True)
class Destination:
    """Where the site goes, and its address on the web; without one, no page says where it lives."""

    folder: Path
    url: str = ""


@contextmanager
def alone(where: Path) -> Iterator[None]:
    """Let one process at a time write under ``where``; a second one waits.

    Raises:
        OSError: the tree is read-only.
    """
    where.mkdir(parents=True, exist_ok=True)
    held = os.open(where, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def committed() -> Notebook:
    """The notebook of this checkout: every experiment that has a record.

    Raises:
        DamagedRecord: a record cannot be trusted.
    """
    names = [name for name in EXPERIMENTS if store.load_sidecar(name) is not None]
    return Notebook(EXPERIMENTS, {name: store.load(name) for name in names}, FIGURES)


def write_sources(notebook: Notebook, where: Path, drew: Callable[[str], None] = lambda name: None) -> None:
    """Write pages, drawings and files to download under ``where``; what is no longer made goes.

    Raises:
        MissingText: an experiment with a record has no French text.
        OSError: the disk is full or the tree read-only.
    """
    written = pages(notebook)  # first: what is wrong with the texts is told before the drawing
    kept = [where / DRAWINGS / experiment.name for experiment in notebook.recorded]
    _forget(where, kept)
    for experiment in notebook.recorded:
        _write_record(notebook, experiment.name, where, drew)
    for name, page in written.items():
        write_whole(where / name, page.encode())


def _forget(where: Path, kept: list[Path]) -> None:
    """Remove everything but the drawings that may still be good."""
    for path in sorted(where.rglob("*"), reverse=True):
        if path.is_file() and path.parent not in kept:
            path.unlink()
        elif path.is_dir() and path not in kept and not any(path.iterdir()):
            path.rmdir()


def _write_record(notebook: Notebook, name: str, where: Path, drew: Callable[[str], None]) -> None:
    from figures_src.notebook.figures import to_csv

    record = notebook.records[name]
    for ending in ("npz", "json"):
        write_whole(where / "records" / f"{name}.{ending}", (store.RECORDS / f"{name}.{ending}").read_bytes())
    for quantity in drawn(notebook.experiments[name], record.arrays):
        write_whole(where / "records" / f"{name}-{quantity.array}.csv", to_csv(quantity))
    folder, digest = where / DRAWINGS / name, _drawings_digest(record)
    if not (folder / DIGEST).is_file() or (folder / DIGEST).read_text() != digest:
        shutil.rmtree(folder, ignore_errors=True)
        _draw(notebook, name, folder)
        write_whole(folder / DIGEST, digest.encode())
        drew(name)


def _drawings_digest(record: Record) -> str:
    """Digest of all that decides what the drawings of a record look like."""
    code = sha256_of_files([*closure(DRAWERS), WORDS], PACKAGE)
    return sha256(f"{code} {json.dumps(dict(record.sidecar), sort_keys=True)}".encode())


def _draw(notebook: Notebook, name: str, folder: Path) -> None:
    from figures_src.notebook.drawing import panel_files  # brings matplotlib, which pages alone do not need
    from figures_src.notebook.figures import panel_name

    for quantity in drawn(notebook.experiments[name], notebook.records[name].arrays):
        for place, panel in enumerate(quantity.panels):
            file = panel_name(quantity, place)
            for theme, content in panel_files(quantity, panel, f"{name}-{file}").items():
                write_whole(folder / f"{file}-{theme}.svg", content)


def make_site(notebook: Notebook, sources: Path, destination: Destination) -> None:
    """Have MkDocs turn the sources into the site, which takes the place of the old one when it is whole.

    Raises:
        NotebookFailed: MkDocs warned of something; the old site stays.
    """
    # Dates of the site map: those of the records, not of the build, so that two builds give the same bytes.
    os.environ["SOURCE_DATE_EPOCH"] = str(_newest(notebook.records))
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    partial = destination.folder.with_name(f".{destination.folder.name}.{os.getpid()}.partial")
    settings: dict[str, Any] = {"docs_dir": str(sources), "site_dir": str(partial), "nav": navigation(notebook)}
    try:
        build(load_config(str(CONFIG), strict=True, site_url=destination.url, **settings))
        shutil.rmtree(destination.folder, ignore_errors=True)
        partial.rename(destination.folder)
    except (MkDocsException, SystemExit) as error:
        raise NotebookFailed(f"MkDocs stopped ({error}): mend what it says above, then run again") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _newest(records: Mapping[str, Record]) -> int:
    dates = (datetime.fromisoformat(record.sidecar["date"]).replace(tzinfo=UTC) for record in records.values())
    return int(max(dates).timestamp())
