"""What a run of the page's networks is, in numbers; free of torch, so that keys can be computed without it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product
from typing import Self

from figures_src.settings import shared_settings


class Evaluation(StrEnum):
    """By which statistics BN normalizes the images held out."""

    AVERAGES = "averages"
    """The moving averages, as `eval()` does."""
    BATCH = "batch"
    """Those of each batch of them, of the size of the training's, as where `eval()` is forgotten."""


@dataclass(frozen=True)
class Setting:
    """What a reader may change; ``momentum`` weighs the new value of the moving averages, as in PyTorch."""

    name: str
    sigma: float = 0.1
    learning_rate: float = 0.1
    batch_size: int = 60
    evaluation: Evaluation = Evaluation.AVERAGES
    momentum: float = 0.1


DEFAULT = Setting("default")
TRIED = (
    Setting("fast", learning_rate=10.0),
    Setting("easy", sigma=0.3, learning_rate=1.0),
    Setting("pairs", sigma=0.3, learning_rate=0.3, batch_size=2),
    Setting("pairs_by_batch", sigma=0.3, learning_rate=0.3, batch_size=2, evaluation=Evaluation.BATCH),
    Setting("wide", sigma=0.3),
)
"""What the page proposes to try, in its order: a rate that only BN stands, a setting where BN is of no use, batches of
two, the same networks judged by the batch, and larger initial weights than at the default setting."""
SIGMAS = (0.01, 0.03, 0.1, 0.3)
LEARNING_RATES = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
BATCH_SIZES = (2, 4, 8, 16, 32, 60, 128, 256)
MOMENTA = (0.01, 0.03, 0.1, 0.3, 1.0)
"""What the page lets its reader choose among; σ and rates are those of ``mnist_grid`` and ``mnist_rates``."""


@dataclass(frozen=True, kw_only=True)
class PageSizes:
    """What no reader changes: images, steps, and when the networks are looked at.

    Percentiles are those of what enters the last hidden sigmoid, over the first ``probe_images`` of the images held
    out, normalized as in the evaluation; each is a mean over the units.
    """

    steps: int = 1000
    training_images: int = 2000
    held_out_images: int = 1000
    probe_images: int = 201
    often_until: int = 100
    evaluate_often: int = 10
    evaluate_every: int = 50
    followed_steps: int = 200
    """Whose losses are kept, for a browser to be compared with."""
    replay_steps: int = 20

    def evaluation_steps(self) -> Sequence[int]:
        """Steps at which accuracy and percentiles are measured: a measurement at step t is made after t updates."""
        often = range(0, min(self.often_until, self.steps) + 1, self.evaluate_often)
        return sorted({*often, *range(0, self.steps + 1, self.evaluate_every)})


@dataclass(frozen=True, kw_only=True)
class PageRun(PageSizes):
    """One arm at one setting: a network for each seed."""

    batch_norm: bool
    setting: Setting
    seeds: tuple[int, ...]
    hidden: tuple[int, ...] = (100, 100, 100)
    binary_threshold: int = 128
    eps: float = 1e-5

    @property
    def networks(self) -> int:
        """Networks trained one beside the other."""
        return len(self.seeds)

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return f"{'with_bn' if self.batch_norm else 'without_bn'} {self.setting.name}"

    @property
    def replayable_steps(self) -> int:
        """Steps whose losses another processor finds again.

        With two images, the gradient that BN lets through is a difference of equals, all but a part of ε/σ²: rounding
        soon decides, in double precision too.
        """
        return min(2, self.replay_steps) if self.setting.batch_size == 2 else self.replay_steps

    def cut_short(self) -> Self:
        """Its first steps, looked at before the first one alone: they are trained again to replay a record."""
        first = self.replay_steps
        return replace(self, steps=first, often_until=0, evaluate_every=first + 1, followed_steps=first)


@dataclass(frozen=True, kw_only=True)
class MnistPage(PageSizes):
    """Every setting, without and with batch normalization."""

    settings: tuple[Setting, ...] = (DEFAULT, *TRIED)
    seeds: tuple[int, ...] = tuple(range(10))

    def runs(self) -> list[PageRun]:
        """Settings, then arms without and with batch normalization."""
        shared = shared_settings(self, PageRun)
        cells = product(self.settings, (False, True))
        return [PageRun(batch_norm=batch_norm, setting=setting, **shared) for setting, batch_norm in cells]
