"""What a run of the experiment on scale is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass, replace
from typing import Self

from figures_src.networks.normalization import Normalization


@dataclass(frozen=True)
class ScaleRun:
    """One arm: a network for each seed, rate and decay, in this order, trained side by side.

    Steps count updates; what is measured at step t is measured on the t-th update, from 0 on.
    """

    normalization: Normalization
    learning_rates: tuple[float, ...]
    decays: tuple[float, ...]
    inertia: float
    """The momentum of the descent, in PyTorch's convention."""
    seeds: tuple[int, ...]
    steps: int
    measure_every: int = 50
    batch_size: int = 32
    width: int = 32
    depth: int = 3
    statistics_images: int = 2000
    """How many of the images learnt give the statistics of the evaluation."""
    replay_steps: int = 20

    @property
    def networks(self) -> int:
        """Networks trained side by side."""
        return len(self.seeds) * self.copies

    @property
    def copies(self) -> int:
        """Networks of a seed: they see the same images."""
        return len(self.learning_rates) * len(self.decays)

    @property
    def arm(self) -> str:
        """What tells the run from the others of its experiment."""
        return f"{self.normalization}, α = {self.inertia:g}"

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return f"{self.networks} perceptrons {self.normalization} momentum={self.inertia:g}"

    def schedule(self) -> range:
        """Updates that are measured."""
        return range(0, self.steps, self.measure_every)

    def cut_short(self) -> Self:
        """Its first steps, trained again to see whether a record can be."""
        return replace(self, steps=self.replay_steps)
