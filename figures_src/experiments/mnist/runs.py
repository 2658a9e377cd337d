"""What a run of the ensemble is, in numbers; free of torch, so that keys can be computed without it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import ClassVar, Self

from figures_src.experiments.mnist.measures import EARLY_STEPS
from figures_src.settings import shared_settings


@dataclass(frozen=True)
class EnsembleRun:
    """One arm: the networks of all seeds, trained side by side with the same settings.

    Steps count updates; a measurement at step t is made after t updates. Percentiles are those of what enters
    the last hidden sigmoid, over ``probe_images`` test images taken as one batch. ``unit`` is the unit of the
    last hidden layer declared before the run as the "typical" one. ``probe_population`` normalises the probe with
    the running statistics, as in evaluation, instead of its own, as in training.
    """

    batch_norm: bool
    sigma: float
    learning_rate: float
    seeds: tuple[int, ...]
    steps: int
    evaluate_every: int
    percentiles_every: int = 0
    dense_steps: int = 0
    validation_images: int = 0
    batch_size: int = 60
    hidden: tuple[int, ...] = (100, 100, 100)
    binary_threshold: int = 128
    probe_images: int = 1001
    unit: int = 0
    probe_population: bool = False
    eps: float = 1e-5
    momentum: float = 0.1
    replay_steps: int = 20

    def __post_init__(self) -> None:
        """Refuse settings that no run could honour, before anything long begins."""
        if min(self.steps, self.evaluate_every, self.batch_size - 1, len(self.seeds)) < 1:
            raise ValueError("a run needs at least one step, one seed, and two images a batch")
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"seeds must differ from each other: {self.seeds}")
        if (self.probe_images - 1) % 20:
            raise ValueError("probe_images - 1 must be a multiple of 20: percentiles are then single images")
        if self.percentiles_every and self.unit >= self.hidden[-1]:
            raise ValueError(f"unit {self.unit} is outside the last hidden layer of {self.hidden[-1]}")

    @property
    def networks(self) -> int:
        """Networks trained side by side."""
        return len(self.seeds)

    @property
    def arm(self) -> str:
        """Name of the arm, as in the published curves."""
        return "with_bn" if self.batch_norm else "without_bn"

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return f"{self.arm} σ={self.sigma:g} lr={self.learning_rate:g}"

    def cut_short(self) -> Self:
        """Its first steps without percentiles: they are trained again to see whether a record can be."""
        first = self.replay_steps
        return replace(self, steps=first, evaluate_every=first, percentiles_every=0, dense_steps=0)

    def evaluation_steps(self) -> Sequence[int]:
        """Steps at which accuracy and loss are measured."""
        return range(0, self.steps + 1, self.evaluate_every)

    def percentile_steps(self) -> range:
        """Steps of the coarse percentiles."""
        return range(0, self.steps + 1, self.percentiles_every) if self.percentiles_every else range(0)

    def dense_range(self) -> range:
        """Steps of the percentiles taken after every update."""
        return range(self.dense_steps + 1) if self.dense_steps else range(0)


@dataclass(frozen=True, kw_only=True)
class SignalSettings:
    """How the signal that enters the last hidden sigmoid is followed, at one σ."""

    sigma: float = 0.1
    seeds: tuple[int, ...] = tuple(range(10))
    percentiles_every: int = 100
    dense_steps: int = 500
    probe_images: int = 1001
    unit: int = 0


@dataclass(frozen=True, kw_only=True)
class MnistCurves(SignalSettings):
    """Long runs; the first learning rate is the one of the comparison, the second a control."""

    learning_rates: tuple[float, ...] = (0.1, 1.0)
    steps: int = 50_000
    evaluate_every: int = 200
    batch_size: int = 60

    def runs(self) -> list[EnsembleRun]:
        """Learning rates, then arms without and with batch normalization."""
        shared, cells = shared_settings(self, EnsembleRun), product(self.learning_rates, (False, True))
        return [EnsembleRun(batch_norm=batch_norm, learning_rate=rate, **shared) for rate, batch_norm in cells]


@dataclass(frozen=True)
class MnistGrid:
    """Every σ with every learning rate; 10 000 training images are set aside to choose the best cell."""

    run_type: ClassVar[type[EnsembleRun]] = EnsembleRun
    sigmas: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3)
    learning_rates: tuple[float, ...] = (0.03, 0.1, 0.3, 1.0, 3.0)
    seeds: tuple[int, ...] = tuple(range(5))
    steps: int = 10_000
    evaluate_every: int = 500
    batch_size: int = 60
    validation_images: int = 10_000

    def runs(self) -> list[EnsembleRun]:
        """Sigmas, then learning rates, then arms without and with batch normalization."""
        shared = shared_settings(self, self.run_type)
        return [
            self.run_type(batch_norm=batch_norm, sigma=sigma, learning_rate=rate, **shared)
            for sigma, rate, batch_norm in product(self.sigmas, self.learning_rates, (False, True))
        ]


@dataclass(frozen=True, kw_only=True)
class MnistStatistics(SignalSettings):
    """The early steps again, the probe normalised by its own statistics or by the running ones."""

    learning_rate: float = 0.1
    steps: int = EARLY_STEPS
    evaluate_every: int = 1000

    def runs(self) -> list[EnsembleRun]:
        """In the order of `STATISTICS`."""
        base = EnsembleRun(batch_norm=False, **shared_settings(self, EnsembleRun))
        with_bn = replace(base, batch_norm=True)
        return [base, with_bn, replace(with_bn, probe_population=True)]
