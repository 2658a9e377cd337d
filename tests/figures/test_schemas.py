"""The schemas: their mathematics first, then what holds for the look of each in its four variants."""

import hashlib
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
from figures_src.figures import boundary, perceptron, sbn_2, sbn_3, sbn_5, sbn_7, sbn_8, sbn_9, sbn_10, sbn_11
from figures_src.figures import typesetter as v
from figures_src.figures.board import begin, tint
from figures_src.figures.signals import density, gaussian, sigmoid, standardised
from figures_src.figures.vocabulary import Plot, disc, smooth
from figures_src.svg import svg_bytes

SCHEMAS = [f"sbn_{name}" for name in ("1a", "1b", "2", "3", "4", "5", "6a", "6b", "7", "8", "9", "10", "11")]
WITHOUT_NUMBERS = {"sbn_4", "sbn_5"}
VARIANTS = list(product(SCHEMAS, style.THEMES, style.LAYOUTS))
IDS = [f"{name}-{theme.name}-{layout.name}" for name, theme, layout in VARIANTS]
LARGEST = 40_000
"""Bytes of an SVG file."""


@pytest.fixture(scope="module")
def drawn() -> dict[str, Figure]:
    return {
        key: import_module(f"figures_src.figures.{name}").draw({}, theme, layout)
        for key, (name, theme, layout) in zip(IDS, VARIANTS, strict=True)
    }


def rows(name: str) -> list[Any]:
    return import_module(f"figures_src.figures.{name}").table({}).rows


# Mathematics ------------------------------------------------------------------------------------------


def test_a_density_integrates_to_one_and_finds_a_normal_law():
    grid = np.linspace(-6, 6, 601)
    found = density(np.random.default_rng(0).standard_normal(4000), grid)
    assert np.trapezoid(found, grid) == pytest.approx(1, abs=1e-3)
    assert np.abs(found - gaussian(grid)).max() < 0.03


def test_1a_and_1b_differ_by_the_bn_alone():
    without, with_bn = perceptron.signals(False), perceptron.signals(True)
    np.testing.assert_array_equal(without.received[0], with_bn.received[0])
    for hidden in (1, 2):
        np.testing.assert_allclose(with_bn.received[hidden].mean(0), 0, atol=1e-9)
        np.testing.assert_allclose(with_bn.received[hidden].std(0), 1, rtol=1e-4)
    np.testing.assert_allclose(with_bn.received[1], standardised(without.received[1]))
    assert np.ptp(without.received[2].mean(0)) > 5
    assert all((links > 0).all() for links in (*without.links, *with_bn.links))


def test_2_normalises_without_making_gaussian():
    batch = sbn_2.batch()
    np.testing.assert_allclose(batch.normalised.mean(0), 0, atol=1e-9)
    np.testing.assert_allclose(batch.normalised.std(0), 1, rtol=1e-3)
    skewness = [(np.power(standardised(z), 3)).mean(0) for z in (batch.z, batch.normalised)]
    np.testing.assert_allclose(skewness[0], skewness[1], rtol=1e-3)
    assert skewness[1][0] > 0.8
    middle, mode = density(batch.normalised[:, 1], np.array([-0.2, 0.8]))
    assert mode > 2 * middle


def test_3_reaches_two_deviations_around_beta():
    reached = [row for row in rows("sbn_3") if row[2] == "reached"]
    assert [row[3] for row in reached] == [-2, 2, -6, 6, 1, 5]
    for row in reached:
        assert row[4] == pytest.approx(1 / (1 + np.exp(-row[3])))
    assert len(sbn_3.CASES) == len(sbn_3.WORDS)


def test_5_writes_the_sigmoid_of_its_point():
    assert round(float(sigmoid(sbn_5.LOGIT)), 1) == 0.8


@pytest.mark.parametrize("normal", [False, True])
def test_6_boundaries_are_the_minima_of_their_losses(normal):
    found = boundary.fitted(normal)
    terms = boundary.polynomial(found.training.features / found.unit)
    weights = found.weights[0]
    ridge = np.r_[1e-9, np.full(len(weights) - 1, boundary.RIDGE)]
    slope = terms.T @ (sigmoid(terms @ weights) - found.training.label) + ridge * weights
    assert np.abs(slope).max() < 1e-7
    assert found.weights.shape == (1 + boundary.RESAMPLES, terms.shape[1])
    assert found.right(found.training)[0].mean() > 0.97


def test_6a_fits_agree_where_there_are_points_and_not_elsewhere():
    raw, normal = boundary.fitted(False), boundary.fitted(True)
    agreement = {}
    for name, found in (("raw", raw), ("normal", normal)):
        for where, shots in (("training", found.training), ("test", found.test)):
            cars = (found.logits(shots.features) > 0).mean(0)
            agreement[name, where] = float(np.maximum(cars, 1 - cars).mean())
    assert agreement["raw", "training"] > 0.95
    assert agreement["raw", "test"] < agreement["raw", "training"] - 0.08
    assert min(agreement["normal", "training"], agreement["normal", "test"]) > 0.97
    assert raw.right(raw.test)[0].mean() < 0.7
    assert normal.right(normal.test)[0].mean() > 0.95


def test_6b_shows_the_same_shots_as_6a():
    raw, normal = boundary.fitted(False), boundary.fitted(True)
    for before, after in ((raw.training, normal.training), (raw.test, normal.test)):
        for series in np.unique(before.series):
            own = before.series == series
            np.testing.assert_allclose(after.features[own], standardised(before.features[own]))
        np.testing.assert_array_equal(before.label, after.label)


def test_7_gradients_are_those_of_finite_differences():
    rng = np.random.default_rng(0)
    x, target = rng.standard_normal((20, 3)), rng.standard_normal((20, 1))
    weights = [rng.standard_normal((3, 3)), rng.standard_normal((3, 3)), rng.standard_normal((1, 3))]
    biases = [rng.standard_normal(3), rng.standard_normal(3), rng.standard_normal(1)]

    def loss() -> float:
        return float(np.square(sbn_7.forward(x, weights, biases)[-1] - target).mean())

    slopes, shifts = sbn_7.gradients(x, target, sbn_7.forward(x, weights, biases), weights)
    for parameters, found in ((weights, slopes), (biases, shifts)):
        for values, slope in zip(parameters, found, strict=True):
            for place in np.ndindex(values.shape):
                start = values[place]
                values[place] = start + 1e-5
                above = loss()
                values[place] = start - 1e-5
                below = loss()
                values[place] = start
                assert slope[place] == pytest.approx((above - below) / 2e-5, rel=1e-5, abs=1e-7)


def test_7_shows_a_step_that_lowers_the_loss_and_moves_the_signal():
    found = sbn_7.step()
    assert found.loss_after < found.loss_before
    shift = (found.after.mean() - found.before.mean()) / found.before.std()
    assert shift == pytest.approx(-1.18, abs=0.05)


def test_8_tells_the_distances_to_the_tangent():
    assert sbn_8.gap(1) == pytest.approx(0.75 - 1 / (1 + np.exp(-1)))
    assert sbn_8.gap(2) == pytest.approx(1 - 1 / (1 + np.exp(-2)))
    assert [sbn_8.share(x) for x in sbn_8.WITHIN] == pytest.approx([0.682689, 0.954500], abs=1e-5)


@pytest.mark.parametrize("factor", [2.0, 1.0, 0.5, -1.5])
def test_9_products_are_the_gradients_of_the_chain(factor):
    x, a = 0.7, 1.3

    def chain(change: float, place: int) -> float:
        """The prediction, ``change`` being added to the output of one transformation."""
        signal = x
        for index, weight in enumerate((a, *[factor] * 4)):
            signal = weight * signal + (change if index == place else 0)
        return signal

    differences = [(chain(1e-3, place) - chain(-1e-3, place)) / 2e-3 for place in range(5)]
    assert sbn_9.gradients(factor) == pytest.approx(differences)


def test_10_a_valve_moves_every_flow_without_bn_and_none_with_it():
    before, after = sbn_10.flows(False, False), sbn_10.flows(True, False)
    assert (after.mean(0) < 0.8 * before.mean(0)).all()
    for turned in (False, True):
        with_bn = sbn_10.flows(turned, True)
        np.testing.assert_allclose(with_bn.mean(0), sbn_10.BETA)
        np.testing.assert_allclose(with_bn.std(0), sbn_10.GAMMA, rtol=2e-3)


def test_11_gradient_is_that_of_the_surface():
    points = np.random.default_rng(0).uniform(-3, 3, (50, 2))
    for axis in (0, 1):
        away = 1e-5 * np.eye(2)[axis]
        slope = (sbn_11.loss(points + away) - sbn_11.loss(points - away)) / 2e-5
        np.testing.assert_allclose(sbn_11.gradient(points)[:, axis], slope, atol=1e-6)


def test_11_goes_straight_down_the_first_gradient():
    points, first = sbn_11.visited(), sbn_11.gradient(sbn_11.START)
    steps = np.diff(points, axis=0)
    np.testing.assert_allclose(steps, -sbn_11.STEP * np.tile(first / np.linalg.norm(first), (4, 1)))
    assert (np.diff(sbn_11.angles()) > 5).all()
    assert sbn_11.angles()[-1] > 90
    heights = sbn_11.loss(points)
    assert heights.argmin() == 3
    assert heights.min() > 0


# Words and formulas -----------------------------------------------------------------------------------


def test_symbols_take_their_colours_and_what_is_raised_beside_them_too():
    runs = v.parse("√{σ^2_{pop} + ε}", style.LIGHT, math=True)
    assert len(runs) == 1
    inside = runs[0].root
    assert [run.text for run in inside] == ["σ", "²", "pop", " + ", "ε"]
    assert [run.colour for run in inside] == [style.LIGHT.sigma] * 3 + [None] * 2
    assert [run.script for run in inside] == [0, 0, -1, 0, 0]


def test_letters_are_italic_where_they_are_symbols():
    prose = v.parse("lot de *m* exemples", style.LIGHT)
    assert [(run.text, run.italic) for run in prose] == [("lot de ", False), ("m", True), (" exemples", False)]
    formula = v.parse("ω − pas × ∇L", style.DARK, math=True)
    assert [(run.text, run.italic) for run in formula] == [
        ("ω", True),
        (" − pas × ", False),
        ("∇", False),
        ("L", True),
    ]
    hat = v.parse("ẑ", style.DARK, math=True)[0]
    assert (hat.text, hat.hat) == ("z", True)


def test_lines_of_text_are_placed_by_their_widths():
    with style.rc(style.LIGHT, style.WIDE):
        board = begin(style.LIGHT, style.WIDE, 100)
        width = v.measure(board, "γ ẑ + β", math=True)
        assert v.write(board, 50, 50, "γ ẑ + β", v.Lettering(math=True)) == pytest.approx(50 + width)
        assert v.write(board, 50, 50, "γ ẑ + β", v.Lettering(math=True, ha="center")) == pytest.approx(50 + width / 2)
        assert v.write(board, 50, 50, "γ ẑ + β", v.Lettering(math=True, ha="right")) == pytest.approx(50)


# Shapes -----------------------------------------------------------------------------------------------


def test_a_tint_goes_from_paper_to_the_colour():
    assert tint(style.LIGHT, "#006aa7", 0) == style.LIGHT.paper
    assert tint(style.DARK, "#006aa7", 1) == "#006aa7"


def test_a_disc_is_round():
    segments: Any = disc(10, 20, 5).iter_bezier()
    arcs = [arc for arc, _ in segments if arc.degree == 3]
    assert len(arcs) == 4
    around = np.vstack([arc(np.linspace(0, 1, 30)) for arc in arcs])
    reach = np.hypot(*(around - [10, 20]).T)
    assert reach.min() > 4.99
    assert reach.max() < 5.01


@pytest.mark.parametrize(("middles", "deviation"), [((140,), 30), ((140, 164), 7)])
def test_smooth_arcs_follow_the_curve(middles, deviation):
    """The second is narrow on a long flat floor, under which an arc that starts on its foot could dip."""

    def height(x: np.ndarray) -> np.ndarray:
        return np.sum([60 * gaussian((x - middle) / deviation) for middle in middles], axis=0)

    x = np.linspace(0, 300, 241)
    vertices = smooth(np.column_stack([x, height(x)]))
    t = np.linspace(0, 1, 40)[:, None]
    for start, first, second, end in (vertices[at : at + 4] for at in range(0, len(vertices) - 1, 3)):
        arc = (1 - t) ** 3 * start + 3 * t * (1 - t) ** 2 * first + 3 * t**2 * (1 - t) * second + t**3 * end
        assert np.abs(arc[:, 1] - height(arc[:, 0])).max() < 0.15
    assert len(vertices) < 60


def test_a_plot_maps_its_scales_to_pixels():
    plot = Plot(100, 50, 200, 80, (-1.0, 1.0), (0.0, 4.0))
    np.testing.assert_allclose(plot.at([-1, 0, 1], [0, 2, 4]), [(100, 130), (200, 90), (300, 50)])
    assert plot.spots(0, 2) == [(200.0, 90.0)]


# Looks ------------------------------------------------------------------------------------------------


def shown_texts(figure: Figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


@pytest.mark.parametrize("key", IDS)
def test_text_is_large_enough_and_in_the_shipped_font(drawn, key):
    texts = shown_texts(drawn[key])
    assert len(texts) > 6
    assert min(float(text.get_fontsize()) for text in texts) >= style.SMALLEST_TEXT
    assert {text.get_fontfamily()[0] for text in texts} == {style.FAMILY}


@pytest.mark.parametrize("key", IDS)
def test_text_is_inside_the_figure_and_never_over_other_text(drawn, key):
    figure = drawn[key]
    boxes = {text: text.get_window_extent() for text in shown_texts(figure)}
    width, height = figure.get_size_inches() * 72
    for text, box in boxes.items():
        assert box.x0 >= -1, text
        assert box.x1 <= width + 1, text
        assert box.y0 >= -1, text
        assert box.y1 <= height + 1, text
    inner = {text: box.padded(-3) for text, box in boxes.items()}
    collisions = [(a.get_text(), b.get_text()) for a, b in combinations(inner, 2) if inner[a].overlaps(inner[b])]
    assert not collisions


@pytest.mark.parametrize("key", IDS)
def test_words_are_french(drawn, key):
    written = " ".join(text.get_text() for text in shown_texts(drawn[key])).lower().split()
    assert not {"the", "of", "batch", "layer", "layers", "loss", "step", "input", "output"} & set(written)
    assert not any(re.search(r"\d\.\d", word) for word in written)


@pytest.mark.parametrize("key", IDS)
@pytest.mark.slow
def test_files_are_small_and_the_same_on_redraw(drawn, key):
    name, theme, layout = VARIANTS[IDS.index(key)]
    first = svg_bytes(drawn[key], key)
    again = svg_bytes(import_module(f"figures_src.figures.{name}").draw({}, theme, layout), key)
    assert first == again
    assert len(first) < LARGEST


@pytest.mark.slow
def test_bytes_do_not_depend_on_the_process(drawn):
    key = "sbn_6a-light-narrow"
    code = (
        "import hashlib; from figures_src import style, svg; from figures_src.figures import sbn_6a;"
        f"print(hashlib.sha256(svg.svg_bytes(sbn_6a.draw({{}}, style.LIGHT, style.NARROW), {key!r})).hexdigest())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert told == hashlib.sha256(svg_bytes(drawn[key], key)).hexdigest()


@pytest.mark.parametrize("name", SCHEMAS)
def test_numbers_come_as_a_table_where_there_are_some(name):
    module = import_module(f"figures_src.figures.{name}")
    assert hasattr(module, "table") == (name not in WITHOUT_NUMBERS)
    if name not in WITHOUT_NUMBERS:
        table = module.table({})
        assert len(table.rows) >= 5
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert table.to_csv() == pickle.loads(pickle.dumps(table)).to_csv()
        assert "np." not in table.to_csv().decode()
