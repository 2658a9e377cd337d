"""What « Que faire ? » tells its reader to do, sentence by sentence, tried on PyTorch's own layers."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils import fuse_conv_bn_eval
from torch.optim.swa_utils import update_bn
from torch.testing import assert_close
from torch.utils.data import DataLoader, TensorDataset

BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
RATE = 0.1


def normal(*shape, seed=0, dtype=torch.double):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def perceptron(norm=nn.BatchNorm1d):
    """A hidden layer of 6 neurons; the same weights at each call, whatever normalizes them."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 6, bias=False), norm(6), nn.ReLU(), nn.Linear(6, 2)).double()


def convolution():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 5, 3, padding=1, bias=False), nn.BatchNorm2d(5)).double()


def group_norm(size):
    return nn.GroupNorm(2, size)


def statistics(model):
    return {name: value.clone() for name, value in model.named_buffers()}


def gradient(model, x):
    model.zero_grad()
    model(x).pow(2).mean().backward()
    return [parameter.grad.clone() for parameter in model.parameters() if parameter.grad is not None]


def depends_on_its_neighbours(model, x):
    """Whether the output of the first example changes with the other examples of its batch."""
    other = torch.cat([x[:1], 3 * x[1:] + 1])
    return not torch.allclose(copy.deepcopy(model)(x)[0], copy.deepcopy(model)(other)[0])


def freeze(model):
    """The recipe of the article: statistics, γ and β, all of them at rest."""
    model.apply(lambda layer: isinstance(layer, BATCH_NORMS) and layer.eval().requires_grad_(False))


class FrozenBatchNorm(nn.Sequential):
    """The same recipe, which a call of `train()` does not undo."""

    def train(self, mode=True):
        super().train(mode)
        freeze(self)
        return self


# Freezing


def test_requires_grad_does_not_stop_the_statistics():
    model = perceptron()
    model.requires_grad_(False)
    before = statistics(model)
    model.train()(normal(8, 4))
    assert all(not torch.equal(before[name], value) for name, value in statistics(model).items())


def test_eval_of_the_layers_stops_them_until_train_is_called_again():
    model = perceptron().train()
    freeze(model)
    before = statistics(model)
    model(normal(8, 4))
    assert_close(statistics(model), before, rtol=0, atol=0)
    assert model.training
    model.train()
    model(normal(8, 4))
    assert not torch.equal(model[1].running_mean, before["1.running_mean"])


def test_a_frozen_network_learns_its_weights_and_nothing_of_its_batches():
    model = FrozenBatchNorm(*perceptron()).train()
    before = copy.deepcopy(model.state_dict())
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, weight_decay=0.1)
    gradient(model, normal(8, 4))
    optimizer.step()
    moved = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert moved == {"0.weight", "3.weight", "3.bias"}
    assert not depends_on_its_neighbours(model, normal(8, 4))


def test_statistics_made_anew_thaw_what_was_frozen():
    model = perceptron().train()
    freeze(model)
    before = statistics(model)
    update_bn([normal(8, 4)], model)
    assert model[1].training
    assert not torch.equal(model[1].running_mean, before["1.running_mean"])


def test_eval_alone_leaves_gamma_and_beta_to_learn():
    layer = nn.BatchNorm1d(4).double().eval()
    assert all(value.any() for value in gradient(layer, normal(8, 4)))


# Evaluation


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode])
def test_without_gradient_is_not_in_evaluation(context):
    model = perceptron().train()
    with context():
        model(normal(8, 4))
    assert model[1].num_batches_tracked == 1
    assert depends_on_its_neighbours(model, normal(8, 4))


def test_evaluation_is_not_without_gradient():
    model = perceptron().eval()
    assert model(normal(8, 4)).requires_grad
    assert not depends_on_its_neighbours(model, normal(8, 4))


def test_a_layer_without_running_statistics_takes_those_of_the_batch_in_evaluation():
    def without(size):
        return nn.BatchNorm1d(size, track_running_stats=False)

    model, x = perceptron(without), normal(8, 4)
    assert depends_on_its_neighbours(model.eval(), x)
    assert_close(model.eval()(x), model.train()(x))
    assert not statistics(model)


def test_running_statistics_are_made_anew_at_fixed_weights():
    model, batches = convolution(), [normal(6, 3, 4, 4, seed=seed) for seed in range(5)]
    model[1].running_mean.fill_(100)
    before = copy.deepcopy(dict(model.named_parameters()))
    update_bn(batches, model)
    means = torch.stack([model[0](batch).mean(dim=(0, 2, 3)) for batch in batches])
    assert_close(model[1].running_mean, means.mean(dim=0).detach())
    assert_close(dict(model.named_parameters()), before, rtol=0, atol=0)


@pytest.mark.parametrize(("momentum", "kept"), [(1 - 0.99, 0.99), (0.99, 0.01)])
def test_the_momentum_of_keras_is_one_minus_that_of_pytorch(momentum, kept):
    layer = nn.BatchNorm1d(4, momentum=momentum).double()
    layer.running_mean.fill_(5)
    x = normal(8, 4)
    layer(x)
    assert_close(layer.running_mean, kept * torch.full((4,), 5.0).double() + (1 - kept) * x.mean(dim=0))


# Batches


@pytest.mark.parametrize(
    ("layer", "shape", "refused"),
    [
        (nn.BatchNorm1d(3), (1, 3), True),
        (nn.BatchNorm2d(3), (1, 3, 1, 1), True),
        (nn.BatchNorm2d(3), (1, 3, 2, 2), False),
        (nn.BatchNorm1d(3), (2, 3), False),
        (nn.LayerNorm(3), (1, 3), False),
        (nn.GroupNorm(3, 3), (1, 3, 2, 2), False),
    ],
)
def test_a_channel_of_one_value_cannot_be_normalized_in_training(layer, shape, refused):
    x = normal(*shape, dtype=torch.float)
    if refused:
        with pytest.raises(ValueError, match="Expected more than 1 value per channel when training"):
            layer.train()(x)
    else:
        layer.train()(x)
    layer.eval()(x)


def test_the_last_batch_of_one_example_is_left_out():
    data, model = TensorDataset(normal(9, 4)), perceptron().train()
    with pytest.raises(ValueError, match="Expected more than 1 value per channel"):
        [model(x) for (x,) in DataLoader(data, batch_size=4)]
    assert [len(model(x)) for (x,) in DataLoader(data, batch_size=4, drop_last=True)] == [4, 4]


@pytest.mark.parametrize(("norm", "same"), [(nn.BatchNorm1d, False), (nn.LayerNorm, True), (group_norm, True)])
def test_accumulated_gradients_are_those_of_the_large_batch_without_batch_normalization(norm, same):
    x = normal(16, 4)
    large = gradient(perceptron(norm), x)
    model = perceptron(norm)
    small = [sum(parts) / 4 for parts in zip(*(gradient(model, part) for part in x.chunk(4)), strict=True)]
    assert all(torch.allclose(a, b) for a, b in zip(large, small, strict=True)) is same
    if not same:
        assert model[1].num_batches_tracked == 4


def test_accumulated_gradients_are_those_of_the_large_batch_when_frozen():
    model, x = FrozenBatchNorm(*perceptron()).train(), normal(16, 4)
    small = [sum(parts) / 4 for parts in zip(*(gradient(model, part) for part in x.chunk(4)), strict=True)]
    assert_close(small, gradient(model, x))


@pytest.mark.parametrize(("norm", "mixes"), [(nn.BatchNorm1d, True), (nn.LayerNorm, False), (group_norm, False)])
def test_only_batch_normalization_mixes_examples_and_changes_in_evaluation(norm, mixes):
    model, x = perceptron(norm).train(), normal(8, 4)
    assert depends_on_its_neighbours(model, x) is mixes
    assert torch.allclose(copy.deepcopy(model)(x), copy.deepcopy(model).eval()(x)) is not mixes


@pytest.mark.parametrize(("norm", "counted"), [(nn.BatchNorm1d, True), (group_norm, True), (nn.LayerNorm, False)])
def test_what_fills_a_short_sequence_counts_unless_each_moment_is_normalized_alone(norm, counted):
    sequence = normal(2, 6, 5)
    filled = torch.cat([sequence, torch.zeros(2, 6, 7).double()], dim=2)

    def normalized(x):
        layer = norm(6).double()
        return layer(x.mT).mT if norm is nn.LayerNorm else layer(x)

    assert torch.allclose(normalized(filled)[..., :5], normalized(sequence)) is not counted


def test_a_network_is_converted_for_several_cards_and_keeps_what_it_knows():
    model = convolution()
    model(normal(6, 3, 4, 4))
    state, parameters = copy.deepcopy(model.state_dict()), list(model.parameters())
    converted = nn.SyncBatchNorm.convert_sync_batchnorm(model)
    assert isinstance(converted[1], nn.SyncBatchNorm)
    assert_close(converted.state_dict(), state, rtol=0, atol=0)
    assert all(a is b for a, b in zip(converted.parameters(), parameters, strict=True))


def test_a_group_norm_is_not_converted():
    assert isinstance(nn.SyncBatchNorm.convert_sync_batchnorm(perceptron(group_norm))[1], nn.GroupNorm)


# The layers beside it


def test_a_convolution_takes_in_the_layer_that_follows_it():
    model = convolution()
    with torch.no_grad():
        model[1].weight.copy_(normal(5, seed=1))
        model[1].bias.copy_(normal(5, seed=2))
    update_bn([normal(6, 3, 4, 4, seed=seed) for seed in range(3)], model)
    model.eval()
    fused = fuse_conv_bn_eval(*model)
    x = normal(2, 3, 4, 4, seed=9)
    assert_close(fused(x), model(x))
    assert isinstance(fused, nn.Conv2d)


def test_a_bias_before_it_learns_nothing_and_changes_nothing():
    x = normal(8, 4)
    without = nn.Sequential(nn.Linear(4, 3, bias=False), nn.BatchNorm1d(3, momentum=None)).double()
    biased = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3, momentum=None)).double()
    with torch.no_grad():
        biased[0].weight.copy_(without[0].weight)
        biased[0].bias.copy_(10 * normal(3))
    assert_close(biased(x), without(x))
    assert_close(biased.eval()(x), without.eval()(x))
    biased.train()(x).pow(3).sum().backward()
    assert biased[0].weight.grad.abs().min() > 1e-3
    assert_close(biased[0].bias.grad, torch.zeros(3).double(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("p", [0.2, 0.5])
def test_dropout_before_it_shifts_the_variance_from_training_to_evaluation(p):
    torch.manual_seed(0)
    # Its own seed: a mask drawn from the numbers that the values come from would not be independent of them.
    x = normal(100_000, 1, seed=1).relu()
    model = nn.Sequential(nn.Dropout(p), nn.BatchNorm1d(1, momentum=None, affine=False)).double()
    model(x)
    in_training = x.pow(2).mean() / (1 - p) - x.mean() ** 2
    shrunk = model.eval()(x).var().item()
    assert shrunk == pytest.approx((x.var() / in_training).item(), rel=0.02)
    assert shrunk < 1 - p


def test_dropout_after_it_leaves_its_statistics_alone():
    model, alone = nn.Sequential(nn.BatchNorm1d(4), nn.Dropout(0.5)).double(), nn.BatchNorm1d(4).double()
    x = normal(8, 4)
    model(x), alone(x)
    assert_close(model[0].state_dict(), alone.state_dict(), rtol=0, atol=0)


def test_a_block_whose_last_gamma_is_0_starts_as_the_identity():
    torch.manual_seed(0)
    layers = [nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(), nn.Conv2d(3, 3, 3, padding=1)]
    branch = nn.Sequential(*layers, nn.BatchNorm2d(3)).double()
    nn.init.zeros_(branch[-1].weight)
    x = normal(4, 3, 5, 5)
    out = x + branch(x)
    assert_close(out, x, rtol=0, atol=0)
    out.pow(2).sum().backward()
    assert branch[-1].weight.grad.all()
    assert not branch[0].weight.grad.any()


# Optimization


def test_gamma_and_beta_are_left_without_decay():
    model = nn.Sequential(convolution(), nn.Flatten(), nn.Linear(5, 2)).double()
    decayed = [p for p in model.parameters() if p.ndim > 1]
    spared = [p for p in model.parameters() if p.ndim <= 1]
    assert {id(p) for p in spared} == {id(model[0][1].weight), id(model[0][1].bias), id(model[2].bias)}
    optimizer = torch.optim.SGD([{"params": decayed}, {"params": spared, "weight_decay": 0}], RATE, weight_decay=0.5)
    before = copy.deepcopy(list(model.parameters()))
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    for parameter, old in zip(model.parameters(), before, strict=True):
        assert_close(parameter.data, old.data * (1 - RATE * 0.5) if parameter.ndim > 1 else old.data)


def test_decay_of_the_weights_before_it_changes_the_rate_and_nothing_else():
    x, scale = normal(8, 4), 0.5

    def loss(weight):
        z = x @ weight
        return nn.functional.batch_norm(z, None, None, training=True, eps=1e-12).pow(3).sum()

    def step(weight, rate):
        weight = weight.clone().requires_grad_()
        return (weight - rate * torch.autograd.grad(loss(weight), weight)[0]).detach()

    weight = normal(4, 3, seed=1)
    assert_close(loss(scale * weight), loss(weight))
    # Half the length turns as far at a quarter of the rate.
    assert_close(step(scale * weight, scale**2 * RATE), scale * step(weight, RATE))
    assert not torch.allclose(step(scale * weight, RATE), scale * step(weight, RATE))


def test_mixed_precision_rounds_what_comes_out_and_not_the_statistics():
    model, x = convolution().float(), normal(6, 3, 4, 4, dtype=torch.float)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        z = model[0](x)
        assert {z.dtype, model[1](z).dtype} == {torch.bfloat16}
    assert {value.dtype for value in (*model[1].parameters(), model[1].running_mean, model[1].running_var)} == {
        torch.float
    }
    assert_close(model[1].running_mean, 0.1 * z.float().mean(dim=(0, 2, 3)), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("dtype", "reached"), [(torch.float, True), (torch.bfloat16, False), (torch.half, False)])
def test_a_network_turned_to_half_precision_turns_its_statistics_and_they_stop_short(dtype, reached):
    layer = nn.BatchNorm1d(1).to(dtype)
    x = torch.tensor([[1.0], [1.03125]]).to(dtype)
    for _ in range(200):
        layer(x)
    assert layer.running_mean.dtype == dtype
    assert (abs(layer.running_mean.item() - 1.015625) < 1e-4) is reached
