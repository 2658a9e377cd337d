"""What a run of the control on groups is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass

from figures_src.experiments.batch_statistics.measures import LARGEST, SMALLEST
from figures_src.experiments.batch_statistics.runs import GroupsProtocol, StatisticsRun


@dataclass(frozen=True, kw_only=True)
class FitRun(StatisticsRun):
    """A network trained until it answers ``fit_accuracy`` of its images rightly, or has seen ``images_seen``.

    ``validation_images`` are drawn from the training images that are not learnt.
    """

    fit_accuracy: float = 0.995
    validation_images: int = 2000
    precise_batches: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FitProtocol(GroupsProtocol):
    """Batches of the largest size and of two, as long as it takes to know the images learnt."""

    run_type = FitRun
    batch_sizes: tuple[int, ...] = (LARGEST, SMALLEST)
    images_seen: int = 400_000
    evaluations: int = 25
    fit_accuracy: float = 0.995
    validation_images: int = 2000
    precise_images: int = 2048
