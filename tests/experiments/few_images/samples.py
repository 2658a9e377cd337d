"""Noise in place of photographs, for networks of a few channels."""

import numpy as np

from figures_src.datasets import Dataset, Images


def noise(count: int, seed: int) -> Images:
    rng = np.random.default_rng(seed)
    return Images(rng.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8), (np.arange(count) % 10).astype(np.uint8))


def noise_dataset() -> Dataset:
    return Dataset("noise", noise(192, 0), noise(64, 1), "")
