import csv

import numpy as np
import pytest

from figures_src import published


@pytest.mark.parametrize("name", published.ORIGINS)
def test_every_file_loads_as_it_is_written(name):
    curves = published.load(name)
    with (published.FOLDER / f"{name}.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(curves.columns) == list(rows[0])
    for column, values in curves.columns.items():
        assert len(values) == len(rows)
        written = [row[column] for row in rows]
        if values.dtype.kind == "U":
            assert values.tolist() == written
        else:
            np.testing.assert_allclose(values, [float(value or "nan") for value in written])
    assert "20" in curves.source
    assert curves.accuracy


def test_no_file_is_without_its_origin():
    assert {path.stem for path in published.FOLDER.glob("*.csv")} == set(published.ORIGINS)


def test_first_point_of_the_mnist_curve():
    curve = published.load("ioffe2015_fig1a_test_accuracy").where(arm="without_bn")
    assert curve["step"][0] == 3623
    assert curve["test_accuracy"][0] == pytest.approx(0.711375)


def test_where_keeps_the_rows_that_hold_every_value():
    curves = published.load("ioffe2015_fig1bc_percentiles")
    kept = curves.where(arm="with_bn", percentile=85)
    assert len(kept["percentile"]) == 198
    assert set(kept["percentile"]) == {85}
    assert set(kept["arm"]) == {"with_bn"}


def test_a_misspelt_name_is_told_the_nearest():
    with pytest.raises(KeyError, match="did you mean 'ioffe2015_fig1a_test_accuracy'"):
        published.load("iofe2015_fig1a")


def test_a_value_or_column_that_is_not_there_is_told_the_choices():
    curves = published.load("ioffe2015_fig1bc_percentiles")
    with pytest.raises(KeyError, match="choose among 15, 50, 85"):
        curves.where(percentile=60)
    with pytest.raises(KeyError, match="choose among arm, percentile"):
        curves.where(unit=1)


def test_what_the_paper_leaves_out_is_nan():
    table = published.load("ioffe2015_fig3_imagenet_table")
    never = table.where(arm="bn_x5_sigmoid")["steps_to_72_2_percent"]
    assert len(never) == 1
    assert np.isnan(never[0])
