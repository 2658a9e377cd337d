import math
from dataclasses import replace

import numpy as np
import pytest

from figures_src.article.facts import mnist as facts
from figures_src.experiments.estimates import NotMeasured, estimate
from tests.article import samples


def test_an_estimate_is_mean_and_student_interval():
    found = estimate([1.0, 2.0, 3.0])
    assert found.mean == 2
    assert found.half_width == pytest.approx(4.302653 / math.sqrt(3), rel=1e-5)
    assert found.sign == 0
    assert estimate([-2.0, -2.001]).sign == -1


@pytest.mark.parametrize("values", [[1.0], [1.0, math.nan]])
def test_an_estimate_of_too_little_may_not_be_asked_for(values):
    found = estimate(values)
    for read in ("mean", "half_width", "clear", "sign"):
        with pytest.raises(NotMeasured, match="two finite values"):
            getattr(found, read)


def test_curves_are_compared_at_both_rates():
    found = facts.curves_facts(samples.curves())
    assert (found.seeds, found.steps, found.sigma, found.early_step) == (3, 50_000, 0.1, 4_000)
    assert (found.matched.learning_rate, found.control.learning_rate) == (0.1, 1.0)
    assert found.matched.early.gap.mean == pytest.approx(0.10)
    assert found.matched.final.gap.mean == pytest.approx(0.01)
    assert found.matched.final.without_bn.mean == pytest.approx(0.97)
    assert list(found.matched.milestones) == [4_000, 10_000, 20_000, 30_000]
    assert found.matched.milestones[10_000].with_bn.mean == pytest.approx(0.90 + 0.08 * 6 / 46)
    assert found.crossed.mean == pytest.approx(0.9825 - 0.98)


def test_steps_to_an_accuracy_that_is_never_reached_are_none():
    record = samples.curves()
    assert facts.curves_facts(record).matched.steps_to_good == {"without_bn": 45_000, "with_bn": 33_000}
    slow = replace(record, arrays={**record.arrays, "test_accuracy": 0.5 * record.arrays["test_accuracy"]})
    assert facts.curves_facts(slow).matched.steps_to_good == {"without_bn": None, "with_bn": None}


def test_the_gap_is_paired_by_seed():
    record = samples.curves()
    accuracy = record.arrays["test_accuracy"] + np.array([0.0, 0.1, 0.2])[:, None]
    gap = facts.curves_facts(replace(record, arrays={**record.arrays, "test_accuracy": accuracy})).matched.final
    assert gap.gap.half_width == pytest.approx(0, abs=1e-9)
    assert gap.with_bn.half_width > 0.2


def test_the_signal_widens_as_the_record_says():
    found = facts.signal_facts(samples.curves())
    assert found.first_width.with_bn.mean == pytest.approx(2)
    assert found.last_width.with_bn.mean == pytest.approx(3)
    assert found.last_width.without_bn.mean == pytest.approx(6)
    assert found.growth == pytest.approx(3 / 2.02)
    assert found.median_swing.with_bn.mean == pytest.approx(0.05)
    assert found.median_reach.with_bn.mean == pytest.approx(0.5)


def test_the_early_signal_is_told_under_both_statistics():
    found = facts.statistics_facts(samples.statistics())
    assert found.change["without_bn"].mean == pytest.approx(0.04)
    assert found.relative_change["with_bn_own"].mean == pytest.approx(0.005)
    absolute, relative = found.against["with_bn_running"]
    assert (absolute.mean, relative.mean) == (pytest.approx(-0.02), pytest.approx(0))
    assert found.path["with_bn_own"] == pytest.approx(4)


def test_the_best_cell_is_chosen_on_validation_and_judged_on_test():
    record = samples.grid()
    found = facts.grid_facts(record)
    assert (found.best["without_bn"].sigma, found.best["without_bn"].learning_rate) == (0.1, 1.0)
    assert (found.best["with_bn"].sigma, found.best["with_bn"].learning_rate) == (0.01, 0.1)
    assert found.best_gap.mean == pytest.approx(0.96 - 0.95)

    validation = record.arrays["validation_accuracy"].copy()
    validation[0, 0, 0] = 1.0
    other = facts.grid_facts(replace(record, arrays={**record.arrays, "validation_accuracy": validation}))
    assert other.best["without_bn"].accuracy.without_bn.mean == pytest.approx(0.1105)


def test_the_grid_counts_its_cells():
    found = facts.grid_facts(samples.grid())
    assert (found.leads, found.trails, len(found.cells)) == (4, 1, 6)
    assert found.soonest == {"without_bn": 0, "with_bn": 0}, "the sample's curves are flat from step 0"
    assert not found.in_corner("without_bn")
    assert found.in_corner("with_bn")
    assert [cell.sigma for cell in found.at_rate(0.1)] == [0.01, 0.1]
    assert [round(cell.accuracy.gap.mean, 3) for cell in found.at_rate(0.1)] == [0.85, 0.35]


def test_published_curves_are_read_between_their_points():
    curves = facts.published_accuracy()
    assert curves["without_bn"].at(10_000) == pytest.approx(0.926, abs=0.003)
    assert curves["with_bn"].at(10_000) == pytest.approx(0.966, abs=0.003)
    assert curves["with_bn"].final == pytest.approx(0.982, abs=0.001)
    assert curves["without_bn"].at(50_000) is None


def test_a_quick_run_is_read_where_it_stops():
    record = samples.curves()
    arrays = {name: array[..., :3] if name == "test_accuracy" else array for name, array in record.arrays.items()}
    arrays["step"] = record.arrays["step"][:3]
    found = facts.curves_facts(replace(record, arrays=arrays))
    assert found.early_step == 2_000
    assert found.matched.milestones == {}
