"""Distributions from the histograms that experiment E3 keeps; numpy only. The first axis of an array is the run."""

from dataclasses import dataclass

import numpy as np

from figures_src.experiments.arrays import Arrays

REACH = 6
"""Histograms span so many standard deviations on either side of their mean (``probes.gradients.histogram``)."""


@dataclass(frozen=True)
class Distribution:
    """A histogram as a cumulative distribution, linear between edges: ``shares`` go from 0 to 1, both (B + 1,)."""

    edges: np.ndarray
    shares: np.ndarray
    deviation: float

    def below(self, x: np.ndarray) -> np.ndarray:
        """Share of the values below each x."""
        return np.asarray(np.interp(x, self.edges, self.shares))

    def quantile(self, share: float) -> float:
        """The value that a share of all does not exceed."""
        return float(np.interp(share, self.shares, self.edges))


def distribution(counts: np.ndarray, mean: float, deviation: float) -> Distribution | None:
    """Place the counts (B,) of a histogram; None for one of values that were not finite, which has none."""
    total = counts.sum()
    if not total or not np.isfinite([mean, deviation]).all():
        return None
    half = REACH * deviation or 1.0
    edges = mean + half * np.linspace(-1, 1, len(counts) + 1)
    return Distribution(edges, np.concatenate([[0], np.cumsum(counts) / total]), deviation)


def distributions(arrays: Arrays, row: int, layer: int) -> list[Distribution | None]:
    """Distributions of what enters the ReLU of a layer in one run, one for each of ``histogram_step``.

    Raises:
        ValueError: the layer was not probed.
    """
    if layer not in (layers := arrays["histogram_layer"].tolist()):
        raise ValueError(f"layer {layer} has no histogram: choose among {layers}")
    parts = (arrays[f"histogram_{part}"][row, :, layers.index(layer)] for part in ("counts", "mean", "deviation"))
    return [distribution(*part) for part in zip(*parts, strict=True)]
