"""The real datasets, from the user's cache or the first source that answers."""

import numpy as np
import pytest

from figures_src.datasets import (
    CIFAR10_SHA256,
    FASHION_MNIST_SHA256,
    MNIST_SHA256,
    load_cifar10,
    load_fashion_mnist,
    load_mnist,
)

pytestmark = pytest.mark.slow


def test_mnist():
    dataset = load_mnist()
    assert dataset.sha256 == MNIST_SHA256
    assert dataset.train.images.shape == (60_000, 28, 28)
    assert dataset.test.images.shape == (10_000, 28, 28)
    train_counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    test_counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(dataset.train.labels).tolist() == train_counts
    assert np.bincount(dataset.test.labels).tolist() == test_counts
    assert dataset.train.images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert dataset.train.images.std() / 255 == pytest.approx(0.3081, abs=5e-5)


def test_cifar10():
    dataset = load_cifar10()
    assert dataset.sha256 == CIFAR10_SHA256
    assert dataset.train.images.shape == (50_000, 32, 32, 3)
    assert dataset.test.images.shape == (10_000, 32, 32, 3)
    assert np.bincount(dataset.train.labels).tolist() == [5000] * 10
    assert np.bincount(dataset.test.labels).tolist() == [1000] * 10
    means = dataset.train.images.mean(axis=(0, 1, 2)) / 255
    np.testing.assert_allclose(means, [0.4914, 0.4822, 0.4465], atol=5e-5)


def test_fashion_mnist():
    dataset = load_fashion_mnist()
    assert dataset.sha256 == FASHION_MNIST_SHA256
    assert np.bincount(dataset.train.labels).tolist() == [6000] * 10
    assert np.bincount(dataset.test.labels).tolist() == [1000] * 10
    assert dataset.train.images.mean() / 255 == pytest.approx(0.2860, abs=5e-5)
    assert dataset.train.images.std() / 255 == pytest.approx(0.3530, abs=5e-5)
