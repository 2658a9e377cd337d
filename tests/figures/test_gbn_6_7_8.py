"""Graphs of experiment E3: what arrays become on the page, then the pages themselves, from made-up records."""

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
from figures_src.experiments import smoothing as readings
from figures_src.experiments.deep_linear.experiment import LinearProtocol
from figures_src.experiments.vgg.experiment import VggProtocol
from figures_src.experiments.vgg.measures import BATCH, LOW, MATCHED, NOISY, STANDARD
from figures_src.experiments.vgg.runs import steps_of
from figures_src.experiments.vgg_controls.experiment import ControlProtocol
from figures_src.experiments.vgg_controls.measures import RATE_LINE
from figures_src.experiments.vgg_controls.runs import DISTANCE_LINE
from figures_src.figures import gbn_6, gbn_7, gbn_8
from figures_src.figures.ratios import Row
from figures_src.published import load
from figures_src.records.record import Record
from figures_src.svg import svg_bytes

ARMS = (STANDARD, BATCH, NOISY)
GRAPHS = ("gbn_6", "gbn_7", "gbn_8")
VARIANTS = list(product(GRAPHS, style.THEMES, style.LAYOUTS))
IDS = [f"{name}-{theme.name}-{layout.name}" for name, theme, layout in VARIANTS]
BINS = 120


def bell() -> np.ndarray:
    x = np.linspace(-6, 6, BINS + 1)
    return np.rint(1e5 * np.exp(-(((x[1:] + x[:-1]) / 2) ** 2) / 2)).astype(np.int32)


def vgg_record(seeds: tuple[int, ...] = (0, 1, 2)) -> Record:
    """Networks that learn at known steps, drift, and meet ranges four times wider without BN."""
    rng = np.random.default_rng(20181204)
    protocol = VggProtocol(compared_seeds=seeds)
    runs = protocol.runs()
    arrays = steps_of(runs[0])
    arrays["arm"] = np.array([str(run.normalization) for run in runs])
    arrays["run_learning_rate"] = np.array([run.learning_rate for run in runs])
    arrays["seed"] = np.array([run.seed for run in runs])
    wide = np.where(arrays["arm"] == "without_bn", 4.0, 1.0)[:, None]
    reached = np.array([{"without_bn": 3000, "with_bn": 1500, "noisy_bn": 2200}[arm] for arm in arrays["arm"]])
    time, count = arrays["accuracy_step"], len(runs)
    accuracy = np.clip(0.1 + 0.8 * time / reached[:, None], 0, 0.97) + 0.005 * rng.random((count, len(time)))
    accuracy[(arrays["arm"] == "without_bn") & (arrays["run_learning_rate"] == 0.5)] = 0.1
    grown = 1 + np.outer(wide[:, 0] - 1, np.linspace(0, 4, len(arrays["histogram_step"])))
    shift = rng.lognormal(-np.log(wide), 0.4, (count, len(arrays["shift_step"])))
    ramp = wide[..., None] * np.linspace(0, 1, 8) * (1 + rng.random((count, len(arrays["landscape_step"]), 1)))
    lengths = np.array([run.landscape.multiples() * run.learning_rate for run in runs])
    arrays |= {
        "train_accuracy": accuracy,
        "test_accuracy": accuracy - 0.1,
        "histogram_mean": np.repeat(np.asarray(0.1 * rng.standard_normal(grown.shape))[..., None], 3, axis=2),
        "histogram_deviation": np.repeat(grown[..., None], 3, axis=2),
        "histogram_counts": np.broadcast_to(bell(), (*grown.shape, 3, BINS)).copy(),
        "shift_difference": np.repeat(shift[..., None], 2, axis=2),
        "shift_cosine": rng.uniform(-0.2, 1, (*shift.shape, 2)),
        "landscape_length": lengths,
        "landscape_loss": 1 + ramp,
        "landscape_change_squared": (2 + ramp) ** 2,
        "landscape_change_gradient": np.zeros_like(ramp),
        **{f"landscape_{name}": np.full(ramp.shape[:2], size) for name, size in
           (("norm_squared", 1.0), ("weights_weights", 1000.0), ("weights_gradient", 0.0), ("gradient_gradient", 1.0))},
    }  # fmt: skip
    config = {"divisor": 4, "accuracy_every": 100, "compared_seeds": list(seeds), "shown_seeds": [0]}
    return Record("vgg", arrays, {"config": config, "preset": "quick"})


def controls_record(seeds: tuple[int, ...] = (0, 1, 2, 3, 4), rate: float = MATCHED) -> Record:
    """Bands four times wider without BN along a step, half as wide at a distance; fresh noise triples them.

    Distances of gradients are three times larger with BN, gradients six times.
    """
    rng = np.random.default_rng(20180611)
    protocol = ControlProtocol(seeds=seeds, cells=tuple((arm, rate) for arm in ARMS))
    runs = protocol.runs()
    arrays = steps_of(runs[0])
    arrays["arm"] = np.array([str(run.normalization) for run in runs])
    arrays["run_learning_rate"] = np.array([run.learning_rate for run in runs])
    arrays["seed"] = np.array([run.seed for run in runs])
    times, time = len(arrays["landscape_step"]), arrays["accuracy_step"]
    plain_ = (arrays["arm"] == "without_bn")[:, None, None]
    reached = np.array([{"without_bn": 3000, "with_bn": 1500, "noisy_bn": 2200}[arm] for arm in arrays["arm"]])
    own = np.tile(np.exp(0.01 * rng.standard_normal(len(seeds))), (3, 1)).T.ravel()[:, None, None]
    along, away = np.linspace(0, 1, len(RATE_LINE)), np.linspace(0, 1, len(DISTANCE_LINE))
    noisy = arrays["arm"] == "noisy_bn"
    arrays |= {
        "distance": np.array(DISTANCE_LINE),
        "train_accuracy": np.clip(0.1 + 0.8 * time / reached[:, None], 0, 0.97),
        "test_accuracy": np.clip(0.8 * time / reached[:, None], 0, 0.87),
        "train_loss": np.clip(2.3 - 1.5 * time / reached[:, None], 0.1, None),
        "landscape_loss": np.broadcast_to(own * np.where(plain_, 4.0, 1.0) * along, (len(runs), times, len(along))),
        "line_distance_loss": np.broadcast_to(own * np.where(plain_, 0.5, 1) * away, (len(runs), times, len(away))),
        "line_rate_fresh_loss": np.where(noisy[:, None, None], 3 * own * along, np.nan) + np.zeros((times, 1)),
        "landscape_norm_squared": np.ones((len(runs), times)),
    }
    arrays["train_accuracy"] = arrays["train_accuracy"] + 0.001 * rng.random(arrays["train_accuracy"].shape)
    with_bn = np.where(arrays["arm"] == "with_bn", 3.0, 1.0)[:, None, None]
    shown = (len(runs), len(arrays["shift_step"]), len(arrays["shift_layer"]))
    arrays |= {
        "shift_difference": own * with_bn * np.ones(shown),
        "shift_norm": np.where(with_bn > 1, 6.0, 1.0) * np.ones(shown),
        "shift_cosine": np.full(shown, 0.5),
    }
    name = "vgg_controls" if rate == MATCHED else "vgg_low_rate"
    return Record(name, arrays, {"config": {"seeds": list(seeds)}, "preset": "quick"})


def problems_record() -> Record:
    """Twenty problems, each ten times as far with BN as the one before, from a hundredth on."""
    step, layers = np.arange(0, 1001, 50), np.array([9, 17])
    far = np.logspace(-2, 17, 20)
    shape = (4, 20, len(step), len(layers))
    apart = np.stack([np.ones(shape), far[None, :, None, None] * np.ones(shape)])
    arrays = {
        "loss_factor": np.array([0.25, 0.5, 0.75, 1.0]),
        "shift_step": step,
        "shift_layer": layers,
        "shift_difference": apart,
        "shift_norm": apart / 2,
    }
    return Record("linear_problems", arrays, {"config": {"seeds": list(range(20))}, "preset": "quick"})


def channels_record(main: Record) -> Record:
    """The first networks of the main record, one channel at a time: those of the second layer move alone."""
    names = ("arm", "run_learning_rate", "seed", "histogram_mean", "histogram_deviation", "histogram_counts")
    arrays = {name: main.arrays[name][:3] for name in names}
    arrays |= {name: main.arrays[name] for name in ("histogram_step", "histogram_layer")}
    mean = np.zeros((*arrays["histogram_mean"].shape, 4))
    mean[:, 1::2, 1] = 0.3
    arrays |= {"channel_mean": mean, "channel_deviation": np.ones_like(mean)}
    return Record("vgg_channels", arrays, {"config": {"seeds": [0]}, "preset": "quick"})


def dln_record() -> Record:
    """Distances 1 000 times larger with BN at the low rate, 1 000 times smaller at the high one."""
    rng = np.random.default_rng(20180529)
    protocol = LinearProtocol()
    runs = protocol.runs()
    step = np.array(runs[0].schedule(protocol.shift_every))
    arm = np.array([str(run.normalization) for run in runs])
    rate = np.array([run.learning_rate for run in runs])
    times = np.where(arm == "with_bn", np.where(rate < 5e-7, 1000.0, 0.001), 1.0)
    arrays = {
        "arm": arm,
        "run_learning_rate": rate,
        "seed": np.array([run.seed for run in runs]),
        "shift_step": step,
        "shift_layer": np.array(protocol.shift_layers),
        "shift_difference": times[:, None, None] * rng.lognormal(0, 0.01, (len(runs), len(step), 2)),
        "shift_norm": np.ones((len(runs), len(step), 2)),
    }
    return Record("dln", arrays, {"config": {"seeds": [0, 1, 2, 3, 4]}, "preset": "quick"})


@pytest.fixture(scope="module")
def records() -> dict[str, Record]:
    main = vgg_record()
    return {
        "vgg": main,
        "vgg_channels": channels_record(main),
        "dln": dln_record(),
        "linear_problems": problems_record(),
        "vgg_controls": controls_record(),
        "vgg_low_rate": controls_record(rate=LOW),
    }


@pytest.fixture(scope="module")
def drawn(records: dict[str, Record]) -> dict[str, Figure]:
    return {
        key: import_module(f"figures_src.figures.{name}").draw(records, theme, layout)
        for key, (name, theme, layout) in zip(IDS, VARIANTS, strict=True)
    }


def changed(record: Record, **arrays: np.ndarray) -> Record:
    return Record(record.name, {**record.arrays, **arrays}, record.sidecar)


def rows(module: Any, records: dict[str, Record]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(module.table(records).to_csv().decode())))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def normal(mean: float, deviation: float) -> readings.Distribution:
    return readings.distribution(bell(), mean, deviation)


# Graph 6.


def test_accuracies_are_all_drawn_early_and_as_means_later():
    steps, values = np.arange(100, 4600, 100), np.arange(90.0).reshape(2, 45)
    shown, means = gbn_6.thinned(steps, values, 3000)
    assert shown.tolist() == [*range(100, 3001, 100), 3300, 3800, 4300]
    assert means.shape == (2, 33)
    assert means[1, 30] == values[1, 30:35].mean()
    alone, _ = gbn_6.thinned(steps[:3], values[:, :3], 0)
    assert alone.tolist() == [200]


def test_distributions_have_one_height_and_stand_where_they_are():
    places = np.arcsinh(np.linspace(-8, 8, 801))
    found = gbn_6.heights([normal(0, 1), normal(2, 0.5), None], places)
    assert found.max(axis=1).tolist() == [1, 1, 0]
    x = np.sinh(places)
    assert x[found[1].argmax()] == pytest.approx(2, abs=0.05)
    assert found[0][np.abs(x - 1).argmin()] == pytest.approx(np.exp(-0.5), abs=0.02)


def test_a_distribution_narrower_than_the_grid_is_not_lost():
    found = gbn_6.heights([normal(0.013, 1e-4)], np.linspace(-3, 3, 61))
    assert found.max() == 1
    assert (found > 0.02).sum() <= 2


def test_one_scale_holds_nearly_all_of_every_distribution():
    low, high = gbn_6.reach([normal(0, 1), normal(0, 0.1), None])
    widest = np.arcsinh(normal(0, 1).quantile(0.995))
    assert high == pytest.approx(1.1 * widest, rel=1e-3)
    assert low == pytest.approx(-high, rel=1e-6)
    assert gbn_6.reach([None]) == (-1, 1)


def test_gbn_6_table_is_the_record_and_one_seed_has_no_interval(records):
    vgg, table = records["vgg_controls"], rows(gbn_6, records)
    chosen = [r for r in table if (r["source"], r["arm"], r["learning_rate"]) == ("measured", "noisy_bn", "0.1")]
    at = next(r for r in chosen if (r["what"], r["step"]) == ("train_accuracy", "1000"))
    mean = vgg.arrays["train_accuracy"][vgg.arrays["arm"] == "noisy_bn", 9].mean()
    assert float(at["value"]) == pytest.approx(mean, rel=1e-6)
    assert float(at["student95_low"]) < float(at["value"]) < float(at["student95_high"])
    alone = next(r for r in table if (r["source"], r["learning_rate"], r["seeds"]) == ("measured", "0.5", "1"))
    assert (alone["student95_low"], alone["student95_high"]) == ("", "")
    moved = next(r for r in table if (r["what"][-13:], r["arm"], r["layer"]) == ("in_deviations", "with_bn", "9"))
    assert float(moved["value"]) == pytest.approx(0.3, rel=1e-6)
    published = [r for r in table if r["source"] == "published" and r["arm"] == "noisy_bn"]
    assert len(published) == len(load(gbn_6.PUBLISHED).where(arm="noisy_bn")["step"])


@pytest.mark.parametrize("layout", style.LAYOUTS, ids=lambda layout: layout.name)
def test_networks_that_diverged_and_single_seeds_are_drawn_all_the_same(layout):
    vgg = vgg_record(seeds=(0,))
    lost = (vgg.arrays["arm"] == "without_bn") & (vgg.arrays["run_learning_rate"] == 0.1)
    arrays = {name: vgg.arrays[name].copy() for name in vgg.arrays}
    for name in ("histogram_mean", "histogram_deviation", "shift_difference", "shift_cosine", "landscape_loss"):
        arrays[name][lost, 5:] = np.nan
    arrays["histogram_counts"][lost, 5:] = 0
    arrays["landscape_change_squared"][lost, 5:] = np.inf
    channels = channels_record(Record("vgg", arrays, vgg.sidecar))
    channels.arrays["channel_deviation"][0] = 0
    controls = controls_record(seeds=(0,))
    gone = (controls.arrays["arm"] == "without_bn")[:, None, None]
    controls = changed(controls, landscape_loss=np.where(gone, np.nan, controls.arrays["landscape_loss"]))
    broken = {
        "vgg": Record("vgg", arrays, vgg.sidecar),
        "vgg_channels": channels,
        "dln": dln_record(),
        "linear_problems": problems_record(),
        "vgg_controls": controls,
        "vgg_low_rate": controls_record(seeds=(0,), rate=LOW),
    }
    for module in (gbn_6, gbn_7, gbn_8):
        texts = [text.get_text() for text in module.draw(broken, style.LIGHT, layout).findobj(Text)]
        assert "nan" not in " ".join(texts)
        assert "nan" not in module.table(broken).to_csv().decode()
    assert "Une graine" in " ".join(t.get_text() for t in gbn_6.draw(broken, style.LIGHT, layout).findobj(Text))


# Graph 7.


def test_gbn_7_ratios_are_those_of_pairs_of_seeds(records):
    shown = {(row.group, row.name): row for row in gbn_7.vgg_rows(records)}
    raw, relative = shown[gbn_7.RAW, "taux 0,1, couche 5"], shown[gbn_7.RELATIVE, "taux 0,01, couche 10"]
    assert [each.value for each in raw.ratios] == pytest.approx([3, 1])
    assert [each.value for each in relative.ratios] == pytest.approx([0.5, 1])
    assert raw.ratios[0].seeds == 5
    assert raw.published == pytest.approx(0.914782 / 0.815544)
    assert relative.published is None


def test_gbn_7_shows_every_problem_of_the_linear_network(records):
    high, low, *relative = gbn_7.linear_rows(records)
    np.testing.assert_allclose(sorted(high.scattered), np.logspace(-2, 17, 20), rtol=1e-6)
    np.testing.assert_allclose(low.scattered, 1000, rtol=1e-2)
    np.testing.assert_allclose(relative[0].scattered, 1)


def test_gbn_7_table_holds_the_points_drawn(records):
    table = rows(gbn_7, records)
    one = [r for r in table if r["compared"].endswith("one problem")]
    assert len(one) == 2 * (20 + 5)
    paired = [r for r in table if r["network"] == "vgg" and not r["compared"].startswith("published")]
    assert {r["pairs"] for r in paired} == {"5"}
    assert len(paired) == 2 * 2 * 2 * 2


def test_rates_are_written_as_a_reader_does():
    assert [gbn_7.rate_name(rate) for rate in (0.1, 0.01, 1e-6, 1e-7)] == ["0,1", "0,01", "10⁻⁶", "10⁻⁷"]


# Graph 8.


def line_of(record: Record, group: str, name: str) -> Row:
    return next(line for line in gbn_8.lines(record) if line.group.startswith(group) and name in line.name)


def test_a_row_compares_pairs_of_seeds_with_the_network_with_bn(records):
    early = line_of(records["vgg_controls"], "Le long", "0 à 1\u202f000 itérations")
    assert early.ratios[0].value == pytest.approx(4)
    assert early.ratios[1].value == pytest.approx(1)
    assert early.ratios[0].seeds == 5
    assert line_of(records["vgg_controls"], "À distance", "itérations").ratios[0].value == pytest.approx(0.5)
    assert line_of(records["vgg_controls"], "Pour", "90").ratios[1].value == pytest.approx(2200 / 1500, rel=0.05)


def test_noise_drawn_anew_is_compared_with_the_network_with_bn(records):
    fresh = line_of(records["vgg_controls"], "Le long", "bruit")
    assert fresh.ratios[0] is None
    assert fresh.ratios[1].value == pytest.approx(3)


def test_published_bands_are_those_of_the_same_window():
    curve = load(gbn_8.RANGES)
    widths = {}
    for arm in ("without_bn", "with_bn"):
        found = curve.where(metric="loss", arm=arm)
        widths[arm] = np.mean((found["high"] - found["low"])[found["step"] <= 1000])
    assert gbn_8.published((0, 1000)) == pytest.approx(widths["without_bn"] / widths["with_bn"])


def test_gbn_8_table_gives_every_ratio_with_its_interval(records):
    table = rows(gbn_8, records)
    early = next(r for r in table if r["compared"] == "without_bn / with_bn")
    assert float(early["student95_low"]) <= float(early["ratio"]) <= float(early["student95_high"])
    assert sum(r["compared"].startswith("published") for r in table) == len(gbn_8.WINDOWS)


# All three.


def shown_texts(figure: Figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


@pytest.mark.parametrize("key", IDS)
def test_text_is_large_enough_inside_and_never_over_other_text(drawn, key):
    texts = shown_texts(drawn[key])
    assert len(texts) > 20
    assert min(float(text.get_fontsize()) for text in texts) >= style.SMALLEST_TEXT
    assert {text.get_fontfamily()[0] for text in texts} == {style.FAMILY}
    boxes = [(text.get_text(), text.get_window_extent().padded(-1)) for text in texts]
    width, height = drawn[key].get_size_inches() * 72
    for text, box in boxes:
        assert -2 <= box.x0 < box.x1 <= width + 2, text
        assert -2 <= box.y0 < box.y1 <= height + 2, text
    assert [(a[0], b[0]) for a, b in combinations(boxes, 2) if a[1].overlaps(b[1])] == []


@pytest.mark.parametrize("key", IDS)
def test_svg_has_the_width_of_its_layout_and_no_background(drawn, key):
    text = svg_bytes(drawn[key], key).decode()
    assert text.startswith(f'<svg width="{style.NARROW.width if key.endswith("narrow") else style.WIDE.width}"')
    assert len(text) < 65_000
    theme = style.DARK if "dark" in key else style.LIGHT
    assert theme.paper not in text
    colours = {theme.with_bn, theme.without_bn, theme.published, theme.noisy_bn}
    assert colours <= set(re.findall(r"#[0-9a-f]{6}", text))


REDRAW = """
import hashlib, pickle, sys
from importlib import import_module
from figures_src import style, svg
records = pickle.load(sys.stdin.buffer)
for name in sys.argv[1:]:
    figure = import_module(f"figures_src.figures.{name}").draw(records, style.DARK, style.NARROW)
    print(hashlib.sha256(svg.svg_bytes(figure, f"{name}-dark-narrow")).hexdigest())
assert "torch" not in sys.modules
"""


@pytest.mark.slow
def test_a_fresh_process_draws_the_same_bytes_without_torch(records, drawn):
    command = [sys.executable, "-c", REDRAW, *GRAPHS]
    output = subprocess.run(command, input=pickle.dumps(records), capture_output=True, check=True).stdout.decode()
    keys = [f"{name}-dark-narrow" for name in GRAPHS]
    assert output.split() == [hashlib.sha256(svg_bytes(drawn[key], key)).hexdigest() for key in keys]
