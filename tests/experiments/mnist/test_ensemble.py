"""Runs of an ensemble: batches, measurements, interruption."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from figures_src.datasets import Dataset, Images
from figures_src.experiments.mnist import training as ensemble
from figures_src.experiments.mnist.runs import EnsembleRun
from figures_src.experiments.mnist.training import Training, prepare, train
from figures_src.training.checkpoint import Checkpoint
from figures_src.training.loop import Interrupted
from figures_src.training.machine import Machine
from figures_src.training.randomness import batch_rows

RUN = EnsembleRun(
    batch_norm=True,
    sigma=0.3,
    learning_rate=0.5,
    seeds=(1, 4),
    steps=400,
    evaluate_every=50,
    percentiles_every=40,
    dense_steps=25,
    validation_images=60,
    hidden=(12, 10),
    probe_images=101,
    batch_size=20,
    replay_steps=5,
)


def blobs() -> Dataset:
    """Three classes of 6 × 6 images that a small network can tell apart; the last column is never lit."""
    rng = np.random.default_rng(0)
    prototypes = rng.integers(0, 2, (3, 6, 6)) * 255

    def draw(count: int) -> Images:
        labels = rng.integers(0, 3, count).astype(np.uint8)
        flipped = rng.random((count, 6, 6)) < 0.15
        images = np.where(flipped, 255 - prototypes[labels], prototypes[labels]).astype(np.uint8)
        images[:, :, -1] = 0
        return Images(images, labels)

    return Dataset("blobs", draw(560), draw(300), "0" * 64)


def machine(folder: Path) -> Machine:
    return Machine(folder, checkpoint_seconds=0)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_run_learns(tmp_path: Path, batch_norm: bool) -> None:
    arrays, seconds = train(replace(RUN, batch_norm=batch_norm, steps=2000), blobs(), machine(tmp_path))
    assert arrays["test_accuracy"][:, 0].max() < 0.7
    assert arrays["test_accuracy"][:, -1].min() > 0.95
    assert seconds > 0
    assert not any(np.isnan(array).any() for array in arrays.values())


def _heard_twice(told: list[int]) -> bool:
    return len(told) > 1


def test_stopped_and_resumed_ends_with_the_same_bits(tmp_path: Path) -> None:
    whole, _ = train(RUN, blobs(), machine(tmp_path / "whole"))
    stops = 0
    while True:
        told: list[int] = []
        try:
            again, _ = train(RUN, blobs(), machine(tmp_path / "cut"), told.append, partial(_heard_twice, told))
            break
        except Interrupted:
            stops += 1
    assert stops == 4
    assert set(again) == set(whole)
    for name in whole:
        np.testing.assert_array_equal(again[name], whole[name], err_msg=name)


def test_a_finished_run_is_kept_until_its_record_is_written(tmp_path: Path) -> None:
    long_between = replace(machine(tmp_path), checkpoint_seconds=1e9)
    whole, _ = train(RUN, blobs(), long_between)
    told: list[int] = []
    again, _ = train(RUN, blobs(), long_between, told.append)
    assert set(told) == {RUN.steps}
    np.testing.assert_array_equal(again["test_accuracy"], whole["test_accuracy"])


def test_a_damaged_checkpoint_is_told_and_the_run_starts_over(tmp_path: Path) -> None:
    whole, _ = train(RUN, blobs(), machine(tmp_path))
    (saved,) = tmp_path.glob("*.npz")
    content = bytearray(saved.read_bytes())
    content[len(content) // 2] ^= 0xFF
    saved.write_bytes(content)
    with pytest.warns(UserWarning, match="starts over"):
        again, _ = train(RUN, blobs(), machine(tmp_path))
    np.testing.assert_array_equal(again["test_accuracy"], whole["test_accuracy"])


def test_a_truncated_checkpoint_is_told(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "state.npz")
    checkpoint.save({"step": np.arange(1000)})
    checkpoint.path.write_bytes(checkpoint.path.read_bytes()[:-100])
    with pytest.warns(UserWarning, match="damaged"):
        assert checkpoint.load() is None


def test_a_checkpoint_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "state.npz")
    checkpoint.save({"step": np.array(1)})
    with pytest.raises(ValueError, match="pickle"):
        checkpoint.save({"step": np.array([object()])})
    assert list(tmp_path.iterdir()) == [checkpoint.path]
    saved = checkpoint.load()
    assert saved is not None
    assert int(saved["step"]) == 1


def test_a_checkpoint_that_changed_is_refused_wherever_the_change(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "state.npz")
    checkpoint.save({"step": np.arange(50), "name": np.array("a")})
    content = checkpoint.path.read_bytes()
    for place in range(0, len(content), 7):
        damaged = bytearray(content)
        damaged[place] ^= 1
        checkpoint.path.write_bytes(damaged)
        with pytest.warns(UserWarning, match="starts over"):
            assert checkpoint.load() is None


def test_the_running_statistics_can_normalise_the_probe() -> None:
    training = Training(replace(RUN, probe_population=True), blobs())
    training.ensemble.running_mean[-1].fill_(3.0)
    own = Training(RUN, blobs())
    difference = own._percentiles() - training._percentiles()
    assert np.abs(difference).max() > 1


def test_a_run_that_is_stopped_before_it_starts_does_no_work(tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        train(RUN, blobs(), machine(tmp_path), should_stop=lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_every_image_is_seen_once_an_epoch_and_arms_see_the_same() -> None:
    run = replace(RUN, batch_size=20)
    batches = batch_rows(run, 100, 0)
    epoch = torch.stack([next(batches).view(2, 20) for _ in range(5)], dim=1).reshape(2, 100)
    assert torch.equal(epoch.sort(dim=1).values, torch.arange(100).expand(2, 100))
    assert not torch.equal(epoch[0], epoch[1])
    other_arm = next(batch_rows(replace(run, batch_norm=False), 100, 0)).view(2, 20)
    assert torch.equal(other_arm, epoch[:, :20])


@pytest.mark.parametrize("first", [1, 4, 5, 13])
def test_batches_go_on_from_any_step(first: int) -> None:
    batches = batch_rows(RUN, 100, 0)
    expected = [next(batches) for _ in range(first + 1)][-1]
    assert torch.equal(next(batch_rows(RUN, 100, first)), expected)


def test_pixels_that_no_training_image_lights_come_last() -> None:
    pixels = prepare(blobs(), replace(RUN, validation_images=0))
    assert sorted(pixels.order.tolist()) == list(range(36))
    assert set(pixels.order[-6:].tolist()) == {5, 11, 17, 23, 29, 35}
    assert pixels.training.lit == 32
    assert pixels.test_images[:, 30:].sum() == 0
    assert set(torch.unique(pixels.training.images).tolist()) == {0.0, 1.0}


def test_validation_images_are_never_trained_on() -> None:
    dataset = blobs()
    numbered = dataset.train.images.copy()
    numbered[:, 0, :] = 0
    bits = (np.arange(560)[:, None] >> np.arange(10)) & 1
    numbered.reshape(560, 36)[:, :10] = bits * 255
    pixels = prepare(replace(dataset, train=Images(numbered, dataset.train.labels)), RUN)
    inverse = np.argsort(pixels.order)

    def numbers(images: torch.Tensor) -> set[int]:
        padded = torch.nn.functional.pad(images, (0, 36 - images.shape[1]))
        return set((padded[:, inverse[:10]].numpy().astype(int) << np.arange(10)).sum(axis=1).tolist())

    held_out, trained = numbers(pixels.validation_images), numbers(pixels.training.images)
    assert len(held_out) == 60
    assert held_out.isdisjoint(trained)
    assert held_out | trained == set(range(560))


def test_percentiles_are_those_of_numpy() -> None:
    training = Training(RUN, blobs())
    inputs = training.ensemble.sigmoid_inputs(training._probe, population=False).numpy()
    expected = np.percentile(inputs, ensemble.PERCENTILES, axis=1).swapaxes(0, 1)
    np.testing.assert_allclose(training._percentiles(), expected, rtol=1e-6)


def test_with_batch_norm_the_probe_is_standardised_before_training() -> None:
    training = Training(RUN, blobs())
    inputs = training.ensemble.sigmoid_inputs(training._probe, population=False)
    np.testing.assert_allclose(inputs.mean(dim=1), 0, atol=1e-5)
    np.testing.assert_allclose(inputs.var(dim=1, correction=0), 1, atol=1e-2)


def test_replay_loss_is_the_loss_of_the_batch_about_to_be_learnt() -> None:
    training = Training(replace(RUN, batch_norm=False), blobs())
    rows = next(batch_rows(RUN, len(training.pixels.training.images), 0))
    training.measure(rows)
    images = torch.nn.functional.pad(training.pixels.training.images[rows].view(2, 20, 32), (0, 4))
    x = images
    for layer, weights in enumerate(training.ensemble.weights):
        x = torch.sigmoid(x) if layer else x
        x = torch.einsum("snd,sod->sno", x, weights)
    labels = training.pixels.training.labels[rows].view(2, 20)
    expected = [torch.nn.functional.cross_entropy(x[s], labels[s]) for s in range(2)]
    np.testing.assert_allclose(training.measurements.arrays["replay_loss"][:, 0], expected, rtol=1e-5)


def test_changes_add_up_to_the_way_of_the_percentiles(tmp_path: Path) -> None:
    run = replace(RUN, hidden=(12, 1))
    arrays, _ = train(run, blobs(), machine(tmp_path))
    steps = np.abs(np.diff(arrays["unit_dense"], axis=1))
    np.testing.assert_allclose(arrays["layer_dense_change"], steps, atol=1e-6)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"steps": 0}, "at least one step"),
        ({"batch_size": 1}, "two images"),
        ({"seeds": ()}, "one seed"),
        ({"seeds": (1, 1)}, "differ"),
        ({"probe_images": 100}, "multiple of 20"),
        ({"unit": 10}, "outside"),
    ],
)
def test_impossible_settings_are_refused_at_once(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(RUN, **settings)
