"""Each mistake against the same mistake made by hand in plain PyTorch, on the same weights and batches."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from figures_src.experiments.mistakes import layers
from figures_src.experiments.mistakes.measures import READINGS
from figures_src.experiments.mistakes.runs import Arm, MistakeRun, Way
from figures_src.experiments.mistakes.training import MistakeTraining, altered, rows_with_rest, tuned
from figures_src.networks.convolutional import ConvolutionalNetwork
from figures_src.networks.normalization import Normalization
from figures_src.training.probes.population import install, statistics
from figures_src.training.randomness import NOISE, torch_generator
from tests.experiments.few_images.samples import noise_dataset

WIDTHS = (4, 6)
assert_close = partial(torch.testing.assert_close, rtol=1e-4, atol=1e-5)


def run_of(arm: Arm, **changes: Any) -> MistakeRun:
    run = MistakeRun(normalization=Normalization.BATCH, kind=arm, seed=0, learning_rate=0.05, batch_size=16,
                     images_seen=128, widths=WIDTHS, learnt_images=64, validation_images=32, measured_images=48,
                     precise_images=32, tuned_images=48, tuned_batch=16, tuned_epochs=1, tuned_rates=(0.05,),
                     replay_steps=5)  # fmt: skip
    return replace(run, **changes)


def training_of(arm: Arm, **changes: Any) -> MistakeTraining:
    return MistakeTraining(run_of(arm, **changes), noise_dataset(), "cpu")


class Plain(nn.Module):
    """The network as a user writes it: PyTorch's own layers and running averages."""

    def __init__(self, like: ConvolutionalNetwork, dropped_at: str = "", momentum: float = 0.1):
        super().__init__()
        convolutions = [
            nn.Conv2d(its.in_channels, its.out_channels, 3, padding=1, bias=its.bias is not None)
            for its in like.convolutions()
        ]
        self.convolutions = nn.ModuleList(convolutions)
        self.norms = nn.ModuleList(nn.BatchNorm2d(c.out_channels, momentum=momentum) for c in like.convolutions())
        self.classifier = nn.Linear(like.classifier.in_features, 10)
        self.mask: Callable[[Tensor], Tensor] = lambda x: x
        self.dropped_at = dropped_at
        with torch.no_grad():
            for mine, its in zip(convolutions, like.convolutions(), strict=True):
                mine.weight.copy_(its.weight)
                if its.bias is not None:
                    mine.bias.copy_(its.bias)
            self.classifier.weight.copy_(like.classifier.weight)
            self.classifier.bias.zero_()

    def forward(self, x: Tensor) -> Tensor:
        last = len(self.norms) - 1
        for place, (convolution, norm) in enumerate(zip(self.convolutions, self.norms, strict=True)):
            if place == last and self.dropped_at == "before":
                x = self.mask(x)
            x = functional.max_pool2d(functional.relu(norm(convolution(x))), 2)
        x = x.flatten(1)
        return self.classifier(self.mask(x) if self.dropped_at == "after" else x)

    def running(self) -> Tensor:
        kept = ("running_mean", "running_var")
        return torch.cat([norm.get_buffer(name) for name in kept for norm in self.norms])


def batches(training: MistakeTraining, count: int) -> list[tuple[Tensor, Tensor]]:
    rows = list(islice(training.order(), count))
    return [(training.standardised(training.images[each]), training.labels[each]) for each in rows]


def learn(plain: nn.Module, given: list[tuple[Tensor, Tensor]], optimizer: torch.optim.Optimizer | None = None) -> None:
    optimizer = optimizer or torch.optim.SGD(plain.parameters(), lr=0.05)
    for x, y in given:
        optimizer.zero_grad()
        functional.cross_entropy(plain(x), y).backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def check(training: MistakeTraining, plain: Plain) -> None:
    """The same weights, and the same running averages."""
    for mine, its in zip(training.network.convolutions(), plain.convolutions, strict=True):
        assert_close(mine.weight, its.weight)
    for norm, its in zip(training.network.norms, plain.norms, strict=True):
        assert_close(norm.weight, its.weight)
        assert_close(norm.bias, its.bias)
    assert_close(training.usual(), plain.running())


def test_the_right_network_is_that_of_a_user() -> None:
    training = training_of(Arm.CORRECT)
    plain, given = Plain(training.network), batches(training, 3)
    for _ in range(3):
        training.advance()
    learn(plain, given)
    check(training, plain)


def test_averages_read_the_other_way_round_are_those_of_another_momentum() -> None:
    training = training_of(Arm.CORRECT)
    for weight in (0.9, 0.99):
        plain = Plain(training_of(Arm.CORRECT).network, momentum=weight)
        given = batches(training_of(Arm.CORRECT), 3)
        if training.step == 0:
            for _ in range(3):
                training.advance()
        learn(plain, given)
        place = READINGS.index(f"moving_{weight:g}")
        assert_close(training.averages.values[place], plain.running())


@pytest.mark.parametrize(("arm", "size"), [(Arm.ACCUMULATED, 8), (Arm.ACCUMULATED_BY_TWO, 2)])
def test_accumulation_is_a_loop_over_small_batches(arm: Arm, size: int) -> None:
    training = training_of(arm)
    plain, given = Plain(training.network), batches(training, 2)
    optimizer = torch.optim.SGD(plain.parameters(), lr=0.05)
    for x, y in given:
        training.advance()
        optimizer.zero_grad()
        for part, labels in zip(torch.split(x, size), torch.split(y, size), strict=True):
            (functional.cross_entropy(plain(part), labels) * size / len(x)).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    check(training, plain)


def test_cards_share_gradients_and_keep_the_statistics_of_the_first() -> None:
    training = training_of(Arm.CARDS, batch_size=32)
    first, given = Plain(training.network), batches(training, 2)
    for x, y in given:
        training.advance()
        copies = [Plain(training.network) for _ in range(2)]
        gradients = []
        for copy, part, labels in zip(copies, torch.split(x, 16), torch.split(y, 16), strict=True):
            copy.load_state_dict({**first.state_dict()})
            functional.cross_entropy(copy(part), labels).backward()  # type: ignore[no-untyped-call]
            gradients.append([p.grad for p in copy.parameters()])
        first.load_state_dict(
            {**first.state_dict(), **{k: v for k, v in copies[0].state_dict().items() if "running" in k}}
        )
        with torch.no_grad():
            for p, a, b in zip(first.parameters(), *gradients, strict=True):
                p -= 0.05 * (a + b) / 2
    check(training, first)


@pytest.mark.parametrize("arm", [Arm.DECAY_WEIGHTS, Arm.DECAY_ALL])
def test_decay_is_that_of_pytorch(arm: Arm) -> None:
    training = training_of(arm, decay=0.5)
    plain, given = Plain(training.network), batches(training, 3)
    for _ in range(3):
        training.advance()
    weights = [p for p in plain.parameters() if p.dim() > 1]
    others = [p for p in plain.parameters() if p.dim() == 1]
    groups = [
        {"params": weights, "weight_decay": 0.5},
        {"params": others, "weight_decay": 0.5 * (arm == Arm.DECAY_ALL)},
    ]
    learn(plain, given, torch.optim.SGD(groups, lr=0.05))
    check(training, plain)


def test_a_bias_before_the_layer_changes_nothing_but_the_mean_that_is_kept() -> None:
    with_bias, without = training_of(Arm.BIAS), training_of(Arm.CORRECT)
    plain, given = Plain(with_bias.network), batches(with_bias, 3)
    before = with_bias.network.convolutions()[0].bias.detach().clone()
    assert before.abs().min() > 0
    for _ in range(3):
        with_bias.advance()
        without.advance()
    learn(plain, given)
    check(with_bias, plain)
    assert_close(with_bias.network.convolutions()[0].bias.detach(), before)
    for mine, its in zip(with_bias.network.convolutions(), without.network.convolutions(), strict=True):
        assert_close(mine.weight, its.weight)


@pytest.mark.parametrize(("arm", "place"), [(Arm.DROPOUT_BEFORE, "before"), (Arm.DROPOUT_AFTER, "after")])
def test_dropout_stands_before_or_after_the_last_bn_in_training_alone(arm: Arm, place: str) -> None:
    training = training_of(arm)
    plain, given = Plain(training.network, place), batches(training, 3)
    for step, (x, y) in enumerate(given):
        training.advance()
        generator = torch_generator(0, NOISE, step)

        def mask(z: Tensor, drawn: torch.Generator = generator) -> Tensor:
            return 2 * z * torch.empty_like(z).bernoulli_(0.5, generator=drawn)

        plain.mask = mask
        learn(plain, [(x, y)])
    check(training, plain)
    plain.mask = lambda z: z
    plain.eval()
    training.network.eval()
    install(training.network, training.usual())
    assert_close(training.network(given[0][0]), plain(given[0][0]))


def test_left_in_evaluation_learns_with_the_averages_of_the_first_epoch() -> None:
    training = training_of(Arm.EVALUATING)
    plain, given = Plain(training.network), batches(training, 7)
    for _ in range(7):
        training.advance()
    learn(plain, given[:4])
    plain.eval()
    learn(plain, given[4:])
    check(training, plain)


def test_left_in_evaluation_resumes_with_the_same_bits() -> None:
    whole, first, second = (training_of(Arm.EVALUATING) for _ in range(3))
    for _ in range(7):
        whole.advance()
    for _ in range(5):
        first.advance()
    second.restore(first.state())
    for _ in range(2):
        second.advance()
    for name, array in whole.state().items():
        if name != "seconds":
            np.testing.assert_array_equal(second.state()[name], array, err_msg=name)


@pytest.mark.parametrize("arm", [Arm.LAST_ONE, Arm.LAST_TWO])
def test_an_epoch_ends_with_a_batch_of_what_is_left(arm: Arm) -> None:
    run, rest = run_of(arm), {Arm.LAST_ONE: 1, Arm.LAST_TWO: 2}[arm]
    rows = list(islice(rows_with_rest(run, 0), 10))
    assert [len(each) for each in rows] == [16, 16, 16, 16, rest] * 2
    assert sorted(torch.cat(rows[:5]).tolist()) == list(range(64 + rest))
    assert rows[0].tolist() != rows[5].tolist()
    assert [each.tolist() for each in islice(rows_with_rest(run, 7), 3)] == [each.tolist() for each in rows[7:]]
    assert (run.steps, run_of(Arm.CORRECT).steps) == (10, 8)
    training = MistakeTraining(run, noise_dataset(), "cpu")
    plain, given = Plain(training.network), batches(training, 5)
    for _ in range(5):
        training.advance()
    learn(plain, given)
    check(training, plain)


# Layers ------------------------------------------------------------------------------------------------


def z_of(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0)) * 2 + 1


def by_hand(z: Tensor, dim: tuple[int, ...]) -> Tensor:
    mean = z.mean(dim, keepdim=True)
    return (z - mean) / ((z - mean) ** 2).mean(dim, keepdim=True).add(1e-5).sqrt()


def test_the_wrong_axes_by_hand() -> None:
    z = z_of(8, 3, 4, 5)
    assert_close(layers.ColumnNorm(5)(z), by_hand(z, (0, 1, 2)))
    assert_close(layers.UnitNorm(60)(z), by_hand(z, (0,)))
    kept = layers.UnitNorm(60)
    kept(z)
    assert_close(kept.running_mean.view(3, 4, 5), z.mean(0))


def test_epsilon_outside_by_hand_and_where_nothing_varies() -> None:
    z = z_of(8, 3, 4, 4)
    layer, usual = layers.OutsideNorm(3), nn.BatchNorm2d(3, momentum=1.0)
    layer.eps = 0.1
    mean, deviation = z.mean((0, 2, 3), keepdim=True), z.std((0, 2, 3), keepdim=True, correction=0)
    assert_close(layer(z), (z - mean) / (deviation + 0.1))
    usual(z)
    assert_close(layer.running_mean, usual.running_mean)
    assert_close(layer.running_var, usual.running_var)
    layer.eval()
    expected = (z - layer.running_mean[:, None, None]) / (layer.running_var.sqrt()[:, None, None] + 0.1)
    assert_close(layer(z), expected)
    # The slope of a square root at zero is infinite: a channel that never varies gives no gradient.
    for constant, finite in ((layers.OutsideNorm(3), False), (nn.BatchNorm2d(3), True)):
        same = torch.ones(8, 3, 4, 4, requires_grad=True)
        constant(same).sum().backward()
        assert bool(same.grad.isfinite().all()) is finite


def test_every_arm_keeps_the_weights_of_the_right_network() -> None:
    right = training_of(Arm.CORRECT).network
    for arm in Arm:
        network = training_of(arm).network
        for mine, its in zip(network.convolutions(), right.convolutions(), strict=True):
            assert torch.equal(mine.weight, its.weight), arm
    assert altered(right, Arm.CORRECT, 32, 0) is right


# Tuning ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", list(Way))
def test_tuning_is_that_of_a_user(way: Way) -> None:
    training = training_of(Arm.TUNED)
    plain, given = Plain(training.network), batches(training, 3)
    for _ in range(3):
        training.advance()
    learn(plain, given)
    install(training.network, training.usual())
    more = [(x + 1, y) for x, y in given]
    kept = training.network.state_dict()
    kept = {name: value.clone() for name, value in kept.items()}
    network, vector = tuned(training.network, iter(more), way, 0.05)
    assert all(torch.equal(value, kept[name]) for name, value in training.network.state_dict().items())
    for norm in plain.norms:
        norm.train(way.moving)
        for parameter in norm.parameters():
            parameter.requires_grad_(way.affine)
    learn(plain, more, torch.optim.SGD([p for p in plain.parameters() if p.requires_grad], lr=0.05))
    assert_close(vector, plain.running())
    for mine, its in zip(network.convolutions(), plain.convolutions, strict=True):
        assert_close(mine.weight, its.weight)
    for norm, its in zip(network.norms, plain.norms, strict=True):
        assert_close(norm.weight, its.weight)
    assert torch.equal(statistics(training.network), training.usual())


def test_readings_in_training_mode_normalise_each_batch_by_itself() -> None:
    training = training_of(Arm.CORRECT, measured_images=60)
    plain, given = Plain(training.network), batches(training, 3)
    for _ in range(3):
        training.advance()
    learn(plain, given)
    found = {name: training._read(name) for name in ("training_8", "training_1", "sorted_8")}
    shown, labels = training.standardised(torch.from_numpy(training.shown.images)), training.shown.labels
    plain.train()

    def answers(x: Tensor, size: int) -> np.ndarray:
        with torch.no_grad():
            return torch.cat([plain(part).argmax(1) for part in torch.split(x, size)]).numpy()

    assert found["training_8"] == pytest.approx((answers(shown, 8) == labels).mean())
    assert found["training_1"] == pytest.approx((answers(shown, 1) == labels).mean())
    order = np.argsort(labels, kind="stable")
    assert found["sorted_8"] == pytest.approx((answers(shown[torch.from_numpy(order)], 8) == labels[order]).mean())
