"""Results of runs that a cluster trained, kept by who asked for them as they arrive: nothing done is done twice."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from figures_src.files import sha256
from figures_src.training.checkpoint import Checkpoint
from figures_src.training.machine import Machine, Maker
from figures_src.training.trainer import Result, Run, Trainer

ARRAY, MAKER = "array.", "maker."
FOLDER = "kept"


@dataclass(frozen=True)
class Kept:
    """A folder of results; ``meaning`` is what decides their bits besides their run, so that no other is taken."""

    folder: Path
    meaning: str

    def save(self, run: Run, result: Result, maker: Maker) -> None:
        """Keep what a worker gave."""
        arrays, seconds = result
        told = {MAKER + name: np.array(value) for name, value in asdict(maker).items()}
        named = {ARRAY + name: array for name, array in arrays.items()}
        self._file(run).save({"seconds": np.array(seconds), **told, **named})

    def load(self, run: Run) -> tuple[Result, Maker] | None:
        """What was kept of a run; nothing, with a warning, where it is damaged."""
        saved = self._file(run).load()
        if saved is None:
            return None
        arrays = {name.removeprefix(ARRAY): array for name, array in saved.items() if name.startswith(ARRAY)}
        maker = {name.removeprefix(MAKER): str(value) for name, value in saved.items() if name.startswith(MAKER)}
        return (arrays, float(saved["seconds"])), Maker(**maker)

    def _file(self, run: Run) -> Checkpoint:
        return Checkpoint(self.folder / f"{sha256(f'{self.meaning} {run!r}'.encode())[:16]}.npz")


def kept_by(machine: Machine, trainer: Trainer, versions: Mapping[str, str]) -> Kept:
    """Where this machine keeps the runs of a trainer; those of other code, or of other kernels, are not found there."""
    train = trainer.train if isinstance(trainer.train, str) else trainer.train.__qualname__
    return Kept(machine.checkpoints / FOLDER, f"{train} {machine.images} {sorted(versions.items())}")
