"""Experiment E2 as the paper ran it: one arm of BN-Inception on ImageNet at 224 pixels, for who has the means.

The same arms and the same kind of run as at a reduced scale; ``scripts/train_imagenet.py`` carries it out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from figures_src.experiments.experiment import Experiment, Outcome
from figures_src.experiments.inception.measures import ARMS
from figures_src.experiments.inception.runs import DataParallel, InceptionRun
from figures_src.networks.bn_inception import CLASSES, SIDE
from figures_src.settings import shared_settings

BASE_LEARNING_RATE = 0.0015
"""Ioffe & Szegedy 2015, section 4.2.2; BN-x5 learns at .0075, BN-x30 at .045."""
IMAGES = 1_281_167
"""Training images of ILSVRC 2012."""
BATCH = 32
PUBLISHED_STEPS = {"inception": 31_000_000, "bn_baseline": 13_300_000, "bn_x5": 2_100_000, "bn_x30": 2_700_000}
"""Updates of 32 images until 72.2 %, as the paper's table prints them (figure 3)."""


@dataclass(frozen=True)
class ImageNetProtocol:
    """One arm, at the multiple of the base rate that its name tells."""

    arm: str = "bn_baseline"
    base_learning_rate: float = BASE_LEARNING_RATE
    steps: int = PUBLISHED_STEPS["bn_baseline"]
    seed: int = 0
    batch_size: int = BATCH
    network: str = "bn_inception"
    side: int = SIDE
    classes: int = CLASSES
    accuracy_every: int = 1000
    evaluate_every: int = 20_000
    spread: DataParallel = field(default_factory=DataParallel)

    def runs(self) -> list[InceptionRun]:
        """The only one."""
        arm = ARMS[self.arm]
        return [
            InceptionRun(
                normalization=arm.normalization,
                activation=arm.activation,
                learning_rate=arm.factor * self.base_learning_rate,
                **shared_settings(self, InceptionRun),
            )
        ]


@dataclass(frozen=True)
class Cost:
    """What a run asks for."""

    images: int
    epochs: float
    hours: float


def full_run_cost(arm: str, images_per_second: float) -> Cost:
    """What the paper's number of updates costs, at a measured throughput of all processes together.

    Raises:
        KeyError: the paper gives no number of updates for this arm.
    """
    images = PUBLISHED_STEPS[arm] * BATCH
    return Cost(images, images / IMAGES, images / images_per_second / 3600)


def experiment(
    protocol: ImageNetProtocol, tree_sha256: str, run: Callable[..., Outcome]
) -> Experiment[ImageNetProtocol]:
    """The experiment of one arm on one tree, for its record's key."""
    return Experiment(
        name=f"imagenet_{protocol.arm}",
        question="La normalisation par lots permet-elle à Inception d’apprendre à de plus grands taux ?",
        config=protocol,
        quick=protocol,
        protocol=1,
        dataset="ImageNet",
        dataset_sha256=tree_sha256,
        run=run,
        verdicts=lambda arrays: (),
        replay=lambda config, machine: Outcome({}, 0),
    )
