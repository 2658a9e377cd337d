"""Networks carried by the moments of their inputs are those that see the examples one by one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from figures_src.experiments.deep_linear import training as linear
from figures_src.experiments.deep_linear.runs import LinearRun
from figures_src.experiments.linear_problems.runs import ProblemsRun
from figures_src.experiments.linear_problems.training import train
from figures_src.networks.normalization import Normalization
from figures_src.settings import shared_settings
from figures_src.training.loop import Interrupted
from figures_src.training.machine import Machine

RUN = ProblemsRun(
    normalization=Normalization.BATCH,
    learning_rate=1e-5,
    seeds=(0, 4),
    loss_factors=(0.5, 1.0),
    steps=120,
    depth=6,
    width=4,
    examples=30,
    shift_every=40,
    shift_layers=(3, 5),
    loss_every=20,
)


@pytest.mark.parametrize("normalization", [Normalization.NONE, Normalization.BATCH])
def test_each_network_is_the_one_trained_alone(tmp_path: Path, normalization: Normalization) -> None:
    together, _ = train(replace(RUN, normalization=normalization), None, Machine(tmp_path / "together"))
    for place, (factor, seed) in enumerate([(0.5, 0), (0.5, 4), (1.0, 0), (1.0, 4)]):
        alike = shared_settings(RUN, LinearRun) | {"normalization": normalization}
        single = LinearRun(seed=seed, loss_factor=factor, **alike)
        alone, _ = linear.train(single, None, Machine(tmp_path / f"{place}"))
        for name in ("replay_loss", "train_loss", "shift_difference", "shift_cosine", "shift_norm"):
            np.testing.assert_allclose(together[name][place], alone[name], rtol=1e-6, err_msg=name)


def test_stopped_and_resumed_ends_with_the_same_bits(tmp_path: Path) -> None:
    whole, _ = train(RUN, None, Machine(tmp_path / "whole"))
    cut, told = Machine(tmp_path / "cut", checkpoint_seconds=0), []
    with pytest.raises(Interrupted):
        train(RUN, None, cut, told.append, lambda: len(told) > 1)
    again, _ = train(RUN, None, cut)
    for name, array in whole.items():
        np.testing.assert_array_equal(again[name], array, err_msg=name)


def test_a_card_is_refused_before_it_starts(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="leave --device out"):
        train(RUN, None, Machine(tmp_path, device="cuda"))
