"""The graph of the reader's networks, and what their page fetches."""

import csv
import gzip
import io
import json

import numpy as np
import pytest

from figures_src import style
from figures_src.figures import train_cells, train_mnist
from tests.experiments import page_samples

RECORDS = {"mnist_page": page_samples.record()}


@pytest.mark.parametrize("theme", style.THEMES)
@pytest.mark.parametrize("layout", style.LAYOUTS)
def test_every_setting_has_a_panel_with_both_arms(theme: style.Theme, layout: style.Layout) -> None:
    drawn = train_mnist.draw(RECORDS, theme, layout)
    assert len(drawn.axes) == len(page_samples.FINAL)
    for axes, (without, with_bn) in zip(drawn.axes, page_samples.FINAL.values(), strict=True):
        drawn_lines = {line.get_color(): np.asarray(line.get_ydata()) for line in axes.lines}
        curves = {colour: heights for colour, heights in drawn_lines.items() if len(heights) == 29}
        # Three seeds, a hundredth apart: their mean is the second.
        assert float(np.ptp(curves[theme.with_bn])) == 0
        assert float(curves[theme.with_bn][-1]) == pytest.approx(with_bn + page_samples.APART)
        assert float(curves[theme.without_bn][-1]) == pytest.approx(without + page_samples.APART)
        assert len(axes.collections) == 2


def test_every_setting_is_named() -> None:
    assert list(train_cells.NAMES) == list(page_samples.FINAL)


def test_the_table_is_the_record() -> None:
    rows = list(csv.DictReader(io.StringIO(train_mnist.table(RECORDS).to_csv().decode())))
    assert len(rows) == 6 * 2 * 29
    last = rows[-1]
    assert (last["sigma"], last["arm"], last["step"], last["seeds"]) == ("0.3", "with_bn", "1000", "3")
    told = [float(last[f"accuracy_{which}"]) for which in ("lowest", "mean", "highest")]
    assert told == pytest.approx([0.8, 0.81, 0.82])


def test_the_page_gets_settings_bands_and_digits() -> None:
    told = json.loads(train_mnist.data(RECORDS))
    assert told["sizes"] == {"training": 2000, "held_out": 1000, "probe": 201}
    assert told["step"][-1] == 1000
    pairs = told["settings"][3]
    assert (pairs["batch_size"], pairs["evaluation"], pairs["sigma"]) == (2, "averages", 0.3)
    assert pairs["with_bn"] == {"low": [400] * 29, "high": [420] * 29}
    served = gzip.decompress(train_mnist.digits(RECORDS))
    assert served[:4] == bytes([3, 1, 4, 1])
    assert train_mnist.digits(RECORDS) == train_mnist.digits(RECORDS)
