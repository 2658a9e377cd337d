import csv
import hashlib
import io
import re
import subprocess
import sys
from itertools import combinations, product

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from figures_src import style
from figures_src.figures import gbn_1
from figures_src.figures.inception_looks import colour
from figures_src.published import load
from figures_src.svg import svg_bytes

VARIANTS = list(product(style.THEMES, style.LAYOUTS))
IDS = [f"gbn_1-{theme.name}-{layout.name}" for theme, layout in VARIANTS]


@pytest.fixture(scope="module")
def drawn() -> dict[str, Figure]:
    return {key: gbn_1.draw({}, *variant) for key, variant in zip(IDS, VARIANTS, strict=True)}


def luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_times_and_factors_are_those_of_the_printed_table():
    assert gbn_1.threshold() == pytest.approx(0.722)
    steps = {variant.arm: gbn_1.steps_to_match(variant.arm) for variant in gbn_1.VARIANTS}
    assert steps == {
        "inception": 31e6,
        "bn_baseline": 13.3e6,
        "bn_x30": 2.7e6,
        "bn_x5": 2.1e6,
        "bn_x5_sigmoid": None,
    }
    assert gbn_1.speedup("bn_baseline") == pytest.approx(31 / 13.3)
    assert gbn_1.speedup("bn_x5_sigmoid") == 0


def test_the_table_is_what_the_paper_published():
    table = list(csv.DictReader(io.StringIO(gbn_1.table({}).to_csv().decode())))
    read = [row for row in table if row["source"] == "figure 2"]
    curves = load("ioffe2015_fig2_imagenet_accuracy").columns
    assert len(read) == len(curves["step"]) == 204
    assert [int(row["step"]) for row in read] == curves["step"].tolist()
    match = {row["arm"]: row["step"] for row in table if row["source"] == "figure 3, steps to match"}
    assert (match["bn_x5"], match["bn_x5_sigmoid"]) == ("2100000", "")
    best = {row["arm"]: float(row["validation_accuracy"]) for row in table if row["source"] == "figure 3, best"}
    assert best["bn_x30"] == pytest.approx(0.748)


@pytest.mark.parametrize("key", IDS)
def test_each_curve_and_its_diamond_are_drawn_where_they_were_published(drawn, key):
    axes = drawn[key].axes[0]
    curves = [line for line in axes.lines if len(line.get_xdata()) > 5]
    diamonds = [line for line in axes.lines if line.get_marker() == "D"]
    assert [line.get_xdata().tolist() for line in curves] == [
        load("ioffe2015_fig2_imagenet_accuracy").where(arm=variant.arm)["step"].tolist() for variant in gbn_1.VARIANTS
    ]
    places = [(float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in diamonds]
    assert places == [(steps, pytest.approx(0.722)) for steps in (31e6, 13.3e6, 2.7e6, 2.1e6)]
    lengths = [bar.get_width() for bar in drawn[key].axes[1].patches]
    assert lengths == [31e6, 13.3e6, 2.7e6, 2.1e6, 0]


@pytest.mark.parametrize("theme", style.THEMES, ids=lambda theme: theme.name)
def test_every_colour_can_be_read_as_text_and_bn_is_a_blue(theme):
    for variant in gbn_1.VARIANTS:
        drawn_in = colour(variant.look, theme)
        assert contrast(drawn_in, theme.paper) >= 4.5, variant.arm
        red, _, blue = (int(drawn_in[at : at + 2], 16) for at in (1, 3, 5))
        assert (blue > red) == (variant.arm != "inception"), variant.arm


@pytest.mark.parametrize("key", IDS)
def test_text_is_large_enough_inside_and_never_over_other_text(drawn, key):
    figure = drawn[key]
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    assert len(texts) > 25
    assert min(text.get_fontsize() for text in texts) >= style.SMALLEST_TEXT
    boxes = [(text.get_text(), text.get_window_extent().padded(-1)) for text in texts]
    width, height = figure.get_size_inches() * 72
    for text, box in boxes:
        assert -2 <= box.x0 < box.x1 <= width + 2, text
        assert -2 <= box.y0 < box.y1 <= height + 2, text
    assert [(a[0], b[0]) for a, b in combinations(boxes, 2) if a[1].overlaps(b[1])] == []


@pytest.mark.parametrize("key", IDS)
def test_svg_has_the_width_of_its_layout_and_no_background(drawn, key):
    text = svg_bytes(drawn[key], key).decode()
    assert text.startswith(f'<svg width="{340 if key.endswith("narrow") else 720}"')
    assert len(text) < 60_000
    theme = style.DARK if "dark" in key else style.LIGHT
    colours = set(re.findall(r"#[0-9a-f]{6}", text))
    assert {colour(variant.look, theme) for variant in gbn_1.VARIANTS} <= colours


REDRAW = """
import hashlib, sys
from figures_src import style, svg
from figures_src.figures import gbn_1
from figures_src.figures.inception_looks import colour
for theme in style.THEMES:
    for layout in style.LAYOUTS:
        content = svg.svg_bytes(gbn_1.draw({}, theme, layout), f"gbn_1-{theme.name}-{layout.name}")
        print(hashlib.sha256(content).hexdigest())
assert "torch" not in sys.modules
"""


@pytest.mark.slow
def test_a_fresh_process_draws_the_same_bytes(drawn):
    output = subprocess.run([sys.executable, "-c", REDRAW], capture_output=True, check=True, text=True).stdout
    assert output.split() == [hashlib.sha256(svg_bytes(drawn[key], key)).hexdigest() for key in IDS]
