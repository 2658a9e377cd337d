"""The archive as an RO-Crate 1.1, after the profile Process Run Crate 0.5: files, and the processes that made them.

The same commit gives the same bytes: every date is one of the history, a sidecar or the changelog.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from rocrate.model import ContextEntity
from rocrate.model import File as CrateFile
from rocrate.rocrate import ROCrate

from figures_src.archive.citation import Citation
from figures_src.archive.editions import Edition
from figures_src.archive.history import Snapshot
from figures_src.archive.processes import Process
from figures_src.files import sha256

METADATA = "ro-crate-metadata.json"
VERSION = "1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
TERMS = "https://w3id.org/ro/terms/workflow-run#"
AUTHOR = "#authors"
PYTHON = "#python"
TEXT_LICENSE = "https://creativecommons.org/licenses/by/4.0/"
CODE_LICENSE = "https://spdx.org/licenses/MIT"
LICENSES = {TEXT_LICENSE: ("CC BY 4.0", "Text and figures."), CODE_LICENSE: ("MIT", "Code.")}
FORMATS = {
    **{".md": "text/markdown", ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".csv": "text/csv"},
    **{".py": "text/x-python", ".json": "application/json", ".ipynb": "application/x-ipynb+json"},
    **{".npz": "application/zip", ".svg": "image/svg+xml", ".png": "image/png"},
    **{".ttf": "font/ttf", ".otf": "font/otf", ".woff2": "font/woff2"},
}
"""The others are plain text. Not the system's table, which is another on each machine."""
Properties = dict[str, Any]


@dataclass(frozen=True)
class Contents:
    """All that the metadata tells."""

    snapshot: Snapshot
    citation: Citation
    editions: tuple[Edition, ...]
    processes: tuple[Process, ...]
    article: str
    """The path of the post."""


def metadata(contents: Contents) -> bytes:
    """The description of every file and every process, in JSON-LD."""
    crate = ROCrate(version=VERSION)
    crate.metadata.extra_terms.update({term: TERMS + term for term in ("environment", "resourceUsage", "sha256")})
    _describe(crate, contents)
    for path in contents.snapshot.files:
        crate.add(CrateFile(crate, dest_path=path, properties=_file(contents, path)))
    for process in contents.processes:
        _tell(crate, process)
    return (json.dumps(crate.metadata.generate(), indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def archive(contents: Contents) -> bytes:
    """Metadata and files in one ZIP."""
    stamp = datetime.fromisoformat(contents.snapshot.date).timetuple()[:6]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, content, mode in _members(contents):
            entry = zipfile.ZipInfo(path, stamp)
            entry.external_attr, entry.compress_type = mode << 16, zipfile.ZIP_DEFLATED
            packed.writestr(entry, content)
    return buffer.getvalue()


def _members(contents: Contents) -> Iterable[tuple[str, bytes, int]]:
    yield METADATA, metadata(contents), 0o644
    for path, file in contents.snapshot.files.items():
        yield path, file.content, 0o755 if file.executable else 0o644


def _describe(crate: ROCrate, contents: Contents) -> None:
    """What stands once: the whole, its authors, licences and editions."""
    citation, snapshot = contents.citation, contents.snapshot
    root = crate.root_dataset
    told = {
        "name": citation.title,
        "description": citation.abstract,
        "datePublished": citation.date,
        "dateModified": snapshot.date,
        "version": f"{citation.version} ({snapshot.commit})",
        "keywords": list(citation.keywords),
        "inLanguage": "fr",
        "author": _link(AUTHOR),
        "publisher": _link(AUTHOR),
        "license": [_link(license) for license in LICENSES],
        "mainEntity": _link(contents.article),
        "conformsTo": _link(PROFILE),
    }
    for name, value in told.items():
        root[name] = value
    _add(crate, PROFILE, "CreativeWork", {"name": "Process Run Crate", "version": PROFILE.rpartition("/")[2]})
    _add(crate, AUTHOR, "Organization", {"name": "; ".join(citation.authors)})
    _add(crate, PYTHON, "ComputerLanguage", {"name": "Python", "url": "https://www.python.org/"})
    for address, (name, description) in LICENSES.items():
        _add(crate, address, "CreativeWork", {"name": name, "description": description})
    for edition in contents.editions:
        told = {"name": f"Edition {edition.version}", "version": edition.version, "datePublished": edition.date}
        told |= {"description": "\n".join(edition.changes), "inLanguage": "fr"}
        root.append_to("workExample", _add(crate, f"#edition-{edition.version}", "CreativeWork", told))


def _file(contents: Contents, path: str) -> Properties:
    file, suffix = contents.snapshot.files[path], PurePosixPath(path).suffix
    told: Properties = {
        "name": path,
        "contentSize": str(len(file.content)),
        "encodingFormat": FORMATS.get(suffix, "text/plain"),
        "dateModified": file.changed,
        "sha256": sha256(file.content),
    }
    if suffix == ".py":
        told |= {"@type": ["File", "SoftwareSourceCode"], "programmingLanguage": _link(PYTHON)}
        told |= {"version": contents.snapshot.commit, "license": _link(CODE_LICENSE)}
    if path == contents.article:
        told |= {"@type": ["File", "ScholarlyArticle"], "author": _link(AUTHOR), "license": _link(TEXT_LICENSE)}
    return told


def _tell(crate: ROCrate, process: Process) -> None:
    """An action, the code that it ran, what that needed, and the circumstances."""
    action: Properties = {
        "name": process.name,
        "description": process.description,
        "endTime": process.ended,
        "agent": _link(AUTHOR),
        "actionStatus": "http://schema.org/CompletedActionStatus",
        "instrument": _code(crate, process),
        "object": [*map(_link, process.read), *([_data(crate, *process.data)] if process.data else [])],
        "result": [_link(path) for path in process.made],
    }
    values = {kind: _value(crate, process, kind, told) for kind, told in process.circumstances.items()}
    if "seconds" in values:
        action["resourceUsage"] = [values.pop("seconds")]
    if values:
        action["environment"] = list(values.values())
    crate.root_dataset.append_to("mentions", _add(crate, f"#{process.name}", "CreateAction", action))


def _code(crate: ROCrate, process: Process) -> Mapping[str, str]:
    """The code as it was at the commit of the process, which may be older than the one in the crate."""
    told = {
        "name": f"Code of {process.name}",
        "version": process.commit,
        "programmingLanguage": _link(PYTHON),
        "isBasedOn": [_link(path) for path in process.code],
        "softwareRequirements": [_library(crate, *library) for library in process.libraries],
    }
    return _add(crate, f"#code-{process.name}", "SoftwareSourceCode", told)


def _library(crate: ROCrate, name: str, version: str) -> Mapping[str, str]:
    told = {"name": name, "softwareVersion": version}
    return _add(crate, f"#{name}-{version}", "SoftwareApplication", told)


def _data(crate: ROCrate, name: str, digest: str) -> Mapping[str, str]:
    told = {"name": name, "sha256": digest, "description": "Fetched and verified by figures_src/datasets."}
    return _add(crate, f"#data-{name}", "CreativeWork", told)


def _value(crate: ROCrate, process: Process, kind: str, told: str) -> Mapping[str, str]:
    return _add(crate, f"#{process.name}-{kind}", "PropertyValue", {"name": kind, "value": told})


def _add(crate: ROCrate, name: str, kind: str, properties: Properties) -> Mapping[str, str]:
    """Describe something once, and lead to it. A list of one is written as that one, an empty one not at all."""
    identifier = name.replace(" ", "-")
    if crate.dereference(identifier) is None:
        told = {
            key: value[0] if isinstance(value, list) and len(value) == 1 else value for key, value in properties.items()
        }
        told = {key: value for key, value in told.items() if value != []}
        crate.add(ContextEntity(crate, identifier, properties={"@type": kind, **told}))
    return _link(identifier)


def _link(identifier: str) -> Mapping[str, str]:
    return {"@id": identifier}
