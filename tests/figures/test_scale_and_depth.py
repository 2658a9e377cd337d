"""The graphs of E5: their tables are their records, their titles follow them, their words can be read."""

import csv
import io
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from figures_src import style
from figures_src.experiments.depth.measures import RESIDUAL_STANDARD
from figures_src.experiments.scale.measures import STANDARD
from figures_src.figures import depth_gradients, effective_rate
from figures_src.records.record import Record
from figures_src.svg import svg_bytes
from tests.article import samples

RECORDS = samples.scale_and_depth()
MODULES = (effective_rate, depth_gradients)
VARIANTS = list(product(MODULES, style.THEMES, style.LAYOUTS))
IDS = [f"{module.__name__.rpartition('.')[2]}-{theme.name}-{layout.name}" for module, theme, layout in VARIANTS]


def changed(name: str, **arrays: np.ndarray) -> dict[str, Record]:
    record = RECORDS[name]
    return {**RECORDS, name: Record(name, {**record.arrays, **arrays}, record.sidecar)}


def rows(module: Any, records: dict[str, Record] = RECORDS) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(module.table(records).to_csv().decode())))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(("module", "theme", "layout"), VARIANTS, ids=IDS)
def test_words_can_be_read_and_bytes_are_few(module: Any, theme: style.Theme, layout: style.Layout) -> None:
    figure = module.draw(RECORDS, theme, layout)
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    boxes = {text: text.get_window_extent().padded(-1) for text in texts}
    width, height = figure.get_size_inches() * 72
    sheet = Bbox([[-2, -2], [width + 2, height + 2]])
    outside = [
        text.get_text() for text, box in boxes.items() if not (sheet.contains(*box.p0) and sheet.contains(*box.p1))
    ]
    assert outside == []
    assert [(a.get_text(), b.get_text()) for a, b in combinations(boxes, 2) if boxes[a].overlaps(boxes[b])] == []
    assert len(svg_bytes(figure, module.__name__)) < 60_000


def test_every_layer_of_every_cell_is_in_the_table() -> None:
    angles = [row for row in rows(effective_rate) if row["what"].startswith("angle")]
    assert len(angles) == 3 * 9 * 3
    one = next(row for row in angles if (row["network"], row["learning_rate"], row["decay"], row["layer"])
               == ("sans BN", "0.2", "0.004", "2"))  # fmt: skip
    assert float(one["mean"]) == pytest.approx(3 * float(one["theory"]), rel=1e-5)
    assert {row["settled"] for row in angles if (row["learning_rate"], row["decay"]) == ("0.05", "0.001")} == {"no"}


def test_an_angle_of_no_network_is_not_drawn() -> None:
    angle = RECORDS["scale"].arrays["angle"].copy()
    accuracy = RECORDS["scale"].arrays["test_accuracy"].copy()
    angle[STANDARD, 0, 1, 2], angle[STANDARD, :, 2, 3] = np.nan, 0
    accuracy[STANDARD, 1, 2, 2] = 0.1
    records = changed("scale", angle=angle, test_accuracy=accuracy)
    drawn = [point for point in effective_rate.points(records["scale"]) if point.drawn]
    assert len(drawn) == 81 - 9
    effective_rate.draw(records, style.LIGHT, style.WIDE)
    gone = next(row for row in rows(effective_rate, records) if (row["network"], row["learning_rate"], row["decay"])
                == ("sans BN", "0.2", "0.004"))  # fmt: skip
    assert gone["mean"] == ""


def test_profiles_end_at_one_and_theory_lies_on_them() -> None:
    record = RECORDS["depth_initial"]
    for pair in depth_gradients.PAIRS:
        for arm in (pair.with_bn, pair.without_bn):
            found = depth_gradients.profile(record, arm)
            assert (found[:, -1] == 0).all()
            line = depth_gradients.expected(record, arm)
            assert (line is None) == (arm == RESIDUAL_STANDARD)
            np.testing.assert_allclose(found[0], found[0] if line is None else line, atol=1e-9)
    table = rows(depth_gradients)
    assert sum(row["what"].startswith("log10") for row in table) == 4 * 100
    grown = [row for row in table if row["source"] == "gaussian"]
    assert [(row["activation"], row["batch_size"]) for row in grown][:3] == [
        ("linear", "8"),
        ("linear", "16"),
        ("linear", "32"),
    ]
    assert float(grown[0]["theory"]) == pytest.approx(1.2)
