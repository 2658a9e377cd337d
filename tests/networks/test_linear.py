"""The deep linear network."""

from typing import Any

import pytest
import torch

from figures_src.networks.linear import DeepLinear
from figures_src.networks.normalization import Normalization


def network(normalization: Normalization, depth: int = 25) -> DeepLinear:
    return DeepLinear(normalization, depth, 10, torch.Generator().manual_seed(0))


def test_without_bn_it_is_one_matrix() -> None:
    net = network(Normalization.NONE)
    product = torch.eye(10, dtype=torch.float64)
    layers: Any = net.layers
    for layer in layers:
        product = layer.weight @ product
    x = torch.randn(7, 10, dtype=torch.float64)
    torch.testing.assert_close(net(x), x @ product.T)
    assert sum(parameter.numel() for parameter in net.parameters()) == 2500


def test_with_bn_every_layer_but_the_output_is_normalised() -> None:
    net = network(Normalization.BATCH)
    assert sum(parameter.numel() for parameter in net.parameters()) == 2500 + 24 * 20
    seen: list[torch.Tensor] = []
    for norm in net.norms:
        norm.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    net(torch.randn(50, 10, dtype=torch.float64))
    for output in seen:
        torch.testing.assert_close(output.mean(dim=0), torch.zeros(10, dtype=torch.float64), atol=1e-9, rtol=0)
        torch.testing.assert_close(
            output.var(dim=0, correction=0), torch.ones(10, dtype=torch.float64), atol=0.01, rtol=0
        )
    assert len(seen) == 24


def test_a_layer_owns_its_normalization() -> None:
    assert network(Normalization.BATCH).layer_parameters(1) == ("layers.0.weight", "norms.0.weight", "norms.0.bias")
    assert network(Normalization.BATCH).layer_parameters(25) == ("layers.24.weight",)


def test_there_is_no_noisy_arm() -> None:
    with pytest.raises(ValueError, match="no noisy arm"):
        network(Normalization.NOISY)
