"""Two networks in which BN and ReLU are neighbours, in either order. Weights and biases are the same in all of them."""

from collections.abc import Callable
from itertools import pairwise

from torch import Generator, Tensor, nn
from torch.nn import functional

from figures_src.experiments.places.runs import Architecture, Place
from figures_src.networks.convolutional import ConvolutionalNetwork, GroupedBatchNorm2d, Sizes
from figures_src.networks.normalization import Normalization

Activate = Callable[[Tensor, int], Tensor]


class PlacedNetwork(ConvolutionalNetwork):
    """The network of one architecture; convolutions keep their biases in every place, and start with them at 0.

    A bias before a ReLU that precedes BN is of use, so that all have one: what differs is the order alone.
    """

    def __init__(self, architecture: Architecture, place: Place, sizes: Sizes, generator: Generator):
        super().__init__(Normalization.NONE, sizes, generator)
        self.architecture, self.place = architecture, place
        normalized = widths = sizes.widths
        if architecture is Architecture.RESIDUAL:
            self._rebuild(sizes, generator)
            normalized = (*(width for pair in pairwise(widths) for width in pair), widths[-1])
        if place is not Place.NOWHERE:
            self.norms = nn.ModuleList(GroupedBatchNorm2d(width) for width in normalized)

    def forward(self, images: Tensor, seen: list[Tensor] | None = None) -> Tensor:
        """Logits (N, classes) of images (N, channels, side, side). What enters the convolutions is not listed."""
        run = self._residual if self.architecture is Architecture.RESIDUAL else self._plain
        logits: Tensor = self.classifier(run(images))
        return logits

    def activated(self, z: Tensor, number: int) -> Tensor:
        """ReLU and the ``number``-th BN, in the order of the network."""
        if self.place is Place.NOWHERE:
            return functional.relu(z)
        norm = self.norms[number]
        y: Tensor = functional.relu(norm(z)) if self.place is Place.BEFORE else norm(functional.relu(z))
        return y

    def _plain(self, x: Tensor) -> Tensor:
        for number, layer in enumerate(self.layers):
            x = functional.max_pool2d(self.activated(layer(x), number), 2)
        return x.flatten(1)

    def _residual(self, images: Tensor) -> Tensor:
        """Pre-activation blocks: x + conv(act(conv(act(x)))), where ``act`` is what the place orders."""
        x = functional.max_pool2d(self.layers[0](images), 2)
        for block, shortcut in enumerate(self.shortcuts):
            inside = self.activated(x, 2 * block)
            branch = self.layers[2 + 2 * block](self.activated(self.layers[1 + 2 * block](inside), 2 * block + 1))
            x = branch + (x if isinstance(shortcut, nn.Identity) else shortcut(inside))
        return self.activated(x, 2 * len(self.shortcuts)).mean((2, 3))

    def _rebuild(self, sizes: Sizes, generator: Generator) -> None:
        """A first convolution, then two for each block; blocks that widen halve the side, and have a 1 × 1 shortcut."""
        widths = sizes.widths
        layers = [nn.Conv2d(sizes.channels, widths[0], 3, padding=1)]
        shortcuts: list[nn.Module] = []
        for into, out in pairwise(widths):
            stride = 1 if into == out else 2
            layers += [nn.Conv2d(into, out, 3, stride, padding=1), nn.Conv2d(out, out, 3, padding=1)]
            shortcuts.append(nn.Identity() if into == out else nn.Conv2d(into, out, 1, stride, bias=False))
        self.layers, self.shortcuts = nn.ModuleList(layers), nn.ModuleList(shortcuts)
        self.classifier = nn.Linear(widths[-1], sizes.classes)
        self._draw(generator)
        for shortcut in shortcuts:
            if isinstance(shortcut, nn.Conv2d):
                nn.init.kaiming_normal_(shortcut.weight, nonlinearity="relu", generator=generator)
