import numpy as np
import pytest
import torch
from scipy.stats import norm

from figures_src.training.probes.drift import ChannelHistogram, standardised


def values(shift: float, scale: float = 1.0, images: int = 200) -> torch.Tensor:
    """Two channels: standard Gaussian, and the same scaled and shifted; evenly spaced quantiles, so exact."""
    grid = torch.from_numpy(norm.ppf((np.arange(images * 25) + 0.5) / (images * 25))).float()
    return torch.stack([grid, scale * grid + shift]).view(2, images, 5, 5).transpose(0, 1)


def histogram(z: torch.Tensor, bins: int = 240, reach: float = 6.0) -> ChannelHistogram:
    found = ChannelHistogram.empty(2, bins, reach)
    for part in torch.split(z, 30):
        found.add(part)
    return found


def test_moments_are_exact_and_counts_complete() -> None:
    found = histogram(values(0.7, 1.5))
    np.testing.assert_allclose(found.mean, [0, 0.7], atol=1e-6)
    np.testing.assert_allclose(found.deviation, [1, 1.5], rtol=1e-3)
    assert found.counts.sum(axis=1).tolist() == [5000, 5000]
    assert found.counts[0, :120].sum() == 2500


@pytest.mark.parametrize("shift", [0.0, 0.3, -1.1])
def test_distance_to_a_shifted_signal_is_the_shift(shift: float) -> None:
    distance = histogram(values(shift)).distance(histogram(values(0)))
    np.testing.assert_allclose(distance, [0, abs(shift)], atol=0.01)


def test_distance_to_a_wider_signal_is_the_mean_of_the_absolute_gaussian() -> None:
    distance = histogram(values(0, 1.5)).distance(histogram(values(0)))
    np.testing.assert_allclose(distance, [0, 0.5 * np.sqrt(2 / np.pi)], atol=0.01)


def test_what_lies_beyond_the_reach_is_counted_at_its_end() -> None:
    far = torch.tensor([-50.0, 0.0, 50.0, 5.99]).view(4, 1, 1, 1).expand(4, 2, 1, 1)
    found = histogram(far)
    assert found.counts[0, [0, 120, 239]].tolist() == [1, 1, 2]
    assert found.mean[0] == pytest.approx(5.99 / 4)


def test_standardised_signal_has_the_declared_form() -> None:
    z = torch.randn(4, 2, 3, 3, generator=torch.Generator().manual_seed(0))
    mean, variance = torch.tensor([0.5, -1.0]), torch.tensor([4.0, 0.25])
    expected = torch.stack([(z[:, 0] - 0.5) / (4 + 1e-5) ** 0.5, (z[:, 1] + 1) / (0.25 + 1e-5) ** 0.5], dim=1)
    torch.testing.assert_close(standardised(z, (mean, variance)), expected)
