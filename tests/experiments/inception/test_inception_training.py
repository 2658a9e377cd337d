"""Runs of a small Inception: interruption, the optimizer, the images set aside, and what diverges."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from figures_src.datasets import Dataset, Images
from figures_src.experiments.inception import training as inception
from figures_src.experiments.inception.runs import STILL_FINITE, InceptionRun
from figures_src.networks.inception_plan import Activation
from figures_src.networks.normalization import Normalization
from figures_src.training.loop import Interrupted
from figures_src.training.machine import Machine
from figures_src.training.precision import Precision
from figures_src.training.randomness import batch_rows

RUN = InceptionRun(
    arm="bn_x5",
    normalization=Normalization.BATCH,
    activation=Activation.RELU,
    learning_rate=0.05,
    seed=3,
    steps=25,
    batch_size=4,
    accuracy_every=10,
    evaluate_every=5,
    replay_steps=4,
)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 48).astype(np.uint8)
    images = rng.integers(0, 200, (48, 32, 32, 3)).astype(np.uint8)
    images[:, :, :, 0] += 5 * labels[:, None, None]
    return Dataset("noise", Images(images[:40], labels[:40]), Images(images[40:], labels[40:]), "0" * 64)


def in_sittings(train: Callable[..., Any]) -> tuple[dict[str, np.ndarray], int]:
    stops = 0
    while True:
        told: list[int] = []
        try:
            arrays, _ = train(told.append, lambda told=told: len(told) > 1)
            return arrays, stops
        except Interrupted:
            stops += 1


def test_stopped_and_resumed_ends_with_the_same_bits(tmp_path: Path, dataset: Dataset) -> None:
    whole, _ = inception.train(RUN, dataset, Machine(tmp_path / "whole"))
    cut = Machine(tmp_path / "cut", checkpoint_seconds=0)
    again, stops = in_sittings(lambda told, stop: inception.train(RUN, dataset, cut, told, stop))
    assert stops == 2
    assert set(again) == set(whole)
    for name, array in whole.items():
        np.testing.assert_array_equal(again[name], array, err_msg=name)
    assert whole["test_accuracy"].shape == (6,)
    assert np.isfinite(whole["train_loss"]).all()
    assert whole["diverged_at"] == STILL_FINITE


def test_a_step_is_that_of_torch_optim(dataset: Dataset) -> None:
    run = replace(RUN, normalization=Normalization.NONE, batch_size=8)
    training = inception.on_photographs(run, dataset, "cpu", Precision.FLOAT32)
    before = {name: tensor.clone() for name, tensor in training.network.named_parameters()}
    velocity = {name: torch.zeros_like(tensor) for name, tensor in before.items()}
    rows, twin = batch_rows(run, 40, 0), inception.build(run, "cpu")
    pixels = dataset.train.images.astype(np.float64)
    standard = (pixels - pixels.mean(axis=(0, 1, 2))) / pixels.std(axis=(0, 1, 2))
    for _ in range(3):
        chosen = next(rows).numpy()
        images = torch.from_numpy(standard[chosen].transpose(0, 3, 1, 2).astype(np.float32))
        labels = torch.from_numpy(dataset.train.labels[chosen].astype(np.int64))
        loss = torch.nn.functional.cross_entropy(twin(images), labels)
        gradients = torch.autograd.grad(loss, list(twin.parameters()))
        with torch.no_grad():
            for (name, parameter), gradient in zip(twin.named_parameters(), gradients, strict=True):
                velocity[name] = 0.9 * velocity[name] + gradient
                parameter.sub_(0.05 * velocity[name])
        training.advance()
    for (name, ours), theirs in zip(training.network.named_parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-5, msg=name)
        assert not torch.equal(ours, before[name]) or "bias" in name


def test_images_set_aside_judge_and_are_never_learnt(tmp_path: Path, dataset: Dataset) -> None:
    run = replace(RUN, validation_images=8)
    training = inception.on_photographs(run, dataset, "cpu", Precision.FLOAT32)
    aside = inception.held_out(run, 40)
    assert aside is not None
    assert len(set(aside.tolist())) == 8
    assert isinstance(training.source, inception.OnPhotographs)
    photographs = training.source.photographs
    np.testing.assert_array_equal(photographs.judged.numpy(), dataset.train.images[aside])
    learnt = {image.tobytes() for image in photographs.training.numpy()}
    assert len(learnt) == 32
    assert not learnt & {image.tobytes() for image in dataset.train.images[aside]}
    np.testing.assert_array_equal(aside, inception.held_out(replace(run, seed=4), 40))
    arrays, _ = inception.train(run, dataset, Machine(tmp_path))
    assert "validation_accuracy" in arrays
    assert not any(name.startswith("test") for name in arrays)


def test_test_images_count_for_nothing_when_images_are_set_aside(tmp_path: Path, dataset: Dataset) -> None:
    other = replace(dataset, test=Images(255 - dataset.test.images, dataset.test.labels), sha256="1" * 64)
    run = replace(RUN, validation_images=8)
    one, another = (inception.train(run, data, Machine(tmp_path / data.sha256[0]))[0] for data in (dataset, other))
    for name, array in one.items():
        np.testing.assert_array_equal(another[name], array)


def test_what_diverges_is_written_down_and_costs_no_more_steps(tmp_path: Path, dataset: Dataset) -> None:
    run = replace(RUN, normalization=Normalization.NONE, learning_rate=1e6)
    arrays, _ = inception.train(run, dataset, Machine(tmp_path))
    at = int(arrays["diverged_at"])
    assert 0 < at < 10
    assert np.isfinite(arrays["test_accuracy"]).all()
    assert np.isnan(arrays["train_loss"]).all(), "both windows hold or follow the step that diverged"
    assert np.isfinite(arrays["replay_loss"][:at]).all()


def test_evaluating_leaves_the_training_untouched(tmp_path: Path, dataset: Dataset) -> None:
    judged, _ = inception.train(RUN, dataset, Machine(tmp_path / "a"))
    bare, _ = inception.train(replace(RUN, evaluate_every=0), dataset, Machine(tmp_path / "b"))
    np.testing.assert_array_equal(judged["train_loss"], bare["train_loss"])


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [({"steps": 0}, "at least one step"), ({"batch_size": 1}, "two images"), ({"network": "smal"}, "choose among")],
)
def test_impossible_settings_are_refused_at_once(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(RUN, **settings)
