"""How far gradients move in the published curves of Santurkar et al. 2018, figure 3."""

import numpy as np

from figures_src.experiments.shifts import EARLY_SHARE
from figures_src.published import load

CURVES = "santurkar2018_fig3_ics"


def early_median(network: str, learning_rate: float, layer: int, metric: str, arm: str) -> float | None:
    """Median over the first `EARLY_SHARE` of a training; ``metric`` is "l2" or "cosine".

    None for the cosines of 1, which lie under the figure’s own line at 1.
    """
    try:
        curve = load(CURVES).where(network=network, learning_rate=learning_rate, layer=layer, metric=metric, arm=arm)
    except KeyError:
        return None
    early = curve["step"] <= EARLY_SHARE * curve["step"][-1]
    return weighted_median(curve["value"][early], np.gradient(curve["step"][early].astype(float)))


def weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    """The smallest value that half of the weight does not exceed. Shapes (N,) and (N,).

    A path drawn in a PDF has fewer points where it is straight, so each point counts for the time it stands for.
    """
    return float(np.quantile(values, 0.5, weights=weights, method="inverted_cdf"))
