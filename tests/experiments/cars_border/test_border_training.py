"""Borders of the convolutions: what they add, and that an affine change then passes through."""

import numpy as np
import pytest
import torch
from torch import Tensor

from figures_src.experiments.cars_border.runs import Border
from figures_src.experiments.cars_border.training import PADDED, OwnStandardisation, bordered
from figures_src.networks.convolutional import ConvolutionalNetwork, Sizes
from figures_src.networks.normalization import Normalization


def network() -> ConvolutionalNetwork:
    return ConvolutionalNetwork(Normalization.BATCH, Sizes(3, 16, (4, 4), 2), torch.Generator().manual_seed(0))


def images() -> Tensor:
    return torch.rand(8, 3, 16, 16, generator=torch.Generator().manual_seed(1))


def shown(border: Border, x: Tensor) -> Tensor:
    """Logits with the statistics of the batch."""
    of = network().train()
    with torch.no_grad(), bordered(of, border):
        return of(x)


@pytest.mark.parametrize("border", list(PADDED))
def test_an_affine_change_is_undone_but_for_a_border_of_zeros(border: Border) -> None:
    x = images()
    change = 0.5 * x + 3
    torch.testing.assert_close(shown(border, change), shown(border, x), atol=1e-2, rtol=0)
    assert (shown(Border.ZEROS, change) - shown(Border.ZEROS, x)).abs().max() > 0.1


@pytest.mark.parametrize("border", list(Border))
def test_only_the_border_changes_and_only_for_a_while(border: Border) -> None:
    of, x = network().eval(), images()
    with torch.no_grad():
        before = of(x)
        with bordered(of, border):
            first = of.layers[0](x)
        torch.testing.assert_close(first[..., 1:-1, 1:-1], of.layers[0](x)[..., 1:-1, 1:-1], atol=1e-5, rtol=0)
        assert torch.equal(of(x), before)


def test_borders_by_hand() -> None:
    x = torch.tensor([[[[1.0, 2.0], [3.0, 6.0]]]])
    assert PADDED[Border.REPLICATE](x)[0, 0, 0].tolist() == [1, 1, 2, 2]
    assert PADDED[Border.REFLECT](x)[0, 0, 0].tolist() == [6, 3, 6, 3]
    assert PADDED[Border.MEAN](x)[0, 0, 0].tolist() == [3, 3, 3, 3]
    assert all(torch.equal(padded(x)[..., 1:-1, 1:-1], x) for padded in PADDED.values())


def test_images_are_standardised_by_their_own_moments() -> None:
    pixels = np.random.default_rng(0).uniform(3, 7, (5, 4, 4, 3))
    given = OwnStandardisation(pixels, "cpu")(torch.from_numpy(pixels))
    assert given.mean(dim=(0, 2, 3)).tolist() == pytest.approx([0, 0, 0], abs=1e-5)
    assert given.std(dim=(0, 2, 3), correction=0).tolist() == pytest.approx([1, 1, 1], abs=1e-5)
