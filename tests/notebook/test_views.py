import csv
import io

import numpy as np
import pytest

from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.batch_statistics import measures as batch_statistics
from figures_src.experiments.cars import measures as cars
from figures_src.experiments.cars.measures import SHIFTS
from figures_src.experiments.linear_problems.measures import loss_ratios, shift_ratios
from figures_src.experiments.linear_problems.predictions import LAYER
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.experiments.shoes import measures as shoes
from figures_src.experiments.shoes.measures import GROUPS
from figures_src.experiments.vgg_controls.measures import final_accuracy
from figures_src.notebook import drawing, vocabulary
from figures_src.notebook.curves import WITH_BN, WITHOUT_BN, Panel, Quantity, networks
from figures_src.notebook.figures import caption, panel_title, to_csv
from figures_src.notebook.pages import undrawn
from figures_src.notebook.views import VIEWS, drawn, viewed
from figures_src.records import store
from tests.notebook.samples import arrays as toy_arrays
from tests.notebook.samples import experiment as toy
from tests.notebook.samples import record as toy_record

RECORDED = [name for name in VIEWS if store.load_sidecar(name) is not None]


def arrays_of(name: str) -> Arrays:
    return viewed(EXPERIMENTS[name], store.load(name).arrays)


def quantity(name: str, array: str) -> Quantity:
    return next(found for found in drawn(EXPERIMENTS[name], store.load(name).arrays) if found.array == array)


def ends(panel: Panel, arm: str) -> list[float]:
    """Where the lines of an arm end, by seed."""
    return [line.values[-1, 0] for line in sorted(panel.lines, key=lambda line: line.run.seed) if line.run.arm == arm]


@pytest.mark.parametrize("name", [name for name in RECORDED if "seed" in store.load(name).arrays])
def test_the_rows_of_a_record_are_the_runs_in_their_order(name):
    rows, arrays = networks(EXPERIMENTS[name].config.runs()), arrays_of(name)
    assert [(row.arm, row.seed) for row in rows] == list(zip(arrays["arm"], arrays["seed"], strict=True))


@pytest.mark.parametrize("name", RECORDED)
def test_what_a_view_adds_is_drawn_named_and_says_where_it_comes_from(name):
    record = store.load(name)
    added = set(arrays_of(name)) - set(record.arrays)
    found = {quantity.array: quantity for quantity in drawn(EXPERIMENTS[name], record.arrays)}
    axes = {quantity.axis for quantity in found.values()}
    assert added <= set(found) | axes
    for array in added & set(found):
        how = found[array].name
        assert how.title != array
        assert how.source in record.arrays
        assert f"<code>{how.source}</code>" in caption(found[array])
        assert found[array].axis.endswith("_step") or vocabulary.axis_name(found[array].axis) != "itérations"


def test_each_reading_of_the_border_is_drawn_by_strength_in_the_order_of_the_runs():
    runs = EXPERIMENTS["cars_border"].config.runs()
    followed = np.arange(len(runs) * 3 * 2 * 6, dtype=float).reshape(len(runs), 3, 2, 6)
    found = {each.array: each for each in drawn(EXPERIMENTS["cars_border"], {"followed_accuracy": followed})}
    assert list(found) == ["zeros_population", "zeros_recomputed", "replicate_recomputed"]
    for place, name in enumerate(found):
        assert found[name].steps.tolist() == [0, 1, 2, 3, 4, 5]
        shown = [panel.part for panel in found[name].panels]
        assert shown == ["obscurité", "brouillard"]
        for shift, panel in enumerate(found[name].panels):
            np.testing.assert_array_equal(panel.lines[-1].values[:, 0], followed[-1, place, shift])


def test_the_ends_of_the_cars_are_the_accuracies_of_the_experiment():
    arrays = store.load("shift_cars").arrays
    for variant, name in ((cars.POPULATION, "population_accuracy"), (cars.RECOMPUTED, "recomputed_accuracy")):
        found = quantity("shift_cars", name)
        assert found.steps.tolist() == [0, 1, 2, 3, 4, 5]
        for shift, panel in enumerate(found.panels):
            expected = cars.accuracy(arrays, cars.BATCH, variant)[:, shift, cars.STRONGEST] / 100
            assert ends(panel, WITH_BN) == pytest.approx(expected.tolist(), abs=0)


def test_a_network_without_bn_has_no_recomputed_statistics():
    assert {arm for panel in quantity("shift_cars", "recomputed_accuracy").panels for arm in panel.arms()} == {WITH_BN}
    shown = quantity("shift_cars", "population_accuracy").panels
    assert [panel.part for panel in shown] == ["rotation", "obscurité", "brouillard"]
    assert all(set(panel.arms()) == {WITH_BN, WITHOUT_BN} for panel in shown)


def test_the_layers_of_the_shoes_are_those_of_the_experiment():
    found, rows = arrays_of("shift_shoes"), rows_of(store.load("shift_shoes").arrays, shoes.BATCH)
    assert found["layer"].tolist() == [1, 2, 3, 4]
    assert np.array_equal(found["boots_to_sneakers"][rows], shoes.swap_distances(found, shoes.BATCH))
    assert np.array_equal(found["mean_shift"][rows], shoes.mean_shifts(found, shoes.BATCH))
    for group in (shoes.FAMILIAR, shoes.SHIFTED, shoes.SNEAKERS, shoes.BOOTS):
        expected = shoes.distances(found, shoes.BATCH, group)
        assert np.array_equal(found["distance_to_familiar"][rows][..., group], expected)


def test_the_ends_of_batch_statistics_are_the_accuracies_of_the_experiment():
    arrays = store.load("batch_statistics").arrays
    found = quantity("batch_statistics", "precise_test_accuracy")
    assert found.steps.tolist() == [40_000, 80_000, 120_000]
    for panel in found.panels:
        cell = dict(panel.settings)
        for arm, normalization in ((WITH_BN, batch_statistics.BATCH), (WITHOUT_BN, batch_statistics.STANDARD)):
            expected = batch_statistics.accuracy(arrays, normalization, cell["batch_size"], group=cell["group"]) / 100
            assert ends(panel, arm) == pytest.approx(expected.tolist(), abs=1e-12)
    assert len(found.panels) == 11


def test_each_way_of_judging_is_drawn_for_the_networks_that_have_it():
    arrays = store.load("vgg_controls").arrays
    for way, arms in (("recomputed", ["with_bn", "noisy_bn"]), ("moving_noisy", ["noisy_bn"])):
        (panel,) = quantity("vgg_controls", f"{way}_test_accuracy").panels
        assert panel.arms() == arms
        for arm in arms:
            expected = final_accuracy(arrays, arm, 0.1, way) / 100
            assert ends(panel, arm) == pytest.approx(expected.tolist(), abs=1e-12)
    assert "moving_noisy_test_accuracy" not in arrays_of("vgg_initial_grid"), "none of its networks has noise"


def test_the_linear_problems_are_drawn_by_factor_in_the_order_of_their_seeds():
    arrays = store.load("linear_problems").arrays
    assert [panel.part for panel in quantity("linear_problems", "loss_by_factor").panels] == [
        f"facteur {factor:g}".replace(".", ",") for factor in arrays["loss_factor"]
    ]
    for place, factor in enumerate(arrays["loss_factor"]):
        panel = quantity("linear_problems", "loss_by_factor").panels[place]
        final = {arm: np.array(ends(panel, arm)) for arm in (WITH_BN, WITHOUT_BN)}
        np.testing.assert_array_equal(final[WITH_BN] / final[WITHOUT_BN], loss_ratios(arrays, factor))
        lines = quantity("linear_problems", "difference_by_factor").panels[place].lines
        of_arm = {arm: np.array([np.median(line.values) for line in lines if line.run.arm == arm]) for arm in final}
        np.testing.assert_array_equal(of_arm[WITH_BN] / of_arm[WITHOUT_BN], shift_ratios(arrays, factor, LAYER))


def test_a_panel_says_how_its_statistics_are_taken():
    titles = [panel_title(panel) for panel in quantity("batch_statistics", "own_accuracy").panels]
    assert titles[0].endswith("taille des lots 2, statistiques sur le lot entier")
    assert titles[-1].endswith("taille des lots 256, statistiques par groupes de 32")


def test_the_parts_of_the_words_are_those_of_the_protocol():
    assert len(vocabulary.array_name("population_accuracy").parts) == len(SHIFTS)
    assert len(vocabulary.array_name("distance_to_familiar").parts) == len(GROUPS)


@pytest.mark.parametrize(
    ("name", "array", "head", "first"),
    [
        ("shift_cars", "population_accuracy", "strength_place", "0"),
        ("shift_shoes", "mean_shift", "layer", "1"),
        ("batch_statistics", "train_accuracy", "images_seen", "40000"),
        ("batch_statistics", "replay_loss", "step", "0"),
    ],
)
def test_a_file_of_numbers_names_its_places(name, array, head, first):
    table = list(csv.reader(io.StringIO(to_csv(quantity(name, array)).decode())))
    assert (table[0][0], table[1][0]) == (head, first)
    assert len(set(table[0])) == len(table[0])


def test_an_experiment_without_a_view_is_drawn_as_it_is():
    assert viewed(toy(), toy_arrays()).keys() == toy_arrays().keys()
    assert undrawn(toy_record(), drawn(toy(), toy_arrays())) == ["pictures"]


def test_few_places_are_all_marked_and_many_are_not():
    assert drawing.across_marks(np.arange(6)) == [0, 1, 2, 3, 4, 5]
    assert drawing.across_marks(np.array([40_000, 80_000, 120_000])) == [40_000, 80_000, 120_000]
    assert drawing.across_marks(np.arange(0, 60_000, 10_000)) == [0, 25_000, 50_000]
