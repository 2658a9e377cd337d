"""An Inception network after its plan, with batch normalization before each nonlinearity or without any.

Not said by Ioffe & Szegedy 2015, and taken here: weights drawn from N(0, 2 / fan-in) (He et al. 2015) in every arm,
sigmoids included, so that the networks of a seed start from the same weights; biases start at zero. Left out of every
arm, for the paper changes them from one arm to the next: dropout, local response normalization, L2.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from figures_src.networks.inception_plan import Activation, Convolution, ModuleRow, Plan, Pool, branches, separated
from figures_src.networks.normalization import Normalization

APPLY: dict[Activation, Callable[[Tensor], Tensor]] = {
    Activation.RELU: functional.relu,
    Activation.SIGMOID: torch.sigmoid,
}


@dataclass(frozen=True)
class Arm:
    """What all the units of a network share; the generator draws their weights."""

    normalization: Normalization
    activation: Activation
    generator: Generator


class Unit(nn.Module):
    """Linear map, normalization where there is one, nonlinearity."""

    def __init__(self, linear: nn.Module, out: int, arm: Arm):
        super().__init__()
        self.linear = linear
        self.norm = None if arm.normalization is Normalization.NONE else nn.BatchNorm2d(out)
        self.activation = arm.activation

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, into, H, W) to (N, out, H', W')."""
        z: Tensor = self.linear(x)
        if self.norm is not None:
            z = self.norm(z)
        y = APPLY[self.activation](z)
        if y.requires_grad:
            # The gradient of a concatenation is a slice of a larger tensor, on which the derivative of a nonlinearity
            # is 15 times slower than on a copy.
            y.register_hook(_packed)  # type: ignore[no-untyped-call]
        return y


class InceptionModule(nn.Module):
    """The branches of one row of the plan, concatenated.

    The 1 × 1 convolutions that read the module's input are one convolution whose output is cut: the same products,
    and the same statistics, which are each channel's own, in a third of the calls.
    """

    def __init__(self, row: ModuleRow, into: int, arm: Arm):
        super().__init__()
        self.row = row
        self.cuts = [row.one, row.three_reduce, row.double_reduce]
        named = {c.name.partition("/")[2]: c for c in branches(row, into)}
        self.entrance = _unit(Convolution("entrance", into, sum(self.cuts), 1), arm=arm)
        self.three = _unit(named["3x3"], arm=arm)
        self.twice = nn.Sequential(_unit(named["double_3x3_1"], arm=arm), _unit(named["double_3x3_2"], arm=arm))
        self.pooled = _projection(row.pool, named["pool_proj"], arm) if row.projection else _pool(row.pool, row.stride)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, into, H, W) to (N, out, H / stride, W / stride)."""
        one, three, double = self.entrance(x).split(self.cuts, dim=1)
        rest = [self.three(three), self.twice(double), self.pooled(x)]
        return torch.cat([one, *rest] if self.row.one else rest, dim=1)


class Inception(nn.Module):
    """Stem, modules, mean over positions, classifier.

    Weights are drawn layer by layer from the generator, so that networks of the same seed start alike in every arm.
    """

    def __init__(
        self, plan: Plan, classes: int, normalization: Normalization, activation: Activation, generator: Generator
    ):
        super().__init__()
        arm = Arm(normalization, activation, generator)
        self.stem = nn.Sequential(*_stem(plan, arm))
        self.body = nn.Sequential()
        channels = plan.stem.out
        for row in plan.modules:
            self.body.append(InceptionModule(row, channels, arm))
            channels = row.out(channels)
        self.classifier = nn.Linear(channels, classes)
        _draw(self.classifier, generator)
        for parameter in self.parameters():
            # A 1 × 1 kernel is stored alike in both orders; renaming its strides would only make copies of gradients.
            if parameter.dim() == 4 and parameter.shape[-1] > 1:
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)

    def forward(self, images: Tensor) -> Tensor:
        """Logits (N, classes) of images (N, 3, H, W)."""
        features = self.body(self.stem(images)).mean(dim=(2, 3))
        logits: Tensor = self.classifier(features)
        return logits


def _stem(plan: Plan, arm: Arm) -> Iterator[nn.Module]:
    for number, (convolution, pooled) in enumerate(plan.stem.convolutions):
        separable = plan.stem.separable and number == 0
        parts = (
            [layer.convolution for layer in separated(convolution, plan.stem.separable, 1)]
            if separable
            else [convolution]
        )
        yield _unit(*parts, arm=arm)
        if pooled:
            yield _pool(Pool.MAX, 2)


def _unit(*convolutions: Convolution, arm: Arm) -> Unit:
    return Unit(_linear(convolutions, arm), convolutions[-1].out, arm)


def _projection(pool: Pool, convolution: Convolution, arm: Arm) -> Unit:
    """Pool, then project; averages are taken after the projection, which gives the same and has less to average."""
    steps = [_pool(pool, 1), _linear((convolution,), arm)]
    return Unit(nn.Sequential(*(steps if pool is Pool.MAX else reversed(steps))), convolution.out, arm)


def _pool(pool: Pool, stride: int) -> nn.Module:
    if pool is Pool.MAX:
        return nn.MaxPool2d(3, stride, padding=1)
    return nn.AvgPool2d(3, stride, padding=1, count_include_pad=False)


def _linear(convolutions: Sequence[Convolution], arm: Arm) -> nn.Sequential:
    """Convolutions without anything between them; the last has a bias where no normalization would cancel it."""
    found = nn.Sequential()
    for c in convolutions:
        bias = arm.normalization is Normalization.NONE and c is convolutions[-1]
        found.append(nn.Conv2d(c.into, c.out, c.kernel, c.stride, c.kernel // 2, groups=c.groups, bias=bias))
        _draw(found[-1], arm.generator)
    return found


def _draw(layer: nn.Module, generator: Generator) -> None:
    assert isinstance(layer, nn.Conv2d | nn.Linear)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


def _packed(gradient: Tensor) -> Tensor:
    return gradient.contiguous(memory_format=torch.channels_last)
