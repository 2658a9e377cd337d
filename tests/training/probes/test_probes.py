"""Probes against cases solved by hand."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from figures_src.experiments.vgg import landscape as derived
from figures_src.training.descent import Descent
from figures_src.training.probes.gradients import Parameters, covariate_shift, histogram, landscape

HESSIAN = torch.diag(torch.tensor([1.0, 4.0], dtype=torch.float64))
START = torch.tensor([3.0, -1.0], dtype=torch.float64)
LENGTHS = (0.05, 0.1, 0.4)


def quadratic(parameters: Parameters, names: Sequence[str]) -> tuple[Tensor, dict[str, Tensor]]:
    """f(x) = ½ xᵀHx, gradient Hx."""
    x = parameters["x"]
    return 0.5 * x @ HESSIAN @ x, {name: HESSIAN @ x for name in names}


def measured() -> dict[str, np.ndarray]:
    seen = landscape({"x": START}, {"x": HESSIAN @ START}, LENGTHS, ["x"], quadratic)
    arrays = {f"landscape_{name}": np.array(value)[None] for name, value in vars(seen).items()}
    return arrays | {"landscape_length": np.array(LENGTHS)}


def test_landscape_of_a_quadratic() -> None:
    """g = (3, -4); along it f(η) = ½ (9(1-η)² + 4(1-4η)²) and Δ∇ = -η (3, -16)."""
    arrays, eta = measured(), np.array(LENGTHS)
    expected = 0.5 * (9 * (1 - eta) ** 2 + 4 * (1 - 4 * eta) ** 2)
    np.testing.assert_allclose(derived.loss_along(arrays)[0], expected, rtol=1e-12)
    np.testing.assert_allclose(derived.change_along(arrays)[0], eta * np.hypot(3, 16), rtol=1e-12)
    np.testing.assert_allclose(derived.effective_beta(arrays)[0], np.hypot(3, 16) / 5, rtol=1e-12)
    np.testing.assert_allclose(derived.band_width(derived.change_along(arrays))[0], 0.35 * np.hypot(3, 16), rtol=1e-12)


def test_an_l2_term_is_what_measuring_it_would_give() -> None:
    l2, arrays, g = 0.3, measured(), HESSIAN @ START
    for column, length in enumerate(LENGTHS):
        there = START - length * g
        loss = 0.5 * there @ HESSIAN @ there + l2 * there @ there
        change = (HESSIAN @ there + 2 * l2 * there) - (g + 2 * l2 * START)
        assert derived.loss_along(arrays, l2)[0, column] == pytest.approx(loss.item(), rel=1e-12)
        assert derived.change_along(arrays, l2)[0, column] == pytest.approx(change.norm().item(), rel=1e-12)


def two_layers(parameters: Parameters, names: Sequence[str]) -> tuple[Tensor, dict[str, Tensor]]:
    """f = ½ (b·a·x - y)² with x = 2, y = 1: ∂f/∂a = e·b·x and ∂f/∂b = e·a·x, where e = b·a·x - y."""
    a, b = parameters["a"], parameters["b"]
    error = b * a * 2 - 1
    gradients = {"a": error * b * 2, "b": error * a * 2}
    return 0.5 * error**2, {name: gradients[name] for name in names}


def test_shift_of_a_two_layer_linear_network() -> None:
    """a = 1, b = 2: e = 3, G = (12, 6); a moves to -0.2 at rate 0.1, where e′ = -1.8 and G′ = 0.72."""
    parameters = {"a": torch.tensor([1.0]), "b": torch.tensor([2.0])}
    _, gradient = two_layers(parameters, ["a", "b"])
    shift = covariate_shift(parameters, gradient, 0.1, ["a"], "b", two_layers)
    assert (shift.norm, shift.difference, shift.cosine) == pytest.approx((6, 5.28, 1), rel=1e-6)
    opposite = covariate_shift(parameters, gradient, 0.05, ["a"], "b", two_layers)
    assert opposite.difference == pytest.approx(abs(6 - (2 * 0.4 * 2 - 1) * 0.4 * 2), rel=1e-6)
    assert covariate_shift(parameters, gradient, 0.1, [], "b", two_layers).difference == 0


def test_the_layer_itself_and_those_after_it_do_not_move() -> None:
    parameters = {name: torch.tensor([value]) for name, value in (("a", 1.0), ("b", 2.0))}
    _, gradient = two_layers(parameters, ["a", "b"])
    places: list[Parameters] = []

    def spying(where: Parameters, names: Sequence[str]) -> tuple[Tensor, dict[str, Tensor]]:
        places.append(where)
        return two_layers(where, names)

    covariate_shift(parameters, gradient, 0.1, ["a"], "b", spying)
    assert float(places[0]["a"]) == pytest.approx(-0.2)
    assert torch.equal(places[0]["b"], parameters["b"])


def test_shift_equals_stepping_a_second_network() -> None:
    """Independent code: a copy whose first layers really take torch.optim's step, biases, γ and β included."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(5, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 6), nn.BatchNorm1d(6), nn.ReLU(),
                        nn.Linear(6, 3))  # fmt: skip
    x, y, rate = torch.randn(20, 5), torch.randint(0, 3, (20,)), 0.5
    twin: Any = nn.Sequential(*[nn.Linear(5, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 6), nn.BatchNorm1d(6),
                           nn.ReLU(), nn.Linear(6, 3)])  # fmt: skip
    twin.load_state_dict(net.state_dict())
    nn.functional.cross_entropy(twin(x), y).backward()  # type: ignore[no-untyped-call]
    before = twin[6].weight.grad.clone()
    torch.optim.SGD([*twin[0].parameters(), *twin[1].parameters(), *twin[3].parameters(), *twin[4].parameters()],
                    lr=rate).step()  # fmt: skip
    twin.zero_grad()
    nn.functional.cross_entropy(twin(x), y).backward()  # type: ignore[no-untyped-call]
    after = twin[6].weight.grad

    descent = Descent(net, rate)
    statistics = {name: buffer.clone() for name, buffer in net.named_buffers()}
    evaluate = descent.evaluate(lambda network: nn.functional.cross_entropy(network(x), y))
    _, gradient = evaluate(descent.parameters, list(descent.parameters))
    previous = [name for name in descent.parameters if not name.startswith("6.")]
    assert len(previous) == 8
    shift = covariate_shift(descent.parameters, gradient, rate, previous, "6.weight", evaluate)
    assert shift.difference == pytest.approx((before - after).norm().item(), rel=1e-4)
    assert shift.difference > 1e-3
    cosine = nn.functional.cosine_similarity(before.flatten(), after.flatten(), dim=0)
    assert shift.cosine == pytest.approx(cosine.item(), rel=1e-4)
    for name, buffer in net.named_buffers():
        assert torch.equal(buffer, statistics[name]), f"{name} was moved by the probe"


def test_histogram_counts_everything() -> None:
    values = torch.randn(100_000, generator=torch.Generator().manual_seed(0)) * 3 + 5
    counts, mean, deviation = histogram(values, 120)
    assert counts.sum() == 100_000
    assert (mean, deviation) == pytest.approx((5, 3), abs=0.03)
    inside = np.abs(np.arange(120) + 0.5 - 60) < 10  # one deviation is ten bins
    assert counts[inside].sum() / 1e5 == pytest.approx(0.6827, abs=0.005)


def test_outliers_are_in_the_end_bins_and_constants_have_a_histogram() -> None:
    counts, _, _ = histogram(torch.cat([torch.zeros(10_000), torch.tensor([1e3])]), 120)
    assert counts[-1] == 1
    assert counts.sum() == 10_001
    assert histogram(torch.ones(50), 11)[0].tolist() == [0] * 5 + [50] + [0] * 5
    assert histogram(torch.tensor([1.0, float("nan")]), 4)[0].sum() == 0
