"""The small convolutional network and its grouped normalization, against torch.nn."""

import pytest
import torch
from torch import nn

from figures_src.networks.convolutional import ConvolutionalNetwork, GroupedBatchNorm2d, Sizes
from figures_src.networks.normalization import Normalization

NONE, BATCH = Normalization.NONE, Normalization.BATCH


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def network(normalization: Normalization, channels: int = 3, side: int = 32, group: int = 0) -> ConvolutionalNetwork:
    return ConvolutionalNetwork(normalization, Sizes(channels, side, (4, 6, 8), 10), generator(), group)


@pytest.mark.parametrize(("channels", "side", "entering"), [(3, 32, 8 * 4 * 4), (1, 28, 8 * 3 * 3)])
def test_parameters_and_shapes(channels: int, side: int, entering: int) -> None:
    weights = 9 * (channels * 4 + 4 * 6 + 6 * 8) + 10 * entering + 10
    for normalization, more in ((NONE, 18), (BATCH, 36)):  # a bias, or γ and β, for each channel
        built = network(normalization, channels, side)
        assert sum(parameter.numel() for parameter in built.parameters()) == weights + more
        assert built(torch.zeros(2, channels, side, side)).shape == (2, 10)


def test_both_arms_start_from_the_same_weights() -> None:
    plain, normalized = (network(arm) for arm in (NONE, BATCH))
    for one, other in zip(plain.convolutions(), normalized.convolutions(), strict=True):
        assert torch.equal(one.weight, other.weight)
    assert torch.equal(plain.classifier.weight, normalized.classifier.weight)
    assert plain.convolutions()[1].weight.std().item() == pytest.approx((2 / (4 * 9)) ** 0.5, rel=0.15)


def test_there_is_no_noisy_arm() -> None:
    with pytest.raises(ValueError, match="choose without_bn or with_bn"):
        network(Normalization.NOISY)


def test_what_is_seen_enters_the_normalizations() -> None:
    built = network(BATCH)
    seen: list[torch.Tensor] = []
    images = torch.randn(5, 3, 32, 32, generator=generator(1))
    built(images, seen)
    assert [tuple(z.shape) for z in seen] == [(5, 4, 32, 32), (5, 6, 16, 16), (5, 8, 8, 8)]
    for z, (mean, variance) in zip(seen, built.running(), strict=True):
        torch.testing.assert_close(mean, z.mean((0, 2, 3)))
        torch.testing.assert_close(variance, z.var((0, 2, 3), correction=1))
    assert not network(NONE).running()


@pytest.mark.parametrize("group", [2, 3, 6])
def test_each_group_is_normalised_as_a_batch_of_its_own(group: int) -> None:
    ours, theirs = GroupedBatchNorm2d(4, group), nn.BatchNorm2d(4, momentum=None)
    with torch.no_grad():
        for parameter in (ours.weight, ours.bias):
            parameter.normal_(generator=generator(1))
    theirs.load_state_dict({**ours.state_dict(), "running_mean": torch.zeros(4), "running_var": torch.ones(4)})
    z = 3 * torch.randn(6, 4, 5, 7, generator=generator(2)) + 1
    mine, its = (z.clone().contiguous(memory_format=torch.channels_last).requires_grad_() for _ in range(2))
    expected = torch.cat([theirs(part) for part in torch.split(its, group)])
    found = ours(mine)
    torch.testing.assert_close(found, expected)
    push = torch.randn(z.shape, generator=generator(3))
    (found * push).sum().backward()
    (expected * push).sum().backward()  # type: ignore[no-untyped-call]
    for one, other in ((mine, its), (ours.weight, theirs.weight), (ours.bias, theirs.bias)):
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(ours.running_mean, theirs.running_mean)  # a cumulative mean is the mean of the groups
    torch.testing.assert_close(ours.running_var, theirs.running_var)


def test_groups_matter_in_training_only_and_must_divide_the_batch() -> None:
    built, whole = network(BATCH, group=2), network(BATCH)
    images = torch.randn(6, 3, 32, 32, generator=generator(1))
    assert not torch.allclose(built(images), whole(images), atol=1e-3)
    whole.load_state_dict(built.state_dict())
    torch.testing.assert_close(built.eval()(images), whole.eval()(images))
    with pytest.raises(ValueError, match="groups of 2 do not divide a batch of 5"):
        built.train()(images[:5])
