"""What a run of experiment E3 is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass, field

import numpy as np

from figures_src.networks.normalization import Normalization
from figures_src.training.single_network import SingleNetwork


@dataclass(frozen=True)
class LandscapeProbe:
    """Where to look along the gradient: ``lengths`` multiples of the learning rate, evenly from low to high."""

    every: int = 100
    lengths: int = 8
    low: float = 0.5
    high: float = 4.0

    def multiples(self) -> np.ndarray:
        """Lengths of the moves, in learning rates."""
        return np.linspace(self.low, self.high, self.lengths)


@dataclass(frozen=True)
class VggRun(SingleNetwork):
    """One VGG-16. Steps count updates; a probe at step t is made after t updates, on the batch about to be learnt.

    A probe made every 0 steps is not made. ``accuracy_every`` is the number of consecutive batches over which the
    training accuracy is averaged. Histograms are those of what enters the ReLU of each of ``histogram_layers``,
    over ``histogram_images`` training images, the same all along, taken as one batch in training mode.
    """

    normalization: Normalization
    learning_rate: float
    seed: int
    steps: int
    divisor: int = 4
    batch_size: int = 128
    accuracy_every: int = 100
    evaluate_every: int = 1000
    shift_every: int = 100
    shift_layers: tuple[int, ...] = (5, 10)
    histogram_every: int = 500
    histogram_layers: tuple[int, ...] = (2, 9, 13)
    histogram_images: int = 256
    histogram_bins: int = 120
    landscape: LandscapeProbe = field(default_factory=LandscapeProbe)
    replay_steps: int = 20

    def __post_init__(self) -> None:
        """Refuse settings that no run could honour, before anything long begins."""
        if min(self.steps, self.batch_size - 1, self.accuracy_every) < 1:
            raise ValueError("a run needs at least one step, and two images a batch")
        if 64 % self.divisor:
            raise ValueError(f"the divisor {self.divisor} must divide 64, the smallest width")
        if self.histogram_images % self.batch_size:
            # Else a probe would hold a batch of another size than the ones that are learnt.
            raise ValueError("histogram_images must be a multiple of batch_size")

    @property
    def arm(self) -> str:
        """What tells the run from the others of its experiment, rate and seed aside."""
        return str(self.normalization)

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return f"VGG ÷{self.divisor} {self.normalization} lr={self.learning_rate:g} seed={self.seed}"


@dataclass(frozen=True)
class LinearRun(SingleNetwork):
    """One deep linear network: x ~ N(0, 1), target A·x with A ~ N(0, 1), full batch.

    The loss is ``loss_factor`` times the sum of squared errors over examples and coordinates.
    """

    normalization: Normalization
    learning_rate: float
    seed: int
    steps: int
    depth: int = 25
    width: int = 10
    examples: int = 1000
    loss_factor: float = 0.5
    shift_every: int = 50
    shift_layers: tuple[int, ...] = (9, 17)
    loss_every: int = 10
    replay_steps: int = 20

    @property
    def arm(self) -> str:
        """What tells the run from the others of its experiment, rate and seed aside."""
        return str(self.normalization)

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return f"DLN {self.normalization} lr={self.learning_rate:g} seed={self.seed}"
