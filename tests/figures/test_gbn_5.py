"""Graph 5 on a made-up record: times, factors, and what is said of an arm that never arrives."""

import re
from itertools import product

import numpy as np
import pytest
from matplotlib.colors import to_hex

from figures_src import style
from figures_src.experiments.inception.measures import ARMS, PUBLISHED
from figures_src.figures import gbn_5
from figures_src.figures.gbn_1 import steps_to_match
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
    ours = {arm: gbn_5.our_steps(record(ARRIVALS), arm) for arm in ARMS}
    never = {"bn_x5_sigmoid": [np.inf] * 3, "inception_x5": [np.inf], "inception_sigmoid": [np.inf]}
    reached = {"inception": 16_000, "bn_baseline": 5200, "bn_x5": 1600, "bn_x30": 2400}
    assert ours == {arm: [step] * 3 for arm, step in reached.items()} | never
    assert [steps_to_match(arm) for arm in ("bn_baseline", "bn_x5_sigmoid", "inception_x5")] == [
        13.3e6,
        None,
        None,
    ]


def test_the_title_is_computed() -> None:
    assert re.sub(r"\s", " ", gbn_5.headline(record(ARRIVALS))) == (
        "Au même taux, la BN égale Inception en 2,3 fois moins d’itérations sur ImageNet ; ici, "
        "elle atteint 70 % en 3,1 fois moins"
    )
    for arrivals in ({"inception": 16_000}, {}):
        assert "ici, rien ne les départage" in re.sub(r"\s", " ", gbn_5.headline(record(arrivals)))


def test_the_table_holds_every_curve_and_every_time() -> None:
    rows = gbn_5.table({"inception": record(ARRIVALS)}).rows
    assert sum(row[0] == "measured, curve" for row in rows) == len(ARMS) * len(STEPS)
    times = {row[1]: row[3] for row in rows if row[0] == "measured, steps to the level, seed 0"}
    assert times["bn_baseline"] == 5200
    assert times["inception_x5"] == ""
    assert len([row for row in rows if row[0] == "published, steps to match"]) == 5


@pytest.mark.parametrize(("theme", "layout"), list(product(style.THEMES, style.LAYOUTS)), ids=str)
def test_an_arm_has_one_colour_in_both_panels(theme: style.Theme, layout: style.Layout) -> None:
    published, ours = gbn_5.draw({"inception": record(ARRIVALS)}, theme, layout).axes
    assert {to_hex(line.get_color()) for line in ours.lines} >= {colour(look, theme) for look in LOOKS.values()}
    assert {to_hex(line.get_color()) for line in published.lines} <= {to_hex(line.get_color()) for line in ours.lines}
    drawn = [np.asarray(line.get_ydata()) for line in ours.lines]
    heights = [heights[0] for heights in drawn if len(set(heights)) == 1]
    assert 0.3 in [pytest.approx(height) for height in heights], "the error of the baseline"


def test_drawing_twice_gives_the_same_bytes() -> None:
    one, other = (
        svg_bytes(gbn_5.draw({"inception": record(ARRIVALS)}, style.LIGHT, style.WIDE), "gbn_5") for _ in range(2)
    )
    assert one == other
