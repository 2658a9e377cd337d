"""Tiny datasets with the mechanism of the real ones, and a local server in the place of the mirrors."""

import gzip
import hashlib
import io
import pickle
import struct
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Protocol

import numpy as np
import pytest

from figures_src.datasets.idx import idx_header
from figures_src.datasets.mnist import gzipped_idx, idx_in_folder, idx_part
from figures_src.datasets.sources import Mirror
from figures_src.datasets.spec import DatasetSpec, Kind, Part, Split, Supply


@pytest.fixture(autouse=True)
def private_cache(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the user's cache and variables out of every test, those on the real data excepted."""
    monkeypatch.delenv("BN_DATA", raising=False)
    if request.node.get_closest_marker("slow") is None:
        monkeypatch.setenv("BN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@dataclass(frozen=True)
class TinyIdx:
    """Five train and three test images of 4 × 4, as IDX files by name."""

    files: dict[str, bytes]
    parts: tuple[Part, ...]
    arrays: dict[str, np.ndarray]

    def spec(self, *remote: Supply) -> DatasetSpec:
        return DatasetSpec("tiny", self.parts, idx_in_folder, remote, "the four tiny files")

    def mirror(self, url: str) -> Supply:
        return Supply(Mirror(url), gzipped_idx, "IDX, .gz")

    def gzipped(self) -> dict[str, bytes]:
        return {f"{name}.gz": gzip.compress(content) for name, content in self.files.items()}


@pytest.fixture
def tiny() -> TinyIdx:
    rng = np.random.default_rng(1)
    shapes: dict[tuple[Split, Kind], tuple[int, ...]] = {
        ("train", "images"): (5, 4, 4),
        ("train", "labels"): (5,),
        ("test", "images"): (3, 4, 4),
        ("test", "labels"): (3,),
    }
    files, parts, arrays = {}, [], {}
    for (split, kind), shape in shapes.items():
        array = rng.integers(0, 256 if kind == "images" else 10, shape, dtype=np.uint8)
        content = idx_header(shape) + array.tobytes()
        part = idx_part(split, kind, shape, hashlib.sha256(content).hexdigest())
        files[part.file], arrays[f"{split} {kind}"] = content, array
        parts.append(part)
    return TinyIdx(files, tuple(parts), arrays)


@dataclass
class Server:
    """An HTTP server whose files a test may change, and the requests it had."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    requests: list[str] = field(default_factory=list)

    def got(self) -> list[str]:
        return [line.removeprefix("GET /") for line in self.requests if line.startswith("GET ")]


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def _answer(self, with_body: bool) -> None:
            server.requests.append(f"{self.command} {self.path}")
            name = self.path.lstrip("/")
            content = server.files.get(name)
            self.send_response(200 if content is not None else 404)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            if with_body and content:
                self.wfile.write(content[: len(content) // 2] if name in server.cut else content)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class Serve(Protocol):
    """Start a server of these files."""

    def __call__(self, files: dict[str, bytes] | None = None) -> Server: ...


Put = Callable[[Path, dict[str, bytes]], Path]


class TarGz(Protocol):
    """Make a ``.tar.gz`` of these members."""

    def __call__(self, *members: tuple[str | tarfile.TarInfo, bytes]) -> bytes: ...


class Python2Batch(Protocol):
    """Pickle a batch as Python 2 did."""

    def __call__(self, planes: np.ndarray, labels: list[int], dtype: bytes = b"u1") -> bytes: ...


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start local servers: ``serve(files)`` returns a :class:`Server`."""
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    running = []

    def start(files: dict[str, bytes] | None = None) -> Server:
        server = Server(url="", files=dict(files or {}))
        http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(server))
        server.url = f"http://127.0.0.1:{http.server_port}/"
        Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
        running.append(http)
        return server

    yield start
    for http in running:
        http.shutdown()
        http.server_close()


@pytest.fixture
def put() -> Put:
    """Write files in a folder: ``put(folder, files)``."""

    def write(folder: Path, files: dict[str, bytes]) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return folder

    return write


@pytest.fixture
def targz() -> TarGz:
    """Make a ``.tar.gz`` of (member name or ready TarInfo, content) pairs."""

    def make(*members: tuple[str | tarfile.TarInfo, bytes]) -> bytes:
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as tar:
            for name, content in members:
                info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
                info.size = len(content) if info.isreg() else 0
                tar.addfile(info, io.BytesIO(content))
        return stream.getvalue()

    return make


@pytest.fixture
def python2_batch() -> Python2Batch:
    """Pickle a batch opcode by opcode as Python 2 and numpy 1 wrote the official files (protocol 2)."""

    def short(text: bytes) -> bytes:
        return b"U" + bytes([len(text)]) + text

    def integer(number: int) -> bytes:
        return b"J" + struct.pack("<i", number)

    def batch(planes: np.ndarray, labels: list[int], dtype: bytes = b"u1") -> bytes:
        raw = planes.tobytes()
        empty = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + short(b"b") + b"\x87R"
        code = b"cnumpy\ndtype\n" + short(dtype) + b"K\x00K\x01\x87R"
        code += b"(K\x03" + short(b"|") + b"NNN" + integer(-1) + integer(-1) + b"K\x00tb"
        shape = b"".join(map(integer, planes.shape)) + b"\x86"
        state = b"(K\x01" + shape + code + b"\x89T" + struct.pack("<i", len(raw)) + raw + b"tb"
        listed = b"](" + b"".join(map(integer, labels)) + b"e"
        entries = short(b"batch_label") + short(b"training batch 1 of 5")
        entries += short(b"labels") + listed + short(b"data") + empty + state
        return pickle.PROTO + b"\x02}(" + entries + b"u."

    return batch
