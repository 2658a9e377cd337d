"""Files written whole or not at all, and digests of what is read; belongs to no room."""

import hashlib
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PARTIAL = ".partial"
"""How the name of a file ends while it is written; a killed process leaves one."""

DEAD_SECONDS = 3600
"""No write takes that long; the workers of a killed build, which save their state, may still be writing."""


class NotOurs(ValueError):
    """A folder that would be emptied holds what is not made here."""


def write_whole(path: Path, content: bytes) -> None:
    """Write beside the file and take its place in one move: a kill or a full disk leaves the old one.

    Raises:
        OSError: the disk is full or the tree read-only; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def forget_partial(folders: Iterable[Path]) -> None:
    """Remove what killed writes left in folders, at any depth."""
    for path in (path for folder in folders for path in folder.rglob(f".*{PARTIAL}")):
        with suppress(FileNotFoundError):
            if path.is_file() and time.time() - path.stat().st_mtime > DEAD_SECONDS:
                path.unlink()


def sha256(content: bytes) -> str:
    """Hexadecimal SHA-256 digest."""
    return hashlib.sha256(content).hexdigest()


def sha256_of_files(paths: Iterable[Path], root: Path) -> str:
    """One digest over the names, relative to the root, and the contents of files."""
    lines = (f"{path.relative_to(root).as_posix()} {sha256(path.read_bytes())}" for path in sorted(paths))
    return sha256("\n".join(lines).encode())


def try_folder(folder: Path) -> None:
    """Make a folder, and write and remove a file there: what refuses to keep results does so before they are made.

    Raises:
        OSError: it cannot be made or written.
    """
    tried = folder / f".tried.{os.getpid()}"
    write_whole(tried, b"")
    tried.unlink()


def take_folder(folder: Path, sign: str) -> None:
    """Try a folder whose contents are about to be replaced; ``sign`` names what is in each of those made here.

    Raises:
        NotOurs: it holds other things.
        OSError: it cannot be made or written.
    """
    if folder.is_dir() and any(folder.iterdir()) and not (folder / sign).exists():
        raise NotOurs(f"{folder} holds other things, which would be removed: name an empty folder, or a new one")
    try_folder(folder)
