from collections import Counter
from collections.abc import Iterable

import pytest

from figures_src.experiments.registry import EXPERIMENTS
from figures_src.notebook.curves import Quantity, networks, quantities
from figures_src.notebook.views import drawn, viewed
from figures_src.notebook.vocabulary import ArrayName, LastAxis
from figures_src.records import store
from tests.experiments.samples import vgg_arrays
from tests.notebook.samples import Toy, arrays

RECORDED = [name for name in EXPERIMENTS if store.load_sidecar(name) is not None]


def of(found: Iterable[Quantity], name: str) -> Quantity:
    return next(quantity for quantity in found if quantity.array == name)


def test_the_networks_are_those_of_the_runs_in_their_order():
    rows = networks(Toy().runs())
    assert [row.seed for row in rows] == [3, 3, 3, 3, 4, 4, 4, 4]
    assert [row.arm for row in rows] == ["without_bn", "with_bn"] * 4
    assert [name for name, _ in rows[0].settings] == ["normalization", "learning_rate"]


def test_a_panel_holds_one_rate_and_every_seed_of_both_arms():
    accuracy = of(quantities(arrays(), Toy().runs()), "test_accuracy")
    assert accuracy.steps.tolist() == [0, 1, 2]
    assert [panel.settings for panel in accuracy.panels] == [(("learning_rate", 0.03125),), (("learning_rate", 1e-7),)]
    low = accuracy.panels[1]
    assert [(line.run.arm, line.run.seed, line.values[-1, 0]) for line in low.lines] == [
        ("without_bn", 3, 0.2), ("with_bn", 3, pytest.approx(0.3)),
        ("without_bn", 4, pytest.approx(0.6)), ("with_bn", 4, pytest.approx(0.7)),
    ]  # fmt: skip


def test_what_a_reader_looks_for_comes_first():
    names = [quantity.array for quantity in quantities(arrays(), Toy().runs())]
    assert names == ["test_accuracy", "shift_difference", "replay_loss"]


def test_each_layer_has_its_own_panel():
    shift = of(quantities(arrays(), Toy().runs()), "shift_difference")
    assert [panel.part for panel in shift.panels] == ["couche 9", "couche 17"] * 2
    assert shift.panels[1].lines[0].values[:, 0].tolist() == [2, 4, 6]


def test_what_has_no_axis_of_time_is_left_to_its_file():
    drawn = {quantity.array for quantity in quantities(arrays(), Toy().runs())}
    assert drawn == {"test_accuracy", "shift_difference", "replay_loss"}


@pytest.mark.parametrize("name", RECORDED)
def test_every_line_of_a_record_is_a_row_of_its_array(name):
    experiment, record = EXPERIMENTS[name], store.load(name)
    found, arrays = drawn(experiment, record.arrays), viewed(experiment, record.arrays)
    rows = networks(experiment.config.runs())
    assert found
    for quantity in found:
        arms, together = quantity.name.arms, quantity.name.last is LastAxis.PERCENTILES
        measured = [row for row, run in enumerate(rows) if not arms or run.arm in arms]
        flat = arrays[quantity.array].reshape(len(rows), len(quantity.steps), -1)[measured]
        lines = [line.values for panel in quantity.panels for line in panel.lines]
        if quantity.name.last is not LastAxis.RANGE:
            shown = flat if together else flat.transpose(0, 2, 1).reshape(-1, len(quantity.steps))
            assert Counter(row.tobytes() for row in shown) == Counter(line.tobytes() for line in lines)


def test_the_arms_of_mnist_curves_are_the_halves_of_its_array():
    record = store.load("mnist_curves")
    accuracy = of(quantities(record.arrays, EXPERIMENTS["mnist_curves"].config.runs()), "test_accuracy")
    ends = {
        (dict(panel.settings)["learning_rate"], line.run.arm, line.run.seed): line.values[-1, 0]
        for panel in accuracy.panels
        for line in panel.lines
    }
    assert len(ends) == 40
    assert ends[0.1, "with_bn", 7] == record.arrays["test_accuracy"][0, 1, 7, -1]
    assert ends[1.0, "without_bn", 2] == record.arrays["test_accuracy"][1, 0, 2, -1]


def test_dense_percentiles_are_not_put_on_the_steps_of_the_coarse_ones():
    # Both have 501 rows.
    record = store.load("mnist_curves")
    found = quantities(record.arrays, EXPERIMENTS["mnist_curves"].config.runs())
    assert of(found, "layer_dense").steps[-1] == 500
    assert of(found, "layer_percentiles").steps[-1] == 50_000
    assert of(found, "layer_percentiles_change").steps[[0, -1]].tolist() == [100, 50_000]


def test_the_landscape_of_vgg_is_drawn_as_the_width_of_its_band():
    from figures_src.experiments.vgg.experiment import VggProtocol
    from figures_src.experiments.vgg.measures import HIGH, LOW, MATCHED

    found = quantities(vgg_arrays(), VggProtocol(compared_seeds=(0, 1)).runs())
    band = of(found, "landscape_loss")
    assert {dict(panel.settings)["learning_rate"] for panel in band.panels} == {MATCHED, HIGH, LOW}
    assert band.panels[0].lines[0].values.shape == (151, 1)
    assert sorted({float(line.values[0, 0]) for panel in band.panels for line in panel.lines}) == [1.0, 4.0]
    assert of(found, "train_accuracy").steps[0] == 100


def test_an_unknown_array_keeps_its_name():
    from figures_src.notebook.vocabulary import array_name

    assert array_name("no_such_array") == ArrayName("no_such_array")
