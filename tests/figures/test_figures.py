"""What holds for every graph: its table is its record, its text can be read, its bytes do not change."""

import csv
import hashlib
import io
import pickle
import re
import subprocess
import sys
from importlib import import_module
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from figures_src import style
from figures_src.experiments.intervals import interval
from figures_src.experiments.mnist.measures import roughness
from figures_src.figures import gbn_2, gbn_3, gbn_4, grid_mnist
from figures_src.records.record import Record
from figures_src.svg import svg_bytes

GRAPHS = ("gbn_2", "gbn_3", "gbn_4", "grid_mnist")
VARIANTS = list(product(GRAPHS, style.THEMES, style.LAYOUTS))
IDS = [f"{name}-{theme.name}-{layout.name}" for name, theme, layout in VARIANTS]


@pytest.fixture(scope="module")
def drawn(records: dict[str, Record]) -> dict[str, Figure]:
    return {
        key: import_module(f"figures_src.figures.{name}").draw(records, theme, layout)
        for key, (name, theme, layout) in zip(IDS, VARIANTS, strict=True)
    }


def rows(module: Any, records: dict[str, Record]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(module.table(records).to_csv().decode())))


def changed(record: Record, **arrays: np.ndarray) -> dict[str, Record]:
    return {record.name: Record(record.name, {**record.arrays, **arrays}, record.sidecar)}


def plain(text: str) -> str:
    """Without the spaces that only bind words in a line."""
    return text.replace("\u00a0", " ")


def shown_texts(figure: Figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


@pytest.mark.parametrize("key", IDS)
def test_text_is_large_enough_and_in_the_shipped_font(drawn, key):
    texts = shown_texts(drawn[key])
    assert len(texts) > 8
    assert min(float(text.get_fontsize()) for text in texts) >= style.SMALLEST_TEXT
    assert {text.get_fontfamily()[0] for text in texts} == {style.FAMILY}


@pytest.mark.parametrize("key", IDS)
def test_text_is_inside_the_figure_and_never_over_other_text(drawn, key):
    figure = drawn[key]
    boxes = {text: text.get_window_extent().padded(-1) for text in shown_texts(figure)}
    width, height = figure.get_size_inches() * 72
    for text, box in boxes.items():
        assert box.x0 >= -2, text
        assert box.x1 <= width + 2, text
        assert box.y0 >= -2, text
        assert box.y1 <= height + 2, text
    collisions = [(a.get_text(), b.get_text()) for a, b in combinations(boxes, 2) if boxes[a].overlaps(boxes[b])]
    assert collisions == []


@pytest.mark.parametrize("key", IDS)
def test_svg_has_the_width_of_its_layout_and_no_background(drawn, key):
    # A glyph that no shipped font holds would warn here, and warnings are errors.
    text = svg_bytes(drawn[key], key).decode()
    layout = style.NARROW if key.endswith("narrow") else style.WIDE
    assert text.startswith(f'<svg width="{layout.width}"')
    assert len(text) < 60_000
    theme = style.DARK if "dark" in key else style.LIGHT
    assert theme.paper not in text
    assert {theme.with_bn, theme.without_bn} <= set(re.findall(r"#[0-9a-f]{6}", text))


REDRAW = """
import hashlib, pickle, sys
from importlib import import_module
from figures_src import style, svg
records = pickle.load(sys.stdin.buffer)
for name in sys.argv[1:]:
    for theme in style.THEMES:
        for layout in style.LAYOUTS:
            figure = import_module(f"figures_src.figures.{name}").draw(records, theme, layout)
            content = svg.svg_bytes(figure, f"{name}-{theme.name}-{layout.name}")
            print(hashlib.sha256(content).hexdigest())
assert "torch" not in sys.modules
"""


@pytest.mark.slow
def test_two_fresh_processes_draw_the_same_bytes(records, drawn):
    command = [sys.executable, "-c", REDRAW, *GRAPHS]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"PYTHONHASHSEED": str(seed)})
        for seed in (1, 2)
    ]
    outputs = [process.communicate(pickle.dumps(records))[0].decode().split() for process in processes]
    here = [hashlib.sha256(svg_bytes(drawn[key], key)).hexdigest() for key in IDS]
    assert outputs[0] == outputs[1] == here


def test_settings_of_the_user_do_not_change_the_bytes(records):
    import matplotlib

    with matplotlib.rc_context({"lines.linewidth": 9, "font.size": 30, "axes.grid": True, "text.usetex": False}):
        bold = svg_bytes(gbn_4.draw(records, style.LIGHT, style.NARROW), "x")
    assert bold == svg_bytes(gbn_4.draw(records, style.LIGHT, style.NARROW), "x")


def test_gbn_2_table_is_the_record(records, curves):
    table = rows(gbn_2, records)
    measured = [row for row in table if row["source"] == "measured"]
    assert len(measured) == 2 * 2 * len(curves.arrays["step"])
    row = next(r for r in measured if (r["arm"], r["learning_rate"], r["step"]) == ("with_bn", "0.1", "1500"))
    over = interval(curves.arrays["test_accuracy"][0, 1, :, 15])
    assert float(row["test_accuracy_mean"]) == pytest.approx(float(over.mean), rel=1e-6)
    assert float(row["test_accuracy_student95_low"]) == pytest.approx(float(over.low), rel=1e-6)
    assert float(row["test_accuracy_student95_high"]) == pytest.approx(float(over.high), rel=1e-6)
    assert row["seeds"] == "4"
    published = [r for r in table if r["source"] == "published" and r["arm"] == "without_bn"]
    assert float(published[0]["test_accuracy_mean"]) == pytest.approx(0.711375)


def test_gbn_3_table_is_the_record(records, curves):
    table = rows(gbn_3, records)
    layer = [r for r in table if (r["signal"], r["arm"], r["percentile"]) == ("layer mean", "with_bn", "85")]
    assert len(layer) == 41
    at = next(r for r in layer if r["step"] == "1000")
    mean = curves.arrays["layer_percentiles"][0, 1, :, 20, 2].mean()
    assert float(at["value"]) == pytest.approx(mean, rel=1e-6)
    assert float(at["fraction_of_training"]) == 0.5
    unit = [r for r in table if (r["signal"], r["arm"]) == ("unit 0, seed 2", "without_bn")]
    assert [float(r["value"]) for r in unit] == pytest.approx(
        curves.arrays["unit_percentiles"][0, 0, 2, :, 1].tolist(), rel=1e-6
    )
    assert sum(r["source"] == "published" for r in table) == 1197


def test_gbn_4_looks_at_the_unit_from_close(statistics):
    dense = np.zeros_like(statistics.arrays["unit_dense"])
    dense[1, ..., 1] = 0.01 * np.arange(dense.shape[2])
    dense[..., 0], dense[..., 2] = dense[..., 1] - 1, dense[..., 1] + 1
    view = gbn_4.close_view(changed(statistics, unit_dense=dense)["mnist_statistics"])
    assert (view.steps[0], view.steps[-1]) == (100, 300)
    np.testing.assert_allclose(view.swing[1, -1], 1.0)


def test_gbn_4_table_is_what_was_measured(records, statistics):
    table = rows(gbn_4, records)
    change, relative = roughness(statistics.arrays)
    shown = [r for r in table if (r["what"], r["variant"]) == ("relative change, layer", "with_bn_own")]
    assert [float(r["value"]) for r in shown] == pytest.approx(relative[1].tolist(), rel=1e-6)
    mean = next(r for r in table if (r["what"], r["variant"]) == ("mean absolute change", "without_bn"))
    over = interval(change[0])
    bounds = [float(mean[name]) for name in ("value", "student95_low", "student95_high")]
    assert bounds == pytest.approx([float(over.mean), float(over.low), float(over.high)], rel=1e-6)
    close = [r for r in table if (r["what"], r["variant"]) == ("median of the unit", "with_bn_running")]
    assert float(close[5]["value"]) == pytest.approx(statistics.arrays["unit_dense"][2, 0, 105, 1], rel=1e-6)


def test_grid_rings_the_best_by_validation_not_by_test(grid):
    validation = np.full(grid.arrays["validation_accuracy"].shape, 0.5)
    validation[2, 3, 0, :, -1] = 0.9
    validation[1, 4, 1, :, -1] = 0.9
    record = changed(grid, validation_accuracy=validation)
    best = [r for r in rows(grid_mnist, record) if r["best_by_validation"] == "1"]
    assert [(r["sigma"], r["learning_rate"], r["arm"]) for r in best] == [
        ("0.1", "1", "without_bn"),
        ("0.03", "3", "with_bn"),
    ]


def test_grid_table_is_the_record(records, grid):
    table = rows(grid_mnist, records)
    assert len(table) == 4 * 5 * 2
    row = next(r for r in table if (r["sigma"], r["learning_rate"], r["arm"]) == ("0.3", "1", "without_bn"))
    over = interval(grid.arrays["test_accuracy"][3, 3, 0, :, -1])
    assert float(row["test_accuracy_mean"]) == pytest.approx(float(over.mean), rel=1e-6)
    assert float(row["test_accuracy_student95_low"]) == pytest.approx(float(over.low), rel=1e-6)
