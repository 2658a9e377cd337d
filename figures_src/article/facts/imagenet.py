"""The numbers of ImageNet that the article's sentences quote: Ioffe & Szegedy 2015, figures 2 and 3."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from figures_src.networks.bn_inception import BN_INCEPTION, CLASSES, PUBLISHED_PARAMETERS, SIDE
from figures_src.networks.inception_plan import multiply_adds, parameters
from figures_src.published import load

PRINTED = "ioffe2015_fig3_imagenet_table"
BASELINE = "inception"
"""The network without batch normalization: its best accuracy is what the others are timed on."""


@dataclass(frozen=True)
class Variant:
    """A row of the paper's table. Steps count updates of 32 examples; accuracies are fractions of one."""

    arm: str
    best: float
    """Highest validation accuracy, one crop per image."""
    steps: int | None
    """Updates until the baseline's best accuracy; None for a network that never reaches it."""
    speedup: float | None
    """How many times fewer updates than the baseline needs; None likewise."""


@dataclass(frozen=True)
class Size:
    """How large a network is, and what an image costs."""

    parameters: int
    multiply_adds: int


@dataclass(frozen=True)
class ImageNetFacts:
    """The five variants of Inception, and the accuracy on which they are timed."""

    parameters: float
    """As the paper prints them."""
    rebuilt: Size
    """The network of the paper's table, counted layer by layer."""
    threshold: float
    variants: Mapping[str, Variant]
    """By the names of the published files, in the order of the paper."""

    @property
    def best(self) -> Variant:
        """The variant that goes furthest."""
        return max(self.variants.values(), key=lambda variant: variant.best)

    @property
    def fastest(self) -> Variant:
        """The variant that reaches the baseline's best accuracy in the fewest updates."""
        return max(self.variants.values(), key=lambda variant: variant.speedup or 0)


def gather() -> dict[str, Any]:
    """What the templates may name."""
    return {"imagenet": imagenet_facts()}


def imagenet_facts() -> ImageNetFacts:
    """Read the printed table.

    Raises:
        KeyError: the table has no row for the baseline.
    """
    rows = load(PRINTED)
    baseline = rows.where(arm=BASELINE)
    columns = (rows.columns[name].tolist() for name in ("arm", "steps_to_72_2_percent", "max_accuracy_percent"))
    reference = float(baseline["steps_to_72_2_percent"][0])
    variants = [_variant(arm, steps, best, reference) for arm, steps, best in zip(*columns, strict=True)]
    threshold = float(baseline["max_accuracy_percent"][0]) / 100
    return ImageNetFacts(
        parameters=PUBLISHED_PARAMETERS,
        rebuilt=Size(parameters(BN_INCEPTION, CLASSES, batch_norm=True), multiply_adds(BN_INCEPTION, CLASSES, SIDE)),
        threshold=threshold,
        variants={variant.arm: variant for variant in variants},
    )


def _variant(arm: str, steps: float, best: float, reference: float) -> Variant:
    if math.isnan(steps):
        return Variant(arm, best / 100, None, None)
    return Variant(arm, best / 100, int(steps), reference / steps)
