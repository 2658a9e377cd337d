"""How far a layer's signal lies from what it was on familiar images, channel by channel.

All signals are ẑ = (z - μ)/√(σ² + ε), z being what leaves a convolution and (μ, σ²) given, one of each a channel.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from scipy.stats import wasserstein_distance
from torch import Tensor

from figures_src.batchnorm import normalize, unbiased
from figures_src.networks.convolutional import ConvolutionalNetwork

EPS = 1e-5
"""That of the normalizations."""
PLACES = (0, 2, 3)
"""Axes over which a channel of (N, C, H, W) extends."""
Moments = list[tuple[Tensor, Tensor]]
"""Mean and variance (C,) of each layer."""


def batch_moments(z: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and biased variance of each channel of (N, C, H, W)."""
    return z.mean(PLACES), z.var(PLACES, correction=0)


def standardised(z: Tensor, moments: tuple[Tensor, Tensor]) -> Tensor:
    """Normalise (N, C, H, W) by a mean and a variance (C,)."""
    mean, variance = (moment[:, None, None] for moment in moments)
    return normalize(z, mean, variance, EPS)


@torch.no_grad()
def population_moments(network: ConvolutionalNetwork, batches: Iterable[Tensor]) -> Moments:
    """Mean over batches of the moments of what leaves each convolution, in the mode the network is in.

    The variance is made unbiased as in Ioffe & Szegedy 2015, algorithm 2. Without BN these are the moments that a
    normalization would have had.
    """
    sums: list[list[Tensor]] = []
    for images in batches:
        seen: list[Tensor] = []
        network(images, seen)
        moments = [(batch_moments(z), z[:, 0].numel()) for z in seen]
        sums.append([torch.cat([mean, unbiased(variance, count)]) for (mean, variance), count in moments])
    means = [torch.stack(layer).double().mean(dim=0).float() for layer in zip(*sums, strict=True)]
    return [(mean, variance) for mean, variance in (vector.chunk(2) for vector in means)]


@dataclass
class ChannelHistogram:
    """Where the values of each channel of a layer lie: counts (C, bins) over ± reach, and exact sums.

    Values beyond the reach are counted in the end bins; the sums know them as they are.
    """

    counts: np.ndarray
    reach: float
    total: np.ndarray
    square: np.ndarray

    @classmethod
    def empty(cls, channels: int, bins: int, reach: float) -> "ChannelHistogram":
        """Nothing seen yet."""
        return cls(np.zeros((channels, bins), dtype=np.int64), reach, np.zeros(channels), np.zeros(channels))

    def add(self, values: Tensor) -> None:
        """Count the values of (N, C, H, W)."""
        channels, bins = self.counts.shape
        flat = values.transpose(0, 1).reshape(channels, -1)
        bin_of = ((flat + self.reach) * (bins / (2 * self.reach))).floor_().clamp_(0, bins - 1).long()
        place = bin_of + bins * torch.arange(channels, device=flat.device)[:, None]
        counted = torch.bincount(place.flatten(), minlength=channels * bins)
        self.counts += counted.view(channels, bins).cpu().numpy()
        self.total += flat.double().sum(dim=1).cpu().numpy()
        self.square += flat.double().square().sum(dim=1).cpu().numpy()

    @property
    def mean(self) -> np.ndarray:
        """Mean of each channel, (C,)."""
        return np.asarray(self.total / self.counts.sum(axis=1))

    @property
    def deviation(self) -> np.ndarray:
        """Standard deviation of each channel, (C,)."""
        variance = self.square / self.counts.sum(axis=1) - self.mean**2
        return np.asarray(np.sqrt(np.maximum(variance, 0)))

    def distance(self, other: "ChannelHistogram") -> np.ndarray:
        """Wasserstein-1 distance of each channel to the same of ``other``, (C,), to within a bin.

        Its unit is that of the values: deviations of the population. What lies beyond the reach is taken to be there.
        """
        bins = self.counts.shape[1]
        centres = (np.arange(bins) + 0.5) * (2 * self.reach / bins) - self.reach
        pairs = zip(self.counts, other.counts, strict=True)
        return np.array([wasserstein_distance(centres, centres, own, its) for own, its in pairs])
