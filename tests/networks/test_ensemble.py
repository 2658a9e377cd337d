"""Perceptrons side by side are those of ``torch.nn`` one by one, plain and residual, with BN and without."""

import itertools

import pytest
import torch
from torch import Tensor, nn

from figures_src.networks.ensemble import ACTIVATIONS, Architecture, Ensemble
from figures_src.training.ensemble import cross_entropies
from figures_src.training.randomness import INITIAL, torch_generator

SEEDS, COPIES, EXAMPLES = (0, 3), 2, 12


def ensemble(**settings: object) -> Ensemble:
    made = {"inputs": 7, "width": 5, "depth": 4, "outputs": 3, "batch_norm": True, **settings}
    draws = [torch_generator(seed, INITIAL) for seed in SEEDS]
    return Ensemble(Architecture(**made), COPIES, draws, torch.float64)  # type: ignore[arg-type]


def images(seed: int = 0) -> Tensor:
    return torch.randn(len(SEEDS), 7, EXAMPLES, generator=torch_generator(seed), dtype=torch.float64)


def alone(made: Ensemble, network: int, x: Tensor) -> Tensor:
    """The loop that anyone would write, of one network, on images (m, inputs)."""
    shape, of = made.architecture, made.parameters
    activation = ACTIVATIONS[shape.activation]
    for layer in range(shape.depth):
        z = nn.functional.linear(x, of[f"weight.{layer}"][network])
        if shape.batch_norm:
            gamma, beta = (of[f"{name}.{layer}"][network, :, 0] for name in ("gamma", "beta"))
            z = nn.functional.batch_norm(z, None, None, gamma, beta, training=True, eps=shape.eps)
        else:
            z = z + of[f"bias.{layer}"][network, :, 0]
        signal = z if shape.residual and not layer else activation(z)
        x = x + signal if shape.residual and layer else signal
    last = shape.depth
    return nn.functional.linear(x, of[f"weight.{last}"][network], of[f"bias.{last}"][network, :, 0])


@pytest.mark.parametrize(
    ("batch_norm", "residual", "activation"),
    list(itertools.product([False, True], [False, True], ["relu", "tanh", "sigmoid", "linear"])),
)
def test_each_network_is_the_one_that_stands_alone(batch_norm: bool, residual: bool, activation: str) -> None:
    made = ensemble(batch_norm=batch_norm, residual=residual, activation=activation)
    for name, x in made.parameters.items():
        if not name.startswith("weight"):
            x.data += torch.rand(x.shape, generator=torch_generator(1), dtype=x.dtype)
    shown = images()
    together = made.logits(shown)
    for network in range(len(SEEDS) * COPIES):
        expected = alone(made, network, shown[network // COPIES].T).T
        torch.testing.assert_close(together[network], expected, rtol=1e-9, atol=1e-9)


def test_the_gradient_of_the_sum_is_the_gradient_of_each() -> None:
    made, labels = ensemble(), torch.arange(EXAMPLES).remainder(3).expand(len(SEEDS), -1)
    weight = made.parameters["weight.1"]
    losses = cross_entropies(made.logits(images()), labels)
    (together,) = torch.autograd.grad(losses.sum(), weight, retain_graph=True)
    for network in range(len(losses)):
        (own,) = torch.autograd.grad(losses[network], weight, retain_graph=True)
        torch.testing.assert_close(own[network], together[network])
        assert own.flatten(1).any(dim=1).nonzero().tolist() == [[network]], "a network reaches into another"


def test_networks_of_a_seed_start_alike_and_others_do_not() -> None:
    with_bn, without = (ensemble(batch_norm=batch_norm) for batch_norm in (True, False))
    for layer in range(5):
        weights = with_bn.parameters[f"weight.{layer}"]
        assert torch.equal(weights[0], weights[1])
        assert not torch.equal(weights[1], weights[2])
        assert torch.equal(weights, without.parameters[f"weight.{layer}"])


def test_population_statistics_are_those_of_the_images_given() -> None:
    made, shown, others = ensemble(), images()[:1], images(5)[:1]
    statistics = made.population(shown)
    torch.testing.assert_close(made.logits(shown, statistics), made.logits(shown))
    alone_, among = made.logits(others[..., :1], statistics), made.logits(others, statistics)
    torch.testing.assert_close(alone_, among[..., :1])
    assert not torch.allclose(among, made.logits(others))


def test_signals_are_what_leaves_each_layer() -> None:
    made, signals = ensemble(), list[Tensor]()
    made.logits(images(), signals=signals)
    assert [tuple(signal.shape) for signal in signals] == [(4, 5, EXAMPLES)] * 4
    assert all((signal >= 0).all() for signal in signals)
