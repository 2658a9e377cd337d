"""The controls of E3 on a tiny VGG: probes that change nothing, noise held or drawn anew, statistics taken again."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from figures_src.datasets import Dataset, Images
from figures_src.experiments.vgg.runs import LandscapeProbe
from figures_src.experiments.vgg_controls.measures import WAYS
from figures_src.experiments.vgg_controls.runs import ControlRun
from figures_src.experiments.vgg_controls.training import Training, train
from figures_src.networks.normalization import Initial, Normalization
from figures_src.training.checkpoint import Checkpoint
from figures_src.training.machine import Machine
from figures_src.training.precision import Precision
from figures_src.training.randomness import batch_rows

pytestmark = pytest.mark.slow

RUN = ControlRun(
    normalization=Normalization.NOISY,
    learning_rate=0.05,
    seed=3,
    steps=6,
    divisor=32,
    batch_size=8,
    accuracy_every=2,
    evaluate_every=3,
    shift_every=3,
    histogram_every=3,
    histogram_images=16,
    histogram_bins=20,
    landscape=LandscapeProbe(every=3),
    rate_line=(0.125, 0.5, 2.0),
    distance_line=(0.0, 0.1),
    recomputed_batches=3,
    replay_steps=4,
)
UNPROBED = replace(RUN, evaluate_every=0, shift_every=0, histogram_every=0, landscape=LandscapeProbe(every=0))


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 96).astype(np.uint8)
    images = rng.integers(0, 200, (96, 32, 32, 3)).astype(np.uint8)
    images[:, :, :, 0] += 5 * labels[:, None, None]
    return Dataset("noise", Images(images[:80], labels[:80]), Images(images[80:], labels[80:]), "0" * 64)


def network_of(folder: Path) -> dict[str, np.ndarray]:
    (path,) = folder.glob("*.npz")
    saved = Checkpoint(path).load()
    assert saved is not None
    return {name: array for name, array in saved.items() if name.startswith("network.")}


@pytest.mark.parametrize("normalization", list(Normalization))
def test_the_probes_change_nothing(tmp_path: Path, dataset: Dataset, normalization: Normalization) -> None:
    probed, _ = train(replace(RUN, normalization=normalization), dataset, Machine(tmp_path / "probed"))
    plain, _ = train(replace(UNPROBED, normalization=normalization), dataset, Machine(tmp_path / "plain"))
    np.testing.assert_array_equal(probed["replay_loss"], plain["replay_loss"])
    for name, array in network_of(tmp_path / "plain").items():
        np.testing.assert_array_equal(network_of(tmp_path / "probed")[name], array, err_msg=name)


def test_noise_held_is_the_same_function_and_fresh_noise_another(tmp_path: Path, dataset: Dataset) -> None:
    arrays, _ = train(replace(RUN, rate_line=(1e-6, 0.5)), dataset, Machine(tmp_path))
    nowhere = arrays["line_distance_change_squared"][:, 0]
    np.testing.assert_allclose(nowhere, 0, atol=1e-9)
    assert (arrays["line_rate_fresh_change_squared"][:, 0] > 1e3 * (nowhere + 1e-9)).all()
    assert (np.abs(arrays["line_rate_fresh_loss"] - arrays["landscape_loss"]) > 1e-3).all()
    assert len({*arrays["line_rate_fresh_loss"].ravel()}) == arrays["line_rate_fresh_loss"].size, "another draw each"


def test_without_noise_there_is_nothing_to_draw_anew(tmp_path: Path, dataset: Dataset) -> None:
    arrays, _ = train(replace(RUN, normalization=Normalization.BATCH), dataset, Machine(tmp_path))
    assert np.isnan(arrays["line_rate_fresh_loss"]).all()
    assert np.isfinite(arrays["line_distance_loss"]).all()


@pytest.mark.parametrize(
    ("normalization", "known"), [(Normalization.NONE, 1), (Normalization.BATCH, 2), (Normalization.NOISY, 3)]
)
def test_a_network_is_judged_in_the_ways_that_it_has(
    tmp_path: Path, dataset: Dataset, normalization: Normalization, known: int
) -> None:
    arrays, _ = train(replace(RUN, normalization=normalization), dataset, Machine(tmp_path))
    assert np.isfinite(arrays["evaluation_accuracy"]).sum(axis=1).tolist() == [known] * 3
    np.testing.assert_array_equal(arrays["evaluation_accuracy"][:, WAYS.index("moving")], arrays["test_accuracy"])


def test_statistics_taken_again_are_those_of_the_coming_batches_without_noise(dataset: Dataset) -> None:
    training = Training(RUN, dataset, "cpu", Precision.FLOAT32)
    training.advance()
    before = {name: buffer.clone() for name, buffer in training.network.named_buffers()}
    first: Any = training.network.layers[0]
    coming = training.photographs
    with training._statistics_taken_again():
        found = first.norm.running_mean.clone()
    order = batch_rows(RUN, len(coming.training), training.step)
    means = [first.linear(coming.batch(next(order)).images).mean((0, 2, 3)) for _ in range(RUN.recomputed_batches)]
    torch.testing.assert_close(found, torch.stack(means).mean(dim=0))
    for name, buffer in training.network.named_buffers():
        torch.testing.assert_close(buffer, before[name], rtol=0, atol=0)
    assert first.norm.momentum == torch.nn.BatchNorm2d(1).momentum


def test_he_weights_are_normal_of_variance_two_over_the_inputs(dataset: Dataset) -> None:
    run = replace(RUN, initial=Initial.HE, divisor=1)
    sixth: Any = Training(run, dataset, "cpu", Precision.FLOAT32).network.layers[5]
    weight = sixth.linear.weight.detach()
    assert float(weight.std()) == pytest.approx((2 / weight[0].numel()) ** 0.5, rel=0.01)
    assert float(weight.abs().max()) > 3.5 * float(weight.std()), "a uniform draw has no tail"
