"""A state on disk, whole or not at all, and verified on reading."""

import io
import warnings
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from figures_src.files import sha256, sha256_of_files, write_whole
from figures_src.imports import closure

DIGEST_LENGTH = 64
CODE = ("training/**/*.py", "experiments/*/training.py", "datasets/image_folder.py")
"""What decides the bits of a step, with all that it imports."""


@cache
def code_digest() -> str:
    """Of the code that decides the bits of a step, as it was on disk when this process first asked."""
    package = Path(__file__).parents[1]
    return sha256_of_files(closure((path for pattern in CODE for path in package.glob(pattern)), package), package)


def run_key(*meaning: object) -> str:
    """Names a checkpoint: a run resumes only where it would have gone on with the same bits.

    Unlike a record's, this key holds the code: after a fault is mended, no step made before it may be kept. Crops are
    made of it too: how an image is decoded and cut, and the library that does it.
    """
    words = [*(str(word) for word in meaning), version("torch"), version("pillow"), code_digest()]
    return sha256(" ".join(words).encode())[:16]


@dataclass(frozen=True)
class Checkpoint:
    """One file: the SHA-256 of an ``.npz`` archive of named arrays, then the archive."""

    path: Path

    def save(self, state: dict[str, np.ndarray]) -> None:
        """Write the state; a kill or a full disk leaves the old one."""
        archive = io.BytesIO()
        np.savez(archive, allow_pickle=False, **state)
        content = archive.getvalue()
        write_whole(self.path, sha256(content).encode() + content)

    def load(self) -> dict[str, np.ndarray] | None:
        """Return the saved state; None, with a warning, when it is damaged: the run then starts over."""
        try:
            file = self.path.read_bytes()
        except FileNotFoundError:
            return None
        digest, content = file[:DIGEST_LENGTH], file[DIGEST_LENGTH:]
        if sha256(content).encode() != digest:
            warnings.warn(f"{self.path} is damaged: this run starts over", stacklevel=2)
            return None
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return dict(archive)
