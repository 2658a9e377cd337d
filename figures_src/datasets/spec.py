"""What a dataset is: four declared arrays and their checksums, and where each may come from."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from figures_src.datasets.errors import AlteredError
from figures_src.datasets.sources import ReadFile, Source

Array = npt.NDArray[np.uint8]
Split = Literal["train", "test"]
Kind = Literal["images", "labels"]


@dataclass(frozen=True)
class Images:
    """One split: ``images`` uint8 (N, H, W) or (N, H, W, C), 0 … 255; ``labels`` uint8 (N,)."""

    images: Array
    labels: Array

    def first(self, count: int) -> "Images":
        """The first so many of them."""
        return Images(self.images[:count], self.labels[:count])


@dataclass(frozen=True)
class Dataset:
    """A verified dataset; ``sha256`` stands for all its contents in a record's key."""

    name: str
    train: Images
    test: Images
    sha256: str

    def first(self, train: int, test: int) -> "Dataset":
        """The first images of each split; the digest is then that of another dataset."""
        digest = hashlib.sha256(f"first {train} and {test} of {self.sha256}".encode()).hexdigest()
        return Dataset(self.name, self.train.first(train), self.test.first(test), digest)


@dataclass(frozen=True)
class Part:
    """One array of a dataset and the one content it may have.

    ``header`` precedes the array's bytes (row-major uint8) in what ``sha256`` is taken of: the official
    checksums of MNIST are those of whole IDX files.
    """

    split: Split
    kind: Kind
    file: str
    shape: tuple[int, ...]
    sha256: str
    header: bytes = b""

    @property
    def size(self) -> int:
        """Bytes of the whole content, header included."""
        return len(self.header) + int(np.prod(self.shape))

    def verified(self, content: bytes) -> bytes:
        """Return ``content`` itself; raise :class:`AlteredError` if it is not the declared one."""
        if not content.startswith(self.header):
            start = content[: len(self.header)].hex(" ")
            raise AlteredError(f"altered: it starts with {start} where {self.header.hex(' ')} is expected")
        if len(content) != self.size:
            raise AlteredError(f"altered or truncated: {len(content)} bytes where {self.size} are expected")
        found = hashlib.sha256(content).hexdigest()
        if found != self.sha256:
            raise AlteredError(f"altered: SHA-256 {found[:12]}… where {self.sha256[:12]}… is expected")
        return content

    def decoded(self, content: bytes) -> Array:
        """Decode verified ``content`` into a writable array (a read-only one makes PyTorch warn)."""
        return np.frombuffer(content, np.uint8, offset=len(self.header)).reshape(self.shape).copy()


Recipe = Callable[[ReadFile, Part], bytes]


@dataclass(frozen=True)
class Supply:
    """A source, and how a part's content is made of the source's files."""

    source: Source
    recipe: Recipe
    form: str

    @property
    def label(self) -> str:
        """How messages name this supply."""
        return f"{self.source.label} ({self.form})"


@dataclass(frozen=True)
class DatasetSpec:
    """A dataset declared as a table: its parts, and its supplies in the order in which they are tried."""

    name: str
    parts: tuple[Part, ...]
    in_folder: Callable[[Path], tuple[Supply, ...]]
    remote: tuple[Supply, ...]
    expected_in_folder: str

    @property
    def sha256(self) -> str:
        """One digest over the declared checksums, known without any data."""
        lines = (f"{part.split} {part.kind} {part.sha256}\n" for part in self.parts)
        return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()

    def supplies(self, folder: Path | None) -> tuple[Supply, ...]:
        """Supplies in order: the user's folder, when there is one, then the remote ones."""
        return (*(self.in_folder(folder) if folder else ()), *self.remote)

    def assembled(self, contents: dict[str, bytes]) -> Dataset:
        """Build the dataset from verified contents by file name."""
        array = {(part.split, part.kind): part.decoded(contents[part.file]) for part in self.parts}
        train = Images(array["train", "images"], array["train", "labels"])
        test = Images(array["test", "images"], array["test", "labels"])
        return Dataset(self.name, train, test, self.sha256)
