"""Corruptions, on cases computed by hand."""

import numpy as np
import pytest

from figures_src.experiments.cars.corruptions import darkened, fogged, rotated


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (3, 6, 6, 3), dtype=np.uint8)


def test_a_quarter_turn_moves_pixels_and_changes_none(images: np.ndarray) -> None:
    np.testing.assert_array_equal(rotated(images, 90), np.rot90(images, axes=(1, 2)))
    np.testing.assert_array_equal(rotated(images, 180), images[:, ::-1, ::-1])
    np.testing.assert_array_equal(rotated(images, 0), images)


def test_a_small_turn_interpolates_between_neighbours() -> None:
    """A point of light one pixel right of the centre, turned by 30° anticlockwise, seen at where it was."""
    image = np.zeros((1, 5, 5, 1), dtype=np.uint8)
    image[0, 2, 3, 0] = 200
    # At (row 2, column 3) one sees what was at column 2 + cos 30°, row 2 + sin 30°: bilinear weights of the point.
    weight = (np.cos(np.pi / 6)) * (1 - np.sin(np.pi / 6))
    assert rotated(image, 30)[0, 2, 3, 0] == round(200 * weight)
    # Anticlockwise, rows counted downwards: the light goes up.
    turned = rotated(image, 30)[0, :, :, 0].astype(int)
    assert turned[1].sum() > turned[3].sum()


def test_what_comes_in_is_a_reflection_not_black() -> None:
    grey = np.full((1, 8, 8, 3), 90, dtype=np.uint8)
    np.testing.assert_array_equal(rotated(grey, 37), grey)


@pytest.mark.parametrize(("light", "expected"), [(1, [0, 100, 255]), (0.5, [0, 50, 128]), (0.1, [0, 10, 26])])
def test_darkness_keeps_a_share_of_the_light(light: float, expected: list[int]) -> None:
    pixels = np.array([0, 100, 255], dtype=np.uint8).reshape(1, 1, 1, 3)
    assert darkened(pixels, light).ravel().tolist() == expected


@pytest.mark.parametrize(("fog", "expected"), [(0, [0, 100, 255]), (0.5, [110, 160, 238]), (1, [220, 220, 220])])
def test_fog_mixes_with_light_grey(fog: float, expected: list[int]) -> None:
    pixels = np.array([0, 100, 255], dtype=np.uint8).reshape(1, 1, 1, 3)
    assert fogged(pixels, fog).ravel().tolist() == expected


def test_images_given_are_left_alone(images: np.ndarray) -> None:
    before = images.copy()
    for corrupted in (rotated(images, 20), rotated(images, 0), darkened(images, 0.3), fogged(images, 0.3)):
        assert corrupted.dtype == np.uint8
        assert not np.shares_memory(corrupted, images)
    np.testing.assert_array_equal(images, before)
