"""Theory of the gradient's growth against draws, what is measured of deep networks, and the predictions."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from figures_src.datasets import Dataset
from figures_src.experiments.depth import initial_training, measures, predictions, theory, training
from figures_src.experiments.depth.experiment import DEPTH_INITIAL, DEPTH_TRAINING, LadderProtocol
from figures_src.experiments.depth.ladder_training import Training
from figures_src.experiments.depth.measures import PLAIN_BATCH, PLAIN_STANDARD, RESIDUAL_BATCH, RESIDUAL_STANDARD
from figures_src.experiments.depth.runs import GAUSSIAN, InitialRun, LadderRun
from figures_src.experiments.experiment import AnyExperiment
from figures_src.networks.ensemble import Architecture, Ensemble
from figures_src.networks.normalization import Normalization
from figures_src.records import store
from figures_src.training.loop import Interrupted
from figures_src.training.machine import Machine
from figures_src.training.randomness import INITIAL, torch_generator
from tests.experiments import digit_samples
from tests.experiments.depth_samples import initial_arrays, ladder_arrays


@pytest.fixture
def digits() -> Dataset:
    return digit_samples.digits()


def drawn_growth(activation: str, m: int, units: int = 60_000) -> float:
    """Of one layer, by drawing its units: isotropic batches forward, isotropic gradients backward."""
    rng = np.random.default_rng(0)

    def phi(z: np.ndarray) -> np.ndarray:
        return np.maximum(z, 0) if activation == "relu" else np.tanh(z) if activation == "tanh" else z

    def slope(z: np.ndarray) -> np.ndarray:
        steep = {"relu": (z > 0).astype(float), "tanh": 1 - np.tanh(z) ** 2}
        return steep.get(activation, np.ones_like(z))

    def centred(x: np.ndarray) -> np.ndarray:
        return x - x.mean(axis=1, keepdims=True)

    def unit() -> tuple[np.ndarray, np.ndarray]:
        z = centred(rng.standard_normal((units, m)))
        sigma = z.std(axis=1, keepdims=True)
        return z / sigma, sigma

    before, _ = unit()
    # Per direction, what one layer hands to the next, whose z is isotropic with that variance.
    variance = np.square(centred(phi(before))).sum(axis=1).mean() / (m - 1)
    z_hat, sigma = unit()
    back = slope(z_hat) * centred(rng.standard_normal((units, m)))
    back = centred(back)
    back -= z_hat * (z_hat * back).mean(axis=1, keepdims=True)
    return float((np.square(back).sum(axis=1) / (variance * sigma[:, 0] ** 2)).mean() / (m - 1))


@pytest.mark.parametrize("m", [8, 16, 64])
def test_closed_forms_are_what_draws_give(m: int) -> None:
    assert theory.linear(m) == pytest.approx(drawn_growth("linear", m), rel=0.02)
    assert theory.relu(m) == pytest.approx(drawn_growth("relu", m), rel=0.02)


def test_limits_of_large_batches() -> None:
    assert theory.relu(10**7) == pytest.approx(math.pi / (math.pi - 1), rel=1e-6)
    assert theory.large_batch("linear") == pytest.approx(1)
    assert theory.large_batch("tanh") == pytest.approx(drawn_growth("tanh", 400, 4000), rel=0.02)
    assert all(theory.large_batch(name) >= 1 - 1e-12 for name in ("linear", "relu", "tanh", "sigmoid"))
    slope, variance = theory.moments("relu")
    assert slope / variance == pytest.approx(math.pi / (math.pi - 1))


def test_the_growth_of_a_residual_network_is_a_power_of_its_depth() -> None:
    whole = [math.log(theory.residual_gains("relu", depth).prod()) for depth in (10**3, 10**5)]
    exponent = (whole[1] - whole[0]) / math.log(100)
    assert exponent == pytest.approx(math.pi / (math.pi - 1), rel=1e-2)


def test_without_bn_signals_of_a_residual_network_are_pushed_the_same_way() -> None:
    rng, width, lengths = np.random.default_rng(0), 1000, []
    x = rng.standard_normal(width)
    for _ in range(12):
        x = x + np.maximum(rng.standard_normal((width, width)) @ x * math.sqrt(2 / width), 0)
        lengths.append(x @ x)
    assert (lengths[-1] / lengths[-5]) ** 0.25 == pytest.approx(theory.residual_without_bn(), rel=0.03)
    assert theory.residual_without_bn() == pytest.approx(theory.residual_without_bn(50))


RUN = InitialRun(Normalization.BATCH, "relu", False, GAUSSIAN, 32, 12, 256, (0, 1))


def logs_of(run: InitialRun, dataset: Dataset, folder: Path) -> np.ndarray:
    arrays, _ = training.train(run, dataset, Machine(folder))
    return arrays["log_squared_gradient"]


def test_gradients_are_those_of_a_network_written_by_hand(digits: Dataset) -> None:
    run = replace(RUN, depth=3, width=16, batch_size=8)
    loss, found = initial_training.look(run, 0, None)
    images, labels = initial_training.batch(run, 0, None)
    made = Ensemble(Architecture(16, 16, 3, 10, True), 1, [torch_generator(0, INITIAL)], torch.float64)
    x, kept = images[0].T, []
    for layer in range(3):
        z = x @ made.parameters[f"weight.{layer}"][0].T
        x = torch.relu(torch.nn.functional.batch_norm(z, None, None, training=True))
        x.retain_grad()
        kept.append(x)
    expected = torch.nn.functional.cross_entropy(x @ made.parameters["weight.3"][0].T, labels[0])
    torch.autograd.backward(expected)
    assert loss == pytest.approx(float(expected.detach()))
    squares = [each.grad.square().sum() for each in kept if each.grad is not None]
    np.testing.assert_allclose(found, torch.stack(squares).log().numpy())


def test_bn_makes_a_gradient_grow_and_its_absence_does_not(tmp_path: Path, digits: Dataset) -> None:
    with_bn = logs_of(RUN, digits, tmp_path)
    without = logs_of(replace(RUN, normalization=Normalization.NONE), digits, tmp_path)
    per_layer = [np.exp((logs[:, 0] - logs[:, -1]) / 11).mean() for logs in (with_bn, without)]
    assert per_layer[0] == pytest.approx(theory.relu(32), rel=0.08)
    assert per_layer[1] == pytest.approx(1, abs=0.08)


def test_the_scale_of_the_weights_changes_nothing_with_bn(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Yang et al. say of tuning the variance of the weights: it cannot take the growth away."""
    run = replace(RUN, depth=6)
    _, before = initial_training.look(run, 0, None)
    usual = Architecture.standard_deviation
    monkeypatch.setattr(Architecture, "standard_deviation", lambda self, layer: 3 * usual(self, layer))
    _, after = initial_training.look(run, 0, None)
    np.testing.assert_allclose(after - after[-1], before - before[-1], atol=2e-2)


def test_a_replay_has_the_same_losses_without_gradients(tmp_path: Path, digits: Dataset) -> None:
    whole, _ = training.train(RUN, digits, Machine(tmp_path))
    short, _ = training.train(replace(RUN, gradients=False), digits, Machine(tmp_path))
    np.testing.assert_array_equal(short["replay_loss"], whole["replay_loss"])
    assert np.isnan(short["log_squared_gradient"]).all()


def test_predictions_of_initialization_can_be_met_and_fail() -> None:
    found = initial_arrays()
    assert all(verdict.met for verdict in predictions.initial_verdicts(found))
    halved = {**found, "log_squared_gradient": found["log_squared_gradient"] * 0.2}
    failed = {
        name
        for name, verdict in zip(predictions.INITIAL, predictions.initial_verdicts(halved), strict=True)
        if not verdict.met
    }
    assert failed == set(predictions.INITIAL) - {"control_relu", "sigmoid"}


def test_the_rate_is_chosen_on_images_set_aside() -> None:
    found = ladder_arrays()
    found["test_accuracy"][:, :, 4] = 0.99
    assert measures.best_rate(found, PLAIN_BATCH, 40) == 2
    assert measures.deepest(found, PLAIN_BATCH).tolist() == [20, 20]
    assert measures.deepest(found, RESIDUAL_BATCH).tolist() == [80, 80]
    found["test_accuracy"][:, 1] = 0.1
    assert measures.deepest(found, PLAIN_STANDARD).tolist() == [20, 0]


def test_predictions_of_the_ladder_can_be_met_and_fail() -> None:
    found = ladder_arrays()
    assert all(verdict.met for verdict in predictions.ladder_verdicts(found))
    swapped = {**found, "arm": np.array([
        {RESIDUAL_BATCH: PLAIN_STANDARD, PLAIN_STANDARD: PLAIN_BATCH, PLAIN_BATCH: RESIDUAL_STANDARD,
         RESIDUAL_STANDARD: RESIDUAL_BATCH}[str(arm)] for arm in found["arm"]])}  # fmt: skip
    other = {**found, "arm": np.array([
        {RESIDUAL_BATCH: PLAIN_BATCH, PLAIN_BATCH: RESIDUAL_BATCH}.get(str(arm), str(arm))
        for arm in found["arm"]])}  # fmt: skip
    met = [[v.met for v in predictions.ladder_verdicts(each)] for each in (swapped, other)]
    assert met == [[False, True, True, True], [False, True, False, False]]


LADDER = LadderRun(Normalization.BATCH, True, 3, (0.05, 0.1), (0, 1), 30, 16, 8, 40, 100, 10)


def test_stopped_and_resumed_ends_with_the_same_bits(tmp_path: Path, digits: Dataset) -> None:
    whole, _ = training.train(LADDER, digits, Machine(tmp_path / "whole"))
    cut, told = Machine(tmp_path / "cut", checkpoint_seconds=0), list[int]()
    with pytest.raises(Interrupted):
        training.train(LADDER, digits, cut, told.append, lambda: len(told) > 1)
    again, _ = training.train(LADDER, digits, cut)
    for name, array in whole.items():
        np.testing.assert_array_equal(again[name], array, err_msg=name)
    assert whole["train_loss"][:, -1].mean() < whole["train_loss"][:, 0].mean()


def test_images_set_aside_are_not_learnt(digits: Dataset) -> None:
    made = Training(LADDER, digits)
    assert (len(made.learnt.labels), len(made.validation.labels)) == (280, 40)


def test_rates_of_a_residual_network_without_bn_follow_its_depth() -> None:
    runs = LadderProtocol().runs()
    scaled = {run.depth: np.array(run.learning_rates) * 2.0**run.depth for run in runs if run.arm == RESIDUAL_STANDARD}
    assert all(np.allclose(rates, LadderProtocol().doubling_rates) for rates in scaled.values())
    others = {run.learning_rates for run in runs if run.arm != RESIDUAL_STANDARD}
    assert others == {LadderProtocol().learning_rates}


def test_a_card_is_refused_before_it_starts(tmp_path: Path, digits: Dataset) -> None:
    card = Machine(tmp_path, device="cuda")
    with pytest.raises(ValueError, match="leave --device out"):
        training.train(RUN, digits, card)
    with pytest.raises(ValueError, match="leave --device out"):
        training.train(LADDER, digits, card)


@pytest.mark.slow
@pytest.mark.parametrize("experiment", [DEPTH_INITIAL, DEPTH_TRAINING], ids=lambda each: each.name)
@pytest.mark.usefixtures("in_this_process")
def test_a_small_protocol_runs_and_replays(tmp_path: Path, experiment: AnyExperiment) -> None:
    found = experiment.run(experiment.quick, Machine(tmp_path, images=store.QUICK_IMAGES)).arrays
    again = experiment.replay(experiment.quick, Machine(tmp_path / "again", images=store.QUICK_IMAGES))
    # A replay of what is never trained looks at the first network of each run.
    recorded = found["replay_loss"][:, : again.arrays["replay_loss"].shape[1]]
    np.testing.assert_array_equal(again.arrays["replay_loss"].reshape(recorded.shape), recorded)
