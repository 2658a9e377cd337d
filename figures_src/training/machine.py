"""Where and how runs are carried out; free of torch, and no part of what a record means."""

from dataclasses import dataclass
from pathlib import Path


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
