"""A tree of image files, one folder a class: ``train/CLASS/*.JPEG`` and ``val/CLASS/*.JPEG``, as ImageNet is unpacked.

Listed and verified before any work starts, decoded one image at a time by Pillow.
"""

import math
import os
import stat
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
MOST_DAMAGED = 100
"""So many damaged files, with no sound one among them, are no accident: a disk is missing."""
LOST = -1
"""Size of a file that a link names and that is not there; decoding it will name it."""


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
        DatasetUnavailable: a split or a class is missing, empty, unreadable, or wholly damaged; the message names it.
    """
    try:
        tree = _listed(root)
    except OSError as error:
        told = f"{readable(error.filename or root)} cannot be read ({error.strerror})"
        raise DatasetUnavailable(f"{told}: mend its permissions, or its disk") from error
    for name, split in zip(SPLITS, (tree.train, tree.val), strict=True):
        _refuse_damaged(tree, name, split)
    return tree


def readable(name: str | Path) -> str:
    """A name as one line that any terminal and any record can hold: what cannot be printed is escaped."""
    text = os.fsencode(name).decode(errors="backslashreplace")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _listed(root: Path) -> Tree:
    where = readable(root)
    for split in SPLITS:
        if not (root / split).is_dir():
            raise DatasetUnavailable(
                f"{where}/{split} is not a folder: put images in {where}/{{train,val}}/CLASS/*.JPEG"
            )
    train, val = (_classes(root / split) for split in SPLITS)
    if train != val:
        lacking = [(split, sorted(other - own)) for split, own, other in (("train", train, val), ("val", val, train))]
        told = "; ".join(f"{where}/{split} lacks {_some(names)}" for split, names in lacking if names)
        raise DatasetUnavailable(f"train and val must hold the same classes: {told}")
    classes = tuple(sorted(train, key=os.fsencode))
    if len(classes) < 2:
        raise DatasetUnavailable(f"{where}/train holds {len(classes)} class folder(s), and two are needed at least")
    listed = {split: [_files(root, split, name) for name in classes] for split in SPLITS}
    lines = [b"%b %d" % file for files in listed.values() for found in files for file in found]
    splits = {split: _split(files) for split, files in listed.items()}
    return Tree(root, classes, **splits, sha256=sha256(b"\n".join(lines)))


def decode(path: Path) -> Image.Image:
    """Read an image in RGB, without its transparency.

    Raises:
        DamagedImage: the file is truncated, or no image, or cannot be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ValueError("it is no regular file")  # a pipe would be waited for without end
        with Image.open(path) as image:
            return _in_rgb(image)
    except Exception as error:  # decoders raise almost anything on damaged files
        told = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise DamagedImage(f"{readable(path)}: {readable(told)}") from error


def _in_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "F":
        raise ValueError("its pixels are floats of no known range")
    if image.mode.startswith("I"):
        # Pillow would cut 16 bits at 255; those of colour files it brings to 8 in this way.
        levels = np.asarray(image).clip(0, 2**16 - 1) >> 8
        image = Image.fromarray(levels.astype(np.uint8))
    elif "transparency" in image.info:
        image = image.convert("RGBA")
    return image.convert("RGB")


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
    with os.scandir(folder) as entries:
        found = list(entries)
    lost = sorted(entry.name for entry in found if entry.is_symlink() and not Path(entry).exists())
    if lost:
        told = f"links of {readable(folder)} lead nowhere: {_some(lost)}"
        raise DatasetUnavailable(f"{told}; mount the disk that they lead to, or remove them")
    return {entry.name for entry in found if entry.is_dir()}


def _files(root: Path, split: str, name: str) -> list[tuple[bytes, int]]:
    """Names and sizes of the images of a class, in order; bytes, for a name need not be text."""
    folder = root / split / name
    with os.scandir(folder) as entries:
        images = [entry for entry in entries if entry.name.lower().endswith(SUFFIXES)]
    if not images:
        told = f"{readable(folder)} holds no image: fill it, or remove the class from both splits"
        raise DatasetUnavailable(told)
    return sorted((os.fsencode(f"{split}/{name}/{entry.name}"), _size(entry)) for entry in images)


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_size
    except OSError:
        return LOST


def _split(files: list[list[tuple[bytes, int]]]) -> Split:
    """Bytes rather than strings: a million names in a quarter of the memory."""
    names = np.array([name for found in files for name, _ in found])
    return Split(names, np.repeat(np.arange(len(files)), [len(found) for found in files]))


def _refuse_damaged(tree: Tree, name: str, split: Split) -> None:
    """Refuse a split of which nothing can be decoded, before anything is learnt; most often one image tells."""
    rows = np.unique(np.linspace(0, len(split) - 1, MOST_DAMAGED).astype(int)).tolist()
    for row in rows:
        try:
            decode(tree.path(split, row))
        except DamagedImage as error:
            last = error
        else:
            return
    where = readable(tree.root / name)
    raise DatasetUnavailable(f"of {len(rows)} images of {where}, none can be decoded: {last}; is the disk whole?")


def _some(names: list[str]) -> str:
    rest = len(names) - LISTED
    return ", ".join(readable(name) for name in names[:LISTED]) + (f" and {rest} more" if rest > 0 else "")
