"""Estimates of the population's statistics, against PyTorch's own and against closed forms."""

import pytest
import torch
from torch import nn

from figures_src.networks.convolutional import ConvolutionalNetwork, Sizes
from figures_src.networks.normalization import Normalization
from figures_src.training.probes.drift import population_moments
from figures_src.training.probes.population import Averages, install, precise, statistics


def built() -> ConvolutionalNetwork:
    return ConvolutionalNetwork(Normalization.BATCH, Sizes(3, 16, (4, 6), 10), torch.Generator().manual_seed(0))


def batches(count: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return [2 * torch.randn(5, 3, 16, 16, generator=generator) + number for number in range(count)]


@pytest.mark.parametrize("momentum", [0.1, 0.01, None])
def test_averages_are_those_of_pytorch(momentum: float | None) -> None:
    network, layer = built(), nn.BatchNorm2d(4, momentum=momentum)
    averages = Averages((momentum,), network)
    first = network.convolutions()[0]
    for images in batches(7):
        network(images)
        averages.update(statistics(network))
        with torch.no_grad():
            layer(first(images))
    means, variances = averages.values[0].chunk(2)
    torch.testing.assert_close(means[:4], layer.running_mean)
    torch.testing.assert_close(variances[:4], layer.running_var)


def test_averages_go_on_where_they_were() -> None:
    network, whole, cut = built(), *(Averages((0.1, None), built()) for _ in range(2))
    for number, images in enumerate(batches(6)):
        network(images)
        whole.update(statistics(network))
        cut.update(statistics(network))
        if number == 2:
            saved, cut = cut.state(), Averages((0.1, None), built())
            cut.restore({name: array.copy() for name, array in saved.items()})
    assert torch.equal(whole.values, cut.values)


def test_precise_statistics_are_means_over_the_first_batches() -> None:
    network, each = built(), []
    for images in batches(5):
        network(images)
        each.append(statistics(network))
    found = precise(network, batches(5), [2, 5, 5])
    torch.testing.assert_close(found[0], torch.stack(each[:2]).mean(dim=0))
    torch.testing.assert_close(found[1], torch.stack(each).mean(dim=0))
    assert len(found) == 3
    with pytest.raises(ValueError, match="there are not 6 batches"):
        precise(network, batches(5), [6])


def test_moments_seen_from_outside_are_the_precise_statistics() -> None:
    network = built()
    means, variances = zip(*population_moments(network, batches(4)), strict=True)
    torch.testing.assert_close(torch.cat([*means, *variances]), precise(network, batches(4), [4])[0])


def test_installed_statistics_are_those_of_the_evaluation() -> None:
    network, images = built(), batches(1)[0]
    network(images)
    vector = statistics(network).clone()
    install(network, 2 * vector)
    assert torch.equal(statistics(network), 2 * vector)
    install(network, vector)
    seen: list[torch.Tensor] = []
    network.eval()(images, seen)
    z_hat = (seen[0] - vector[:4, None, None]) / (vector[10:14, None, None] + 1e-5).sqrt()
    torch.testing.assert_close(network.norms[0](seen[0]), z_hat)  # γ = 1 and β = 0 before any step
