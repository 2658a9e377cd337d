"""What arms at several rates share: which rate is chosen, and what the networks of an arm are judged by."""

from pathlib import Path

import numpy as np
import pytest

from figures_src.experiments.few_images import measures
from figures_src.experiments.few_images.runs import FewImagesProtocol, FewImagesRun
from figures_src.experiments.few_images.training import FewImagesTraining
from figures_src.networks.normalization import Normalization
from figures_src.training.machine import Machine
from figures_src.training.one_thread import train_in_one_thread
from tests.experiments.few_images.samples import noise_dataset


def arrays(validation: list[float], test: list[float]) -> dict[str, np.ndarray]:
    """An arm at three rates, two seeds, which differ by two points."""
    spread = np.array([-0.01, 0.01])
    return {
        "arm": np.array(["a"] * 6),
        "run_learning_rate": np.repeat([0.1, 0.2, 0.4], 2),
        "seed": np.tile([0, 1], 3),
        "validation_accuracy": (np.array(validation)[:, None] + spread).ravel(),
        "test_accuracy": (np.array(test)[:, None] + spread).ravel(),
    }


def test_the_rate_is_chosen_on_images_set_aside_and_told_on_test_images() -> None:
    found = arrays([0.5, 0.6, 0.4], [0.7, 0.55, 0.8])
    assert measures.rates(found, "a").tolist() == [0.1, 0.2, 0.4]
    assert measures.best_rate(found, "a") == 0.2
    np.testing.assert_allclose(measures.at_best(found, "a"), [54, 56])
    assert not measures.at_edge(found, "a")
    assert measures.at_edge(arrays([0.5, 0.6, 0.7], [0, 0, 0]), "a")
    assert measures.best_rate(arrays([0.6, 0.6, 0.5], [0, 0, 0]), "a") == 0.1


@pytest.mark.parametrize("normalization", [Normalization.NONE, Normalization.BATCH])
def test_a_network_is_judged_by_its_usual_averages_and_by_recomputed_statistics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, normalization: Normalization
) -> None:
    dataset = noise_dataset()
    run = FewImagesRun(normalization=normalization, seed=0, learning_rate=0.05, batch_size=16, images_seen=128,
                       widths=(4, 4), learnt_images=64, validation_images=32, measured_images=48, precise_images=32,
                       replay_steps=5)  # fmt: skip
    found, _ = train_in_one_thread(FewImagesTraining, run, dataset, Machine(tmp_path))
    right = {name: float(found[f"{name}_accuracy"]) for name in ("validation", "test", "recomputed")}
    assert all(0 <= share <= 1 for share in right.values())
    if normalization is Normalization.NONE:
        assert right["recomputed"] == right["test"]
    again = FewImagesTraining(run, dataset, "cpu")
    losses: list[float] = []
    monkeypatch.setattr(again, "note", losses.append)
    for _ in range(run.steps):
        again.advance()
    assert found["last_loss"] == pytest.approx(np.mean(losses[-4:]))
    usual = again.usual()
    assert right["test"] == again.accuracy(again.shown, usual)


def test_images_set_aside_are_none_of_those_learnt() -> None:
    run = FewImagesRun(normalization=Normalization.BATCH, seed=0, learning_rate=0.05, batch_size=16, images_seen=64,
                       widths=(4, 4), learnt_images=64, validation_images=32, precise_images=32)  # fmt: skip
    training = FewImagesTraining(run, noise_dataset(), "cpu")
    learnt, aside = training.images.numpy(), training.validation.images
    assert (len(learnt), len(aside)) == (64, 32)
    assert not (learnt[:, None] == aside[None]).all(axis=(2, 3, 4)).any()


def test_whoever_stops_early_has_whole_seeds() -> None:
    cells = FewImagesProtocol(learning_rates=(0.1, 0.2), seeds=(0, 1)).cells(("a", "b"))
    assert [cell[0] for cell in cells] == [0] * 4 + [1] * 4
    assert cells[:2] == [(0, "a", 0.1), (0, "a", 0.2)]
