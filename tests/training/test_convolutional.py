"""Tiny runs of E4: interruption, measurements that change nothing, and what the arrays hold."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from figures_src.datasets import Dataset, Images
from figures_src.datasets.fashion_mnist import Clothing
from figures_src.experiments.batch_statistics import training as batch_statistics
from figures_src.experiments.batch_statistics.runs import StatisticsRun
from figures_src.experiments.cars import training as cars
from figures_src.experiments.cars.runs import CarsRun
from figures_src.experiments.shoes import training as shoes
from figures_src.experiments.shoes.measures import EVALUATION, GROUPS, TRAINING
from figures_src.experiments.shoes.runs import ShoesRun
from figures_src.networks.convolutional import Sizes
from figures_src.networks.normalization import Normalization
from figures_src.runs import ConvolutionalRun
from figures_src.training.checkpoint import Checkpoint
from figures_src.training.convolutional import Training
from figures_src.training.loop import Interrupted
from figures_src.training.machine import Machine
from figures_src.training.probes.population import install
from figures_src.training.randomness import INITIAL, batch_rows, torch_generator

COMMON: dict[str, Any] = {"seed": 3, "learning_rate": 0.05, "widths": (4, 6), "replay_steps": 5}
SHOES = ShoesRun(
    normalization=Normalization.BATCH, batch_size=10, images_seen=250, learnt_per_answer=40, shown_per_answer=20,
    population_batches=3, bins=60, **COMMON,
)  # fmt: skip
CARS = CarsRun(
    normalization=Normalization.BATCH, batch_size=10, images_seen=250, learnt_per_answer=40, shown_per_answer=20,
    population_batches=3, angles=(20, 90), light=(0.5, 0.1), fog=(0.5, 0.9), **COMMON,
)  # fmt: skip
STATISTICS = StatisticsRun(
    normalization=Normalization.BATCH, batch_size=8, images_seen=200, learnt_images=60, measured_images=50,
    precise_images=48, precise_batches=(1, 4, 16), evaluations=2, **COMMON,
)  # fmt: skip
RUNS = (SHOES, CARS, STATISTICS, replace(STATISTICS, group=4))
NAMES = ["shoes", "cars", "statistics", "groups"]


def made_up(side: tuple[int, ...]) -> Dataset:
    """Ten classes, each of its own brightness in one corner."""
    rng = np.random.default_rng(0)
    splits = []
    for count in (60, 60):
        labels = np.repeat(np.arange(10, dtype=np.uint8), count)
        images = rng.integers(0, 120, (10 * count, *side)).astype(np.uint8)
        images[:, :9, :9] += (12 * labels).reshape(-1, *[1] * len(side))
        splits.append(Images(images, labels))
    return Dataset("made up", splits[0], splits[1], "0" * 64)


@pytest.fixture(scope="module")
def datasets() -> dict[type, Dataset]:
    grey, coloured = made_up((28, 28)), made_up((32, 32, 3))
    return {ShoesRun: grey, CarsRun: coloured, StatisticsRun: coloured}


def module_of(run: ConvolutionalRun) -> Any:
    return {ShoesRun: shoes, CarsRun: cars, StatisticsRun: batch_statistics}[type(run)]


def train(run: ConvolutionalRun, datasets: dict[type, Dataset], machine: Machine, *more: Any) -> dict[str, np.ndarray]:
    arrays, _ = module_of(run).train(run, datasets[type(run)], machine, *more)
    return arrays


def training(run: ConvolutionalRun, datasets: dict[type, Dataset]) -> Training:
    kinds = {
        ShoesRun: shoes.ShoesTraining,
        CarsRun: cars.CarsTraining,
        StatisticsRun: batch_statistics.StatisticsTraining,
    }
    return kinds[type(run)](run, datasets[type(run)], "cpu")


def in_sittings(go: Callable[..., Any]) -> tuple[dict[str, np.ndarray], int]:
    stops = 0
    while True:
        told: list[int] = []
        try:
            return go(told.append, lambda told=told: len(told) > 1), stops
        except Interrupted:
            stops += 1


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    assert set(one) == set(other)
    for name, array in one.items():
        np.testing.assert_array_equal(other[name], array, err_msg=name)


def parameters_of(folder: Path) -> dict[str, np.ndarray]:
    (path,) = folder.glob("*.npz")
    saved = Checkpoint(path).load()
    assert saved is not None
    return {name: array for name, array in saved.items() if name.endswith(("weight", "bias"))}


@pytest.mark.parametrize("normalization", [Normalization.NONE, Normalization.BATCH])
@pytest.mark.parametrize("run", RUNS, ids=NAMES)
def test_stopped_and_resumed_ends_with_the_same_bits(
    tmp_path: Path, datasets: dict[type, Dataset], run: ConvolutionalRun, normalization: Normalization
) -> None:
    run = replace(run, normalization=normalization)
    whole = train(run, datasets, Machine(tmp_path / "whole"))
    cut = Machine(tmp_path / "cut", checkpoint_seconds=0)
    again, stops = in_sittings(lambda *told: train(run, datasets, cut, *told))
    assert stops == 2
    same(whole, again)
    assert np.unique(whole["replay_loss"]).size == 5


@pytest.mark.parametrize("run", RUNS, ids=NAMES)
def test_measurements_leave_the_training_untouched(
    tmp_path: Path, datasets: dict[type, Dataset], run: ConvolutionalRun
) -> None:
    train(replace(run, evaluations=5), datasets, Machine(tmp_path / "often"))
    train(replace(run, evaluations=0), datasets, Machine(tmp_path / "never"))
    same(parameters_of(tmp_path / "often"), parameters_of(tmp_path / "never"))


@pytest.mark.parametrize("normalization", [Normalization.NONE, Normalization.BATCH])
def test_a_step_is_that_of_torch_optim(datasets: dict[type, Dataset], normalization: Normalization) -> None:
    ours = training(replace(STATISTICS, normalization=normalization), datasets)
    generator = torch_generator(STATISTICS.seed, INITIAL)
    twin = type(ours.network)(normalization, Sizes(3, 32, STATISTICS.widths, 10), generator)
    optimizer = torch.optim.SGD(twin.parameters(), lr=STATISTICS.learning_rate)
    rows = batch_rows(STATISTICS, 60, 0)
    pixels = ours.images.numpy().astype(np.float64)
    standard = (pixels - pixels.mean(axis=(0, 1, 2))) / pixels.std(axis=(0, 1, 2))
    for _ in range(4):
        chosen = next(rows).numpy()
        images = torch.from_numpy(standard[chosen].transpose(0, 3, 1, 2).astype(np.float32))
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(twin(images), ours.labels[torch.from_numpy(chosen)]).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        ours.advance()
    for (name, one), other in zip(ours.network.named_parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5, msg=name)


def test_sandals_are_nowhere_and_boots_are_not_learnt(datasets: dict[type, Dataset]) -> None:
    dataset = datasets[ShoesRun]
    known = {image.tobytes(): label for image, label in zip(dataset.train.images, dataset.train.labels, strict=True)}
    learnt = shoes.learnt(dataset, SHOES)
    kinds = np.array([known[image.tobytes()] for image in learnt.images[..., 0]])
    assert set(kinds) == set(Clothing) - {Clothing.SANDAL, Clothing.ANKLE_BOOT}
    np.testing.assert_array_equal(learnt.labels, kinds == Clothing.SNEAKER)
    assert learnt.labels.mean() == 0.5


def test_groups_differ_by_their_shoes_alone(datasets: dict[type, Dataset]) -> None:
    shown = shoes.shown(datasets[ShoesRun], 20)
    pictures = {
        name: {answer: {image.tobytes() for image in group.images[group.labels == answer]} for answer in (0, 1)}
        for name, group in shown.items()
    }
    assert {name: (len(each[1]), len(each[0])) for name, each in pictures.items()} == {
        "reference": (20, 20), "familiar": (20, 20), "shifted": (20, 20), "sneakers": (20, 0), "boots": (20, 0),
    }  # fmt: skip
    assert pictures["familiar"][0] == pictures["shifted"][0]
    assert pictures["familiar"][1] == pictures["sneakers"][1]
    assert pictures["shifted"][1] == pictures["boots"][1]
    assert not pictures["reference"][0] & pictures["familiar"][0]
    assert not pictures["reference"][1] & pictures["familiar"][1]


def test_what_the_shoe_networks_record(tmp_path: Path, datasets: dict[type, Dataset]) -> None:
    arrays = train(SHOES, datasets, Machine(tmp_path))
    assert np.isfinite(arrays["accuracy"]).all()
    assert arrays["histogram"].shape == (2, len(GROUPS), 2, 60)
    assert (arrays["histogram"][:, :, 0].sum(axis=-1) == 28 * 28 * 4 * np.array([40, 40, 20, 20])).all()
    # Each batch shown in training mode is normalised by its own statistics, whatever it holds.
    np.testing.assert_allclose(arrays["channel_mean"][TRAINING], 0, atol=1e-3)
    np.testing.assert_allclose(arrays["channel_deviation"][TRAINING], 1, atol=0.02)
    for layer, (start, stop) in enumerate(((0, 4), (4, 10))):
        own = arrays["swap_distance"][EVALUATION, start:stop]
        assert own[arrays["typical_channel"][layer]] == np.sort(own)[(stop - start - 1) // 2]
    assert (arrays["typical_histogram"].sum(axis=-1) * [4, 6] == arrays["histogram"].sum(axis=-1)).all()
    boots, familiar = GROUPS.index("boots"), GROUPS.index("familiar")
    distance = arrays["channel_distance"][EVALUATION].mean(axis=-1)
    assert distance[boots] > 2 * distance[familiar], "boots are brighter than anything learnt"
    plain = train(replace(SHOES, normalization=Normalization.NONE), datasets, Machine(tmp_path / "plain"))
    assert np.isfinite(plain["channel_mean"][EVALUATION]).all()
    assert np.isnan(plain["accuracy"][TRAINING]).all()


def test_what_the_car_networks_record(tmp_path: Path, datasets: dict[type, Dataset]) -> None:
    arrays = train(CARS, datasets, Machine(tmp_path))
    assert arrays["accuracy"].shape == (2, 3, 3)
    assert np.isfinite(arrays["accuracy"]).all()
    as_is = arrays["accuracy"][:, :, 0]
    np.testing.assert_array_equal(as_is, as_is[:, :1].repeat(3, axis=1))
    plain = train(replace(CARS, normalization=Normalization.NONE), datasets, Machine(tmp_path / "plain"))
    assert np.isnan(plain["accuracy"][1]).all()
    assert np.isfinite(plain["recall"][0]).all()


def test_recomputed_statistics_undo_the_dark(datasets: dict[type, Dataset]) -> None:
    """Half the light is affine in the pixels: what the first normalization gives hardly changes.

    It changes a little: around an image, the convolution sees zeros, which stand for the mean colour learnt.
    """
    ours = training(CARS, datasets)
    assert isinstance(ours, cars.CarsTraining)
    bright = ours.shown.images // 2 * 2

    @torch.no_grad()
    def normalised(images: np.ndarray, vector: torch.Tensor) -> torch.Tensor:
        install(ours.network.eval(), vector)
        standard = ours.standardised(torch.from_numpy(images))
        return ours.network.norms[0](ours.network.convolutions()[0](standard))[:, :, 1:-1, 1:-1]

    own, its = (ours._recomputed(images) for images in (bright, bright // 2))
    before = normalised(bright, own)
    undone, left = (float((normalised(bright // 2, vector) - before).abs().mean()) for vector in (its, own))
    assert undone < 0.1
    assert left > 5 * undone


def test_what_the_statistics_record(tmp_path: Path, datasets: dict[type, Dataset]) -> None:
    arrays = train(STATISTICS, datasets, Machine(tmp_path))
    assert arrays["estimate_accuracy"].shape == (2, 4)
    for name in ("estimate_accuracy", "own_accuracy", "train_accuracy"):
        assert np.isfinite(arrays[name]).all()
    assert np.isfinite(arrays["precise_accuracy"]).tolist() == [True, True, False]  # 16 batches would be 128 images
    plain = train(replace(STATISTICS, normalization=Normalization.NONE), datasets, Machine(tmp_path / "plain"))
    assert (plain["estimate_accuracy"] == plain["estimate_accuracy"][:, :1]).all()
    assert np.isnan(plain["own_accuracy"]).all()


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"batch_size": 1}, "two images a batch"),
        ({"images_seen": 7}, "one step or more"),
        ({"group": 3}, "do not divide"),
        ({"group": 1}, "hold one image"),
        ({"batch_size": 50}, "larger than the images"),
    ],
)
def test_impossible_settings_are_refused_at_once(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(STATISTICS, **settings)
