"""Estimates of the population's statistics, for the evaluation of a ``ConvolutionalNetwork``.

Statistics of a network are one vector: the means of all normalizations, layer by layer, then their variances.
"""

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import torch
from torch import Tensor

from figures_src.networks.convolutional import ConvolutionalNetwork


def statistics(network: ConvolutionalNetwork) -> Tensor:
    """Statistics of the last batch seen in training mode, (F,); the variance is the unbiased one."""
    means, variances = zip(*network.running(), strict=True)
    return torch.cat([*means, *variances])


@torch.no_grad()
def install(network: ConvolutionalNetwork, vector: Tensor) -> None:
    """Evaluate with these statistics from now on, until a batch is seen in training mode."""
    kept = network.running()
    places = [mean for mean, _ in kept] + [variance for _, variance in kept]
    for place, new in zip(places, torch.split(vector, [len(place) for place in places]), strict=True):
        place.copy_(new)


class Averages:
    """Running averages of the statistics, one for each momentum: x ← (1 - α)·x + α·new, from mean 0 and variance 1.

    A momentum of None is the cumulative mean: α = 1 / (batches so far), so that the first batch erases the start.
    Conventions and start are PyTorch's.
    """

    def __init__(self, momenta: Sequence[float | None], network: ConvolutionalNetwork):
        self._momenta, self._batches = tuple(momenta), 0
        means, variances = statistics(network).chunk(2)
        start = torch.cat([torch.zeros_like(means), torch.ones_like(variances)])
        self.values = start.repeat(len(self._momenta), 1)

    @torch.no_grad()
    def update(self, new: Tensor) -> None:
        """Take the statistics of one more batch into account."""
        self._batches += 1
        weights = [1 / self._batches if momentum is None else momentum for momentum in self._momenta]
        self.values.lerp_(new, self.values.new_tensor(weights)[:, None])

    def state(self) -> dict[str, np.ndarray]:
        """Everything needed to go on from here with the same bits."""
        return {"averages": self.values.cpu().numpy(), "averaged": np.array(self._batches)}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go back to a saved state."""
        self.values.copy_(torch.from_numpy(state["averages"]))
        self._batches = int(state["averaged"])


@torch.no_grad()
def precise(network: ConvolutionalNetwork, batches: Iterable[Tensor], counts: Collection[int]) -> list[Tensor]:
    """Means of the statistics of the first ``counts`` batches, in increasing order of them; the weights are frozen.

    Ioffe & Szegedy 2015, algorithm 2, lines 7 to 12: μ = E[μ_B], σ² = m/(m - 1)·E[σ²_B]. "PreciseBN" of Wu and
    Johnson 2021, section 3.1. The network is left in training mode, with the statistics of the last batch.

    Raises:
        ValueError: there are fewer batches than asked for.
    """
    network.train()
    total, found = torch.zeros_like(statistics(network), dtype=torch.float64), []
    wanted = sorted(counts)
    for number, images in enumerate(batches, start=1):
        network(images)
        total += statistics(network)
        found += [(total / number).float()] * wanted.count(number)
        if number == wanted[-1]:
            return found
    raise ValueError(f"there are not {wanted[-1]} batches: ask for fewer")
