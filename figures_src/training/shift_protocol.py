"""What a run of experiment E4 is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass, replace
from typing import Self

from figures_src.networks.normalization import Normalization

EVALUATION, TRAINING = 0, 1
"""Modes of a network with BN: population statistics, or those of each batch shown."""
MODES = ("evaluation", "training")
GROUPS = ("familiar", "shifted", "sneakers", "boots")
"""What the shoe networks are shown: 500 sneakers and 500 clothes, the same with boots in place of the sneakers, then
the sneakers alone and the boots alone."""
SHIFTS = ("rotated", "darkened", "fogged")
VARIANTS = ("population", "recomputed")
"""Statistics of a network with BN on shifted images: those of the training images, or of the shifted ones."""
ESTIMATES = ("ema_0.1", "ema_0.01", "cumulative", "precise")
"""Estimates of the population's statistics, in the order of the records."""
MOMENTA: tuple[float | None, ...] = (0.1, 0.01, None)
"""Weight of the new batch in each running average; none for the mean of all batches so far."""


@dataclass(frozen=True, kw_only=True)
class ConvolutionalRun:
    """One small convolutional network. Steps count updates; ``images_seen`` over ``batch_size`` is their number.

    Measurements are made ``evaluations`` times, at equal distances, the last one after the last update.
    """

    normalization: Normalization
    seed: int
    learning_rate: float
    batch_size: int
    images_seen: int
    widths: tuple[int, ...] = (16, 32, 64, 64)
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
class ShoesRun(ConvolutionalRun):
    """Shoe or not, on Fashion-MNIST, from a training set whose only shoes are sneakers.

    ``learnt_per_answer`` images of sneakers, and as many of clothes and bags, are learnt; ``shown_per_answer`` of each
    make the groups shown, and as many others of the test images the reference that these are compared with.
    Population statistics are the mean of those of ``population_batches`` batches, the weights being final.
    Histograms of each channel have ``bins`` bins over ± ``reach``, in standard deviations of the population.
    """

    learnt_per_answer: int = 6000
    shown_per_answer: int = 500
    population_batches: int = 100
    bins: int = 240
    reach: float = 6.0


@dataclass(frozen=True, kw_only=True)
class CarsRun(ConvolutionalRun):
    """Automobile or not, on CIFAR-10, as many of one as of the other; then shown shifted test images.

    ``angles`` in degrees; ``light`` is what is left of it, ``fog`` the share of it in each pixel, in [0, 1].
    """

    angles: tuple[float, ...]
    light: tuple[float, ...]
    fog: tuple[float, ...]
    learnt_per_answer: int = 5000
    shown_per_answer: int = 1000
    population_batches: int = 100


@dataclass(frozen=True, kw_only=True)
class StatisticsRun(ConvolutionalRun):
    """The ten classes of CIFAR-10, from few images; statistics over whole batches, or groups of ``group`` images.

    ``measured_images`` are those of the training set, and of the test set, on which accuracies are taken.
    "Precise" statistics are means over batches, the weights being frozen: ``precise_images`` images in all, and
    after each of ``precise_batches`` batches that these allow.
    """

    group: int = 0
    learnt_images: int = 4000
    measured_images: int = 4000
    precise_images: int = 8192
    precise_batches: tuple[int, ...] = (1, 4, 16, 64, 256, 1024)

    def __post_init__(self) -> None:
        """Refuse settings that no run could honour, before anything long begins."""
        super().__post_init__()
        if self.group == 1 or (self.group and self.batch_size % self.group):
            raise ValueError(f"groups of {self.group} do not divide a batch of {self.batch_size}, or hold one image")
        if self.batch_size > min(self.learnt_images, self.precise_images):
            raise ValueError("a batch is larger than the images it is drawn from: lower batch_size")

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return super().label + (f" groups of {self.group}" if self.group else "")

    def precise_shown(self) -> tuple[int, ...]:
        """Numbers of batches whose statistics are tried, those that ``precise_images`` images make up included last."""
        whole = self.precise_images // self.batch_size
        return (*(count for count in self.precise_batches if count <= whole), whole)
