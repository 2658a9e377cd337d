"""What a run of the controls of E3 is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass

from figures_src.experiments.vgg.runs import VggRun
from figures_src.experiments.vgg_controls.measures import RATE_LINE
from figures_src.networks.normalization import Initial

DISTANCE_LINE = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
"""Distances ‖Δx‖ of the moves along g/‖g‖, the same whatever the network and its rate."""


@dataclass(frozen=True, kw_only=True)
class ControlRun(VggRun):
    """A `VggRun` whose probes are in float32, and look along the gradient twice: at lengths that follow the rate, and
    at distances that do not.

    Noisy networks walk the first line twice: once with the noise of the step held, once with a noise drawn anew at
    each length. ``landscape`` says how often; its lengths are those of ``rate_line``.
    """

    initial: Initial = Initial.GLOROT
    rate_line: tuple[float, ...] = RATE_LINE
    distance_line: tuple[float, ...] = DISTANCE_LINE
    recomputed_batches: int = 50

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return f"{super().label} {self.initial}"
