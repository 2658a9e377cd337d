"""The arms of Inception as graphs 1 and 5 draw them: one name, colour and dash each, wherever they stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from matplotlib.colors import to_hex, to_rgb

from figures_src.style import Theme

DASHES, DOTS = (0, (5, 1.6)), (0, (1.2, 1.4))


@dataclass(frozen=True)
class Look:
    """How an arm is named and drawn."""

    name: str
    tone: float
    """From -1, towards the paper, to 1, towards the ink: the larger the learning rate, the stronger the blue."""
    dash: Any
    with_bn: bool = True


LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        "inception": Look("Inception, sans BN", 0, "solid", with_bn=False),
        "bn_baseline": Look("BN-Baseline", -0.12, "solid"),
        "bn_x30": Look("BN-x30", 0.5, "solid"),
        "bn_x5": Look("BN-x5", 0, DASHES),
        "bn_x5_sigmoid": Look("BN-x5-Sigmoid", 0, DOTS),
        "inception_x5": Look("Sans BN, x5", 0, DASHES, with_bn=False),
        "inception_sigmoid": Look("Sans BN, sigmoïdes", 0, DOTS, with_bn=False),
    }
)
"""From the slowest to the fastest, then those that never get there."""


def colour(look: Look, theme: Theme) -> str:
    """Vermilion without batch normalization, a blue of its family with it."""
    target = theme.ink if look.tone > 0 else theme.paper
    share, base = abs(look.tone), theme.with_bn if look.with_bn else theme.without_bn
    mixed = (1 - share) * np.array(to_rgb(base)) + share * np.array(to_rgb(target))
    return to_hex(tuple(mixed.tolist()))


def line(look: Look, theme: Theme) -> dict[str, Any]:
    """What a curve is plotted with."""
    width = 1.8 if look.tone else 2.0
    return {"color": colour(look, theme), "linestyle": look.dash, "linewidth": width, "dash_capstyle": "butt"}
