"""Each part of BN against its formula in plain PyTorch, forwards and backwards; and the bias that grows."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from figures_src.experiments.parts import growing_bias
from figures_src.experiments.parts.layers import PartNorm, StandardisedConvolution
from figures_src.experiments.parts.runs import Part, PartRun
from figures_src.experiments.parts.training import PARTIAL, PartTraining
from figures_src.networks.normalization import Normalization
from tests.experiments.few_images.samples import noise_dataset

GAMMA, BETA = torch.tensor([0.5, 1.5, -1.0]), torch.tensor([0.1, -0.2, 0.3])


def z_of(*shape: int) -> Tensor:
    return (torch.randn(*shape, generator=torch.Generator().manual_seed(0)) * 2 + 1).requires_grad_()


def affine(x: Tensor) -> Tensor:
    return GAMMA[:, None, None] * x + BETA[:, None, None]


def moments(z: Tensor) -> tuple[Tensor, Tensor]:
    mean = z.mean((0, 2, 3), keepdim=True)
    return mean, (((z - mean) ** 2).mean((0, 2, 3), keepdim=True) + 1e-5).sqrt()


def detached(z: Tensor) -> Tensor:
    mean, deviation = moments(z)
    return affine((z - mean.detach()) / deviation.detach())


BY_HAND: dict[Part, Callable[[Tensor], Tensor]] = {
    Part.CENTRED: lambda z: affine(z - moments(z)[0]),
    Part.SCALED: lambda z: affine(z / moments(z)[1]),
    Part.PLAIN: lambda z: (z - moments(z)[0]) / moments(z)[1],
    Part.DETACHED: detached,
}


@pytest.mark.parametrize("part", PARTIAL)
def test_a_part_by_hand_forwards_and_backwards(part: Part) -> None:
    layer = PartNorm(3, part)
    if layer.affine:
        layer.weight.data, layer.bias.data = GAMMA.clone(), BETA.clone()
    z, again = z_of(8, 3, 4, 4), z_of(8, 3, 4, 4)
    weights = torch.randn(8, 3, 4, 4, generator=torch.Generator().manual_seed(1))
    found, expected = layer(z), BY_HAND[part](again)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
    (found * weights).sum().backward()
    (expected * weights).sum().backward()  # type: ignore[no-untyped-call]
    torch.testing.assert_close(z.grad, again.grad, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(layer.running_mean, z.detach().mean((0, 2, 3)), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(layer.running_var, z.detach().var((0, 2, 3)), rtol=1e-4, atol=1e-5)
    layer.eval()
    torch.testing.assert_close(layer(z), found, rtol=0.02, atol=0.02)  # the variance kept is the unbiased one


def test_the_gradient_without_that_of_the_statistics_is_another() -> None:
    z, again = z_of(8, 3, 4, 4), z_of(8, 3, 4, 4)
    weights = torch.randn(8, 3, 4, 4, generator=torch.Generator().manual_seed(1))
    (PartNorm(3, Part.DETACHED)(z) * weights).sum().backward()
    (torch.nn.BatchNorm2d(3)(again) * weights).sum().backward()
    assert (z.grad - again.grad).abs().max() > 0.01
    # Of the whole one, nothing is left along a shift of the batch; of the other, what the loss asks of the mean.
    assert again.grad.sum((0, 2, 3)).abs().max() < 1e-4 < 0.1 < z.grad.sum((0, 2, 3)).abs().max()


def test_standardised_weights_have_the_size_of_he_and_ignore_their_own() -> None:
    drawn = torch.nn.Conv2d(5, 4, 3, padding=1, bias=False)
    layer = StandardisedConvolution(drawn)
    weight = layer.standardised()
    torch.testing.assert_close(weight.mean((1, 2, 3)), torch.zeros(4), rtol=0, atol=1e-6)
    torch.testing.assert_close(weight.square().mean((1, 2, 3)), torch.full((4,), 2 / 45), rtol=1e-4, atol=0)
    x = z_of(2, 5, 6, 6)
    torch.testing.assert_close(layer(x), functional.conv2d(x, weight, padding=1), rtol=1e-4, atol=1e-5)
    before = layer(x)
    layer.weight.data.mul_(3).add_(1)
    torch.testing.assert_close(layer(x), before, rtol=1e-3, atol=1e-4)


def training_of(part: Part) -> PartTraining:
    normalization = Normalization.NONE if part in (Part.WITHOUT, Part.WEIGHTS) else Normalization.BATCH
    run = PartRun(normalization=normalization, kind=part, seed=0, learning_rate=0.05, batch_size=16, images_seen=64,
                  widths=(4, 6), learnt_images=64, validation_images=32, measured_images=48, precise_images=32,
                  replay_steps=4)  # fmt: skip
    return PartTraining(run, noise_dataset(), "cpu")


def test_every_arm_starts_from_the_same_weights_and_goes_its_own_way() -> None:
    losses = set()
    for part in Part:
        training = training_of(part)
        for mine, its in zip(
            training.network.convolutions(), training_of(Part.WHOLE).network.convolutions(), strict=True
        ):
            assert torch.equal(mine.weight, its.weight)
        for _ in range(4):
            training.advance()
        found = training.finish()
        losses.add(float(found["replay_loss"][-1]))
        assert np.isfinite(found["kept_mean"]) == (part not in (Part.WITHOUT, Part.WEIGHTS))
    assert len(losses) == len(Part)


def test_gamma_and_beta_alone_learn() -> None:
    training = training_of(Part.AFFINE)
    before = {name: value.clone() for name, value in training.network.named_parameters()}
    for _ in range(3):
        training.advance()
    changed = {name for name, value in training.network.named_parameters() if not torch.equal(value, before[name])}
    assert changed == {name for name in before if name.startswith("norms.")}


# The example of Ioffe & Szegedy 2015, section 2 ------------------------------------------------------------


def test_the_bias_grows_by_the_same_amount_while_the_loss_stands_still() -> None:
    found = growing_bias.example(rate=0.1, steps=200)
    moves = np.diff(found["growing_bias"])
    assert abs(moves[0]) > 0.01
    np.testing.assert_allclose(moves, moves[0], rtol=1e-9)
    np.testing.assert_allclose(found["growing_loss"], found["growing_loss"][0], rtol=1e-9)
    np.testing.assert_array_equal(found["still_bias"], 0)


@pytest.mark.parametrize(("constant", "step"), [(True, growing_bias.moved), (False, growing_bias.rightly_moved)])
def test_its_steps_are_those_of_automatic_differentiation(constant: bool, step: Callable[..., float]) -> None:
    rng = np.random.default_rng(1)
    x, t = rng.standard_normal((2, 32))
    b = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    shifted = torch.from_numpy(x) + b
    mean = shifted.mean().detach() if constant else shifted.mean()
    loss = 0.5 * ((shifted - mean - torch.from_numpy(t)) ** 2).mean()
    loss.backward()  # type: ignore[no-untyped-call]
    assert step(x, 0.7, t, 0.1) == pytest.approx(0.7 - 0.1 * float(b.grad))
    assert growing_bias.loss(x, 0.7, t) == pytest.approx(float(loss.detach()))
