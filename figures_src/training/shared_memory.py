"""What the processes that decode images need of the memory that processes share; free of torch, to refuse early.

A container has 64 MB of it unless told otherwise. Where a batch finds no room, its worker would say so and wait.
"""

import math
import mmap
import os
from dataclasses import dataclass
from pathlib import Path

PREFETCH = 2
"""Batches that each decoding process may have made, or be making, before they are asked for."""
LOADERS = 2
"""While the validation images are read, batches to be learnt wait."""
LABEL_BYTES = 8
MEGABYTE, GIBIBYTE = 10**6, 2**30


@dataclass(frozen=True)
class Decoding:
    """The decoding processes of one machine: so many for each learner, whose share of a batch is ``images``."""

    learners: int
    workers: int
    images: int
    side: int

    def needed(self) -> int:
        """Bytes that their batches take at most: those made ahead, and the one that is being learnt."""
        if not self.workers:
            return 0
        pixels, labels = self.images * self.side**2 * 3, self.images * LABEL_BYTES
        batch = sum(math.ceil(size / mmap.PAGESIZE) * mmap.PAGESIZE for size in (pixels, labels))
        return self.learners * LOADERS * (PREFETCH * self.workers + 1) * batch

    def admit(self, memory: Path = Path("/dev/shm")) -> None:
        """Refuse what would not find room.

        Raises:
            ValueError: too little is free; the message says how much, and what to do.
        """
        if not self.workers or not memory.is_dir():
            return
        needed, free = self.needed(), _free(memory)
        if needed > free:
            size = math.ceil(needed / GIBIBYTE)
            raise ValueError(
                f"the processes that decode images need {_megabytes(needed)} of shared memory, and {memory} has "
                f"{_megabytes(free)} free: give the container more (docker run --shm-size={size}g), "
                f"or say --workers {self._most_workers(free)}"
            )

    def _most_workers(self, free: int) -> int:
        fewer = range(self.workers - 1, 0, -1)
        fitting = (few for few in fewer if Decoding(self.learners, few, self.images, self.side).needed() <= free)
        return next(fitting, 0)


def _free(memory: Path) -> int:
    found = os.statvfs(memory)
    return found.f_bavail * found.f_frsize


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:,.1f} MB"
