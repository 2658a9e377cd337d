import numpy as np
import pytest

from figures_src.experiments.mnist import first_step
from figures_src.figures import common


def test_an_interval_is_the_mean_and_t_standard_errors():
    values = np.array([[1.0, 10.0], [2.0, 10.0], [3.0, 10.0], [6.0, 10.0]])
    over = common.interval(values)
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
