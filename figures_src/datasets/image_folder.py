"""A tree of image files, one folder a class: ``train/CLASS/*.JPEG`` and ``val/CLASS/*.JPEG``, as ImageNet is unpacked.

Listed and verified before any work starts, decoded one image at a time by Pillow.
"""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from figures_src.datasets.errors import DatasetUnavailable
from figures_src.files import sha256

SPLITS = ("train", "val")
SUFFIXES = (".jpeg", ".jpg", ".png")
AREA, RATIO, TRIES = (0.08, 1.0), (3 / 4, 4 / 3), 10
"""Szegedy et al. 2015, section 6: patches of 8 to 100 % of the image's area, aspect ratios from 3/4 to 4/3."""
CENTRE = 7 / 8
"""Side of the central square that is judged, over the shorter side: 224 of 256 pixels."""
LISTED = 5


class DamagedImage(Exception):
    """A file that cannot be decoded; the message names it and says why."""


@dataclass(frozen=True)
class Split:
    """Files of one split, in order: ``names`` (N,) bytes relative to the tree, ``labels`` (N,) int64."""

    names: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        """Number of files."""
        return len(self.names)


@dataclass(frozen=True)
class Tree:
    """A verified tree; ``sha256`` is that of the names and sizes of all its files, for a record's key."""

    root: Path
    classes: tuple[str, ...]
    train: Split
    val: Split
    sha256: str

    def path(self, split: Split, row: int) -> Path:
        """Where an image is."""
        return self.root / os.fsdecode(split.names[row])


def read_tree(root: Path) -> Tree:
    """List a tree.

    Raises:
        DatasetUnavailable: a split or a class is missing or empty; the message names it.
    """
    for split in SPLITS:
        if not (root / split).is_dir():
            raise DatasetUnavailable(f"{root / split} is not a folder: put images in {root}/{{train,val}}/CLASS/*.JPEG")
    train, val = (_classes(root / split) for split in SPLITS)
    if train != val:
        lacking = [(split, sorted(other - own)) for split, own, other in (("train", train, val), ("val", val, train))]
        told = "; ".join(f"{root / split} lacks {_some(names)}" for split, names in lacking if names)
        raise DatasetUnavailable(f"train and val must hold the same classes: {told}")
    classes = tuple(sorted(train))
    if len(classes) < 2:
        raise DatasetUnavailable(f"{root / 'train'} holds {len(classes)} class folder(s), and two are needed at least")
    listed = {split: [_files(root, split, name) for name in classes] for split in SPLITS}
    lines = [f"{name} {size}" for files in listed.values() for found in files for name, size in found]
    splits = {split: _split(files) for split, files in listed.items()}
    return Tree(root, classes, **splits, sha256=sha256("\n".join(lines).encode()))


def decode(path: Path) -> Image.Image:
    """Read an image in RGB.

    Raises:
        DamagedImage: the file is truncated, or no image, or cannot be read.
    """
    try:
        with Image.open(path) as image:
            return image.convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DamagedImage(f"{path}: {error}") from error


def random_crop(image: Image.Image, side: int, rng: np.random.Generator) -> np.ndarray:
    """A random patch, half of the time mirrored: uint8 (side, side, 3)."""
    patch = image.resize((side, side), Image.Resampling.BILINEAR, box=_random_box(image.size, rng))
    pixels = np.asarray(patch)
    return np.ascontiguousarray(pixels[:, ::-1]) if rng.random() < 0.5 else pixels


def centre_crop(image: Image.Image, side: int) -> np.ndarray:
    """The central square: uint8 (side, side, 3)."""
    width, height = image.size
    half = min(width, height) * CENTRE / 2
    box = (width / 2 - half, height / 2 - half, width / 2 + half, height / 2 + half)
    return np.asarray(image.resize((side, side), Image.Resampling.BILINEAR, box=box))


def _random_box(size: tuple[int, int], rng: np.random.Generator) -> tuple[float, float, float, float]:
    width, height = size
    for _ in range(TRIES):
        area = width * height * rng.uniform(*AREA)
        ratio = math.exp(rng.uniform(math.log(RATIO[0]), math.log(RATIO[1])))
        w, h = math.sqrt(area * ratio), math.sqrt(area / ratio)
        if w <= width and h <= height:
            left, top = rng.uniform(0, width - w), rng.uniform(0, height - h)
            return left, top, min(left + w, width), min(top + h, height)
    shorter = min(width, height)
    left, top = (width - shorter) / 2, (height - shorter) / 2
    return left, top, left + shorter, top + shorter


def _classes(folder: Path) -> set[str]:
    return {entry.name for entry in os.scandir(folder) if entry.is_dir()}


def _files(root: Path, split: str, name: str) -> list[tuple[str, int]]:
    """Names and sizes of the images of a class, in order."""
    found = sorted((f"{split}/{name}/{entry.name}", entry.stat().st_size) for entry in _images(root / split / name))
    if not found:
        raise DatasetUnavailable(f"{root / split / name} holds no image: fill it, or remove the class from both splits")
    return found


def _images(folder: Path) -> Iterator[os.DirEntry[str]]:
    return (entry for entry in os.scandir(folder) if entry.name.lower().endswith(SUFFIXES))


def _split(files: list[list[tuple[str, int]]]) -> Split:
    """Bytes rather than strings: a million names in a quarter of the memory."""
    names = np.array([os.fsencode(name) for found in files for name, _ in found])
    return Split(names, np.repeat(np.arange(len(files)), [len(found) for found in files]))


def _some(names: list[str]) -> str:
    rest = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {rest} more" if rest > 0 else "")
