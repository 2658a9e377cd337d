from figures_src.datasets.fashion_mnist import FOLDER_LAYOUTS
from figures_src.datasets.sources import Folder


def test_its_own_subfolder_comes_before_files_of_the_same_names_beside_it(tmp_path, put):
    put(tmp_path, {"train-labels-idx1-ubyte": b"MNIST"})
    read = Folder(tmp_path, FOLDER_LAYOUTS).open(tmp_path)
    assert read("train-labels-idx1-ubyte") == b"MNIST"
    put(tmp_path / "fashion-mnist", {"train-labels-idx1-ubyte": b"Fashion-MNIST"})
    assert read("train-labels-idx1-ubyte") == b"Fashion-MNIST"
