"""Load a dataset: from the cache when it is intact, otherwise from the first source that gives it intact."""

import logging
from dataclasses import dataclass
from pathlib import Path

from figures_src.datasets.errors import AlteredError, DatasetUnavailable, SourceError, UnreachableError
from figures_src.datasets.locations import DATA_VARIABLE, cache_folder, data_folder
from figures_src.datasets.sources import ReadFile
from figures_src.datasets.spec import Dataset, DatasetSpec, Part, Supply
from figures_src.datasets.store import Store, read_all

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """Why one supply did not give one file, or any file (``file`` is then ``None``)."""

    supply: str
    file: str | None
    reason: str


def load(spec: DatasetSpec, folder: Path | None = None) -> Dataset:
    """Return the verified dataset; ``folder`` (else ``BN_DATA``) is the first source after the cache.

    Raises :class:`DatasetUnavailable` where no source gives all its files intact, the named folder does not
    exist, or the cache cannot be written.
    """
    supplies = spec.supplies(data_folder(folder))
    store = Store(cache_folder() / spec.name)
    contents = read_all(store, spec)
    if len(contents) < len(spec.parts):
        contents |= _fetched(spec, supplies, store, contents)
    return spec.assembled(contents)


def _fetched(spec: DatasetSpec, supplies: tuple[Supply, ...], store: Store, held: dict[str, bytes]) -> dict[str, bytes]:
    """Return the parts not ``held``, each from the first supply that gives it intact; store them."""
    fetched: dict[str, bytes] = {}
    failures: list[Failure] = []
    for supply in supplies:
        missing = [part for part in spec.parts if part.file not in held and part.file not in fetched]
        if not missing:
            break
        with store.workspace() as workspace:
            given, failed = _take(supply, missing, workspace)
            for part in (part for part in missing if part.file in given):
                store.write(part, given[part.file])
        fetched |= given
        failures += failed
    missing_files = [part.file for part in spec.parts if part.file not in held and part.file not in fetched]
    if missing_files:
        raise DatasetUnavailable(_explanation(spec, missing_files, failures))
    return fetched


def _take(supply: Supply, parts: list[Part], workspace: Path) -> tuple[dict[str, bytes], list[Failure]]:
    """Ask one supply for ``parts``; return the verified contents by file name, and what failed."""
    given: dict[str, bytes] = {}
    failures: list[Failure] = []
    try:
        read = supply.source.open(workspace)
        for part in parts:
            _take_part(supply, read, part, given, failures)
    except SourceError as error:
        failures.append(_told(Failure(supply.label, None, str(error)), error))
    return given, failures


def _take_part(supply: Supply, read: ReadFile, part: Part, given: dict[str, bytes], failures: list[Failure]) -> None:
    try:
        given[part.file] = part.verified(supply.recipe(read, part))
    except UnreachableError:
        raise
    except SourceError as error:
        failures.append(_told(Failure(supply.label, part.file, str(error)), error))


def _told(failure: Failure, error: SourceError) -> Failure:
    """Say at once that data was refused: another source may succeed, and its owner would never know."""
    level = logging.WARNING if isinstance(error, AlteredError) else logging.INFO
    place = f"{failure.supply}, {failure.file}" if failure.file else failure.supply
    logger.log(level, "%s: %s; trying the next source", place, failure.reason)
    return failure


def _explanation(spec: DatasetSpec, missing: list[str], failures: list[Failure]) -> str:
    """List every supply tried and why it failed, one line a reason, then what to do."""
    files: dict[tuple[str, str], list[str]] = {}
    for failure in failures:
        files.setdefault((failure.supply, failure.reason), []).extend([failure.file] if failure.file else [])
    tried = [
        f"  - {supply}: {reason}" + (f" [{', '.join(names)}]" if names else "")
        for (supply, reason), names in files.items()
    ]
    return "\n".join(
        [
            f"{spec.name} is not available: no source gave {', '.join(missing)} intact. Tried:",
            *tried,
            f"Put your own copy in a folder and name it with --data DIR or {DATA_VARIABLE}=DIR."
            f" Expected there: {spec.expected_in_folder}.",
        ]
    )
