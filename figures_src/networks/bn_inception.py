"""BN-Inception as the table of Ioffe & Szegedy 2015 gives it (appendix, figure 5), and what it weighs.

The columns of each module are the paper's; its output sizes are not used, for they do not follow from the columns:

- 3c and 4e, of stride 2, are given the sizes of their inputs (28 and 14), where the next row starts from 14 and 7;
- the branches of 4c add up to 160 + 160 + 160 + 128 = 608 channels and those of 4d to 96 + 192 + 192 + 128 = 608,
  where the table prints 576; 4e, which passes its input through, then has 1 056 where it prints 1 024.

The columns are followed, as the public re-implementations do whose weights still circulate (`bninception` of
Cadene/pretrained-models.pytorch, from Caffe). Their first convolution is plain; ours is separable, as the paper says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from figures_src.networks.inception_plan import (
    SMALL,
    Convolution,
    ModuleRow,
    Plan,
    Pool,
    Stem,
    layers,
    parameters,
)

SIDE, CLASSES = 224, 1000
PUBLISHED_PARAMETERS = 13.6e6
"""Ioffe & Szegedy 2015, section 4.2: the network contains 13.6 · 10⁶ parameters, and no fully connected layer
other than the softmax's."""

BN_INCEPTION = Plan(
    Stem(
        (
            (Convolution("conv1", 3, 64, 7, stride=2), True),
            (Convolution("conv2_reduce", 64, 64, 1), False),
            (Convolution("conv2", 64, 192, 3), True),
        ),
        separable=8,
    ),
    (
        ModuleRow("3a", 64, 64, 64, 64, 96, Pool.AVERAGE, 32),
        ModuleRow("3b", 64, 64, 96, 64, 96, Pool.AVERAGE, 64),
        ModuleRow("3c", 0, 128, 160, 64, 96, Pool.MAX, 0, stride=2),
        ModuleRow("4a", 224, 64, 96, 96, 128, Pool.AVERAGE, 128),
        ModuleRow("4b", 192, 96, 128, 96, 128, Pool.AVERAGE, 128),
        ModuleRow("4c", 160, 128, 160, 128, 160, Pool.AVERAGE, 128),
        ModuleRow("4d", 96, 128, 192, 160, 192, Pool.AVERAGE, 128),
        ModuleRow("4e", 0, 128, 192, 192, 256, Pool.MAX, 0, stride=2),
        ModuleRow("5a", 352, 192, 320, 160, 224, Pool.AVERAGE, 128),
        ModuleRow("5b", 352, 192, 320, 192, 224, Pool.MAX, 128),
    ),
)

PLANS: Mapping[str, Plan] = MappingProxyType({"small": SMALL, "bn_inception": BN_INCEPTION})
"""By the names that configurations give them."""


@dataclass(frozen=True)
class Reading:
    """A way of counting the network of the table, and what it gives."""

    name: str
    parameters: int

    @property
    def missing(self) -> float:
        """How many of the published parameters it leaves unexplained."""
        return PUBLISHED_PARAMETERS - self.parameters


def weights_by_row() -> dict[str, int]:
    """Weights of the convolutions of each row of the table, from the first to the last, then of the classifier."""
    counted: dict[str, int] = {}
    for layer in layers(BN_INCEPTION, SIDE):
        row = layer.convolution.name.partition("/")[0].partition("_")[0]
        counted[row] = counted.get(row, 0) + layer.convolution.weights
    return counted | {"classifier": (BN_INCEPTION.features + 1) * CLASSES}


def readings() -> tuple[Reading, ...]:
    """Every way known of counting what the table describes; none of them gives the published 13.6 million.

    Heads: the two auxiliary classifiers of Szegedy et al. 2015 (on 4a and 4d: 5 × 5 average of stride 3, 128
    1 × 1 filters, 1 024 hidden units), which the paper excludes in words: no fully connected layer but the softmax's.
    """
    own = parameters(BN_INCEPTION, CLASSES, batch_norm=True)
    channels = sum(layer.convolution.out for layer in layers(BN_INCEPTION, SIDE) if layer.normalized)
    plain = replace(BN_INCEPTION, stem=replace(BN_INCEPTION.stem, separable=0))
    wider = parameters(plain, CLASSES, batch_norm=True)
    return (
        Reading("as built: separable first convolution, γ and β", own),
        Reading("without batch normalization: biases", parameters(BN_INCEPTION, CLASSES, batch_norm=False)),
        Reading("plain first convolution, γ and β", wider),
        Reading("plain first convolution, γ, β, useless biases and both moving averages", wider + 3 * channels),
        Reading("the same with one auxiliary classifier", wider + 3 * channels + _auxiliary(576)),
        Reading("the same with two auxiliary classifiers", wider + 3 * channels + _auxiliary(576) + _auxiliary(608)),
    )


def _auxiliary(into: int) -> int:
    """Weights and biases of a classifier of Szegedy et al. 2015 (section 5) on 14 × 14 maps, pooled to 4 × 4."""
    return (into + 1) * 128 + (128 * 4 * 4 + 1) * 1024 + 1025 * CLASSES
