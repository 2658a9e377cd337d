"""MNIST, Fashion-MNIST and CIFAR-10 as numpy arrays: fetched, verified each time, decoded."""

from figures_src.datasets.cifar10 import CIFAR10_SHA256, load_cifar10
from figures_src.datasets.errors import DatasetUnavailable
from figures_src.datasets.fashion_mnist import FASHION_MNIST_SHA256, load_fashion_mnist
from figures_src.datasets.mnist import MNIST_SHA256, load_mnist
from figures_src.datasets.spec import Dataset, Images

__all__ = [
    "CIFAR10_SHA256",
    "FASHION_MNIST_SHA256",
    "MNIST_SHA256",
    "Dataset",
    "DatasetUnavailable",
    "Images",
    "load_cifar10",
    "load_fashion_mnist",
    "load_mnist",
]
