"""What a run of an arm among many, at one of several rates, is; free of torch, so that keys can be computed without it.

Ten classes of CIFAR-10, few images, no augmentation: about half a minute a network. The images learnt are those of
``batch_statistics``, and some more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeVar

from figures_src.runs import ConvolutionalRun
from figures_src.settings import shared_settings


@dataclass(frozen=True, kw_only=True)
class FewImagesRun(ConvolutionalRun):
    """An arm at a rate: ``learnt_images`` are learnt, ``validation_images`` choose the rate.

    ``measured_images`` are test images. "Recomputed" statistics are those of ``precise_images`` images learnt, once the
    weights are final.
    """

    learnt_images: int = 5120
    validation_images: int = 2048
    measured_images: int = 9984
    precise_images: int = 2560

    def __post_init__(self) -> None:
        """Refuse settings that no run could honour, before anything long begins."""
        super().__post_init__()
        if self.batch_size > min(self.learnt_images, self.precise_images):
            raise ValueError("a batch is larger than the images it is drawn from: lower batch_size")

    @property
    def epoch_steps(self) -> int:
        """Updates in which every image is learnt once."""
        return self.learnt_images // self.batch_size

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return f"{self.arm} rate={self.learning_rate:g} seed={self.seed}"


Run = TypeVar("Run", bound=FewImagesRun)
Arm = TypeVar("Arm")


@dataclass(frozen=True)
class FewImagesProtocol:
    """Every arm at every rate with the first seed, which chooses; with the others where ``kept`` says.

    ``kept`` are pairs of an arm and a rate. They are declared as numbers once the first seed has chosen them; a test
    asserts that they are what the record of that seed gives.
    """

    learning_rates: tuple[float, ...] = (0.03, 0.1, 0.3)
    kept: tuple[tuple[str, float], ...] = ()
    seeds: tuple[int, ...] = tuple(range(5))
    batch_size: int = 128
    images_seen: int = 51_200
    widths: tuple[int, ...] = (16, 32, 64, 64)
    learnt_images: int = 5120
    validation_images: int = 2048
    measured_images: int = 9984
    precise_images: int = 2560
    replay_steps: int = 5

    def cells(self, arms: Mapping[str, Arm]) -> list[tuple[int, Arm, float]]:
        """Seeds, then arms, then rates: whoever stops early has whole seeds. ``arms`` by the names that runs have.

        Raises:
            KeyError: a cell that is kept is of an arm that there is not.
        """
        searched = list(product(self.seeds[:1], arms.values(), self.learning_rates))
        return searched + [(seed, arms[arm], rate) for seed in self.seeds[1:] for arm, rate in self.kept]

    def shared(self, run: type[Run]) -> dict[str, Any]:
        """Settings that every run takes as they stand."""
        return shared_settings(self, run)
