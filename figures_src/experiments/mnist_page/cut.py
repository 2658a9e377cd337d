"""The digits of the page, cut from MNIST."""

import numpy as np

from figures_src.datasets import Dataset
from figures_src.experiments.mnist_page.digits import Digits


def cut(dataset: Dataset, training: int, held_out: int, threshold: int) -> Digits:
    """The first training images, then the first test images, made of two levels (Ioffe & Szegedy 2015, 4.1)."""
    images = np.concatenate([dataset.train.images[:training], dataset.test.images[:held_out]])
    labels = np.concatenate([dataset.train.labels[:training], dataset.test.labels[:held_out]])
    return Digits(images.reshape(len(images), -1) >= threshold, labels.astype(np.uint8))
