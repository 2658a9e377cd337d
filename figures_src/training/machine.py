"""Where and how runs are carried out; free of torch, and no part of what a record means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


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
