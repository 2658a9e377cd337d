"""What the runs of the experiments on depth are, in numbers; free of torch, so that keys can be computed without it."""

import math
from dataclasses import dataclass, replace
from typing import Self

from figures_src.networks.normalization import Normalization

DIGITS, GAUSSIAN = "mnist", "gaussian"


def arm_name(normalization: Normalization, residual: bool) -> str:
    """What tells networks apart, activation and sizes aside."""
    return f"{normalization}, {'residual' if residual else 'plain'}"


@dataclass(frozen=True)
class InitialRun:
    """One kind of network, never trained: a batch passes through it and its gradients come back, for each seed."""

    normalization: Normalization
    activation: str
    residual: bool
    source: str
    """`DIGITS`, or `GAUSSIAN`: independent inputs, as many as the layers are wide, with answers drawn at random."""
    batch_size: int
    depth: int
    width: int
    seeds: tuple[int, ...]
    gradients: bool = True
    """Whether they come back; a replay looks at the losses alone."""

    @property
    def networks(self) -> int:
        """One at a time."""
        return 1

    @property
    def steps(self) -> int:
        """Layers passed, those of all seeds."""
        return self.depth * len(self.seeds)

    @property
    def arm(self) -> str:
        """What tells the run from the others of its experiment."""
        return arm_name(self.normalization, self.residual)

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return f"{self.arm} {self.activation} batch={self.batch_size} {self.source}"

    def cut_short(self) -> Self:
        """The loss of its first network, without the gradients."""
        return replace(self, seeds=self.seeds[:1], gradients=False)


@dataclass(frozen=True)
class LadderRun:
    """One kind of network at one depth: a network for each seed and each rate, in this order, trained side by side."""

    normalization: Normalization
    residual: bool
    depth: int
    learning_rates: tuple[float, ...]
    seeds: tuple[int, ...]
    steps: int
    batch_size: int = 32
    width: int = 48
    validation_images: int = 5000
    """The last images to learn from, set aside to choose a rate."""
    statistics_images: int = 2000
    """How many of the images learnt give the statistics of the evaluation."""
    loss_every: int = 50
    replay_steps: int = 20

    @property
    def networks(self) -> int:
        """Networks trained side by side."""
        return len(self.seeds) * len(self.learning_rates)

    @property
    def arm(self) -> str:
        """What tells the run from the others of its experiment, depth aside."""
        return arm_name(self.normalization, self.residual)

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return f"{self.arm} depth={self.depth}"

    @property
    def rounding_growth(self) -> float:
        """How much larger a rounding leaves the network than it came in.

        Without shortcuts, BN multiplies any small difference by √(π / (π − 1)) a layer (Yang et al. 2019, 1902.08129).
        """
        chaotic = self.normalization is Normalization.BATCH and not self.residual
        return math.sqrt(math.pi / (math.pi - 1)) ** self.depth if chaotic else 1.0

    def schedule(self) -> range:
        """Updates whose losses are kept."""
        return range(0, self.steps, self.loss_every)

    def cut_short(self) -> Self:
        """Its first steps, trained again to see whether a record can be."""
        return replace(self, steps=self.replay_steps)
