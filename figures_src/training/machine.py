"""Where and how runs are carried out; free of torch, and no part of what a record means."""

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from figures_src.datasets import Dataset
from figures_src.datasets.locations import cache_folder


@dataclass(frozen=True)
class Maker:
    """Which worker of a cluster trained a run, and on which computer."""

    worker: str
    host: str
    processor: str


@dataclass(frozen=True)
class Machine:
    """Folders and means of one build."""

    checkpoints: Path
    data: Path | None = None
    device: str = "cpu"
    jobs: int = 1
    threads: int = 1
    """Of each job."""
    checkpoint_seconds: float = 20.0
    held: Mapping[Any, Any] = field(default_factory=dict)
    """Results of runs that need not be trained: a record holds them."""
    images: tuple[int, int] | None = None
    """How many to learn from and to be judged by, the first ones, for a quick run; all of them if not given."""
    scheduler: str = ""
    """Address of Dask's, whose workers train instead of processes of this machine."""
    makers: dict[Any, Maker] = field(default_factory=dict, compare=False)
    """Of the runs that workers of the scheduler trained; written down as they end, and told by the record."""

    def dataset(self, load: Callable[[Path | None], Dataset]) -> Dataset:
        """What a run learns from and is judged by; never to be written to, since the next run may be given it too.

        Raises:
            DatasetUnavailable: no source gives it.
        """
        whole = _read(load, self.data, cache_folder())
        return whole.first(*self.images) if self.images else whole


@lru_cache(maxsize=1)
def _read(load: Callable[[Path | None], Dataset], data: Path | None, _: Path) -> Dataset:
    """A process reads and verifies again only what the run before did not learn from."""
    return load(data)


def processor() -> str:
    """The processor's own name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(": ")[2] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def processor_only(device: str, what: str) -> None:
    """Refuse another device where the arithmetic would not be the same.

    Raises:
        ValueError: another device than the processor was asked for.
    """
    if device != "cpu":
        raise ValueError(f"{what} on the processor: leave --device out")
