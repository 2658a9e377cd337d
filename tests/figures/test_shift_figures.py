"""The figures of E4: tables that are the records, titles that are computed, text that can be read, bytes that stay."""

import csv
import io
import re
from base64 import b64decode
from importlib import import_module
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from figures_src import style
from figures_src.experiments.batch_statistics import measures as batch_statistics
from figures_src.experiments.cars import measures as cars
from figures_src.experiments.intervals import interval
from figures_src.experiments.shoes import measures as shoes
from figures_src.experiments.shoes.measures import BATCH, BOOTS, SNEAKERS, STANDARD
from figures_src.figures import gbn_9, gbn_10, shift_cars, shift_shoes
from figures_src.figures.pictures import COLOURS, few_colours
from figures_src.records.record import Record
from figures_src.svg import svg_bytes
from tests.figures import shift_records

GRAPHS = ("shift_shoes", "shift_cars", "gbn_10", "gbn_9")
HEAVIEST = {"shift_cars": 68_000, "shift_shoes": 68_000}
"""Bytes of an SVG whose pictures, made-up noise, do not compress; with real ones both weigh less than 60 000."""
VARIANTS = list(product(GRAPHS, style.THEMES, style.LAYOUTS))
IDS = [f"{name}-{theme.name}-{layout.name}" for name, theme, layout in VARIANTS]


@pytest.fixture(scope="module")
def records() -> dict[str, Record]:
    return shift_records.records()


@pytest.fixture(scope="module")
def drawn(records: dict[str, Record]) -> dict[str, Figure]:
    return {
        key: import_module(f"figures_src.figures.{name}").draw(records, theme, layout)
        for key, (name, theme, layout) in zip(IDS, VARIANTS, strict=True)
    }


def rows(module: Any, records: dict[str, Record]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(module.table(records).to_csv().decode())))


def with_arrays(record: Record, **arrays: np.ndarray) -> Record:
    return Record(record.name, {**record.arrays, **arrays}, record.sidecar)


def plain(text: str) -> str:
    """Without the spaces that only bind words in a line."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("key", IDS)
@pytest.mark.slow
def test_text_is_large_enough_inside_and_never_over_other_text(drawn, key):
    figure = drawn[key]
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    assert len(texts) > 8
    assert min(text.get_fontsize() for text in texts) >= style.SMALLEST_TEXT
    assert {text.get_fontfamily()[0] for text in texts} == {style.FAMILY}
    boxes = {text: text.get_window_extent().padded(-1) for text in texts}
    width, height = figure.get_size_inches() * 72
    for text, box in boxes.items():
        assert box.x0 >= -2, text
        assert box.x1 <= width + 2, text
        assert box.y0 >= -2, text
        assert box.y1 <= height + 2, text
    assert [(a.get_text(), b.get_text()) for a, b in combinations(boxes, 2) if boxes[a].overlaps(boxes[b])] == []


@pytest.mark.parametrize("key", IDS)
def test_panels_and_pictures_do_not_overlap(drawn, key):
    boxes = [axes.get_position() for axes in drawn[key].axes]
    assert not [1 for a, b in combinations(boxes, 2) if a.padded(-1e-4).overlaps(b.padded(-1e-4))]


@pytest.mark.parametrize("key", IDS)
@pytest.mark.slow
def test_svg_has_its_width_its_colours_and_the_same_bytes_twice(drawn, records, key):
    name, theme, layout = VARIANTS[IDS.index(key)]
    text = svg_bytes(drawn[key], key).decode()
    assert text.startswith(f'<svg width="{layout.width}"')
    assert len(text) < HEAVIEST.get(name, 60_000)
    assert theme.paper not in text
    assert theme.with_bn in re.findall(r"#[0-9a-f]{6}", text)
    again = import_module(f"figures_src.figures.{name}").draw(records, theme, layout)
    assert svg_bytes(again, key).decode() == text


@pytest.mark.parametrize(("name", "array"), [("shift_shoes", "pictures_boots"), ("shift_cars", "pictures")])
def test_pictures_are_embedded_pixel_for_pixel_in_their_few_colours(drawn, records, name, array):
    text = svg_bytes(drawn[f"{name}-light-wide"], "x").decode()
    found = [
        np.asarray(Image.open(io.BytesIO(b64decode(each))).convert("RGB"))
        for each in re.findall(r'href="data:image/png;base64,\s*([^"]+)"', text)
    ]
    pictures = records[name].arrays[array]
    pictures = pictures.reshape(-1, *pictures.shape[-3:]) if name == "shift_cars" else pictures
    for picture in map(few_colours, pictures):
        assert len(np.unique(picture.reshape(-1, 3), axis=0)) <= COLOURS
        assert any(each.shape == picture.shape and (each == picture).all() for each in found)


def test_shoes_table_is_the_record(records):
    record, table = records["shift_shoes"], rows(shift_shoes, records)
    far = interval(shoes.distances(record.arrays, BATCH, BOOTS)[:, 2])
    row = next(
        r for r in table if (r["what"], r["arm"], r["group"], r["layer"]) == ("Wasserstein-1", BATCH, "boots", "3")
    )
    assert float(row["mean"]) == pytest.approx(float(far.mean), rel=1e-6)
    assert float(row["student95_low"]) == pytest.approx(float(far.low), rel=1e-6)
    known = interval(shoes.recall(record.arrays, STANDARD, SNEAKERS))
    row = next(r for r in table if (r["what"], r["arm"], r["group"]) == ("shoes recognised, %", STANDARD, "sneakers"))
    assert float(row["mean"]) == pytest.approx(float(known.mean), rel=1e-6)
    density = [float(r["mean"]) for r in table if r["what"].startswith("density") and r["group"] == "boots"]
    assert len(density) == 4 * 20  # bins of 0.4 within ± 4
    assert sum(density[:20]) * 0.4 == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(("share", "low"), [(0.916, 0.9), (1, 0.9), (0.9, 0.9), (0.613, 0.6), (0, 0)])
def test_the_axis_of_shares_begins_at_the_tenth_below(share, low):
    assert shift_shoes.tenth_below(share) == low


def test_cars_table_is_the_record(records):
    record, table = records["shift_cars"], rows(shift_cars, records)
    assert len(table) == 3 * 3 * 6
    again = interval(cars.accuracy(record.arrays, BATCH, cars.RECOMPUTED)[:, cars.FOGGED, 4])
    row = next(r for r in table if (r["shift"], r["strength"], r["statistics"]) == ("fogged", "0.75", "recomputed"))
    assert float(row["accuracy_mean"]) == pytest.approx(float(again.mean), rel=1e-6)
    assert row["arm"] == BATCH


def test_gbn_10_table_is_the_record(records):
    record, table = records["batch_statistics"], rows(gbn_10, records)
    arrays = record.arrays
    slow = interval(batch_statistics.accuracy(arrays, BATCH, 16, batch_statistics.SLOW))
    row = next(r for r in table if r["estimate"] == "running average, momentum 0.01" and r["batch_size"] == "16")
    assert float(row["mean"]) == pytest.approx(float(slow.mean), rel=1e-6)
    own = next(r for r in table if r["estimate"].startswith("own batch") and r["batch_size"] == "2")
    at = batch_statistics.rows(arrays, BATCH, 2)
    assert float(own["mean"]) == pytest.approx(100 * arrays["own_accuracy"][at, -1].mean(), rel=1e-6)
    costs = gbn_10.cost(record, batch_statistics.FAST).mean(axis=0)
    np.testing.assert_allclose(costs, 6 / np.arange(1, 9), rtol=1e-6)


def test_gbn_9_table_is_the_record(records):
    record, table = records["batch_statistics"], rows(gbn_9, records)
    assert len(table) == 2 * 8 + 3
    grouped = next(r for r in table if (r["batch_size"], r["statistics_over"]) == ("256", "8"))
    gap = interval(batch_statistics.overfit(record.arrays, BATCH, 256, 8))
    assert float(grouped["gap_points_mean"]) == pytest.approx(float(gap.mean), rel=1e-6)
