"""The first state of the figure that trains: what can be chosen, what may be tried, the band of the record."""

import re

import numpy as np
import pytest

from figures_src.article import play_train
from figures_src.experiments.mnist_page.runs import DEFAULT, TRIED
from figures_src.figures.train_cells import CHOICES
from tests.experiments import page_samples


def test_what_is_tried_can_be_chosen():
    state = play_train.train(page_samples.record())
    offered = {select["name"]: select["choices"].split() for select in state["selects"]}
    offered["evaluation"] = ["averages", "batch"]
    assert set(state["tried"]) == {setting.name for setting in TRIED}
    for told in state["tried"].values():
        for name, value in zip(CHOICES, told["choices"].split(), strict=True):
            assert value in offered[name]
    for select in state["selects"]:
        assert str(getattr(DEFAULT, select["name"])) in offered[select["name"]]


def test_the_band_goes_from_the_lowest_seed_to_the_highest():
    arm = play_train.train(page_samples.record())["arms"][1]
    x, y = np.array([float(n) for n in re.findall(r"[\d.]+", arm["band"])]).reshape(-1, 2).T
    assert (x.min(), x.max()) == (0, 1000)
    # 85 % and two hundredths more, from the top of a frame of a hundred.
    assert (y.min(), y.max()) == pytest.approx((13, 15))


def test_heights_of_signals_are_symmetric_and_stay_in_the_frame():
    assert play_train.signal_height(0) == 0.5
    assert play_train.signal_height(1) + play_train.signal_height(-1) == pytest.approx(1)
    assert (play_train.signal_height(-1e9), play_train.signal_height(1e9)) == (0, 1)
    assert 0.5 < play_train.signal_height(0.5) < play_train.signal_height(5) < play_train.signal_height(25) < 1
