"""Graph 5 on a made-up record: times, factors, and what is said of an arm that never arrives."""

from itertools import product

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

from figures_src import style
from figures_src.experiments.inception.measures import ARMS, PUBLISHED
from figures_src.figures import gbn_5
from figures_src.figures.inception_looks import LOOKS, colour
from figures_src.records.record import Record
from figures_src.svg import svg_bytes

STEPS = np.arange(0, 20_001, 400)
ARRIVALS = {"inception": 16_000, "bn_baseline": 5000, "bn_x5": 1600, "bn_x30": 2400}


def record(arrivals: dict[str, int]) -> Record:
    """Straight rises to 70 %, as fast as told; the other arms stay at chance."""
    rows = [(arm, seed) for seed in range(3) for arm in ARMS.values() if arm in PUBLISHED or seed == 0]
    rise = [np.minimum(STEPS / arrivals.get(arm.name, np.inf), 1) for arm, _ in rows]
    arrays = {
        "arm": np.array([arm.name for arm, _ in rows]),
        "seed": np.array([seed for _, seed in rows]),
        "evaluation_step": STEPS,
        "test_accuracy": np.stack([0.1 + 0.6 * share for share in rise]),
    }
    return Record("inception", arrays, {"config": {"base_learning_rate": 0.01}, "preset": "quick"})


def test_times_are_those_of_the_paper_and_of_the_record() -> None:
    found = {speed.arm: speed for speed in gbn_5.speeds(record(ARRIVALS))}
    assert set(found) == {"bn_baseline", "bn_x5", "bn_x30", "bn_x5_sigmoid"}
    assert found["bn_baseline"].published == pytest.approx(31 / 13.3)
    times = {arm: speed.ours.value for arm, speed in found.items() if speed.ours}
    assert times == {arm: pytest.approx(16_000 / at) for arm, at in (("bn_baseline", 5200), ("bn_x5", 1600),
                                                                     ("bn_x30", 2400))}  # fmt: skip
    assert (found["bn_x5_sigmoid"].published, found["bn_x5_sigmoid"].ours) == (None, None)


def test_the_table_holds_every_time() -> None:
    rows = gbn_5.table({"inception": record(ARRIVALS)}).rows
    times = {row[2]: row[5] for row in rows if row[:2] == ("measured", "steps") and row[3:5] == (0.7, 0)}
    assert times["bn_baseline"] == 5200
    assert times["inception_x5"] == ""
    assert len([row for row in rows if row[:2] == ("published", "steps")]) == 5


@pytest.mark.parametrize(("theme", "layout"), list(product(style.THEMES, style.LAYOUTS)), ids=str)
def test_a_line_goes_from_what_was_published_to_what_was_found(theme: style.Theme, layout: style.Layout) -> None:
    figure = gbn_5.draw({"inception": record(ARRIVALS)}, theme, layout)
    (axes,) = figure.axes
    drawn = [(to_hex(line.get_color()), np.asarray(line.get_xydata())) for line in axes.lines]
    lines = {hue: points[:, 1].tolist() for hue, points in drawn if points[:, 0].tolist() == [0, 1]}
    assert lines[colour(LOOKS["inception"], theme)] == [1, 1]
    ends = [heights for heights in lines.values() if heights[0] == pytest.approx(31 / 13.3)]
    assert ends == [[pytest.approx(31 / 13.3), pytest.approx(16_000 / 5200)]]
    told = [text.get_text().replace("\u202f", " ") for text in figure.findobj(Text)]
    assert sum(text.endswith("non atteint") for text in told) == 2


def test_drawing_twice_gives_the_same_bytes() -> None:
    one, other = (
        svg_bytes(gbn_5.draw({"inception": record(ARRIVALS)}, style.LIGHT, style.WIDE), "gbn_5") for _ in range(2)
    )
    assert one == other
