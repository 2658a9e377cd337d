import io
import json
import os
import pickle
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from figures_src.datasets.cifar10 import CIFAR10, OFFICIAL_ARCHIVE, OFFICIAL_FOLDER, cifar_in_folder
from figures_src.datasets.cifar_formats import pickled_batches, png_batches, png_rows, unpickled_batch
from figures_src.datasets.errors import AlteredError, SourceError
from tests.datasets.conftest import Python2Batch, TarGz

TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = CIFAR10.parts
NAMES = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch")


@pytest.fixture
def images() -> np.ndarray:
    """Two images (2, 32, 32, 3) for each of the six batches."""
    return np.random.default_rng(2).integers(0, 256, (6, 2, 32, 32, 3), dtype=np.uint8)


@pytest.fixture
def batches(images: np.ndarray, python2_batch: Python2Batch) -> dict[str, bytes]:
    """The six files as the official archive has them."""
    planes = images.transpose(0, 1, 4, 2, 3).reshape(6, 2, 3072)
    return {name: python2_batch(planes[i], [i, i + 1]) for i, name in enumerate(NAMES)}


@pytest.fixture
def pngs(images: np.ndarray) -> dict[str, bytes]:
    """The eight files as the npm package has them."""
    files = {f"{name}.png": png(images[i].reshape(2, 1024, 3)) for i, name in enumerate(NAMES)}
    labels = [label for i in range(5) for label in (i, i + 1)]
    files["train_lables.json"] = json.dumps(labels).encode()
    files["test_lables.json"] = json.dumps([5, 6]).encode()
    return files


def png(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.parametrize("form", ["pickled", "png"])
def test_both_forms_decode_to_the_same_bytes(form, images, batches, pngs):
    read, recipe = (batches.__getitem__, pickled_batches) if form == "pickled" else (pngs.__getitem__, png_batches)
    assert recipe(read, TRAIN_IMAGES) == images[:5].tobytes()
    assert recipe(read, TEST_IMAGES) == images[5].tobytes()
    assert list(recipe(read, TRAIN_LABELS)) == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]
    assert list(recipe(read, TEST_LABELS)) == [5, 6]


@pytest.fixture(params=["archive", "extracted", "extracted itself", "png"])
def layout(
    request: pytest.FixtureRequest, batches: dict[str, bytes], pngs: dict[str, bytes], targz: TarGz
) -> tuple[str, dict[str, bytes]]:
    """A folder in the user's own, and what is in it."""
    if request.param == "archive":
        members = [(f"{OFFICIAL_FOLDER}/{name}", content) for name, content in batches.items()]
        return "", {OFFICIAL_ARCHIVE: targz(*members)}
    return OFFICIAL_FOLDER if request.param == "extracted" else "", pngs if request.param == "png" else batches


def test_users_folder_may_have_any_of_the_layouts(layout, images, put, tmp_path):
    folder, files = layout
    put(tmp_path / "own" / folder, files)
    contents = []
    for supply in cifar_in_folder(tmp_path / "own"):
        try:
            contents.append(supply.recipe(supply.source.open(tmp_path), TEST_IMAGES))
        except SourceError:
            continue
    assert contents == [images[5].tobytes()]


class Hostile:
    def __init__(self, function: Callable[..., object], *arguments: object):
        self.function, self.arguments = function, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.function, self.arguments


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_unpickler_never_calls_what_a_pickle_asks_for(protocol, tmp_path):
    target = tmp_path / "owned"
    hostile = pickle.dumps({"data": Hostile(os.system, f"touch {target}")}, protocol)
    with pytest.raises(AlteredError, match=r"asks for (posix|nt)\.system"):
        unpickled_batch(hostile)
    assert not target.exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pickle.dumps(Hostile(eval, "1 + 1")), r"asks for builtins\.eval"),
        (pickle.dumps(Hostile(getattr, "x", "upper")), r"asks for builtins\.getattr"),
        (b"cnumpy\nfromfile\n(S'/etc/passwd'\ntR.", r"asks for numpy\.fromfile"),
        (b"cnumpy\ndtype.__new__\n.", r"asks for numpy\.dtype.__new__"),
        (pickle.dumps([1, 2]), "must hold a dictionary"),
        (b"", "unreadable"),
        (b"\x80\x02}", "unreadable"),
        (b"not a pickle", "unreadable"),
    ],
)
def test_unpickler_refuses(content, reason):
    with pytest.raises(AlteredError, match=reason):
        unpickled_batch(content)


def test_truncated_batch_is_refused(batches):
    content = batches["test_batch"]
    for kept in range(0, len(content), 97):
        with pytest.raises(AlteredError):
            unpickled_batch(content[:kept])


def test_pickled_array_must_be_of_bytes(images, python2_batch):
    batch = python2_batch(images[0].reshape(2, 3072), [1, 2], dtype=b"O8")
    with pytest.raises(AlteredError, match="row-major uint8"):
        unpickled_batch(batch)


@pytest.mark.parametrize(
    ("batch", "part", "reason"),
    [
        ({}, TEST_IMAGES, "KeyError"),
        ({b"data": [1]}, TEST_IMAGES, "AttributeError"),
        ({b"labels": 10**15}, TEST_LABELS, "labels must be a list"),
        ({b"labels": [256]}, TEST_LABELS, "ValueError"),
        ({b"labels": ["a"]}, TEST_LABELS, "TypeError"),
    ],
)
def test_batch_without_the_expected_entries_is_refused(batch, part, reason):
    with pytest.raises(AlteredError, match=reason):
        pickled_batches(lambda name: pickle.dumps(batch, 3), part)


@pytest.mark.parametrize("array", [np.zeros((1, 1023, 3)), np.zeros((10_001, 1024, 3)), np.zeros((1, 1024))])
def test_png_of_another_size_or_mode_is_refused_undecoded(array, monkeypatch):
    content = png(array.astype(np.uint8))
    monkeypatch.setattr(np, "asarray", lambda image: pytest.fail("decoded"))
    with pytest.raises(AlteredError, match=r"altered: a PNG (RGB|L) of"):
        png_rows(content)


def test_damaged_png_is_refused(pngs):
    content = pngs["test_batch.png"]
    for damaged in (b"", b"GIF89a", content[:40], content[: len(content) // 2]):
        with pytest.raises(AlteredError, match="PNG is unreadable"):
            png_rows(damaged)


@pytest.mark.parametrize("content", [b"", b"[1, 2", b'{"0": 1}', b"10000000000", b"[300]", b"[[1]]"])
def test_damaged_labels_are_refused(content):
    with pytest.raises(AlteredError):
        png_batches(lambda name: content, TEST_LABELS)
