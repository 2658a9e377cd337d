"""The first state of the figures to play with, against closed forms and the records."""

import json
import math
import re

import numpy as np
import pytest
from scipy.stats import norm

from figures_src.article import play
from figures_src.article.facts.mnist import grid_facts
from figures_src.figures import grid_cells
from tests.article import samples


def test_a_path_spans_the_frame_upwards():
    assert play.path([(0, 0), (0.5, 1), (1, 0.25)]) == "M0.0 100.0L500.0 0.0L1000.0 75.0"
    assert play.length(1 / 3) == "33.33%"
    assert (play.across(-9, 6), play.across(0, 6), play.across(9, 6)) == (0, 0.5, 1)


@pytest.mark.parametrize(("gamma", "beta"), [(1.0, 0.0), (2.5, -1.5), (0.5, 4.0)])
def test_shares_are_those_of_the_normal_law(gamma, beta):
    straight, bent, flat = play.shares(gamma, beta)
    assert straight + bent + flat == pytest.approx(1)
    assert straight == pytest.approx(norm.cdf((1 - beta) / gamma) - norm.cdf((-1 - beta) / gamma))
    assert flat == pytest.approx(norm.sf((3 - beta) / gamma) + norm.cdf((-3 - beta) / gamma))


def test_a_standard_signal_is_68_percent_straight():
    assert play.shares(1, 0)[0] == pytest.approx(math.erf(1 / math.sqrt(2)))


def test_the_batch_is_normalised_by_its_own_statistics():
    state = play.batch((0.0, 1.0, 3.0, 4.0, 9.0), 4)
    assert (state["mu"], state["sigma2"]) == (2.0, 2.5)
    z_hat = [example["z_hat"] for example in state["examples"] if example["used"]]
    assert z_hat == pytest.approx(np.array([-2, -1, 1, 2]) / math.sqrt(2.5), rel=1e-5)
    assert state["centre"] == "66.67%"


def test_the_axis_of_the_grid_is_the_logarithm_of_the_error():
    low, middle, top = play.height(np.array([0.0, 1 - math.sqrt(1 - play.BEST), play.BEST]))
    assert (low, middle, top) == pytest.approx((0, 0.5, 1))
    assert play.height(np.array([1.0])) == 1


def test_the_curves_of_the_grid_are_those_of_the_record():
    record = samples.grid()
    told = json.loads(grid_cells.to_json(record))
    assert [len(told[name]) for name in ("step", "sigma", "learning_rate", "cells")] == [2, 2, 3, 6]
    cell = told["cells"][1 * 3 + 2]
    assert cell["without_bn"]["mean"] == [9405, 9405]
    assert cell["with_bn"]["final"][0] == pytest.approx(0.9005)
    assert cell["gap"][0] == pytest.approx(-0.04)
    # t(0.975, 1 degree of freedom) s / √2, for two seeds that are 0.001 apart
    assert cell["with_bn"]["final"][1] == pytest.approx(12.7062 * 0.0005, rel=1e-4)
    assert cell["with_bn"]["low"][0] == round(10_000 * (0.9005 - 12.7062 * 0.0005))


def test_the_first_cell_is_that_of_the_long_runs():
    record = samples.grid()
    state = play.grid(record, grid_facts(record))
    chosen = [cell for _, cells in state["rows"] for cell in cells if cell["chosen"]]
    assert [cell["index"] for cell in chosen] == [3]
    assert chosen[0]["gap"] == "+35,0"
    assert " avec BN et 60,1\u202f% sans BN, soit un écart de +35,0\u00a0points" in state["told"]


def test_a_figure_to_play_with_is_one_line():
    record = samples.grid()
    asked = []

    def template(name: str, names: object) -> str:
        asked.append(name)
        return "<a>\n  b"

    plays = play.Play({record.name: record}, template)
    assert plays("batch") == "<a>b"
    assert asked == ["plays/batch.html.j2"]
    assert re.fullmatch(r"M[\d. L]+", play.gamma_beta(1, 0)["bell"])
