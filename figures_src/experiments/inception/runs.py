"""What a run of experiment E2 is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import KW_ONLY, dataclass, replace
from typing import Self

import numpy as np

from figures_src.networks.bn_inception import PLANS
from figures_src.networks.inception_plan import Activation
from figures_src.networks.normalization import Normalization
from figures_src.runs import SingleNetwork, Stepwise

STILL_FINITE = -1
"""In place of the step at which a loss ceased to be finite, where none did."""


@dataclass(frozen=True, kw_only=True)
class InceptionSettings(Stepwise):
    """How every network of a protocol learns, and when it is judged."""

    steps: int = 20_000
    batch_size: int = 32
    momentum: float = 0.9
    network: str = "small"
    accuracy_every: int = 100
    evaluate_every: int = 400

    def steps_told(self) -> dict[str, np.ndarray]:
        """The steps of each kind of measurement; a training accuracy is that of the batches before its step."""
        windows = np.arange(1, self.steps // self.accuracy_every + 1)
        return {
            "accuracy_step": self.accuracy_every * windows,
            "evaluation_step": np.array(self.schedule(self.evaluate_every)),
        }


@dataclass(frozen=True)
class InceptionRun(SingleNetwork, InceptionSettings):
    """One Inception network, learnt by SGD with momentum at a fixed rate, on one machine or on many.

    Ioffe & Szegedy 2015, section 4.2, give batches of 32 and "a version of SGD with momentum"; 0.9 is taken here.
    ``accuracy_every`` is the number of consecutive batches over which the training accuracy is averaged. With
    ``validation_images``, so many training images are set aside, and judge in place of the test images.
    """

    arm: str
    normalization: Normalization
    activation: Activation
    learning_rate: float
    seed: int
    _: KW_ONLY
    side: int = 32
    classes: int = 10
    validation_images: int = 0
    replay_steps: int = 20

    def __post_init__(self) -> None:
        """Refuse settings that no run could honour, before anything long begins."""
        if min(self.steps, self.batch_size - 1, self.accuracy_every) < 1:
            raise ValueError("a run needs at least one step, and two images a batch")
        if self.network not in PLANS:
            raise ValueError(f"no network is called {self.network!r}: choose among {', '.join(PLANS)}")

    def cut_short(self) -> Self:
        """Its first steps, never judged: they are trained again to see whether a record can be."""
        return replace(self, steps=self.replay_steps, evaluate_every=0)

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return f"Inception {self.arm} lr={self.learning_rate:g} seed={self.seed}"

    @property
    def judged_by(self) -> str:
        """Which images judge: the test images only where no validation image is set aside."""
        return "validation" if self.validation_images else "test"


@dataclass(frozen=True)
class DataParallel:
    """How one run is shared out: part of what it means, for the statistics of a batch are those of a share.

    Ioffe & Szegedy 2015 normalise by the statistics of each worker's own batch; with ``sync_bn`` they are those of
    all shares together. ``augmented`` images are random patches, mirrored half of the time (Szegedy et al. 2015).
    """

    processes: int = 1
    sync_bn: bool = False
    augmented: bool = True

    def admit(self, batch_size: int, images: int) -> None:
        """Refuse a batch that no run could learn.

        Raises:
            ValueError: it cannot be cut in equal shares, or is larger than the images there are.
        """
        self.share(batch_size)
        if batch_size > images:
            most = images - images % self.processes
            raise ValueError(
                f"a batch of {batch_size} is more than the {images} images there are: choose {most} or less"
            )

    def share(self, batch_size: int) -> int:
        """Images of a batch that fall to one process.

        Raises:
            ValueError: the batch cannot be cut in equal shares of two images or more.
        """
        share, rest = divmod(batch_size, self.processes)
        if rest or share < 2:
            raise ValueError(
                f"a batch of {batch_size} images does not make {self.processes} equal shares of two images or more: "
                f"choose a multiple of {self.processes}, such as {max(2, share + 1) * self.processes}"
            )
        return share
