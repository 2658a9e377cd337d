import numpy as np
import pytest

from figures_src.datasets import Images
from figures_src.training.selection import any_of, rows_of_classes, yes_or_no


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture
def split() -> Images:
    """Every image holds its own row number, and its class is that number modulo 5."""
    rows = np.arange(50, dtype=np.uint8)
    return Images(np.broadcast_to(rows[:, None, None], (50, 4, 4)), rows % 5)


def test_classes_are_drawn_evenly_and_the_first_give_the_remainder(split: Images) -> None:
    rows = rows_of_classes(split.labels, {3, 1, 4}, 11, rng())
    assert np.bincount(split.labels[rows], minlength=5).tolist() == [0, 4, 0, 4, 3]
    assert len(set(rows.tolist())) == 11
    assert rows.tolist() != rows_of_classes(split.labels, {3, 1, 4}, 11, rng(1)).tolist()


def test_a_class_too_small_is_refused(split: Images) -> None:
    with pytest.raises(ValueError, match="class 2 has 10 images, not 11"):
        rows_of_classes(split.labels, [2], 11, rng())


def test_as_many_of_each_answer_in_a_mixed_order(split: Images) -> None:
    drawn = yes_or_no(split, [2], [0, 1, 3], 9, rng())
    assert drawn.images.shape == (18, 4, 4, 1)
    kinds = drawn.images[:, 0, 0, 0] % 5
    np.testing.assert_array_equal(drawn.labels == 1, kinds == 2)
    assert np.bincount(kinds, minlength=5).tolist() == [3, 3, 9, 3, 0]
    assert 0 < drawn.labels[:9].sum() < 9
    assert len(np.unique(drawn.images)) == 18


def test_any_of_keeps_the_labels(split: Images) -> None:
    drawn = any_of(split, 20, rng())
    np.testing.assert_array_equal(drawn.images[:, 0, 0, 0] % 5, drawn.labels)
    assert len(np.unique(drawn.images)) == 20
    assert drawn[:3].images.shape == (3, 4, 4, 1)
