"""Fashion-MNIST: 60 000 + 10 000 grey images of clothes and shoes, 28 × 28 (Xiao, Rasul and Vollgraf, 2017)."""

from enum import IntEnum
from pathlib import Path

from figures_src.datasets.load import load
from figures_src.datasets.mnist import gzipped_idx, idx_part, raw_idx
from figures_src.datasets.sources import Archive, DebianPackages, Folder, Mirror
from figures_src.datasets.spec import Dataset, DatasetSpec, Supply

# torchvision's subfolder, and that of Debian's package; the folder itself last, for MNIST's files have the same names
FOLDER_LAYOUTS = ("FashionMNIST/raw", "fashion-mnist", "")
DEBIAN_FOLDER = "./usr/share/datasets/fashion-mnist"


class Clothing(IntEnum):
    """The ten labels, in the order of the data set's own table."""

    T_SHIRT = 0
    TROUSER = 1
    PULLOVER = 2
    DRESS = 3
    COAT = 4
    SANDAL = 5
    SHIRT = 6
    SNEAKER = 7
    BAG = 8
    ANKLE_BOOT = 9


def fashion_in_folder(folder: Path) -> tuple[Supply, ...]:
    """Return the two forms in which a user may have the files, whose names are those of MNIST."""
    source = Folder(folder, FOLDER_LAYOUTS)
    return Supply(source, raw_idx, "IDX"), Supply(source, gzipped_idx, "IDX, .gz")


PARTS = (
    idx_part(
        "train",
        "images",
        (60_000, 28, 28),
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    ),
    idx_part("train", "labels", (60_000,), "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
    idx_part("test", "images", (10_000, 28, 28), "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
    idx_part("test", "labels", (10_000,), "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
)

FASHION_MNIST = DatasetSpec(
    name="fashion_mnist",
    parts=PARTS,
    in_folder=fashion_in_folder,
    remote=(
        Supply(Mirror("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"), gzipped_idx, "IDX, .gz"),
        Supply(
            Mirror("https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"),
            gzipped_idx,
            "IDX, .gz",
        ),
        Supply(
            Archive(
                DebianPackages(), "dataset-fashion-mnist", tuple(f"{DEBIAN_FOLDER}/{part.file}.gz" for part in PARTS)
            ),
            gzipped_idx,
            "IDX, .gz",
        ),
    ),
    expected_in_folder="train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and"
    " t10k-labels-idx1-ubyte of Fashion-MNIST, each as it is or as .gz, in the folder itself or in its subfolder"
    " fashion-mnist (such is /usr/share/datasets once Debian's package dataset-fashion-mnist is installed)",
)

FASHION_MNIST_SHA256 = FASHION_MNIST.sha256


def load_fashion_mnist(folder: Path | None = None) -> Dataset:
    """Return Fashion-MNIST: images uint8 (60 000, 28, 28) and (10 000, 28, 28), 0 … 255; labels: `Clothing`.

    ``folder`` (else ``BN_DATA``) may hold the user's own IDX files, as they are or as ``.gz``. Raises
    :class:`~figures_src.datasets.errors.DatasetUnavailable` where no source gives them intact.
    """
    return load(FASHION_MNIST, folder)
