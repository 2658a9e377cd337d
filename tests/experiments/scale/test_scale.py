"""The closed forms behind the experiment on scale, then what is trained, measured and predicted."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from figures_src.datasets import Dataset
from figures_src.experiments.prediction import Verdict
from figures_src.experiments.scale import measures, predictions
from figures_src.experiments.scale.experiment import SCALE
from figures_src.experiments.scale.measures import BATCH, INERTIA, STANDARD
from figures_src.experiments.scale.runs import ScaleRun
from figures_src.experiments.scale.training import Training, train
from figures_src.networks.ensemble import Architecture, Ensemble
from figures_src.networks.normalization import Normalization
from figures_src.training.ensemble import cross_entropies
from figures_src.training.loop import Interrupted
from figures_src.training.machine import Machine
from figures_src.training.randomness import INITIAL, torch_generator
from tests.experiments import digit_samples
from tests.experiments.scale_samples import Arrays, arrays

RUN = ScaleRun(Normalization.BATCH, (0.1, 0.8), (0.0, 0.01), 0.0, (0, 1), 60, measure_every=20, batch_size=16, width=8)


@pytest.fixture
def digits() -> Dataset:
    return digit_samples.digits()


def perceptron(batch_norm: bool, eps: float = 1e-5) -> Ensemble:
    shape = Architecture(inputs=6, width=5, depth=3, outputs=4, batch_norm=batch_norm, eps=eps)
    return Ensemble(shape, 1, [torch_generator(2, INITIAL)], torch.float64)


def gradients(made: Ensemble) -> tuple[float, dict[str, torch.Tensor]]:
    x = torch.randn(1, 6, 40, generator=torch_generator(1), dtype=torch.float64)
    loss = cross_entropies(made.logits(x), torch.arange(40)[None] % 4).sum()
    found = torch.autograd.grad(loss, list(made.parameters.values()))
    return float(loss.detach()), dict(zip(made.parameters, found, strict=True))


def units_inner(made: Ensemble, layer: int) -> torch.Tensor:
    """⟨w, ∇w⟩ of each unit of a layer."""
    _, found = gradients(made)
    return (made.parameters[f"weight.{layer}"] * found[f"weight.{layer}"]).sum(dim=2)[0].detach()


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_the_gradient_is_perpendicular_to_the_weights_of_each_unit(layer: int) -> None:
    assert float(units_inner(perceptron(True, eps=1e-300), layer).abs().max()) < 1e-15
    assert float(units_inner(perceptron(False), layer).abs().max()) > 1e-3


def test_what_epsilon_leaves_of_it_is_known() -> None:
    """⟨w, ∇w⟩ = ε/(σ²+ε)·γ·∂L/∂γ, from d/dα of BN(αz) at α = 1."""
    made, variances = perceptron(True, eps=0.1), []
    x = torch.randn(1, 6, 40, generator=torch_generator(1), dtype=torch.float64)

    def watched(layer: int, z: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        mu, sigma2 = z.mean(2, keepdim=True), z.var(2, correction=0, keepdim=True)
        variances.append(sigma2.detach())
        return mu, sigma2

    made.logits(x, watched)
    _, found = gradients(made)
    for layer in range(3):
        sigma2, gamma = variances[layer][0, :, 0], made.parameters[f"gamma.{layer}"].detach()[0, :, 0]
        expected = 0.1 / (sigma2 + 0.1) * gamma * found[f"gamma.{layer}"][0, :, 0]
        torch.testing.assert_close(units_inner(made, layer), expected, rtol=1e-9, atol=1e-15)


def test_longer_weights_turn_as_a_rate_over_their_length_squared() -> None:
    made, longer = perceptron(True, eps=1e-300), perceptron(True, eps=1e-300)
    with torch.no_grad():
        longer.parameters["weight.1"] *= 10
    (loss, found), (same, shrunk) = gradients(made), gradients(longer)
    assert loss == pytest.approx(same, rel=1e-12)
    torch.testing.assert_close(10 * shrunk["weight.1"], found["weight.1"])
    # The same direction after a step of a rate a hundred times as large.
    stepped = made.parameters["weight.1"] - 0.3 * found["weight.1"]
    torch.testing.assert_close(10 * stepped, longer.parameters["weight.1"] - 30 * shrunk["weight.1"])


@pytest.mark.parametrize("normalization", [Normalization.NONE, Normalization.BATCH])
def test_lengths_grow_by_the_squares_of_the_steps_less_what_goes_along(
    digits: Dataset, normalization: Normalization
) -> None:
    """Exactly, whatever the network: ‖W − ηg‖² = ‖W‖² − 2η⟨W, g⟩ + η²‖g‖²; with BN the middle term is ε's alone."""
    training = Training(replace(RUN, normalization=normalization), digits)
    for _ in range(RUN.steps):
        training.advance()
    measured = {name: array for name, array in training.finish().items() if array.ndim}
    found = {name: array.reshape(2, 2, 2, *array.shape[1:])[:, :, 0] for name, array in measured.items()}
    gained = found["last_norm"] ** 2 - found["norm"][:, :, 0] ** 2
    np.testing.assert_allclose(gained, found["squared_steps"] - 2 * found["along_weights"], rtol=1e-9)
    without_middle = np.abs(gained / found["squared_steps"] - 1)
    if normalization is Normalization.BATCH:
        assert without_middle.max() < 0.01
    else:
        assert without_middle.min() > 0.01


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("product", [1e-3, 1e-2])
def test_the_angle_at_equilibrium(momentum: float, product: float) -> None:
    """Weights pushed at random, perpendicular to themselves, the harder the shorter they are: as BN pushes them."""
    rng, rate, steps = np.random.default_rng(0), 0.1, 20_000
    decay, w, v = product / rate, rng.standard_normal(400), np.zeros(400)
    angles = []
    for step in range(steps):
        g = rng.standard_normal(400)
        g -= w * (g @ w) / (w @ w)
        v = momentum * v + g / np.linalg.norm(w) + decay * w
        moved = w - rate * v
        if step > steps // 2:
            angles.append(math.acos(w @ moved / math.sqrt((w @ w) * (moved @ moved))))
        w = moved
    expected = measures.theory(np.array(2 * product / (1 + momentum)))
    assert math.sqrt(np.square(angles).mean()) == pytest.approx(float(expected), rel=0.02)
    assert float(expected) == pytest.approx(math.sqrt(2 * product / (1 + momentum)), rel=0.01)


def by_name(found: Arrays) -> dict[str, Verdict]:
    return dict(zip(predictions.PREDICTIONS, predictions.verdicts(found), strict=True))


def test_predictions_can_be_met() -> None:
    assert all(verdict.met for verdict in predictions.verdicts(arrays()))


def test_predictions_can_fail() -> None:
    found = arrays()
    found["angle"][BATCH, :, 2, 1, -2:] *= 1.2
    found["angle"][INERTIA, :, 2, 3, -1] *= 2
    found["angle"][STANDARD] = found["angle"][BATCH]
    found["cosine"][:] = 0.5
    found["squared_steps"][STANDARD], found["last_norm"][BATCH] = 3.0, 2.1
    failed = {name for name, verdict in by_name(found).items() if not verdict.met}
    assert failed == set(predictions.PREDICTIONS)


def test_what_had_no_time_to_settle_is_judged_by_nothing() -> None:
    found = arrays()
    settled = measures.settled(found, BATCH)
    assert settled.tolist() == [[False, True, True], [True, True, True], [True, True, True]]
    assert (measures.settled(found, INERTIA) == settled).all()
    found["angle"][BATCH, :, 0, 1] = 9.0
    assert by_name(found)["angle"].met


def test_the_share_is_that_of_networks_that_learnt() -> None:
    found = arrays()
    found["angle"][BATCH, :, 1, 1, -2:, 0] *= 2
    assert measures.on_the_line(found, BATCH) == pytest.approx(100 * 23 / 24)
    found["test_accuracy"][BATCH, :, 1, 1] = 0.2
    assert measures.on_the_line(found, BATCH) == pytest.approx(100)
    found["test_accuracy"][BATCH] = 0.2
    assert np.isnan(measures.on_the_line(found, BATCH)).all()


def test_gradients_that_are_zeros_have_no_angle_and_are_left_out_where_networks_die() -> None:
    found = arrays()
    found["cosine"][STANDARD, :, 2], found["test_accuracy"][STANDARD, 0, 2] = np.nan, 0.1
    assert np.isnan(measures.cosines(found, STANDARD)).all()
    assert not by_name(found)["control_perpendicular"].met
    np.testing.assert_allclose(measures.learning_cosines(found, STANDARD), 0.02)


def test_a_mean_over_seeds_is_nearer_than_each_of_them() -> None:
    found = arrays()
    found["angle"][BATCH, 0, 1, 2, -2:, 0] *= 1.2
    found["angle"][BATCH, 1, 1, 2, -2:, 0] *= 0.8
    assert by_name(found)["angle"].measured == pytest.approx(0.2)
    assert measures.near_theory(found, BATCH).all()
    assert not measures.near_theory(found, STANDARD).any()


def test_cells_share_products() -> None:
    found = arrays()
    product = measures.products(found, BATCH)
    assert np.unique(product.round(9)).size < product.size
    np.testing.assert_allclose(measures.products(found, INERTIA), product / 19)


def test_stopped_and_resumed_ends_with_the_same_bits(tmp_path: Path, digits: Dataset) -> None:
    run = replace(RUN, inertia=0.9, steps=220)
    whole, _ = train(run, digits, Machine(tmp_path / "whole"))
    cut, told = Machine(tmp_path / "cut", checkpoint_seconds=0), list[int]()
    with pytest.raises(Interrupted):
        train(run, digits, cut, told.append, lambda: len(told) > 1)
    again, _ = train(run, digits, cut)
    for name, array in whole.items():
        np.testing.assert_array_equal(again[name], array, err_msg=name)


def test_a_card_is_refused_before_it_starts(tmp_path: Path, digits: Dataset) -> None:
    with pytest.raises(ValueError, match="leave --device out"):
        train(RUN, digits, Machine(tmp_path, device="cuda"))


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")
def test_a_small_protocol_runs_and_replays(tmp_path: Path) -> None:
    tiny = replace(SCALE.quick, steps=60)
    found = SCALE.run(tiny, Machine(tmp_path)).arrays
    again = SCALE.replay(tiny, Machine(tmp_path / "again")).arrays["replay_loss"]
    np.testing.assert_array_equal(again.reshape(found["replay_loss"].shape), found["replay_loss"])
    assert found["angle"].shape == (3, 2, 1, 2, 3, 3)
