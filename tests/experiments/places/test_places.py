"""The two places of BN: the networks against the same in plain PyTorch, what is trained, and the predictions."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from figures_src.experiments.places import experiment, measures, predictions
from figures_src.experiments.places.networks import PlacedNetwork
from figures_src.experiments.places.predictions import PREDICTIONS
from figures_src.experiments.places.runs import NETWORKS, Architecture, Place, arm_of
from figures_src.networks.convolutional import Sizes
from figures_src.networks.normalization import Normalization
from figures_src.records import store
from figures_src.training.machine import Machine
from figures_src.training.probes.population import statistics
from tests.experiments.places.samples import RATES, place_arrays

EQUAL = {arm_of(architecture, place): 50.0 for architecture, place in NETWORKS}


def network(architecture: Architecture, place: Place, seed: int = 0) -> PlacedNetwork:
    widths = (4, 6) if architecture is Architecture.PLAIN else (4, 4, 6)
    return PlacedNetwork(architecture, place, Sizes(3, 16, widths, 10), torch.Generator().manual_seed(seed))


def images() -> Tensor:
    return torch.randn(8, 3, 16, 16, generator=torch.Generator().manual_seed(1))


def norm(z: Tensor) -> Tensor:
    mean = z.mean((0, 2, 3), keepdim=True)
    return (z - mean) / (((z - mean) ** 2).mean((0, 2, 3), keepdim=True) + 1e-5).sqrt()


ORDERS: dict[Place, Callable[[Tensor], Tensor]] = {
    Place.NOWHERE: functional.relu,
    Place.BEFORE: lambda z: functional.relu(norm(z)),
    Place.AFTER: lambda z: norm(functional.relu(z)),
}


@pytest.mark.parametrize("place", list(Place))
def test_the_plain_network_by_hand(place: Place) -> None:
    of, x, act = network(Architecture.PLAIN, place), images(), ORDERS[place]
    one, two = of.convolutions()
    y = functional.max_pool2d(act(functional.conv2d(x, one.weight, one.bias, padding=1)), 2)
    y = functional.max_pool2d(act(functional.conv2d(y, two.weight, two.bias, padding=1)), 2)
    torch.testing.assert_close(of(x), of.classifier(y.flatten(1)), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("place", list(Place))
def test_the_residual_network_by_hand(place: Place) -> None:
    of, x, act = network(Architecture.RESIDUAL, place), images(), ORDERS[place]
    stem, one, two, three, four = of.layers
    x = functional.max_pool2d(stem(x), 2)
    x = x + two(act(one(act(x))))
    inside = act(x)
    x = of.shortcuts[1](inside) + four(act(three(inside)))
    assert x.shape == (8, 6, 4, 4)
    torch.testing.assert_close(of(images()), of.classifier(act(x).mean((2, 3))), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("architecture", list(Architecture))
def test_all_places_start_from_the_same_parameters(architecture: Architecture) -> None:
    def drawn(place: Place) -> dict[str, Tensor]:
        named = network(architecture, place).named_parameters()
        return {name: value for name, value in named if not name.startswith("norms.")}

    nowhere = drawn(Place.NOWHERE)
    assert all("bias" not in name or not value.any() for name, value in nowhere.items())
    for place in (Place.BEFORE, Place.AFTER):
        assert drawn(place).keys() == nowhere.keys()
        assert all(torch.equal(value, nowhere[name]) for name, value in drawn(place).items())
        for each in network(architecture, place).norms:
            assert isinstance(each, nn.BatchNorm2d)
            assert (each.weight == 1).all()
            assert (each.bias == 0).all()
    assert not torch.equal(network(architecture, Place.BEFORE, 1).convolutions()[0].weight, nowhere["layers.0.weight"])
    counts = [
        sum(p.numel() for p in network(architecture, place).parameters()) for place in (Place.BEFORE, Place.AFTER)
    ]
    assert counts[0] == counts[1]


def test_convolutions_of_a_block_start_from_he() -> None:
    sizes = Sizes(3, 16, (64, 64, 128), 10)
    wide = PlacedNetwork(Architecture.RESIDUAL, Place.BEFORE, sizes, torch.Generator().manual_seed(0))
    for layer in (*wide.convolutions(), wide.shortcuts[1]):
        assert isinstance(layer, nn.Conv2d)
        assert float(layer.weight.detach().square().mean() * layer.weight[0].numel()) == pytest.approx(2, rel=0.1)


def test_every_norm_is_used_and_followed() -> None:
    for architecture, place in NETWORKS:
        of = network(architecture, place)
        if place is Place.NOWHERE:
            assert of.running() == []
            continue
        before = statistics(of).clone()
        of(images())
        assert (statistics(of) != before).all()


# Arrays -------------------------------------------------------------------------------------------------


def test_predictions_can_be_met_and_can_fail() -> None:
    good = EQUAL | {"plain_before": 55, "plain_after": 55.5, "residual_before": 56, "residual_after": 55.2}
    measured = [verdict.measured for verdict in predictions.verdicts(place_arrays(good))]
    assert all(verdict.met for verdict in predictions.verdicts(place_arrays(good)))
    assert measured == pytest.approx([0.5, 0.5, 5, 5.5, 0.8, 0.8, 6, 5.2])
    bad = EQUAL | {"plain_before": 46, "plain_after": 49, "residual_before": 49, "residual_after": 46}
    assert not any(verdict.met for verdict in predictions.verdicts(place_arrays(bad)))
    assert len(PREDICTIONS) == len(measured)


def test_the_place_that_prefers_another_rate_is_told_at_both() -> None:
    found = place_arrays(EQUAL | {"plain_after": 52})
    chosen = (found["arm"] == "plain_after") & (found["run_learning_rate"] == RATES[0])
    for name in ("validation", "test"):
        found[f"{name}_accuracy"][chosen] += 0.07
    np.testing.assert_allclose(measures.gap(found, Architecture.PLAIN, Place.AFTER, Place.BEFORE), 4)
    np.testing.assert_allclose(measures.gap_at_equal_rate(found, Architecture.PLAIN), 2)


def test_the_protocol_is_the_declared_one() -> None:
    config = experiment.PLACES.config
    runs = config.runs()
    assert {run.arm for run in runs} == {arm_of(*each) for each in NETWORKS}
    alike = {
        replace(run, normalization=Normalization.BATCH, place=Place.BEFORE, learning_rate=0.1, seed=0) for run in runs
    }
    assert {run.architecture for run in alike} == set(Architecture)
    assert len(alike) == len(Architecture)
    assert {run.normalization == "without_bn" for run in runs if run.place is Place.NOWHERE} == {True}


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")
def test_a_small_protocol_runs_and_replays(tmp_path: Path) -> None:
    tiny = replace(experiment.PLACES.quick, images_seen=256, learnt_images=128, widths=(4, 4), residual_widths=(4, 6),
                   measured_images=64)  # fmt: skip
    found = experiment.PLACES.run(tiny, Machine(tmp_path, images=store.QUICK_IMAGES)).arrays
    assert found["test_accuracy"].shape == found["place"].shape == (12,)
    again = experiment.PLACES.replay(tiny, Machine(tmp_path / "again", images=store.QUICK_IMAGES)).arrays["replay_loss"]
    np.testing.assert_array_equal(again, found["replay_loss"])
    assert np.unique(again[:, -1]).size == 12, "the runs must differ for this to mean anything"
