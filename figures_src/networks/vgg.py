"""VGG-16 for 32 × 32 images, plain, with batch normalization, or with noisy batch normalization.

Santurkar et al. 2018 say "VGG" and show layers up to #13 without giving the depth. Taken here: configuration D of
Simonyan & Zisserman 2015, whose 13 convolutions are layers #1 to #13; its three fully connected layers, made for
7 × 7 maps, become one, #14, because five poolings leave a CIFAR-10 image a single position. Layers #2, #5, #9,
#10 and #13 of their figures are thus convolutions; a pooling follows #2, #4, #7, #10 and #13.
"""

from itertools import chain, pairwise

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from figures_src.networks.normalization import Initial, Normalization

BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
CHANNELS, CLASSES = 3, 10
MEAN_BOUND, LOW_SCALE, HIGH_SCALE, SPREAD = 0.5, 1.0, 1.25, 0.1


def noise(shape: torch.Size, generator: Generator) -> tuple[Tensor, Tensor]:
    """Draw the shift m and the scale s of every element of a (N, C, H, W) activation.

    Santurkar et al. 2018, Algorithm 1: for each channel μ ~ U(-0.5, 0.5) and σ ~ U(1, 1.25); for each element
    m ~ U(μ - 0.1, μ + 0.1) and s ~ N(σ, 0.1). They do not say whether 0.1 is a variance: taken as a standard
    deviation, the milder reading.
    """
    device, channels = generator.device, (1, shape[1], 1, 1)
    mu = torch.empty(channels, device=device).uniform_(-MEAN_BOUND, MEAN_BOUND, generator=generator)
    sigma = torch.empty(channels, device=device).uniform_(LOW_SCALE, HIGH_SCALE, generator=generator)
    # Drawn as (N, H, W, C) and permuted: the memory order of the activations, which the product then walks once.
    stored = (shape[0], *shape[2:], shape[1])
    m = torch.empty(stored, device=device).uniform_(-SPREAD, SPREAD, generator=generator).permute(0, 3, 1, 2)
    s = torch.empty(stored, device=device).normal_(0, SPREAD, generator=generator).permute(0, 3, 1, 2)
    return m.add_(mu), s.add_(sigma)


class ConvolutionLayer(nn.Module):
    """3 × 3 convolution and its normalization: everything that stands before the ReLU."""

    def __init__(self, into: int, out: int, normalization: Normalization, generator: Generator, initial: Initial):
        super().__init__()
        plain = normalization is Normalization.NONE
        self.linear = nn.Conv2d(into, out, 3, padding=1, bias=plain)
        self.norm = None if plain else nn.BatchNorm2d(out)
        _draw(self.linear, initial, generator)

    def forward(self, x: Tensor, generator: Generator | None) -> Tensor:
        """Map (N, into, H, W) to (N, out, H, W); a generator adds the noise of Algorithm 1."""
        z: Tensor = self.linear(x)
        if self.norm is not None:
            z = self.norm(z)
        if generator is None:
            return z
        m, s = noise(z.shape, generator)
        return torch.addcmul(m.to(z.dtype), s.to(z.dtype), z)


class VGG(nn.Module):
    """Layers #1 to #13 are convolutions, each followed by a ReLU; #14 is the classifier.

    ``divisor`` divides every width. Weights are Glorot uniform (which of Glorot's two is not said), drawn layer by
    layer from the generator, so that networks of the same seed start from the same weights whatever the arm. Those of
    the convolutions may be He normal instead, which thirteen ReLUs in a row leave at their size.
    """

    def __init__(
        self, normalization: Normalization, divisor: int, generator: Generator, initial: Initial = Initial.GLOROT
    ):
        super().__init__()
        self.normalization = normalization
        blocks = [tuple(width // divisor for width in block) for block in BLOCKS]
        widths = (CHANNELS, *chain.from_iterable(blocks))
        self.layers = nn.ModuleList(
            ConvolutionLayer(into, out, normalization, generator, initial) for into, out in pairwise(widths)
        )
        self.classifier = nn.Linear(widths[-1], CLASSES)
        _draw(self.classifier, Initial.GLOROT, generator)
        self._pooled = {sum(len(block) for block in BLOCKS[: number + 1]) for number in range(len(BLOCKS))}
        for parameter in self.parameters():
            if parameter.dim() == 4:
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)

    def forward(self, images: Tensor, generator: Generator | None = None, depth: int | None = None) -> Tensor:
        """Logits (N, 10) of images (N, 3, 32, 32); with ``depth``, what enters the ReLU of that layer.

        ``generator`` gives the noise of a noisy network; without it no noise is added (evaluation: the paper does
        not say).
        """
        x = images
        drawn_from = generator if self.normalization is Normalization.NOISY else None
        for number, layer in enumerate(self.layers, start=1):
            z: Tensor = layer(x, drawn_from)
            if number == depth:
                return z
            # The largest of the ReLUs is the ReLU of the largest, gradients included, for a quarter of the work.
            x = functional.relu(functional.max_pool2d(z, 2) if number in self._pooled else z)
        logits: Tensor = self.classifier(x.flatten(1))
        return logits

    def layer_parameters(self, layer: int) -> tuple[str, ...]:
        """Names of the parameters of a layer: its weight first, then bias, γ and β where it has them."""
        prefix = "classifier." if layer > len(self.layers) else f"layers.{layer - 1}."
        return tuple(name for name, _ in self.named_parameters() if name.startswith(prefix))


def _draw(layer: nn.Conv2d | nn.Linear, initial: Initial, generator: Generator) -> None:
    if initial is Initial.HE:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
    else:
        nn.init.xavier_uniform_(layer.weight, generator=generator)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
