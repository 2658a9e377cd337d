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
    protocol = FewImagesProtocol(learning_rates=(0.1, 0.2), kept=(("b", 0.2), ("a", 0.1)), seeds=(0, 1, 2))
    arms = {"a": "an arm", "b": "another"}
    assert protocol.cells(arms)[:3] == [(0, "an arm", 0.1), (0, "an arm", 0.2), (0, "another", 0.1)]
    assert protocol.cells(arms)[4:] == [(seed, arms[name], rate) for seed in (1, 2) for name, rate in protocol.kept]
    with pytest.raises(KeyError):
        FewImagesProtocol(kept=(("c", 0.1),)).cells(arms)


def test_only_the_first_seed_chooses_the_rate() -> None:
    found = arrays([0.5, 0.6, 0.4], [0, 0, 0])
    found["validation_accuracy"][found["seed"] == 1] = [0.9, 0.1, 0.1]
    assert measures.best_rate(found, "a") == 0.2


def test_a_cell_that_not_every_seed_has_is_no_evidence() -> None:
    found = {name: values[:-1] for name, values in arrays([0.5, 0.6, 0.7], [0, 0, 0]).items()}
    with pytest.raises(ValueError, match=r"a was not trained at 0\.4 with every seed"):
        measures.at_best(found, "a")
    assert len(measures.accuracy(found, "a", 0.2)) == 2


def test_what_every_seed_needs_is_each_own_best_rate_and_those_of_others() -> None:
    a, b = arrays([0.5, 0.6, 0.4], [0, 0, 0]), arrays([0.7, 0.6, 0.4], [0, 0, 0])
    both = {name: np.concatenate([a[name], b[name]]) for name in a}
    both["arm"] = np.repeat(["a", "b"], 6)
    assert measures.kept(both, ("a", "b"), [("b", "a"), ("a", "a")]) == (("a", 0.2), ("b", 0.1), ("b", 0.2))
