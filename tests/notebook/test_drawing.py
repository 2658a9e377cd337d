from xml.etree import ElementTree

import numpy as np
import pytest

from figures_src import style
from figures_src.notebook import drawing
from figures_src.notebook.curves import Quantity, quantities
from tests.notebook.samples import Toy, arrays


@pytest.fixture(scope="module")
def accuracy() -> Quantity:
    return next(found for found in quantities(arrays(), Toy().runs()) if found.array == "test_accuracy")


@pytest.fixture(scope="module")
def files(accuracy: Quantity) -> dict[str, bytes]:
    return drawing.panel_files(accuracy, accuracy.panels[0], "toy")


def test_a_panel_has_one_line_a_seed_in_the_colour_and_dashes_of_its_arm(accuracy):
    with style.rc(style.LIGHT, style.NARROW):
        axes = drawing.draw(accuracy, accuracy.panels[0]).axes[0]
    lines = [(line, np.asarray(line.get_ydata())) for line in axes.lines]
    seen = [(line.get_color(), line.is_dashed(), heights[-1]) for line, heights in lines if len(heights) == 3]
    blue, red = style.LIGHT.with_bn, style.LIGHT.without_bn
    assert [(colour, dashed) for colour, dashed, _ in seen] == [(red, True), (blue, False)] * 2
    assert [end for *_, end in seen] == pytest.approx([0.0, 0.1, 0.4, 0.5])


def test_panels_of_a_quantity_share_their_axis(accuracy):
    with style.rc(style.LIGHT, style.NARROW):
        heights = {drawing.draw(accuracy, panel).axes[0].get_ylim() for panel in accuracy.panels}
    assert len(heights) == 1
    low, high = heights.pop()
    assert low < 0.0 < 0.7 < high


def test_the_dark_drawing_is_the_light_one_in_dark_colours(files):
    light, dark = files["light"].decode(), files["dark"].decode()
    for name in ("with_bn", "without_bn", "muted"):
        assert getattr(style.LIGHT, name) in light
        assert getattr(style.LIGHT, name) not in dark
        assert getattr(style.DARK, name) in dark
    for file in (light, dark):
        root = ElementTree.fromstring(file)
        assert (root.get("width"), root.get("height")) == (str(drawing.WIDTH), str(drawing.HEIGHT))


def test_the_same_panel_gives_the_same_bytes(accuracy, files):
    assert drawing.panel_files(accuracy, accuracy.panels[0], "toy") == files


def test_a_network_that_diverged_neither_flattens_nor_breaks_the_others():
    values = {**arrays(), "test_loss": np.ones((8, 3))}
    values["test_loss"][3] = [1, 1e30, np.nan]
    loss = next(found for found in quantities(values, Toy().runs()) if found.array == "test_loss")
    assert drawing.limits(loss) == pytest.approx((1, 1e10))
    assert b"<svg" in drawing.panel_files(loss, loss.panels[1], "toy")["light"]


def test_marks_are_few_round_and_french():
    assert drawing.log_marks(0.02, 3) == [0.1, 1]
    assert drawing.log_marks(0.3, 0.9) == [0.5]
    assert len(drawing.log_marks(1e-9, 1e6)) <= 5
    assert drawing.mark_text(0.975, "%") == "97,5\u202f%"
    assert drawing.mark_text(1e-5, "") == "10⁻⁵"
    assert drawing.thinning(250) == 1
    assert drawing.thinning(501) == 3
