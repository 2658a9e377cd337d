"""What the repository holds at its last commit, and when each file last changed: no clock is asked."""

import io
import re
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


class NoHistory(Exception):
    """The repository cannot say what was made when."""


@dataclass(frozen=True)
class File:
    """A file of the commit."""

    content: bytes
    executable: bool
    changed: str
    """When the commit was made that changed it last, in UTC."""


@dataclass(frozen=True)
class Snapshot:
    """All the files of a commit, by path."""

    commit: str
    date: str
    files: Mapping[str, File]

    def text(self, path: str) -> str:
        """A file as text."""
        return self.files[path].content.decode()


def snapshot(root: Path) -> Snapshot:
    """Read the last commit.

    Raises:
        NoHistory: this is no checkout, its history is cut, or files were edited since; the message names the mend.
    """
    try:
        shallow = _git(root, "rev-parse", "--is-shallow-repository")
    except (OSError, subprocess.CalledProcessError):
        raise NoHistory(f"{root} is no git checkout: make the archive in a clone, whose history dates files") from None
    if shallow.strip() == b"true":
        raise NoHistory("the history is cut, so that no file can be dated: run `git fetch --unshallow` first")
    if edited := _git(root, "status", "--porcelain", "--untracked-files=no").decode().splitlines():
        raise NoHistory(f"an archive is made of a commit, and {len(edited)} files were edited since: commit them first")
    commit, date = _git(root, "log", "-1", "--format=%H %cI").decode().split()
    changed, files = _changed(root), {}
    with tarfile.open(fileobj=io.BytesIO(_git(root, "archive", "--format=tar", "HEAD"))) as archive:
        for member in archive:
            if file := archive.extractfile(member):
                files[member.name] = File(file.read(), bool(member.mode & 0o100), changed.get(member.name, _utc(date)))
    return Snapshot(commit, _utc(date), dict(sorted(files.items())))


def _changed(root: Path) -> dict[str, str]:
    """When each path was last changed; a merge changes nothing that its parents did not."""
    log = _git(root, "-c", "core.quotepath=off", "log", "--topo-order", "--format=%x01%cI", "--name-only").decode()
    found: dict[str, str] = {}
    for entry in log.split("\x01")[1:]:
        date, *names = filter(None, entry.splitlines())
        for name in names:
            found.setdefault(name, _utc(date))
    return found


def _utc(date: str) -> str:
    """The same instant whatever the time zone of who committed."""
    return datetime.fromisoformat(re.sub(r"Z$", "+00:00", date)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=True).stdout
