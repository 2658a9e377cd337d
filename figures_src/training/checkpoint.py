"""A state on disk, whole or not at all."""

import io
import os
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Checkpoint:
    """One ``.npz`` file of named arrays; the archive's own CRC-32 tells a damaged one."""

    path: Path

    def save(self, state: dict[str, np.ndarray]) -> None:
        """Write beside the old state and take its place in one move, so that a kill leaves one or the other."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_suffix(f".{os.getpid()}.partial")
        with partial.open("wb") as file:
            np.savez(file, allow_pickle=False, **state)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.path)

    def load(self) -> dict[str, np.ndarray] | None:
        """Return the saved state; None, with a warning, when it is damaged: the run then starts over."""
        try:
            content = io.BytesIO(self.path.read_bytes())
            with np.load(content, allow_pickle=False) as archive:
                return dict(archive)
        except FileNotFoundError:
            return None
        except (zipfile.BadZipFile, ValueError, OSError, EOFError) as error:
            warnings.warn(f"{self.path} is damaged ({error}): this run starts over", stacklevel=2)
            return None

    def delete(self) -> None:
        """Forget the state, once a record holds the result."""
        self.path.unlink(missing_ok=True)
