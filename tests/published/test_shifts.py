"""Medians of the published shifts."""

import numpy as np
import pytest

from figures_src.published.shifts import early_median, weighted_median


def test_a_point_counts_for_the_time_it_stands_for():
    values = np.array([5.0, 1.0, 9.0])
    assert weighted_median(values, np.ones(3)) == 5
    assert weighted_median(values, np.array([1.0, 1.0, 8.0])) == 9
    assert weighted_median(values, np.array([1.0, 8.0, 1.0])) == 1


def test_cosines_that_the_paper_hides_under_its_own_line_are_left_out():
    assert early_median("dln", 1e-7, 9, "cosine", "without_bn") is None
    assert early_median("dln", 1e-7, 9, "cosine", "with_bn") == pytest.approx(-0.688208)
