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
from figures_src.experiments.parts.runs import Part
from figures_src.experiments.places.runs import Architecture, Place, arm_of
from figures_src.experiments.scale.measures import STANDARD
from figures_src.figures import accuracies, depth_gradients, effective_rate, parts, places
from figures_src.records.record import Record
from figures_src.svg import svg_bytes
from tests.article import samples

RECORDS = samples.mechanisms()
MODULES = (effective_rate, parts, places, depth_gradients)
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


def test_an_arm_is_told_at_its_own_best_rate_and_its_gap_seed_by_seed() -> None:
    told = {row["arm"]: row for row in rows(parts)}
    assert len(told) == len(Part)
    assert (told["BN entière"]["mean"], told["BN entière"]["rate"]) == ("55", "0.1")
    assert {told["BN entière"][f"gap_{bound}"] for bound in ("mean", "student95_low", "student95_high")} == {"0"}
    drifting = told["statistiques sans gradient"]
    assert (drifting["mean"], drifting["rate"], drifting["gap_mean"]) == ("15", "0.01", "-40")
    assert float(drifting["student95_high"]) - float(drifting["student95_low"]) > 1
    assert drifting["gap_student95_low"] == drifting["gap_student95_high"]  # seeds move both alike


def test_both_places_are_held_against_bn_before_the_relu() -> None:
    told = {(row["network"], row["place"]): row for row in rows(places)}
    assert len(told) == len(Architecture) * len(Place)
    assert told["Réseau résiduel", "BN après la ReLU"]["gap_mean"] == "-1.5"
    assert told["Réseau simple", "sans BN"]["gap_mean"] == "-4"
    assert told["Réseau simple", "BN avant la ReLU"]["gap_mean"] == "0"


def test_the_best_rate_of_each_place_is_what_is_drawn() -> None:
    record = RECORDS["places"]
    arm = arm_of(Architecture.PLAIN, Place.AFTER)
    validation = record.arrays["validation_accuracy"].copy()
    chosen = (record.arrays["arm"] == arm) & (record.arrays["run_learning_rate"] == 0.03)
    validation[chosen] += 0.5
    found = rows(places, changed("places", validation_accuracy=validation))
    assert next(row for row in found if row["place"] == "BN après la ReLU")["rate"] == "0.03"


def test_accuracies_are_within_their_axis() -> None:
    for module in (parts, places):
        lines = module.lines(RECORDS[module.RECORD])
        marks = accuracies.marks_around(lines)
        assert np.ptp(np.diff(marks)) == 0
        assert all(marks[0] <= line.accuracy.min() and line.accuracy.max() <= marks[-1] for line in lines)
