"""Printed numbers that part C.II quotes: learning rates on ImageNet, and a benchmark of the layer's place.

Accuracies are fractions of one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

LEARNING_RATES: Mapping[str, float] = MappingProxyType(
    {"inception": 0.0015, "bn_baseline": 0.0015, "bn_x5": 0.0075, "bn_x30": 0.045, "bn_x5_sigmoid": 0.0075}
)
"""Initial rates of the five variants of Inception (Ioffe & Szegedy 2015, section 4.2.2)."""


@dataclass(frozen=True)
class Placement:
    """Validation accuracy on ImageNet of two networks, images resized to 128 pixels; None where nothing is given.

    GoogLeNet with the layer was trained from LSUV and from orthogonal matrices.
    """

    caffenet: float
    googlenet: float | None
    googlenet_orthogonal: float | None = None


PLACEMENT: Mapping[str, Placement] = MappingProxyType(
    {
        "without_bn": Placement(0.471, 0.619),
        "before_plain": Placement(0.474, None),
        "before": Placement(0.478, 0.603, 0.607),
        "after_plain": Placement(0.499, 0.596, 0.584),
        "after": Placement(0.493, None),
    }
)
"""From batchnorm.md of github.com/ducha-aiki/caffenet-benchmark, by Dmytro Mishkin; "plain" has no γ and β.

One training run each, from LSUV initialization where nothing else is said. For GoogLeNet, the rows before have γ and
β and the rows after have none: with the place, these alone change.
"""


def gather() -> dict[str, Any]:
    """What the templates may name."""
    return {"imagenet_rates": LEARNING_RATES, "placement": PLACEMENT}
