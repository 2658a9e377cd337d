"""What a run of the deep linear network is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from figures_src.networks.normalization import Normalization
from figures_src.runs import SingleNetwork, Stepwise


@dataclass(frozen=True, kw_only=True)
class LinearSettings(Stepwise):
    """Deep linear networks: x ~ N(0, 1), target A·x with A ~ N(0, 1), full batch, and the steps of the probes."""

    steps: int = 10_000
    depth: int = 25
    width: int = 10
    examples: int = 1000
    shift_every: int = 50
    shift_layers: tuple[int, ...] = (9, 17)
    loss_every: int = 10

    def steps_told(self) -> dict[str, np.ndarray]:
        """The steps of each kind of measurement, and the layers of shifts."""
        return {
            "loss_step": np.array(self.schedule(self.loss_every)),
            "shift_step": np.array(self.schedule(self.shift_every)),
            "shift_layer": np.array(self.shift_layers),
        }


@dataclass(frozen=True, kw_only=True)
class OneArm(LinearSettings):
    """One arm at one rate."""

    normalization: Normalization
    learning_rate: float
    replay_steps: int = 20

    @property
    def arm(self) -> str:
        """What tells the run from the others of its experiment, rate and seed aside."""
        return str(self.normalization)

    def cut_short(self) -> Self:
        """Its first steps without probes: they are trained again to see whether a record can be."""
        return replace(self, steps=self.replay_steps, shift_every=0, loss_every=0)


@dataclass(frozen=True, kw_only=True)
class LinearRun(SingleNetwork, OneArm):
    """One deep linear network.

    The loss is ``loss_factor`` times the sum of squared errors over examples and coordinates.
    """

    seed: int
    loss_factor: float = 0.5

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return f"DLN {self.normalization} lr={self.learning_rate:g} seed={self.seed}"
