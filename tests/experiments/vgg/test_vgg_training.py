"""Runs of a tiny VGG and of a small deep linear network: interruption, and probes that change nothing."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from figures_src.datasets import Dataset, Images
from figures_src.experiments.deep_linear import training as linear
from figures_src.experiments.deep_linear.runs import LinearRun
from figures_src.experiments.vgg import training as vgg
from figures_src.experiments.vgg.runs import LandscapeProbe, VggRun
from figures_src.networks.normalization import Normalization
from figures_src.networks.vgg import VGG
from figures_src.training.checkpoint import Checkpoint
from figures_src.training.loop import Interrupted
from figures_src.training.machine import Machine
from figures_src.training.precision import Precision
from figures_src.training.randomness import INITIAL, batch_rows, torch_generator

pytestmark = pytest.mark.slow

RUN = VggRun(
    normalization=Normalization.NOISY,
    learning_rate=0.05,
    seed=3,
    steps=35,
    divisor=32,
    batch_size=8,
    accuracy_every=10,
    evaluate_every=10,
    shift_every=5,
    histogram_every=10,
    histogram_images=16,
    histogram_bins=20,
    landscape=LandscapeProbe(every=10, lengths=3),
    replay_steps=4,
)
LINEAR = LinearRun(
    normalization=Normalization.BATCH, learning_rate=1e-5, seed=2, steps=250, depth=6, width=4, examples=30,
    shift_every=50, shift_layers=(3,),
)  # fmt: skip


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 96).astype(np.uint8)
    images = rng.integers(0, 200, (96, 32, 32, 3)).astype(np.uint8)
    images[:, :, :, 0] += 5 * labels[:, None, None]
    return Dataset("noise", Images(images[:80], labels[:80]), Images(images[80:], labels[80:]), "0" * 64)


def in_sittings(train: Callable[..., Any]) -> tuple[dict[str, np.ndarray], int]:
    stops = 0
    while True:
        told: list[int] = []
        try:
            arrays, _ = train(told.append, lambda told=told: len(told) > 1)
            return arrays, stops
        except Interrupted:
            stops += 1


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    assert set(one) == set(other)
    for name, array in one.items():
        np.testing.assert_array_equal(other[name], array, err_msg=name)


def network_of(folder: Path) -> dict[str, np.ndarray]:
    (path,) = folder.glob("*.npz")
    saved = Checkpoint(path).load()
    assert saved is not None
    return {name: array for name, array in saved.items() if name.startswith("network.")}


@pytest.mark.parametrize("normalization", list(Normalization))
def test_stopped_and_resumed_ends_with_the_same_bits(
    tmp_path: Path, dataset: Dataset, normalization: Normalization
) -> None:
    run = replace(RUN, normalization=normalization)
    whole, _ = vgg.train(run, dataset, Machine(tmp_path / "whole"))
    cut = Machine(tmp_path / "cut", checkpoint_seconds=0)
    again, stops = in_sittings(lambda told, stop: vgg.train(run, dataset, cut, told, stop))
    assert stops == 3
    same(whole, again)
    same(network_of(tmp_path / "whole"), network_of(tmp_path / "cut"))
    assert np.isfinite(whole["shift_difference"]).all()
    assert np.isfinite(whole["landscape_loss"]).all()


@pytest.mark.parametrize("normalization", list(Normalization))
def test_probes_leave_the_training_untouched(tmp_path: Path, dataset: Dataset, normalization: Normalization) -> None:
    run = replace(RUN, normalization=normalization)
    bare = replace(run, evaluate_every=0, shift_every=0, histogram_every=0, landscape=LandscapeProbe(every=0))
    probed, _ = vgg.train(run, dataset, Machine(tmp_path / "probed"))
    unprobed, _ = vgg.train(bare, dataset, Machine(tmp_path / "bare"))
    same(network_of(tmp_path / "probed"), network_of(tmp_path / "bare"))
    np.testing.assert_array_equal(probed["train_loss"], unprobed["train_loss"])
    assert np.unique(probed["train_loss"]).size == 3, "the network must move for this to mean anything"


@pytest.mark.parametrize("normalization", [Normalization.NONE, Normalization.BATCH])
def test_a_step_is_that_of_torch_optim(dataset: Dataset, normalization: Normalization) -> None:
    training = vgg.Training(replace(RUN, normalization=normalization), dataset, "cpu", Precision.FLOAT32)
    twin = VGG(normalization, RUN.divisor, torch_generator(RUN.seed, INITIAL))
    optimizer = torch.optim.SGD(twin.parameters(), lr=RUN.learning_rate)
    rows = batch_rows(RUN, 80, 0)
    pixels = dataset.train.images.astype(np.float64)
    standard = (pixels - pixels.mean(axis=(0, 1, 2))) / pixels.std(axis=(0, 1, 2))
    for _ in range(3):
        chosen = next(rows).numpy()
        images = torch.from_numpy(standard[chosen].transpose(0, 3, 1, 2).astype(np.float32))
        labels = torch.from_numpy(dataset.train.labels[chosen].astype(np.int64))
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(twin(images), labels).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        training.advance()
    for (name, ours), theirs in zip(training.network.named_parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-5, msg=name)


def test_evaluating_where_the_network_stands_gives_its_own_gradient(dataset: Dataset) -> None:
    training = vgg.Training(RUN, dataset, "cpu", Precision.FLOAT32)
    loss = training._loss(training._next_batch())
    here, gradient = training.descent.evaluate(loss)(training.descent.parameters, list(training.descent.parameters))
    own, own_gradient = training.descent.gradient(loss)
    assert torch.equal(here, own)
    for name, tensor in own_gradient.items():
        assert torch.equal(gradient[name], tensor), name


def test_windows_average_batches(tmp_path: Path, dataset: Dataset) -> None:
    every_step = replace(RUN, accuracy_every=1, replay_steps=35)
    fine, _ = vgg.train(every_step, dataset, Machine(tmp_path / "fine"))
    coarse, _ = vgg.train(RUN, dataset, Machine(tmp_path / "coarse"))
    np.testing.assert_allclose(fine["train_loss"], fine["replay_loss"])
    np.testing.assert_allclose(coarse["train_loss"], fine["train_loss"][:30].reshape(3, 10).mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(coarse["train_accuracy"], fine["train_accuracy"][:30].reshape(3, 10).mean(axis=1))


def test_first_layer_has_no_shift(tmp_path: Path, dataset: Dataset) -> None:
    arrays, _ = vgg.train(replace(RUN, shift_layers=(1, 5)), dataset, Machine(tmp_path))
    assert (arrays["shift_difference"][:, 0] == 0).all()
    assert (arrays["shift_difference"][:, 1] > 0).all()


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [({"steps": 0}, "at least one step"), ({"divisor": 3}, "divide 64"), ({"histogram_images": 9}, "multiple")],
)
def test_impossible_settings_are_refused_at_once(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(RUN, **settings)


def test_linear_run_stopped_and_resumed_ends_with_the_same_bits(tmp_path: Path) -> None:
    whole, _ = linear.train(LINEAR, None, Machine(tmp_path / "whole"))
    cut = Machine(tmp_path / "cut", checkpoint_seconds=0)
    again, stops = in_sittings(lambda told, stop: linear.train(LINEAR, None, cut, told, stop))
    assert stops == 2
    same(whole, again)
    assert whole["train_loss"][-1] < whole["train_loss"][0]


def test_linear_probes_leave_the_training_untouched(tmp_path: Path) -> None:
    linear.train(LINEAR, None, Machine(tmp_path / "probed"))
    linear.train(replace(LINEAR, shift_every=0), None, Machine(tmp_path / "bare"))
    same(network_of(tmp_path / "probed"), network_of(tmp_path / "bare"))


@pytest.mark.parametrize("factor", [0.5, 1])
def test_linear_loss_is_a_share_of_the_sum_of_squared_errors(factor: float) -> None:
    training = linear.Training(replace(LINEAR, normalization=Normalization.NONE, loss_factor=factor))
    x, targets = (tensor.numpy() for tensor in linear.problem(LINEAR))
    layers: Any = training.network.layers
    product = np.linalg.multi_dot([layer.weight.detach().numpy().T for layer in layers])
    training.advance()
    expected = factor * ((x @ product - targets) ** 2).sum()
    assert training.arrays["replay_loss"][0] == pytest.approx(expected, rel=1e-10)


def test_shift_of_the_linear_network_in_closed_form() -> None:
    """Two layers: G₂ = 2 Σ (W₂W₁x - y)(W₁x)ᵀ, and G₂′ the same with W₁ moved by its own gradient."""
    run = replace(
        LINEAR, normalization=Normalization.NONE, depth=2, shift_layers=(2,), learning_rate=1e-3, loss_factor=1
    )
    training = linear.Training(run)
    layers: Any = training.network.layers
    first, second = (layer.weight.detach().numpy().copy() for layer in layers)
    x, y = (tensor.numpy() for tensor in linear.problem(run))

    def gradient(w: np.ndarray) -> np.ndarray:
        hidden = x @ w.T
        return 2 * (hidden @ second.T - y).T @ hidden

    error = x @ first.T @ second.T - y
    moved = first - run.learning_rate * 2 * second.T @ error.T @ x
    training.advance()
    assert training.arrays["shift_difference"][0, 0] == pytest.approx(np.linalg.norm(gradient(first) - gradient(moved)))
    assert training.arrays["shift_norm"][0, 0] == pytest.approx(np.linalg.norm(gradient(first)))
