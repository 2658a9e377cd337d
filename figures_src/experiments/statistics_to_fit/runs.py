"""What a run of the control on groups is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass
from itertools import product

from figures_src.experiments.batch_statistics.measures import BATCH, LARGEST, SMALLEST, STANDARD, WHOLE, Cell
from figures_src.experiments.batch_statistics.runs import StatisticsRun
from figures_src.settings import shared_settings


@dataclass(frozen=True, kw_only=True)
class FitRun(StatisticsRun):
    """A network trained until it answers ``fit_accuracy`` of its images rightly, or has seen ``images_seen``.

    ``validation_images`` are drawn from the training images that are not learnt.
    """

    fit_accuracy: float = 0.995
    validation_images: int = 2000
    precise_batches: tuple[int, ...] = ()


@dataclass(frozen=True)
class FitProtocol:
    """Both arms in batches of the largest size and of two, and BN by groups, for every seed."""

    batch_sizes: tuple[int, ...] = (LARGEST, SMALLEST)
    groups: tuple[int, ...] = (2, 8, 32)
    seeds: tuple[int, ...] = tuple(range(5))
    rate_per_image: float = 0.1 / 256
    images_seen: int = 400_000
    evaluations: int = 25
    fit_accuracy: float = 0.995
    widths: tuple[int, ...] = (16, 32, 64, 64)
    learnt_images: int = 4000
    measured_images: int = 4000
    validation_images: int = 2000
    precise_images: int = 2048
    replay_steps: int = 5

    def cells(self) -> list[Cell]:
        """Arm, batch size, group."""
        plain = [(arm, size, WHOLE) for size, arm in product(self.batch_sizes, (STANDARD, BATCH))]
        return plain + [(BATCH, max(self.batch_sizes), group) for group in self.groups]

    def runs(self) -> list[FitRun]:
        """Seeds, then cells."""
        shared = shared_settings(self, FitRun)
        return [
            FitRun(
                normalization=arm,
                seed=seed,
                batch_size=size,
                group=group,
                learning_rate=self.rate_per_image * size,
                **shared,
            )
            for seed, (arm, size, group) in product(self.seeds, self.cells())
        ]
