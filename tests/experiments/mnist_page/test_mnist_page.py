"""The page's networks in Python: what is trained, the digits, and the predictions."""

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from figures_src.batchnorm import BatchNorm1d
from figures_src.datasets import load_mnist
from figures_src.experiments.mnist.measures import WITH_BN, WITHOUT_BN
from figures_src.experiments.mnist.runs import MnistGrid
from figures_src.experiments.mnist_page import digits, measures, predictions
from figures_src.experiments.mnist_page.cut import cut
from figures_src.experiments.mnist_page.digits import Digits
from figures_src.experiments.mnist_page.experiment import MNIST_PAGE
from figures_src.experiments.mnist_page.runs import (
    BATCH_SIZES,
    DEFAULT,
    LEARNING_RATES,
    MOMENTA,
    SIGMAS,
    TRIED,
    Evaluation,
    MnistPage,
    PageRun,
)
from figures_src.experiments.mnist_page.training import PageTraining, network
from figures_src.experiments.mnist_rates.runs import MnistRates
from figures_src.experiments.prediction import by_name
from figures_src.records import store
from figures_src.training.machine import Machine
from tests.experiments import digit_samples
from tests.experiments.mnist_page.in_node import evaluate
from tests.experiments.page_samples import FINAL, arrays


def a_run(**changes: object) -> PageRun:
    run: PageRun = MNIST_PAGE.quick.runs()[1]
    return replace(run, steps=12, training_images=120, held_out_images=64, probe_images=41, **changes)  # type: ignore[arg-type]


def test_predictions_can_be_met_and_fail() -> None:
    met = by_name(predictions.verdicts(arrays()))
    assert list(met) == list(predictions.PREDICTIONS)
    assert [name for name, verdict in met.items() if not verdict.met] == []
    turned = {name: (with_bn, without) for name, (without, with_bn) in FINAL.items()}
    worse = {**turned, "easy": (0.7, 0.8), "pairs_by_batch": (0.6, 0.7), "fast": (0.5, 0.1)}
    assert [verdict.name for verdict in predictions.verdicts(arrays(worse, spread=2)) if verdict.met] == []


def test_a_quick_record_lacks_what_it_was_not_asked_for() -> None:
    short = {name: array if name == "step" else array[:2] for name, array in arrays().items()}
    assert np.isnan(measures.gap(short, "wide")).all()
    assert measures.gap(short, "default") == pytest.approx(75)
    assert np.isnan(measures.accuracy(short, "default", WITH_BN, step=5000)).all()


def test_the_reader_has_the_whole_plane_of_both_grids() -> None:
    assert set(MnistGrid.sigmas) == set(SIGMAS)
    assert {*MnistGrid.learning_rates, *MnistRates.learning_rates} == set(LEARNING_RATES)
    for setting in (DEFAULT, *TRIED):
        chosen = (setting.sigma, setting.learning_rate, setting.batch_size, setting.momentum)
        for value, values in zip(chosen, (SIGMAS, LEARNING_RATES, BATCH_SIZES, MOMENTA), strict=True):
            assert value in values
    assert len({replace(setting, name="") for setting in (DEFAULT, *TRIED)}) == 6


def test_networks_are_looked_at_often_at_first() -> None:
    steps = list(MnistPage().runs()[0].evaluation_steps())
    assert steps == [*range(0, 101, 10), *range(150, 1001, 50)]
    assert a_run().cut_short().evaluation_steps() == [0]


def test_both_networks_of_a_seed_start_alike_and_use_the_projects_layer() -> None:
    ours, other = (network(a_run(batch_norm=batch_norm), 3, 784, 10) for batch_norm in (True, False))
    assert sum(isinstance(layer, BatchNorm1d) for layer in ours) == 3
    pairs = [[layer for layer in net if isinstance(layer, torch.nn.Linear)] for net in (ours, other)]
    for one, two in zip(*pairs, strict=True):
        assert torch.equal(one.weight, two.weight)
    assert [layer.bias is not None for layer in pairs[0]] == [False, False, False, True]
    assert pairs[0][0].weight.std().item() == pytest.approx(a_run().setting.sigma, rel=0.01)


@pytest.mark.parametrize("evaluation", list(Evaluation))
def test_an_evaluation_changes_nothing_and_a_run_resumes(evaluation: Evaluation) -> None:
    run = a_run(setting=replace(DEFAULT, batch_size=8, evaluation=evaluation))
    whole, first = (PageTraining(run, digit_samples.digits(), "cpu") for _ in range(2))
    for _ in range(6):
        whole.advance()
        first.advance()
    averages = first.networks[0][1].get_buffer("running_mean").clone()
    first.measure()
    assert torch.equal(averages, first.networks[0][1].get_buffer("running_mean"))
    second = PageTraining(run, digit_samples.digits(), "cpu")
    second.restore({name: array.copy() for name, array in first.state().items()})
    for _ in range(6):
        whole.advance()
        second.advance()
    for name, array in whole.finish().items():
        np.testing.assert_array_equal(array, second.finish()[name])


def test_by_the_batch_the_answer_depends_on_the_neighbours() -> None:
    run = a_run(setting=replace(DEFAULT, batch_size=2, evaluation=Evaluation.BATCH))
    training = PageTraining(run, digit_samples.digits(), "cpu")
    training.measure()
    by_batch = training.arrays["layer_percentiles"].copy()
    training.run = replace(run, setting=replace(run.setting, evaluation=Evaluation.AVERAGES))
    training.measure()
    assert not np.allclose(by_batch[0, 0], training.arrays["layer_percentiles"][0, 0])


def test_digits_are_the_first_of_both_files_and_travel_unharmed(tmp_path: Path) -> None:
    dataset = digit_samples.digits()
    found = cut(dataset, 50, 20, 128)
    assert found.first(50).labels.tolist() == dataset.train.labels[:50].tolist()
    np.testing.assert_array_equal(found.last(20).pixels, dataset.test.images[:20].reshape(20, -1) >= 128)
    kept = digits.of_record(digits.kept(found))
    np.testing.assert_array_equal(kept.pixels, found.pixels)
    np.testing.assert_array_equal(kept.labels, found.labels)
    # Seldom lit, dark, lit from end to end: runs longer than a byte counts, and none at all.
    odd = np.zeros((4, 784), dtype=bool)
    odd[1], odd[2, [0, 300, 783]], odd[3, 600:] = True, True, True
    for pixels, labels in ((odd, np.arange(4)), ((np.arange(784) % 9 == 0)[None], np.array([7]))):
        sent = list(gzip.decompress(digits.served(Digits(pixels, labels.astype(np.uint8)))))
        program = "return m.digits.decode(Uint8Array.from(a[0]), a[1]);"
        decoded = evaluate(tmp_path, program, sent, len(labels))
        assert decoded["labels"] == labels.tolist()
        assert decoded["lit"] == np.nonzero(pixels)[1].tolist()
        assert decoded["starts"] == [0, *np.cumsum(pixels.sum(axis=1)).tolist()]


@pytest.mark.slow
def test_the_digits_of_the_record_are_mnists() -> None:
    record = store.load("mnist_page")
    kept, shown = digits.of_record(record.arrays), cut(load_mnist(), 2000, 1000, 128)
    np.testing.assert_array_equal(kept.pixels, shown.pixels)
    np.testing.assert_array_equal(kept.labels, shown.labels)


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")
def test_a_small_protocol_runs_and_replays(tmp_path: Path) -> None:
    tiny = replace(MNIST_PAGE.quick, steps=30)
    outcome = MNIST_PAGE.run(tiny, Machine(tmp_path, images=store.QUICK_IMAGES))
    found = outcome.arrays
    assert outcome.precision == "float64"
    assert found["held_out_accuracy"].shape == (2, 2, 2, 4)
    assert found["layer_percentiles"].shape == (2, 2, 2, 4, 3)
    assert len(found["digit_pixels"]) == len(found["digit_labels"]) == 800
    np.testing.assert_array_equal(found["batch_loss"], found["replay_loss"])
    again = MNIST_PAGE.replay(tiny, Machine(tmp_path / "again", images=store.QUICK_IMAGES)).arrays["replay_loss"]
    np.testing.assert_array_equal(again.reshape(found["replay_loss"].shape), found["replay_loss"])
    assert [verdict.name for verdict in MNIST_PAGE.verdicts(found)] == list(predictions.PREDICTIONS)
    assert not np.array_equal(found["held_out_accuracy"][0, WITHOUT_BN], found["held_out_accuracy"][0, WITH_BN])
