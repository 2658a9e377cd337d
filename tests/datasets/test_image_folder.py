"""A tree of image files: listed, refused, decoded, cropped."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from figures_src.datasets.errors import DatasetUnavailable
from figures_src.datasets.image_folder import DamagedImage, centre_crop, decode, random_crop, read_tree


def ramp(width: int, height: int) -> Image.Image:
    """Red grows to the right, green downwards."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.linspace(0, 255, width)
    pixels[..., 1] = np.linspace(0, 255, height)[:, None]
    return Image.fromarray(pixels)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for split, count in (("train", 3), ("val", 1)):
        for name in ("n02", "n01"):
            folder = tmp_path / split / name
            folder.mkdir(parents=True)
            for number in range(count):
                ramp(40, 30).save(folder / f"{number}.JPEG", quality=95)
    (tmp_path / "train" / "n01" / "notes.txt").write_text("not an image")
    return tmp_path


def test_files_are_listed_in_order_with_their_labels(root: Path) -> None:
    tree = read_tree(root)
    assert tree.classes == ("n01", "n02")
    assert (len(tree.train), len(tree.val)) == (6, 2)
    assert tree.train.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert tree.path(tree.train, 4) == root / "train" / "n02" / "1.JPEG"


def test_the_digest_follows_names_and_sizes_and_not_the_place(root: Path) -> None:
    before = read_tree(root).sha256
    moved = root.rename(root.with_name("elsewhere"))
    assert read_tree(moved).sha256 == before
    (moved / "train" / "n01" / "0.JPEG").write_bytes(b"shorter")
    assert read_tree(moved).sha256 != before


def test_a_missing_split_is_named(root: Path) -> None:
    (root / "val").rename(root / "validation")
    with pytest.raises(DatasetUnavailable, match="val is not a folder: put images in"):
        read_tree(root)


def test_a_missing_class_folder_is_named(root: Path) -> None:
    (root / "val" / "n02").rename(root / "val" / "n03")
    with pytest.raises(DatasetUnavailable, match=r"train lacks n03; .*val lacks n02"):
        read_tree(root)


def test_an_empty_class_folder_is_named(root: Path) -> None:
    (root / "val" / "n02" / "0.JPEG").unlink()
    with pytest.raises(DatasetUnavailable, match="n02 holds no image"):
        read_tree(root)


@pytest.mark.parametrize("damage", ["truncated", "not an image", "missing"])
def test_a_damaged_image_is_named(root: Path, damage: str) -> None:
    path = root / "train" / "n01" / "0.JPEG"
    content = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes(content[: len(content) // 2] if damage == "truncated" else b"<html>")
    with pytest.raises(DamagedImage, match=r"n01/0\.JPEG"):
        decode(path)


def test_grey_and_four_colour_images_are_read_in_rgb(tmp_path: Path) -> None:
    for mode in ("L", "CMYK"):
        ramp(8, 8).convert(mode).save(tmp_path / "image.jpg")
        assert decode(tmp_path / "image.jpg").mode == "RGB"


def test_the_central_square_is_seven_eighths_of_the_shorter_side() -> None:
    pixels = centre_crop(ramp(512, 256), 224)
    assert pixels.shape == (224, 224, 3)
    # 224 of 256 lines, hence none resampled: from line 16 to 239, from column 144 to 367.
    assert pixels[0, 0].tolist() == pytest.approx([144 * 255 / 511, 16, 0], abs=1)
    assert pixels[-1, -1, :2].tolist() == pytest.approx([367 * 255 / 511, 239], abs=1)


def test_random_patches_are_those_of_the_generator_and_stay_inside() -> None:
    image = ramp(64, 48)
    one, again = (random_crop(image, 16, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one, again)
    drawn = [random_crop(image, 16, np.random.default_rng(seed)).astype(int) for seed in range(200)]
    mirrored = sum(bool(pixels[8, 0, 0] > pixels[8, -1, 0]) for pixels in drawn)
    assert 70 < mirrored < 130
    widths = np.array([abs(pixels[8, -1, 0] - pixels[8, 0, 0]) for pixels in drawn])
    heights = np.array([pixels[-1, 8, 1] - pixels[0, 8, 1] for pixels in drawn])
    # Areas from 8 to 100 %, evenly: mean 54 %, less the tall patches that do not fit and the pixel lost at each edge.
    assert 0.35 < (widths * heights / 255**2).mean() < 0.55
    assert widths.min() < 100
    assert widths.max() > 220


def test_a_strip_that_no_patch_fits_gives_its_middle() -> None:
    strip = ramp(1000, 10)
    pixels = random_crop(strip, 10, np.random.default_rng(0))
    assert 100 < pixels[..., 0].mean() < 155
