"""A record in memory: arrays, and the sidecar that tells where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from figures_src.experiments.prediction import Verdict


@dataclass(frozen=True)
class Record:
    """Arrays by name and the sidecar that tells where they come from."""

    name: str
    arrays: Mapping[str, np.ndarray]
    sidecar: Mapping[str, Any]

    @property
    def config(self) -> Mapping[str, Any]:
        """The configuration of the run."""
        config: Mapping[str, Any] = self.sidecar["config"]
        return config

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Its predictions, and what the run said."""
        return tuple(Verdict(**row) for row in self.sidecar["verdicts"])

    @property
    def quick(self) -> bool:
        """Whether this is a cut-down run, not to be published."""
        return bool(self.sidecar["preset"] == "quick")
