"""Inception networks: the plan, its counts, and the module built from it."""

from itertools import pairwise
from typing import Any, cast

import pytest
import torch
from torch import nn
from torch.nn import functional

from figures_src import batchnorm
from figures_src.networks.bn_inception import BN_INCEPTION, PUBLISHED_PARAMETERS, readings, weights_by_row
from figures_src.networks.inception import Inception, InceptionModule
from figures_src.networks.inception_plan import SMALL, Activation, Plan, Pool, layers, multiply_adds, parameters
from figures_src.networks.normalization import Normalization

NONE, BATCH = Normalization.NONE, Normalization.BATCH
RELU, SIGMOID = Activation.RELU, Activation.SIGMOID


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def network(
    normalization: Normalization = BATCH, activation: Activation = RELU, plan: Plan = SMALL, classes: int = 10
) -> Inception:
    return Inception(plan, classes, normalization, activation, generator())


def images(count: int = 4, side: int = 32) -> torch.Tensor:
    return torch.randn(count, 3, side, side, generator=generator(1))


def count(built: nn.Module) -> int:
    return sum(parameter.numel() for parameter in built.parameters())


@pytest.mark.parametrize(("normalization", "expected"), [(NONE, 368_238), (BATCH, 369_522)])
def test_the_small_network_weighs_what_its_plan_says(normalization: Normalization, expected: int) -> None:
    assert count(network(normalization)) == expected
    assert parameters(SMALL, 10, batch_norm=normalization is BATCH) == expected


@pytest.mark.parametrize("normalization", [NONE, BATCH])
def test_bn_inception_weighs_what_its_plan_says(normalization: Normalization) -> None:
    with torch.device("meta"):
        built = Inception(BN_INCEPTION, 1000, normalization, RELU, None)
    assert count(built) == parameters(BN_INCEPTION, 1000, batch_norm=normalization is BATCH)


def test_counts_of_the_paper_s_table_by_hand() -> None:
    assert weights_by_row()["3a"] == 192 * (64 + 64 + 64 + 32) + 9 * (64 * 64 + 64 * 96 + 96 * 96)
    assert weights_by_row()["3c"] == 320 * (128 + 64) + 9 * (128 * 160 + 64 * 96 + 96 * 96)
    assert weights_by_row()["conv1"] == 7 * 7 * 3 * 8 + 24 * 64
    assert weights_by_row()["conv2"] == 64 * 64 + 9 * 64 * 192
    assert weights_by_row()["classifier"] == 1_025_000
    assert list(weights_by_row()) == ["conv1", "conv2", *(row.name for row in BN_INCEPTION.modules), "classifier"]
    assert sum(weights_by_row().values()) == 11_258_496


def test_channels_are_those_of_the_columns_not_of_the_printed_sizes() -> None:
    channels, found = BN_INCEPTION.stem.out, []
    for row in BN_INCEPTION.modules:
        channels = row.out(channels)
        found.append(channels)
    assert found == [256, 320, 576, 576, 576, 608, 608, 1056, 1024, 1024]


def test_no_reading_of_the_table_gives_the_published_number() -> None:
    found = {reading.name: reading.parameters for reading in readings()}
    assert found["as built: separable first convolution, γ and β"] == 11_278_528
    # What the public re-implementation of Cadene holds: a bias beside each γ and β.
    assert 11_295_240 in {count + 10_016 for count in found.values()}
    assert min(abs(reading.missing) for reading in readings()) > 0.06 * PUBLISHED_PARAMETERS


def test_multiply_adds_are_those_that_the_convolutions_make() -> None:
    """Counted again from the shapes that pass through a built network."""
    products: list[int] = []

    def tally(layer: nn.Module, _: object, output: torch.Tensor) -> None:
        assert isinstance(layer, nn.Conv2d)
        side = output.shape[-1]
        products.append(layer.weight.numel() * side * side)

    built = network(NONE)
    for layer in built.modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_hook(tally)
    with torch.no_grad():
        built(images(1))
    # The average of a projection is taken after it, and the entrance of a module of stride 2 has no 1 × 1 branch.
    assert sum(products) + SMALL.features * 10 == multiply_adds(SMALL, 10, 32) == 13_512_128
    assert multiply_adds(BN_INCEPTION, 1000, 224) == 1_948_605_440


def test_maps_are_as_wide_as_the_paper_s() -> None:
    sides = {layer.convolution.name.partition("/")[0]: layer.side for layer in layers(BN_INCEPTION, 224)}
    assert [sides[name] for name in ("conv1_pointwise", "conv2", "3b", "4a", "4d", "5b")] == [112, 56, 28, 14, 14, 7]


def test_a_built_bn_inception_passes_an_image_through() -> None:
    built = Inception(BN_INCEPTION, 7, BATCH, RELU, generator()).eval()
    seen: dict[str, tuple[int, ...]] = {}
    for row, module in zip(BN_INCEPTION.modules, built.body, strict=True):
        module.register_forward_hook(lambda _, __, out, name=row.name: seen.update({name: tuple(out.shape[1:])}))
    with torch.no_grad():
        assert built(images(1, 224)).shape == (1, 7)
    assert (seen["3c"], seen["4e"], seen["5b"]) == ((576, 14, 14), (1056, 7, 7), (1024, 7, 7))


def test_arms_of_a_seed_start_from_the_same_weights() -> None:
    states = [network(*arm).state_dict() for arm in ((NONE, RELU), (BATCH, RELU), (BATCH, SIGMOID), (NONE, SIGMOID))]
    weights = [name for name, tensor in states[0].items() if tensor.dim() == 4 or name == "classifier.weight"]
    assert len(weights) == 1 + 5 + 4 + 5 + 4 + 5 + 1
    for name in weights:
        assert all(torch.equal(states[0][name], state[name]) for state in states[1:])


def branch(unit: Any, x: torch.Tensor) -> torch.Tensor:
    """A unit written out with our own batch normalization."""
    norm = unit.norm
    z = unit.linear(x)
    if norm is not None:
        ours = batchnorm.BatchNorm2d(norm.num_features)
        z = ours(z)
    return torch.relu(z)


@pytest.mark.parametrize("normalization", [NONE, BATCH])
def test_a_module_equals_its_four_branches_taken_apart(normalization: Normalization) -> None:
    built = network(normalization)
    module = built.body[2]
    assert isinstance(module, InceptionModule)
    row, x = module.row, torch.relu(torch.randn(4, 136, 8, 8, generator=generator(2)))
    entrance, projection = cast(Any, module.entrance), cast(Any, module.pooled)
    weight, bias = entrance.linear[0].weight, entrance.linear[0].bias

    def one_by_one(start: int, stop: int) -> torch.Tensor:
        z = functional.conv2d(x, weight[start:stop], None if bias is None else bias[start:stop])
        return torch.relu(batchnorm.BatchNorm2d(stop - start)(z) if normalization is BATCH else z)

    cuts = (0, row.one, row.one + row.three_reduce, row.one + row.three_reduce + row.double_reduce)
    one, three, double = (one_by_one(start, stop) for start, stop in pairwise(cuts))
    assert row.pool is Pool.AVERAGE
    convolution = projection.linear[0][0]
    averaged = functional.conv2d(functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False), convolution.weight,
                                 convolution.bias)  # fmt: skip
    pooled = torch.relu(batchnorm.BatchNorm2d(row.projection)(averaged) if normalization is BATCH else averaged)
    expected = [one, branch(module.three, three), branch(module.twice[1], branch(module.twice[0], double)), pooled]
    torch.testing.assert_close(module(x), torch.cat(expected, dim=1), rtol=1e-4, atol=1e-5)


def test_a_module_of_stride_two_passes_its_pooled_input_through() -> None:
    module = network().body[1]
    x = torch.randn(2, 72, 16, 16, generator=generator(3))
    out = module(x)
    assert out.shape == (2, 136, 8, 8)
    torch.testing.assert_close(out[:, 64:], functional.max_pool2d(x, 3, 2, 1))


def test_sigmoids_stand_in_every_place_of_a_nonlinearity() -> None:
    built = network(NONE, SIGMOID)
    out = built.body(built.stem(images()))
    assert 0 < out.min() < out.max() < 1


def test_gradients_are_those_of_a_network_whose_gradients_are_not_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    def gradients() -> list[torch.Tensor]:
        built = network()
        loss = functional.cross_entropy(built(images()), torch.arange(4))
        return list(torch.autograd.grad(loss, list(built.parameters())))

    packed = gradients()
    monkeypatch.setattr("figures_src.networks.inception._packed", lambda gradient: gradient)
    for one, other in zip(packed, gradients(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)
