"""What runs of one network have in common, in numbers; free of torch, so that keys can be computed without it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import ClassVar, Self

from figures_src.networks.normalization import Normalization
from figures_src.settings import shared_settings

MOMENTA: tuple[float | None, ...] = (0.1, 0.01, None)
"""Weight of the new batch in each running average; none for the mean of all batches so far."""


class Stepwise:
    """What has a number of steps; its fields are declared by the frozen dataclass that inherits."""

    steps: int

    def schedule(self, every: int) -> range:
        """Steps of something done every so many steps, from 0 on; the last step is one where ``every`` divides it."""
        return range(0, self.steps + 1, every) if every else range(0)


class SingleNetwork(Stepwise):
    """A run of one network; its fields are declared by the frozen dataclass that inherits."""

    seed: int

    @property
    def networks(self) -> int:
        """One run is one network."""
        return 1

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seed that orders the batches."""
        return (self.seed,)


@dataclass(frozen=True, kw_only=True)
class Learning:
    """How a small convolutional network learns."""

    learning_rate: float
    batch_size: int
    images_seen: int
    widths: tuple[int, ...] = (16, 32, 64, 64)


@dataclass(frozen=True, kw_only=True)
class ConvolutionalRun(Learning):
    """One small convolutional network. Steps count updates; ``images_seen`` over ``batch_size`` is their number.

    Measurements are made ``evaluations`` times, at equal distances, the last one after the last update.
    """

    normalization: Normalization
    seed: int
    evaluations: int = 1
    replay_steps: int = 20

    def __post_init__(self) -> None:
        """Refuse settings that no run could honour, before anything long begins."""
        if self.batch_size < 2 or self.steps < max(1, self.evaluations):
            raise ValueError("a run needs two images a batch, and one step or more for each evaluation")

    @property
    def steps(self) -> int:
        """Updates from the first to the last."""
        return self.images_seen // self.batch_size

    @property
    def networks(self) -> int:
        """One run is one network."""
        return 1

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seed that orders the batches."""
        return (self.seed,)

    @property
    def arm(self) -> str:
        """What tells the run from the others of its experiment, rate and seed aside."""
        return str(self.normalization)

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return f"{self.normalization} batch={self.batch_size} seed={self.seed}"

    def cut_short(self) -> Self:
        """Its first steps, never judged: they are trained again to see whether a record can be."""
        return replace(self, images_seen=self.replay_steps * self.batch_size, evaluations=0)

    def evaluation_steps(self) -> tuple[int, ...]:
        """Steps of the measurements."""
        return tuple(self.steps * place // self.evaluations for place in range(1, self.evaluations + 1))


@dataclass(frozen=True, kw_only=True)
class TwoAnswers:
    """How many images of each answer are learnt, and shown afterwards.

    Population statistics are the mean of those of ``population_batches`` batches, the weights being final.
    """

    learnt_per_answer: int
    shown_per_answer: int
    population_batches: int = 100


@dataclass(frozen=True, kw_only=True)
class BothArms(TwoAnswers, Learning):
    """Both arms, for every seed; a seed draws the images learnt, their order and the initial weights."""

    run_type: ClassVar[type[ConvolutionalRun]]
    seeds: tuple[int, ...] = tuple(range(10))
    learning_rate: float = 0.05
    batch_size: int = 50

    def runs(self) -> Sequence[ConvolutionalRun]:
        """Seeds, then arms without and with batch normalization."""
        shared = shared_settings(self, self.run_type)
        cells = product(self.seeds, (Normalization.NONE, Normalization.BATCH))
        return [self.run_type(normalization=arm, seed=seed, **shared) for seed, arm in cells]
