import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from figures_src.datasets import sources
from figures_src.datasets.errors import AlteredError, SourceError, UnreachableError
from figures_src.datasets.sources import Archive, DebianPackages, Folder, Mirror, NpmRegistry
from tests.datasets.conftest import Serve, Server, TarGz

needs_dpkg = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg is not installed")
needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


@pytest.fixture
def registry(serve: Serve, targz: TarGz, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A registry of one package, tiny@1.0.0, that the real npm client is set up to use."""
    manifest = {"name": "tiny", "version": "1.0.0"}
    scripts = {"prepack": f"touch {tmp_path}/script-ran", "prepare": f"touch {tmp_path}/script-ran"}
    tarball = targz(
        ("package/package.json", json.dumps(manifest | {"scripts": scripts}).encode()),
        ("package/data/a", b"from npm"),
    )
    server = serve({"tiny.tgz": tarball})
    version = manifest | {"dist": {"tarball": f"{server.url}tiny.tgz"}}
    server.files["tiny"] = json.dumps({"name": "tiny", "versions": {"1.0.0": version}}).encode()
    monkeypatch.setenv("npm_config_registry", server.url)
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm-cache"))
    return server


def test_folder_reads_the_first_of_its_subfolders(tmp_path, put):
    put(tmp_path / "sub", {"a": b"sub"})
    read = Folder(tmp_path, ("", "sub")).open(tmp_path)
    assert read("a") == b"sub"
    put(tmp_path, {"a": b"top"})
    assert read("a") == b"top"
    with pytest.raises(SourceError, match="no such file"):
        read("b")


def test_folder_survives_a_folder_in_the_place_of_a_file(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(SourceError, match="no such file"):
        Folder(tmp_path).open(tmp_path)("a")


def test_mirror_gives_bytes_and_leaves_nothing_behind(serve, tmp_path):
    server = serve({"a.gz": b"12345"})
    assert Mirror(server.url).open(tmp_path)("a.gz") == b"12345"
    assert list(tmp_path.iterdir()) == []


def test_mirror_knocks_once_for_all_files(serve, tmp_path):
    server = serve({"a": b"1", "b": b"2"})
    read = Mirror(server.url).open(tmp_path)
    assert (read("a"), read("b")) == (b"1", b"2")
    assert server.requests == ["HEAD /a", "GET /a", "GET /b"]


def test_mirror_refuses_another_checksum(serve, tmp_path):
    server = serve({"a": b"abc"})
    md5_of_abc = "md5:900150983cd24fb0d6963f7d28e17f72"
    assert Mirror(server.url, md5_of_abc).open(tmp_path)("a") == b"abc"
    server.files["a"] = b"abd"
    with pytest.raises(AlteredError, match="hash"):
        Mirror(server.url, md5_of_abc).open(tmp_path)("a")


def test_mirror_that_cuts_a_download_is_given_up(serve, tmp_path):
    server = serve({"a": bytes(1000)})
    server.cut.add("a")
    with pytest.raises(UnreachableError, match="500"):
        Mirror(server.url).open(tmp_path)("a")


def test_mirror_without_the_file_says_so(serve, tmp_path):
    with pytest.raises(UnreachableError, match="404"):
        Mirror(serve().url).open(tmp_path)("a")


def test_refused_connection_is_quick(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
    start = time.monotonic()
    with pytest.raises(UnreachableError, match="refused"):
        Mirror(url).open(tmp_path)("a")
    assert time.monotonic() - start < 2


def test_silent_server_costs_the_declared_seconds_only(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "ANSWER_SECONDS", 0.3)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        start = time.monotonic()
        with pytest.raises(UnreachableError, match=r"no answer within 0\.3 s|timed out"):
            Mirror(f"http://127.0.0.1:{silent.getsockname()[1]}/").open(tmp_path)("a")
    assert 0.2 < time.monotonic() - start < 3


def test_archive_in_a_folder_gives_its_members(tmp_path, put, targz):
    put(tmp_path, {"x.tar.gz": targz(("top/a", b"1"), ("top/b", b"2"))})
    archive = Archive(Folder(tmp_path), "x.tar.gz", ("top/a", "top/c"))
    read = archive.open(tmp_path)
    assert archive.label == f"x.tar.gz of folder {tmp_path}"
    assert read("a") == b"1"
    for name in ("b", "c"):
        with pytest.raises(SourceError, match=f"no member {name}"):
            read(name)


@needs_npm
def test_npm_client_fetches_the_package_and_runs_none_of_its_scripts(registry, tmp_path):
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    read = Archive(NpmRegistry(), "tiny@1.0.0", ("package/data/a",)).open(workspace)
    assert read("a") == b"from npm"
    assert registry.got() == ["tiny", "tiny.tgz"]
    assert not (tmp_path / "script-ran").exists()


@needs_npm
def test_npm_error_is_told(registry, tmp_path):
    with pytest.raises(UnreachableError, match=r"npm pack failed: .*E404"):
        NpmRegistry().open(tmp_path)("absent@1.0.0")


def test_absent_npm_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreachableError, match="npm not found"):
        NpmRegistry().open(tmp_path)


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An apt-get that has one package, tiny, made by the real dpkg-deb; it downloads into its working folder."""
    tree, programs = tmp_path / "tree", tmp_path / "programs"
    for path, text in (("DEBIAN/control", CONTROL), ("usr/share/tiny/a", "from Debian")):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)
    subprocess.run(["dpkg-deb", "--build", tree, tmp_path / "tiny.deb"], check=True, capture_output=True)
    programs.mkdir()
    script = programs / "apt-get"
    script.write_text(
        f'#!/bin/sh\nfor name; do :; done\n[ "$name" = tiny ] && exec cp {tmp_path}/tiny.deb .\n'
        'echo "E: Unable to locate package $name" >&2; exit 100\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "workspace").mkdir()
    return tmp_path / "workspace"


CONTROL = "Package: tiny\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: tiny\n"


@needs_dpkg
def test_apt_fetches_the_package_and_nothing_is_installed(apt):
    read = Archive(DebianPackages(), "tiny", ("./usr/share/tiny/a",)).open(apt)
    assert read("a") == b"from Debian"
    assert [path.name for path in apt.iterdir()] == ["tiny.deb"]


@needs_dpkg
def test_package_that_apt_does_not_know_asks_for_fresh_lists(apt):
    with pytest.raises(UnreachableError, match=r"Unable to locate package absent \(run `apt-get update` first\)"):
        DebianPackages().open(apt)("absent")


@needs_dpkg
def test_package_that_dpkg_cannot_read_is_refused(apt):
    package = apt.parent / "tiny.deb"
    package.write_bytes(package.read_bytes()[:200])
    with pytest.raises(AlteredError, match="dpkg-deb cannot read the package"):
        DebianPackages().open(apt)("tiny")


def test_absent_apt_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreachableError, match="apt-get and dpkg-deb not found"):
        DebianPackages().open(tmp_path)


DOWNLOAD = """
import sys
from pathlib import Path
from figures_src.datasets.sources import Mirror
print(len(Mirror(sys.argv[1]).open(Path(sys.argv[2]))("a")))
"""


def download(url: str, workspace: Path, **streams: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", DOWNLOAD, url, str(workspace)]
    return subprocess.run(command, check=True, timeout=60, **streams)


def test_download_is_silent_where_nobody_watches(serve, tmp_path):
    done = download(serve({"a": bytes(2_000_000)}).url, tmp_path, capture_output=True)
    assert (done.stdout.strip(), done.stderr) == (b"2000000", b"")


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals here")
def test_download_shows_a_bar_on_a_terminal(serve, tmp_path):
    master, terminal = os.openpty()
    try:
        download(serve({"a": bytes(2_000_000)}).url, tmp_path, stderr=terminal, stdout=subprocess.PIPE)
        shown = os.read(master, 100_000)
    finally:
        os.close(master)
        os.close(terminal)
    assert b"2.0/2.0 MB" in shown
