"""Parts of batch normalization, and a convolution whose weights are standardised."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from figures_src.experiments.parts.runs import Part
from figures_src.networks.convolutional import LAST_BATCH_ONLY


class PartNorm(nn.BatchNorm2d):
    """γ·(z - μ)/√(σ² + ε) + β without one of its parts. Statistics of the last batch are kept, as by the whole one."""

    def __init__(self, channels: int, part: Part):
        super().__init__(channels, affine=part is not Part.PLAIN, momentum=LAST_BATCH_ONLY)
        self.part = part

    def forward(self, z: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape."""
        channels = (1, -1, 1, 1)
        mean, variance = self._statistics(z)
        x = z if self.part is Part.SCALED else z - mean.view(channels)
        scale = torch.ones_like(variance) if self.part is Part.CENTRED else torch.rsqrt(variance + self.eps)
        if not self.affine:
            return x * scale.view(channels)
        return x * (self.weight * scale).view(channels) + self.bias.view(channels)

    def _statistics(self, z: Tensor) -> tuple[Tensor, Tensor]:
        if not self.training:
            return self.get_buffer("running_mean"), self.get_buffer("running_var")
        variance, mean = torch.var_mean(z, (0, 2, 3), correction=0)
        count = z.numel() // z.shape[1]
        with torch.no_grad():
            self.get_buffer("running_mean").copy_(mean)
            self.get_buffer("running_var").copy_(variance * (count / (count - 1)))
        return (mean.detach(), variance.detach()) if self.part is Part.DETACHED else (mean, variance)


class StandardisedConvolution(nn.Conv2d):
    """A 3 × 3 convolution by g·√(2/fan in)·(W - μ)/σ, moments being those of each filter; g starts at 1, a bias at 0.

    Qiao et al. 2019 (1903.10520), equation 2, with the size of He's weights in place of a normalization that follows.
    """

    def __init__(self, drawn: nn.Conv2d):
        super().__init__(drawn.in_channels, drawn.out_channels, 3, padding=1)
        self.weight = drawn.weight
        self.gain = nn.Parameter(torch.ones(drawn.out_channels))
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def standardised(self) -> Tensor:
        """The weights that images meet, the shape of W."""
        variance, mean = torch.var_mean(self.weight, (1, 2, 3), correction=0, keepdim=True)
        size = math.sqrt(2 / self.weight[0].numel())
        return (self.weight - mean) * torch.rsqrt(variance + 1e-10) * size * self.gain.view(-1, 1, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, into, H, W) to (N, out, H, W)."""
        return functional.conv2d(x, self.standardised(), self.bias, padding=1)
