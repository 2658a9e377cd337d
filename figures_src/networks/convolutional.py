"""A small convolutional network for images of 28 × 28 or 32 × 32, with or without batch normalization.

Its statistics are moved by no average of its own: each normalization keeps those of the last batch it saw in
training mode (momentum 1, the variance unbiased, as everywhere in PyTorch). Whoever evaluates installs an estimate of
the population's: see ``figures_src.training.probes.population``.
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from figures_src.networks.normalization import Normalization

LAST_BATCH_ONLY = 1.0


class GroupedBatchNorm2d(nn.BatchNorm2d):
    """Batch normalization whose batches are cut in groups of ``group`` images, each with statistics of its own.

    The "ghost batches" of Hoffer, Hubara and Soudry 2017, algorithm 1. A group of 0 is the whole batch. What is kept
    for the evaluation is the mean of the groups' statistics.
    """

    def __init__(self, channels: int, group: int = 0):
        super().__init__(channels, momentum=LAST_BATCH_ONLY)
        self.group = group

    def forward(self, z: Tensor) -> Tensor:
        """Map (N, C, H, W) to the same shape.

        Raises:
            ValueError: N is not a multiple of the group: choose a group that divides the batch.
        """
        if not (self.training and self.group):
            return super().forward(z)
        images, channels, height, width = z.shape
        if images % self.group:
            raise ValueError(f"groups of {self.group} do not divide a batch of {images}: choose one that does")
        groups = images // self.group
        # Group k's channel c becomes channel k·C + c of a batch of ``group`` images: one call normalises all groups.
        apart = z.reshape(groups, self.group, channels, height, width)
        beside = apart.transpose(0, 1).reshape(self.group, -1, height, width)
        means, variances = beside.new_zeros(groups * channels), beside.new_ones(groups * channels)
        gamma, beta = self.weight.repeat(groups), self.bias.repeat(groups)
        out = functional.batch_norm(beside, means, variances, gamma, beta, True, LAST_BATCH_ONLY, self.eps)
        self._keep(means.view(groups, channels), variances.view(groups, channels))
        return out.view(self.group, groups, channels, height, width).transpose(0, 1).reshape(z.shape)

    @torch.no_grad()
    def _keep(self, means: Tensor, variances: Tensor) -> None:
        if self.running_mean is not None and self.running_var is not None:
            self.running_mean.copy_(means.mean(dim=0))
            self.running_var.copy_(variances.mean(dim=0))


@dataclass(frozen=True)
class Sizes:
    """Images (channels, side, side) go through convolutions of these widths to one logit a class."""

    channels: int
    side: int
    widths: tuple[int, ...]
    classes: int


class ConvolutionalNetwork(nn.Module):
    """3 × 3 convolutions, each followed by BN or nothing, a ReLU and a 2 × 2 max-pooling; then a linear classifier.

    Convolutions have He normal weights (He et al. 2015, equation 10), the classifier Glorot uniform ones, drawn layer
    by layer from the generator: networks of the same seed start from the same weights whatever the arm. With BN a
    convolution has no bias, which the subtraction of the mean would cancel.
    """

    def __init__(self, normalization: Normalization, sizes: Sizes, generator: Generator, group: int = 0):
        super().__init__()
        if normalization is Normalization.NOISY:
            raise ValueError("this network has no noisy arm: choose without_bn or with_bn")
        plain, widths = normalization is Normalization.NONE, sizes.widths
        self.layers = nn.ModuleList(
            nn.Conv2d(into, out, 3, padding=1, bias=plain) for into, out in pairwise((sizes.channels, *widths))
        )
        self.norms = nn.ModuleList(GroupedBatchNorm2d(width, group) for width in (() if plain else widths))
        self.classifier = nn.Linear(widths[-1] * (sizes.side >> len(widths)) ** 2, sizes.classes)
        self._draw(generator)

    def forward(self, images: Tensor, seen: list[Tensor] | None = None) -> Tensor:
        """Logits (N, classes) of images (N, channels, side, side).

        ``seen`` is given, layer by layer, what leaves the convolution: the input z of the normalization where there
        is one.
        """
        x = images
        for number, layer in enumerate(self.layers):
            z: Tensor = layer(x)
            if seen is not None:
                seen.append(z.detach())
            if number < len(self.norms):
                z = self.norms[number](z)
            x = functional.max_pool2d(functional.relu(z), 2)
        logits: Tensor = self.classifier(x.flatten(1))
        return logits

    def convolutions(self) -> list[nn.Conv2d]:
        """The convolutions, in order."""
        return [layer for layer in self.layers if isinstance(layer, nn.Conv2d)]

    def running(self) -> list[tuple[Tensor, Tensor]]:
        """Mean and variance that each normalization keeps, in order; none without BN."""
        kept = ((norm.running_mean, norm.running_var) for norm in self.norms if isinstance(norm, nn.BatchNorm2d))
        return [(mean, variance) for mean, variance in kept if mean is not None and variance is not None]

    def _draw(self, generator: Generator) -> None:
        for layer in self.convolutions():
            weight = nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
            layer.weight.data = weight.data.contiguous(memory_format=torch.channels_last)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        nn.init.xavier_uniform_(self.classifier.weight, generator=generator)
        nn.init.zeros_(self.classifier.bias)
