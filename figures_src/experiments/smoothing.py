"""What figures and sentences read off the arrays of experiment E3, beyond its verdicts; numpy only.

Arrays are those of a record: the first axis is the run. Noise and batches make most probes jump from one measure to
the next, so curves are shown as running medians, and what was measured around them as a band of percentiles.
"""

from dataclasses import dataclass

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.vgg.measures import ACCURACY, MATCHED, steps_to

REACH = 6
"""Histograms span so many standard deviations on either side of their mean (``probes.gradients.histogram``)."""
SHARES = (10, 50, 90)
"""Percentiles of a band and of its middle."""


@dataclass(frozen=True)
class Rolling:
    """At each of ``steps`` (P,): median and 10th to 90th percentile of the measures around it, nan where none is."""

    steps: np.ndarray
    low: np.ndarray
    median: np.ndarray
    high: np.ndarray


def rolling(steps: np.ndarray, values: np.ndarray, window: float, places: np.ndarray) -> Rolling:
    """Percentiles over all runs and all steps within half a ``window`` of each place; what is not finite is left out.

    ``steps`` is (T,), ``values`` (runs, T), ``places`` (P,); ``window`` counts steps.
    """
    found = np.full((len(SHARES), len(places)), np.nan)
    for index, place in enumerate(places):
        around = values[:, np.abs(steps - place) <= window / 2]
        around = around[np.isfinite(around)]
        if around.size:
            found[:, index] = np.percentile(around, SHARES)
    return Rolling(places, *found)


def mean_steps_to(arrays: Arrays, arm: str, learning_rate: float = MATCHED, accuracy: float = ACCURACY) -> float | None:
    """First step at the level, mean over seeds; None when one of them never reaches it, or was not trained."""
    steps = steps_to(arrays, arm, learning_rate, accuracy)
    return float(steps.mean()) if steps.size and np.isfinite(steps).all() else None


def mean_range(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest over the lengths, mean over the runs where they are finite; (runs, T, lengths) to two (T,).

    Their difference is the mean width of the band, the quantity of the criteria. Nan where no run is finite.
    """
    low, high = values.min(axis=-1), values.max(axis=-1)
    finite = np.isfinite(low) & np.isfinite(high)
    count = finite.sum(axis=0)
    bounds = (np.where(finite, bound, 0).sum(axis=0) for bound in (low, high))
    low, high = (np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0) for total in bounds)
    return low, high


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
