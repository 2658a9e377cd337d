"""VGG-16: layers, parameters, initial weights, and the noise of Algorithm 1."""

import math
from typing import Any

import pytest
import torch
from torch import nn

from figures_src import batchnorm
from figures_src.networks.normalization import Normalization
from figures_src.networks.vgg import VGG, noise

NONE, BATCH, NOISY = Normalization.NONE, Normalization.BATCH, Normalization.NOISY


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def network(normalization: Normalization, divisor: int = 16) -> VGG:
    return VGG(normalization, divisor, generator())


def images(count: int = 8) -> torch.Tensor:
    return torch.randn(count, 3, 32, 32, generator=generator(1))


@pytest.mark.parametrize(
    ("normalization", "divisor", "parameters"),
    [
        (NONE, 1, 14_719_818),  # 14 710 464 weights of convolutions, 4 224 biases, 512 × 10 + 10
        (BATCH, 1, 14_724_042),  # γ and β in place of each bias
        (NOISY, 1, 14_724_042),
        (BATCH, 4, 919_728 + 2112 + 1290),
    ],
)
def test_parameters_are_those_of_configuration_d(normalization: Normalization, divisor: int, parameters: int) -> None:
    assert sum(parameter.numel() for parameter in network(normalization, divisor).parameters()) == parameters


def test_depth_widths_and_maps() -> None:
    shapes = [tuple(network(BATCH, 4)(images(2), None, layer).shape[1:]) for layer in range(1, 14)]
    widths = (16, 16, 32, 32, 64, 64, 64, 128, 128, 128, 128, 128, 128)
    sides = (32, 32, 16, 16, 8, 8, 8, 4, 4, 4, 2, 2, 2)
    assert shapes == [(width, side, side) for width, side in zip(widths, sides, strict=True)]
    assert network(BATCH, 4)(images(2)).shape == (2, 10)


def test_a_layer_owns_its_weight_first_then_the_rest() -> None:
    assert network(NONE).layer_parameters(5) == ("layers.4.linear.weight", "layers.4.linear.bias")
    names = ("layers.0.linear.weight", "layers.0.norm.weight", "layers.0.norm.bias")
    assert network(BATCH).layer_parameters(1) == names
    assert network(BATCH).layer_parameters(14) == ("classifier.weight", "classifier.bias")
    owned = [name for layer in range(1, 15) for name in network(BATCH).layer_parameters(layer)]
    assert owned == [name for name, _ in network(BATCH).named_parameters()]


def test_glorot_bounds_and_variance() -> None:
    ninth: Any = network(NONE, 1).layers[8]
    weight = ninth.linear.weight
    fans = 9 * (512 + 512)
    assert weight.abs().max() <= math.sqrt(6 / fans)
    assert weight.var().item() == pytest.approx(2 / fans, rel=0.01)


def test_arms_of_a_seed_start_from_the_same_weights() -> None:
    states = [network(arm).state_dict() for arm in (NONE, BATCH, NOISY)]
    names = [name for name in states[0] if name.endswith("linear.weight") or name == "classifier.weight"]
    assert len(names) == 14
    for name in names:
        assert torch.equal(states[0][name], states[1][name])
        assert torch.equal(states[0][name], states[2][name])


def test_the_network_equals_a_plain_sequence_with_our_own_layer() -> None:
    built = network(BATCH)
    layers: list[nn.Module] = []
    stages: Any = built.layers
    for number, layer in enumerate(stages, start=1):
        conv, ours = layer.linear, batchnorm.BatchNorm2d(layer.linear.out_channels)
        layers += [conv, ours, nn.ReLU(), *([nn.MaxPool2d(2)] if number in (2, 4, 7, 10, 13) else [])]
    plain = nn.Sequential(*layers, nn.Flatten(), built.classifier)
    torch.testing.assert_close(built(images()), plain(images()), rtol=1e-4, atol=1e-5)


def test_moments_of_the_noise() -> None:
    m, s = noise(torch.Size((64, 400, 8, 8)), generator(3))
    mu, sigma = m.mean(dim=(0, 2, 3)), s.mean(dim=(0, 2, 3))
    assert mu.abs().max() < 0.51
    assert (mu.mean().item(), mu.std().item()) == pytest.approx((0, 1 / math.sqrt(12)), abs=0.03)
    assert 0.99 < sigma.min() < 1.02
    assert 1.23 < sigma.max() < 1.26
    assert (sigma.mean().item(), sigma.std().item()) == pytest.approx((1.125, 0.25 / math.sqrt(12)), abs=0.01)
    spread_m, spread_s = m - mu.view(1, -1, 1, 1), s - sigma.view(1, -1, 1, 1)
    assert spread_m.abs().max() < 0.105
    assert spread_m.std().item() == pytest.approx(0.2 / math.sqrt(12), rel=0.01)
    assert spread_s.std().item() == pytest.approx(0.1, rel=0.01)
    assert (spread_s / 0.1).pow(4).mean().item() == pytest.approx(3, rel=0.03), "a normal law has kurtosis 3"


def test_noise_is_the_same_for_the_same_generator_and_scales_then_shifts() -> None:
    noisy, plain = network(NOISY), network(BATCH)
    first = noisy(images(), generator(5), 1)
    assert torch.equal(first, noisy(images(), generator(5), 1))
    assert not torch.equal(first, noisy(images(), generator(6), 1))
    m, s = noise(first.shape, generator(5))
    torch.testing.assert_close(first, s * plain(images(), None, 1) + m)


def test_only_the_noisy_arm_hears_the_generator() -> None:
    for arm in (NONE, BATCH):
        assert torch.equal(network(arm)(images(), generator(5)), network(arm)(images()))
    assert torch.equal(network(NOISY)(images()), network(BATCH)(images()))
