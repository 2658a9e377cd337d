"""What a run of experiment E3 is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Self

import numpy as np

from figures_src.networks.normalization import Normalization
from figures_src.runs import SingleNetwork


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


@dataclass(frozen=True, kw_only=True)
class VggSettings:
    """How every network of a protocol learns and is probed.

    Steps count updates; a probe at step t is made after t updates, on the batch about to be learnt. A probe made every
    0 steps is not made. ``accuracy_every`` is the number of consecutive batches over which the training accuracy is
    averaged.
    """

    steps: int = 15_000
    divisor: int = 4
    batch_size: int = 128
    accuracy_every: int = 100
    evaluate_every: int = 1000
    shift_every: int = 100
    histogram_every: int = 500
    landscape: LandscapeProbe = field(default_factory=LandscapeProbe)


@dataclass(frozen=True, kw_only=True)
class ProbedLayers:
    """Layers whose gradients, and whose distributions, are followed."""

    shift_layers: tuple[int, ...] = (5, 10)
    histogram_layers: tuple[int, ...] = (2, 9, 13)


@dataclass(frozen=True)
class VggRun(SingleNetwork, ProbedLayers, VggSettings):
    """One VGG-16.

    Histograms are those of what enters the ReLU of each of ``histogram_layers``,
    over ``histogram_images`` training images, the same all along, taken as one batch in training mode.
    """

    normalization: Normalization
    learning_rate: float
    seed: int
    _: KW_ONLY
    histogram_images: int = 256
    histogram_bins: int = 120
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

    def cut_short(self) -> Self:
        """Its first steps without probes: they are trained again to see whether a record can be."""
        unprobed = LandscapeProbe(every=0)
        return replace(
            self, steps=self.replay_steps, evaluate_every=0, shift_every=0, histogram_every=0, landscape=unprobed
        )

    @property
    def arm(self) -> str:
        """What tells the run from the others of its experiment, rate and seed aside."""
        return str(self.normalization)

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return f"VGG ÷{self.divisor} {self.normalization} lr={self.learning_rate:g} seed={self.seed}"


def steps_of(run: VggRun) -> dict[str, np.ndarray]:
    """The steps of each kind of measurement; a training accuracy is that of the batches before its step."""
    windows = run.steps // run.accuracy_every
    return {
        "accuracy_step": run.accuracy_every * np.arange(1, windows + 1),
        "evaluation_step": np.array(run.schedule(run.evaluate_every)),
        "shift_step": np.array(run.schedule(run.shift_every)),
        "shift_layer": np.array(run.shift_layers),
        "histogram_step": np.array(run.schedule(run.histogram_every)),
        "histogram_layer": np.array(run.histogram_layers),
        "landscape_step": np.array(run.schedule(run.landscape.every)),
    }
