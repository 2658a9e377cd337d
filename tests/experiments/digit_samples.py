"""Made-up digits in the shape of MNIST: 28 × 28 bytes whose labels can be read off one pixel."""

import numpy as np

from figures_src.datasets import Dataset, Images


def images(count: int, rng: np.random.Generator) -> Images:
    """So many, with labels from 0 to 9."""
    pixels = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    return Images(pixels, (pixels[:, 7, 7] // 26).astype(np.uint8))


def digits(learnt: int = 320, judging: int = 64) -> Dataset:
    """Images to learn from and to be judged by."""
    rng = np.random.default_rng(0)
    return Dataset("MNIST", images(learnt, rng), images(judging, rng), "0" * 64)
