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

import numpy as np
import pytest
from matplotlib.text import Text

from figures_src import style
from figures_src.experiments import smoothing as readings
from figures_src.experiments.deep_linear.experiment import LinearProtocol
from figures_src.experiments.vgg.experiment import VggProtocol
from figures_src.experiments.vgg.runs import steps_of
from figures_src.experiments.vgg_controls.experiment import ControlProtocol
from figures_src.experiments.vgg_controls.measures import RATE_LINE
from figures_src.experiments.vgg_controls.runs import DISTANCE_LINE
from figures_src.figures import gbn_6, gbn_7, gbn_8
from figures_src.published import load
from figures_src.records.record import Record
from figures_src.svg import svg_bytes

GRAPHS = ("gbn_6", "gbn_7", "gbn_8")
VARIANTS = list(product(GRAPHS, style.THEMES, style.LAYOUTS))
IDS = [f"{name}-{theme.name}-{layout.name}" for name, theme, layout in VARIANTS]
BINS = 120


def bell():
    x = np.linspace(-6, 6, BINS + 1)
    return np.rint(1e5 * np.exp(-(((x[1:] + x[:-1]) / 2) ** 2) / 2)).astype(np.int32)


def vgg_record(seeds=(0, 1, 2)):
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
        "histogram_mean": np.repeat(0.1 * rng.standard_normal(grown.shape)[..., None], 3, axis=2),
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


def controls_record(seeds=(0, 1, 2, 3, 4)):
    """Bands four times wider without BN along a step, half as wide at a distance; fresh noise triples them."""
    rng = np.random.default_rng(20180611)
    protocol = ControlProtocol(seeds=seeds)
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
    return Record("vgg_controls", arrays, {"config": {"seeds": list(seeds)}, "preset": "quick"})


def channels_record(main):
    """The first networks of the main record, one channel at a time: those of the second layer move alone."""
    names = ("arm", "run_learning_rate", "seed", "histogram_mean", "histogram_deviation", "histogram_counts")
    arrays = {name: main.arrays[name][:3] for name in names}
    arrays |= {name: main.arrays[name] for name in ("histogram_step", "histogram_layer")}
    mean = np.zeros((*arrays["histogram_mean"].shape, 4))
    mean[:, 1::2, 1] = 0.3
    arrays |= {"channel_mean": mean, "channel_deviation": np.ones_like(mean)}
    return Record("vgg_channels", arrays, {"config": {"seeds": [0]}, "preset": "quick"})


def dln_record():
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
        "shift_cosine": rng.uniform(-1, 1, (len(runs), len(step), 2)),
    }
    return Record("dln", arrays, {"config": {"seeds": [0, 1, 2, 3, 4]}, "preset": "quick"})


@pytest.fixture(scope="module")
def records():
    main = vgg_record()
    return {
        "vgg": main,
        "vgg_channels": channels_record(main),
        "dln": dln_record(),
        "vgg_controls": controls_record(),
    }


@pytest.fixture(scope="module")
def drawn(records):
    return {
        key: import_module(f"figures_src.figures.{name}").draw(records, theme, layout)
        for key, (name, theme, layout) in zip(IDS, VARIANTS, strict=True)
    }


def changed(record, **arrays):
    return Record(record.name, {**record.arrays, **arrays}, record.sidecar)


def rows(module, records):
    return list(csv.DictReader(io.StringIO(module.table(records).to_csv().decode())))


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def normal(mean, deviation):
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


def test_ridges_have_one_height_and_stand_where_their_distributions_are():
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


def test_a_ridge_hides_what_is_behind_it_and_is_not_drawn_where_it_is_flat():
    raised = np.array([[0.0, 0.5, 0.5, 0.0], [0.0, 1.0, 0.5, 0.0], [0.3, 0.0, 1.0, 0.0]])
    seen = gbn_6.visible(raised, overlap=2)
    # Baselines 2, 1, 0. Second column: 3 behind 3; third: 3 before 2 and 2, of which the last is in front.
    np.testing.assert_allclose(seen[2], [0.6, np.nan, 2, np.nan])
    np.testing.assert_allclose(seen[1], [np.nan, 3, 2, np.nan])
    np.testing.assert_allclose(seen[0], [np.nan, 3, 3, np.nan])
    higher = gbn_6.visible(np.array([[0.2, 0.2], [1.0, 0.4]]), overlap=2)
    np.testing.assert_allclose(higher, [[np.nan, 1.4], [2, 0.8]])


def test_the_silhouette_follows_the_first_ridge_and_the_ends_of_all():
    x = np.arange(5.0)
    raised = np.array([[0, 0.5, 1, 0, 0], [0, 0, 0, 0, 0], [0.4, 1, 1, 1, 0.01]])
    corners = gbn_6.silhouette(x, raised, overlap=2)
    assert corners.tolist() == [[1, 3], [2, 4], [2, 2], [3, 0], [0, 0], [1, 2]]
    assert gbn_6.silhouette(x, np.zeros((2, 5))).shape == (0, 2)


def test_one_scale_holds_nearly_all_distributions_of_a_layer():
    low, high = gbn_6.reach([normal(0, 1)] * 39 + [normal(0, 50), None])
    widest = np.arcsinh(normal(0, 1).quantile(0.995))
    assert high == pytest.approx(1.1 * widest, rel=1e-3)
    assert low == pytest.approx(-high, rel=1e-6)
    assert gbn_6.reach([None]) == (-1, 1)


def test_gbn_6_title_is_computed_and_says_what_never_happened(records):
    vgg = records["vgg"]
    accuracy = np.full(vgg.arrays["train_accuracy"].shape, 0.5)
    for arm, first in (("with_bn", 15), ("noisy_bn", 21), ("without_bn", 40)):
        accuracy[vgg.arrays["arm"] == arm, first:] = 0.95
    title = plain(gbn_6.headline(changed(vgg, train_accuracy=accuracy)))
    expected = "90 % des images apprises en 1 600 itérations avec BN, en 2 200 avec BN bruitée, en 4 100 sans BN"
    assert title == expected
    accuracy[vgg.arrays["arm"] == "without_bn"] = 0.1
    never = plain(gbn_6.headline(changed(vgg, train_accuracy=accuracy)))
    assert never.endswith("en 2 200 avec BN bruitée, jamais sans BN")


def test_gbn_6_table_is_the_record_and_one_seed_has_no_interval(records):
    vgg, table = records["vgg"], rows(gbn_6, records)
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
    controls.arrays["landscape_loss"] = np.where(
        (controls.arrays["arm"] == "without_bn")[:, None, None], np.nan, controls.arrays["landscape_loss"]
    )
    broken = {
        "vgg": Record("vgg", arrays, vgg.sidecar),
        "vgg_channels": channels,
        "dln": dln_record(),
        "vgg_controls": controls,
    }
    for module in (gbn_6, gbn_7, gbn_8):
        texts = [text.get_text() for text in module.draw(broken, style.LIGHT, layout).findobj(Text)]
        assert "nan" not in " ".join(texts)
        assert "nan" not in module.table(broken).to_csv().decode()
    assert "Une graine" in " ".join(t.get_text() for t in gbn_6.draw(broken, style.LIGHT, layout).findobj(Text))


# Graph 7.


def test_gbn_7_ratios_are_those_of_medians_over_the_declared_steps(records):
    assert gbn_7.ratio(records["vgg"].arrays, 0.1) == pytest.approx(4, rel=0.15)
    assert gbn_7.ratio(records["dln"].arrays, 1e-7) == pytest.approx(1000, rel=1e-2)
    shift = records["vgg"].arrays["shift_difference"].copy()
    shift[:, records["vgg"].arrays["shift_step"] > 5000] = 1e9
    late = changed(records["vgg"], shift_difference=shift)
    assert gbn_7.ratio(late.arrays, 0.1) == gbn_7.ratio(records["vgg"].arrays, 0.1)


def test_gbn_7_title_is_computed(records):
    vgg = records["vgg"]
    exact = np.ones_like(vgg.arrays["shift_difference"])
    with_bn = vgg.arrays["arm"] == "with_bn"
    exact[with_bn & (vgg.arrays["run_learning_rate"] == 0.1)] = 1.24
    exact[with_bn & (vgg.arrays["run_learning_rate"] == 0.01)] = 2.96
    title = plain(gbn_7.headline({**records, "vgg": changed(vgg, shift_difference=exact)}))
    assert title == (
        "Distance brute de G à G′, avec BN rapportée à sans BN : 1,2 ou 3 dans VGG selon le taux ; dans le réseau "
        "linéaire à 10⁻⁶, de 0,001 à 0,001 selon le problème"
    )


def test_rates_are_written_as_a_reader_does():
    assert [gbn_7.rate_name(rate) for rate in (0.1, 0.01, 1e-6, 1e-7)] == ["0,1", "0,01", "10⁻⁶", "10⁻⁷"]


def test_cosines_that_the_paper_hides_under_its_own_line_are_left_out(records):
    distance, cosine = gbn_7.METRICS
    assert set(gbn_7.curves(records["dln"], "dln", 1e-7, 9, cosine).theirs) == {"with_bn"}
    assert set(gbn_7.curves(records["dln"], "dln", 1e-7, 9, distance).theirs) == {"without_bn", "with_bn"}


def test_gbn_7_table_holds_the_points_drawn(records):
    table = rows(gbn_7, records)
    chosen = [r for r in table if (r["source"], r["network"], r["arm"]) == ("measured", "dln", "with_bn")]
    slow = [float(r["running_median"]) for r in chosen if (r["learning_rate"], r["metric"]) == ("1e-07", "l2")]
    assert len(slow) == 2 * gbn_7.PLACES
    np.testing.assert_allclose(slow, 1000, rtol=1e-2)
    assert {r["seeds"] for r in chosen} == {"5"}


# Graph 8.


def line_of(record, group, name):
    return next(line for line in gbn_8.lines(record) if line.group.startswith(group) and name in line.name)


def test_a_row_compares_pairs_of_seeds_with_the_network_with_bn(records):
    early = line_of(records["vgg_controls"], "Le long", "0 à 1\u202f000 itérations")
    assert early.without.value == pytest.approx(4)
    assert early.noisy.value == pytest.approx(1)
    assert early.without.seeds == 5
    assert line_of(records["vgg_controls"], "À distance", "itérations").without.value == pytest.approx(0.5)
    assert line_of(records["vgg_controls"], "Pour", "90").noisy.value == pytest.approx(2200 / 1500, rel=0.05)


def test_noise_drawn_anew_is_compared_with_the_network_with_bn(records):
    fresh = line_of(records["vgg_controls"], "Le long", "bruit")
    assert fresh.without is None
    assert fresh.noisy.value == pytest.approx(3)


def test_published_bands_are_those_of_the_same_window():
    curve = load(gbn_8.RANGES)
    widths = {}
    for arm in ("without_bn", "with_bn"):
        found = curve.where(metric="loss", arm=arm)
        widths[arm] = np.mean((found["high"] - found["low"])[found["step"] <= 1000])
    assert gbn_8.published((0, 1000)) == pytest.approx(widths["without_bn"] / widths["with_bn"])


def test_gbn_8_title_claims_only_what_the_intervals_say(records):
    record = records["vgg_controls"]
    never = record.arrays["line_distance_loss"]
    late = never.copy()
    rows = record.arrays["arm"] == "without_bn"
    late[np.ix_(rows, record.arrays["landscape_step"] > gbn_8.EARLY[1])] *= 10
    for distances, told in ((never, False), (late, True), (np.where(rows[:, None, None], 10 * never, never), False)):
        title = plain(gbn_8.headline(gbn_8.lines(changed(record, line_distance_loss=distances))))
        assert ("à distance égale, seulement après" in title) is told


def test_gbn_8_table_gives_every_ratio_with_its_interval(records):
    table = rows(gbn_8, records)
    early = next(r for r in table if r["compared"] == "without_bn / with_bn")
    assert float(early["student95_low"]) <= float(early["ratio"]) <= float(early["student95_high"])
    assert sum(r["compared"].startswith("published") for r in table) == len(gbn_8.WINDOWS)


# All three.


def shown_texts(figure):
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


@pytest.mark.parametrize("key", IDS)
def test_text_is_large_enough_inside_and_never_over_other_text(drawn, key):
    texts = shown_texts(drawn[key])
    assert len(texts) > 20
    assert min(text.get_fontsize() for text in texts) >= style.SMALLEST_TEXT
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
    colours = {theme.with_bn, theme.without_bn, theme.published} | (set() if "gbn_7" in key else {theme.noisy_bn})
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


def test_a_fresh_process_draws_the_same_bytes_without_torch(records, drawn):
    command = [sys.executable, "-c", REDRAW, *GRAPHS]
    output = subprocess.run(command, input=pickle.dumps(records), capture_output=True, check=True).stdout.decode()
    keys = [f"{name}-dark-narrow" for name in GRAPHS]
    assert output.split() == [hashlib.sha256(svg_bytes(drawn[key], key)).hexdigest() for key in keys]
