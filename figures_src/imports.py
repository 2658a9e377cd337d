"""Which modules of the package another one is made of, read from their sources; belongs to no room."""

import ast
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from figures_src.files import sha256, write_whole

PACKAGE = Path(__file__).parent
MEMORY = PACKAGE.parent / "build" / "imports.json"
"""What sources import, by their digests: to parse two hundred of them takes longer than all else a build looks at."""


def closure(roots: Iterable[Path], package: Path = PACKAGE) -> set[Path]:
    """Modules of the package that these import, and those that those import, themselves included.

    What a function imports when it is called is left out: experiments train so, and no drawing trains.
    """
    found: set[Path] = set()
    waiting = list(roots)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += (place for name in imported(path.read_bytes(), str(path)) for place in _places(name, package))
    return found


@cache
def imported(source: bytes, file: str = "<source>") -> frozenset[str]:
    """Dotted names that a source imports when it is itself imported; of ``from a import b``, both a and a.b."""
    known, digest = _memory(), _digest(source)
    if not isinstance(known.get(digest), list):
        known[digest] = sorted({name for node in _statements(ast.parse(source, file)) for name in _names(node)})
    return frozenset(known[digest])


def remember() -> None:
    """Keep what was parsed for the next process, and nothing of sources that are no more."""
    if _memory() == _on_disk():
        return
    today = {_digest(path.read_bytes()) for path in PACKAGE.rglob("*.py")}
    kept = {digest: names for digest, names in _memory().items() if digest in today}
    write_whole(MEMORY, json.dumps(kept).encode())


def _digest(source: bytes) -> str:
    """Of a source and of this one: what another version of it read would not be what it reads."""
    return sha256(_own() + source)


@cache
def _own() -> bytes:
    return Path(__file__).read_bytes()


@cache
def _memory() -> dict[str, list[str]]:
    return _on_disk()


def _on_disk() -> dict[str, list[str]]:
    try:
        known = json.loads(MEMORY.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _statements(parent: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(parent):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node
            yield from _statements(node)


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def _places(name: str, package: Path) -> tuple[Path, ...]:
    """The file of a module of the package, or of what a folder of it says of itself; none for a name in a module."""
    first, *parts = name.split(".")
    if first != package.name:
        return ()
    place = package.joinpath(*parts)
    return tuple(path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file())
