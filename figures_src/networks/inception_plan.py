"""Inception networks as tables, and what they weigh; free of torch, so that keys and costs need none of it.

The modules are those of Ioffe & Szegedy 2015 (appendix, figure 5): Szegedy et al. 2015 with two 3 × 3 convolutions
in place of each 5 × 5.
"""

from dataclasses import dataclass
from enum import StrEnum


class Activation(StrEnum):
    """The nonlinearity g of z = g(BN(Wu)) or g(Wu + b)."""

    RELU = "relu"
    SIGMOID = "sigmoid"


class Pool(StrEnum):
    """The pooling of a module's last branch: 3 × 3."""

    AVERAGE = "avg"
    MAX = "max"


@dataclass(frozen=True)
class ModuleRow:
    """A row of the table, in the order of its columns; four branches, concatenated.

    A module of stride 2 has no 1 × 1 branch, and passes its pooled input through: ``one`` and ``projection`` are 0.
    """

    name: str
    one: int
    three_reduce: int
    three: int
    double_reduce: int
    double: int
    pool: Pool
    projection: int
    stride: int = 1

    def out(self, into: int) -> int:
        """Channels of the concatenation."""
        return self.one + self.three + self.double + (self.projection or into)


@dataclass(frozen=True)
class Convolution:
    """One convolution without its normalization: what is summed to count a network."""

    name: str
    into: int
    out: int
    kernel: int
    stride: int = 1
    groups: int = 1

    @property
    def weights(self) -> int:
        """Weights, biases aside."""
        return self.kernel**2 * self.into * self.out // self.groups


@dataclass(frozen=True)
class Stem:
    """What precedes the modules: convolutions, each followed by a max pooling 3 × 3 of stride 2 where it is said.

    ``separable`` gives the first convolution that many filters of its own for each colour, mixed by a 1 × 1.
    """

    convolutions: tuple[tuple[Convolution, bool], ...]
    separable: int = 0

    @property
    def out(self) -> int:
        """Channels that enter the first module."""
        return self.convolutions[-1][0].out


@dataclass(frozen=True)
class Plan:
    """A whole network; its head is the mean over positions and one linear layer."""

    stem: Stem
    modules: tuple[ModuleRow, ...]

    @property
    def features(self) -> int:
        """Channels that enter the classifier."""
        channels = self.stem.out
        for module in self.modules:
            channels = module.out(channels)
        return channels


@dataclass(frozen=True)
class Layer:
    """A convolution at its place: ``side`` is that of its output maps."""

    convolution: Convolution
    side: int
    normalized: bool = True
    """Whether a nonlinearity follows, and so a normalization or a bias: not inside a separable convolution."""

    @property
    def multiply_adds(self) -> int:
        """Products for one image."""
        return self.convolution.weights * self.side**2


def branches(module: ModuleRow, into: int) -> tuple[Convolution, ...]:
    """The convolutions of a module, in the order of the table's columns."""
    m, stride = module, module.stride
    found = (
        Convolution(f"{m.name}/1x1", into, m.one, 1),
        Convolution(f"{m.name}/3x3_reduce", into, m.three_reduce, 1),
        Convolution(f"{m.name}/3x3", m.three_reduce, m.three, 3, stride),
        Convolution(f"{m.name}/double_3x3_reduce", into, m.double_reduce, 1),
        Convolution(f"{m.name}/double_3x3_1", m.double_reduce, m.double, 3),
        Convolution(f"{m.name}/double_3x3_2", m.double, m.double, 3, stride),
        Convolution(f"{m.name}/pool_proj", into, m.projection, 1),
    )
    return tuple(convolution for convolution in found if convolution.out)


def layers(plan: Plan, side: int) -> tuple[Layer, ...]:
    """Every convolution for square images of that side, from the input to the classifier, which is left out."""
    found: list[Layer] = []
    for convolution, pooled in plan.stem.convolutions:
        side = _halved(side, convolution.stride)
        separate = plan.stem.separable and not found
        found += separated(convolution, plan.stem.separable, side) if separate else [Layer(convolution, side)]
        side = _halved(side, 2) if pooled else side
    into = plan.stem.out
    for module in plan.modules:
        smaller = _halved(side, module.stride)
        found += [Layer(c, smaller if c.stride > 1 else side) for c in branches(module, into)]
        into, side = module.out(into), smaller
    return tuple(found)


def separated(convolution: Convolution, multiplier: int, side: int) -> list[Layer]:
    """A separable convolution: filters for each input channel, then a 1 × 1 that mixes what they give."""
    c, inner = convolution, multiplier * convolution.into
    return [
        Layer(Convolution(f"{c.name}_depthwise", c.into, inner, c.kernel, c.stride, c.into), side, normalized=False),
        Layer(Convolution(f"{c.name}_pointwise", inner, c.out, 1), side),
    ]


def parameters(plan: Plan, classes: int, *, batch_norm: bool) -> int:
    """Parameters of a network: weights, γ and β or biases, and the classifier."""
    weights = sum(layer.convolution.weights for layer in layers(plan, 1))
    channels = sum(layer.convolution.out for layer in layers(plan, 1) if layer.normalized)
    return weights + (2 if batch_norm else 1) * channels + (plan.features + 1) * classes


def multiply_adds(plan: Plan, classes: int, side: int) -> int:
    """Products for one image of that side, normalization and nonlinearities aside."""
    return sum(layer.multiply_adds for layer in layers(plan, side)) + plan.features * classes


def _halved(side: int, stride: int) -> int:
    """Side of what a padded window of that stride leaves."""
    return -(-side // stride)


SMALL = Plan(
    Stem(((Convolution("conv1", 3, 32, 3, stride=2), False),)),
    (
        ModuleRow("3a", 16, 16, 24, 8, 16, Pool.AVERAGE, 16),
        ModuleRow("3b", 0, 24, 40, 12, 24, Pool.MAX, 0, stride=2),
        ModuleRow("4a", 48, 32, 64, 16, 32, Pool.AVERAGE, 32),
        ModuleRow("4b", 0, 48, 80, 24, 48, Pool.MAX, 0, stride=2),
        ModuleRow("5a", 96, 64, 128, 32, 64, Pool.AVERAGE, 64),
    ),
)
"""For 32 × 32 images: the maps of the modules are 16, 8 and 4 wide, as the paper's are 28, 14 and 7."""
