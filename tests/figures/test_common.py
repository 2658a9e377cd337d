import numpy as np
import pytest

from figures_src.experiments.intervals import Interval, interval
from figures_src.experiments.mnist.measures import first_step
from figures_src.figures import common
from figures_src.style import LIGHT


def test_an_interval_is_the_mean_and_t_standard_errors():
    values = np.array([[1.0, 10.0], [2.0, 10.0], [3.0, 10.0], [6.0, 10.0]])
    over = interval(values)
    half = 3.18245 * np.std([1, 2, 3, 6], ddof=1) / 2
    np.testing.assert_allclose(over.mean, [3, 10])
    np.testing.assert_allclose(over.low, [3 - half, 10], rtol=1e-5)
    np.testing.assert_allclose(over.high, [3 + half, 10], rtol=1e-5)


def test_first_step_at_a_threshold():
    steps, values = np.array([0, 100, 200, 300]), np.array([0.1, 0.96, 0.94, 0.97])
    assert first_step(steps, values, 0.95) == 100
    assert first_step(steps, values, 0.99) is None


def test_tables_are_plain_csv():
    table = common.Table(("name", "x"), (("a, b", 0.1), ("é", 3)))
    assert table.to_csv() == 'name,x\n"a, b",0.1\né,3\n'.encode()
    with pytest.raises(ValueError, match="one cell for each"):
        common.Table(("name", "x"), (("a",),)).to_csv()


def test_one_seed_tells_no_spread():
    alone = common.over_seeds(np.array([[1.0, 2.0]]))
    assert alone.mean.tolist() == [1, 2]
    assert np.isnan([alone.low, alone.high]).all()
    pair = common.over_seeds(np.array([[1.0], [3.0]]))
    assert pair.low[0] < pair.mean[0] == 2 < pair.high[0]


def test_groups_keep_what_comes_first_and_what_is_left():
    values = np.arange(12.0).reshape(2, 6)
    assert common.grouped(values, 2, 1).tolist() == [[0, 1.5, 3.5, 5], [6, 7.5, 9.5, 11]]
    assert common.grouped(np.arange(5), 3).tolist() == [1, 3.5]
    assert common.grouped(np.arange(3), 2, 3).tolist() == [0, 1, 2]


def test_what_is_not_a_number_leaves_its_cell_empty():
    assert common.Table(("a", "b"), ((float("nan"), 0.5),)).to_csv() == b"a,b\n,0.5\n"


def test_every_arm_has_a_name_and_a_colour_of_its_own():
    assert len({common.colour_of(arm, LIGHT) for arm in common.ARM_NAMES}) == len(set(common.ARM_NAMES.values())) == 3


def test_an_axis_holds_bands_that_stay_near_the_means():
    near = Interval(np.array([1.0, 3.0]), np.array([0.5, 0.5]))
    assert common.reach([near]) == (0.5, 3.5)
    wild = Interval(np.array(2.0), np.array(42.0))
    assert common.reach([near, wild]) == (-1, 5)
    assert common.reach([wild], least=3.0) == (-1, 5)
