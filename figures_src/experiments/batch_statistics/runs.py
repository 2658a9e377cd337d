"""What a run with few images is, in numbers; free of torch, so that keys can be computed without it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import numpy as np

from figures_src.experiments.batch_statistics.measures import BATCH, STANDARD, WHOLE, Cell
from figures_src.runs import ConvolutionalRun
from figures_src.settings import shared_settings


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


@dataclass(frozen=True, kw_only=True)
class GroupsProtocol:
    """Both arms at every size, then groups in batches of the largest size, for every seed."""

    run_type: ClassVar[type[StatisticsRun]] = StatisticsRun
    batch_sizes: tuple[int, ...] = (2, 4, 8, 16, 32, 64, 128, 256)
    groups: tuple[int, ...] = (2, 8, 32)
    seeds: tuple[int, ...] = tuple(range(5))
    rate_per_image: float = 0.1 / 256
    images_seen: int = 120_000
    evaluations: int = 3
    widths: tuple[int, ...] = (16, 32, 64, 64)
    learnt_images: int = 4000
    measured_images: int = 4000
    precise_images: int = 8192
    replay_steps: int = 5

    def cells(self) -> list[Cell]:
        """Arm, batch size, group."""
        plain = [(arm, size, WHOLE) for size, arm in product(self.batch_sizes, (STANDARD, BATCH))]
        return plain + [(BATCH, max(self.batch_sizes), group) for group in self.groups]

    def runs(self) -> Sequence[StatisticsRun]:
        """Seeds, then cells."""
        shared = shared_settings(self, self.run_type)
        return [
            self.run_type(
                normalization=arm,
                seed=seed,
                batch_size=size,
                group=group,
                learning_rate=self.rate_per_image * size,
                **shared,
            )
            for seed, (arm, size, group) in product(self.seeds, self.cells())
        ]


def sizes_told(config: GroupsProtocol) -> dict[str, np.ndarray]:
    """Batch size and group of each row."""
    runs = config.runs()
    return {
        "batch_size": np.array([run.batch_size for run in runs]),
        "group": np.array([run.group for run in runs]),
    }
