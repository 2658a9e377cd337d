"""Batch normalizations with a mistake in them. Each keeps the statistics of the last batch, as the right one does."""

import torch
from torch import Tensor, nn

from figures_src.networks.convolutional import LAST_BATCH_ONLY, GroupedBatchNorm2d


class ColumnNorm(nn.BatchNorm2d):
    """Statistics, γ and β of each of W columns of pixels, shared by rows and channels."""

    def __init__(self, columns: int):
        super().__init__(columns, momentum=LAST_BATCH_ONLY)

    def forward(self, z: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        return super().forward(z.transpose(1, 3)).transpose(1, 3)


class UnitNorm(nn.BatchNorm2d):
    """Statistics, γ and β of each of C·H·W units, over the batch alone."""

    def __init__(self, units: int):
        super().__init__(units, momentum=LAST_BATCH_ONLY)

    def forward(self, z: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        return super().forward(z.reshape(len(z), -1, 1, 1)).view(z.shape)


class GroupKeepingNorm(GroupedBatchNorm2d):
    """Statistics of groups of images, each kept: ``means`` and ``variances`` are (groups, C)."""

    means: Tensor
    variances: Tensor

    def _keep(self, means: Tensor, variances: Tensor) -> None:
        super()._keep(means, variances)
        self.means, self.variances = means, variances


class OutsideNorm(nn.BatchNorm2d):
    """γ·(z - μ) / (σ + ε) + β."""

    def __init__(self, channels: int):
        super().__init__(channels, momentum=LAST_BATCH_ONLY)

    def forward(self, z: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        channels = (1, -1, 1, 1)
        if self.training:
            variance, mean = torch.var_mean(z, (0, 2, 3), correction=0)
            self._remember(mean, variance, z.numel() // z.shape[1])
        else:
            mean, variance = self.get_buffer("running_mean"), self.get_buffer("running_var")
        scale = self.weight / (variance.sqrt() + self.eps)
        return (z - mean.view(channels)) * scale.view(channels) + self.bias.view(channels)

    @torch.no_grad()
    def _remember(self, mean: Tensor, variance: Tensor, count: int) -> None:
        self.get_buffer("running_mean").copy_(mean)
        self.get_buffer("running_var").copy_(variance * (count / (count - 1)))


def dropped(x: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Put a share of the elements to zero, and divide the others by what is left."""
    kept = torch.empty_like(x).bernoulli_(1 - share, generator=generator)
    return x * kept / (1 - share)
