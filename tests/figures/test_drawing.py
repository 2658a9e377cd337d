import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from figures_src import style
from figures_src.experiments.intervals import interval
from figures_src.figures import drawing
from figures_src.figures.common import over_seeds


@settings(deadline=None)  # the first call imports scipy's optimization
@given(st.lists(st.floats(0, 300), min_size=1, max_size=8))
def test_labels_are_spread_in_order_and_within_bounds(wanted):
    placed = drawing.spread(wanted, 16, 0, 300)
    order = np.argsort(wanted, kind="stable")
    assert (np.diff(placed[order]) >= 16 - 1e-9).all()
    assert placed.min() >= -1e-9
    assert placed.max() <= 300 + 1e-9


def test_labels_with_room_do_not_move():
    np.testing.assert_allclose(drawing.spread([200, 10, 100], 16), [200, 10, 100])


def test_two_labels_at_one_height_part_evenly():
    np.testing.assert_allclose(sorted(drawing.spread([50, 50], 16)), [42, 58])


def test_text_wraps_at_plain_spaces_only():
    style.install_fonts()
    text = "Avec BN, 95\u202f% dès 6\u202f600\u00a0itérations\u202f; sans BN, à\u00a011\u202f800"
    lines = drawing.wrap(text, 160, 15)
    assert " ".join(lines) == text
    assert len(lines) > 1
    assert all(drawing.text_width(line, 15) <= 160 for line in lines)


def test_french_binds_punctuation_and_numbers():
    assert drawing.tidy("σ : 5 graines ; à 3 itérations") == ("σ\u202f: 5\u00a0graines\u202f; à\u00a03\u00a0itérations")


def test_a_band_is_drawn_where_the_interval_is():
    values = np.random.default_rng(1).standard_normal((5, 7))
    over = interval(values)
    with style.rc(style.LIGHT, style.NARROW):
        axes = drawing.begin(style.LIGHT, style.NARROW, "", 200).panel(0, 0, 100, 100)
        drawing.band(axes, np.arange(7), over, "#006aa7")
    outline = np.asarray(axes.collections[0].get_paths()[0].vertices)
    for at in range(7):
        heights = outline[outline[:, 0] == at, 1]
        assert heights.min() == pytest.approx(over.low[at])
        assert heights.max() == pytest.approx(over.high[at])
    np.testing.assert_allclose(np.asarray(axes.lines[0].get_ydata()), values.mean(0))


def test_an_accuracy_axis_gives_equal_heights_to_equal_ratios_of_errors():
    with style.rc(style.LIGHT, style.NARROW):
        axes = drawing.begin(style.LIGHT, style.NARROW, "", 200).panel(40, 0, 100, 100)
        drawing.accuracy_axis(axes, style.LIGHT, 0.7, 0.99, (0.8, 0.9, 0.95, 0.975, 0.999))
    heights = [axes.transData.transform((0, 1 - accuracy))[1] for accuracy in (0.8, 0.9, 0.95)]
    assert heights[1] - heights[0] == pytest.approx(heights[2] - heights[1])
    assert heights[1] > heights[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["80\u202f%", "90\u202f%", "95\u202f%", "97,5\u202f%"]


@pytest.mark.parametrize(
    ("top", "marks"),
    [(0.155, [0, 0.05, 0.1]), (0.0104, [0, 0.005, 0.01]), (6, [0, 2, 4]), (2.4, [0, 1, 2]), (1, [0, 0.5, 1])],
)
def test_marks_are_few_and_round(top, marks):
    assert drawing.round_marks(top) == pytest.approx(marks)


def small_panel() -> Axes:
    return drawing.begin(style.LIGHT, style.NARROW, "", 200).panel(40, 0, 100, 100)


def test_a_single_seed_has_no_band():
    with style.rc(style.LIGHT, style.NARROW):
        axes = small_panel()
        drawing.band(axes, np.arange(3), over_seeds(np.array([[1.0, 2.0, 3.0]])), "#006aa7")
    assert len(axes.collections) == 0
    assert np.asarray(axes.lines[0].get_ydata()).tolist() == [1, 2, 3]


def test_powers_of_ten_are_plain_near_one():
    written = [drawing.power_of_ten(power) for power in (-7, -2, 0, 3, 4)]
    assert written == ["10⁻⁷", "0,01", "1", "1\u202f000", "10⁴"]


def test_keys_go_to_a_new_line_at_the_right_edge():
    with style.rc(style.LIGHT, style.NARROW):
        sheet = drawing.begin(style.LIGHT, style.NARROW, "", 200)
        written = len(sheet.figure.texts)
        sample = drawing.Sample("un nom assez long", {"linewidth": 2}, "#006aa7")
        drawing.key(sheet, 0, 20, [sample] * 3)
    heights = [text.get_position()[1] for text in sheet.figure.texts[written:]]
    assert heights[0] == heights[1] > heights[2]
    strokes = [np.asarray(line.get_ydata())[0] for line in sheet.figure.artists if isinstance(line, Line2D)]
    assert all(stroke > height for stroke, height in zip(strokes, heights, strict=True))
