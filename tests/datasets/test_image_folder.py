"""A tree of image files: listed, refused, decoded, cropped."""

import errno
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from figures_src.datasets.errors import DatasetUnavailable
from figures_src.datasets.image_folder import DamagedImage, centre_crop, decode, random_crop, read_tree, readable


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


def test_an_image_behind_a_link_that_leads_nowhere_is_damaged(root: Path) -> None:
    lost = root / "train" / "n01" / "1.JPEG"
    lost.unlink()
    lost.symlink_to(root / "unmounted.JPEG")
    tree = read_tree(root)
    row = [tree.path(tree.train, row) for row in range(len(tree.train))].index(lost)
    with pytest.raises(DamagedImage, match=r"n01/1\.JPEG: No such file"):
        decode(tree.path(tree.train, row))


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_is_damaged_and_never_waited_for(root: Path, make: Callable[[Path], None]) -> None:
    make(root / "train" / "n01" / "8.JPEG")
    tree = read_tree(root)
    with pytest.raises(DamagedImage, match=r"n01/8\.JPEG: it is no regular file"):
        decode(tree.path(tree.train, 3))


def test_a_class_behind_a_link_that_leads_nowhere_is_named(root: Path) -> None:
    (root / "train" / "n03").symlink_to(root / "unmounted")
    with pytest.raises(DatasetUnavailable, match=r"links of .*train lead nowhere: n03; mount"):
        read_tree(root)


@pytest.mark.parametrize("split", ["train", "val"])
def test_a_split_that_is_damaged_as_a_whole_is_refused(root: Path, split: str) -> None:
    for path in (root / split).rglob("*.JPEG"):
        path.write_bytes(b"<html>")
    with pytest.raises(DatasetUnavailable, match=rf"images of .*{split}, none can be decoded: .*n02/\d\.JPEG"):
        read_tree(root)


def test_a_folder_that_may_not_be_read_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For root, who runs tests in a container, may read everything."""
    scandir, locked = os.scandir, root / "val" / "n02"

    def guarded(folder: Path) -> Any:
        if folder == locked:
            raise PermissionError(errno.EACCES, "Permission denied", os.fspath(folder))
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", guarded)
    with pytest.raises(DatasetUnavailable, match=r"val/n02 cannot be read \(Permission denied\): mend"):
        read_tree(root)


def test_a_root_that_no_system_could_hold_is_named() -> None:
    with pytest.raises(DatasetUnavailable, match="cannot be read"):
        read_tree(Path("x" * 10_000))


def test_names_that_are_no_text_are_read_and_told_on_one_line(root: Path) -> None:
    for split in ("train", "val"):
        os.rename(os.fsencode(root / split / "n02"), os.fsencode(root / split) + b"/n\xff")  # noqa: PTH104
    odd = os.fsencode(root / "train" / "n01") + b"/\xe9t\xe9\n.JPEG"
    Path(os.fsdecode(odd)).write_bytes(b"<html>")
    tree = read_tree(root)
    assert [os.fsencode(name) for name in tree.classes] == [b"n01", b"n\xff"]
    (path,) = (
        path for path in (tree.path(tree.train, row) for row in range(len(tree.train))) if b"\xe9" in bytes(path)
    )
    with pytest.raises(DamagedImage) as damage:
        decode(path)
    assert r"n01/\xe9t\xe9\n.JPEG: " in str(damage.value)
    assert str(damage.value).isprintable()
    assert readable("été") == "été"


def test_sixteen_bits_are_brought_to_eight(tmp_path: Path) -> None:
    levels = np.linspace(0, 2**16 - 1, 256).astype(np.uint16).reshape(16, 16)
    Image.fromarray(levels).save(tmp_path / "deep.png")
    Image.fromarray(levels.astype(np.int32)).save(tmp_path / "deeper.png", "TIFF")
    with Image.open(tmp_path / "deep.png") as deep:
        assert deep.mode == "I;16"
    for name in ("deep.png", "deeper.png"):
        assert np.asarray(decode(tmp_path / name))[..., 1].ravel().tolist() == list(range(256))


def test_pixels_of_no_known_range_are_damaged(tmp_path: Path) -> None:
    Image.fromarray(np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)).save(tmp_path / "floats.png", "TIFF")
    with pytest.raises(DamagedImage, match="no known range"):
        decode(tmp_path / "floats.png")


def test_transparency_is_left_out_without_a_warning(tmp_path: Path) -> None:
    colours = ramp(8, 8).quantize(8)
    opaque = np.asarray(colours.convert("RGB"))
    colours.save(tmp_path / "palette.png", transparency=bytes(range(8)))
    ramp(8, 8).convert("LA").save(tmp_path / "grey.png")
    ramp(8, 8).convert("RGBA").save(tmp_path / "colours.png")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(np.asarray(decode(tmp_path / "palette.png")), opaque)
        np.testing.assert_array_equal(np.asarray(decode(tmp_path / "colours.png")), np.asarray(ramp(8, 8)))
        np.testing.assert_array_equal(
            np.asarray(decode(tmp_path / "grey.png"))[..., 0], np.asarray(ramp(8, 8).convert("L"))
        )


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
