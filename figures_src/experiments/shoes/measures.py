"""What is read off the arrays of the shoe networks."""

import numpy as np

from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.networks.normalization import Normalization

EVALUATION, TRAINING = 0, 1
"""Modes of a network with BN: population statistics, or those of each batch shown."""
MODES = ("evaluation", "training")
GROUPS = ("familiar", "shifted", "sneakers", "boots")
"""What the shoe networks are shown: 500 sneakers and 500 clothes, the same with boots in place of the sneakers, then
the sneakers alone and the boots alone."""


STANDARD, BATCH = Normalization.NONE, Normalization.BATCH
FAMILIAR, SHIFTED, SNEAKERS, BOOTS = range(len(GROUPS))


def layer_means(arrays: Arrays, channels: np.ndarray) -> np.ndarray:
    """Means over the channels of each layer of an array (…, channels): (…, layers)."""
    layers = arrays["layer_of_channel"]
    return np.stack([channels[..., layers == layer].mean(axis=-1) for layer in np.unique(layers)], axis=-1)


def distances(arrays: Arrays, arm: str, group: int, mode: int = EVALUATION) -> np.ndarray:
    """Wasserstein-1 distance of a group to the reference, mean over each layer's channels: (seeds, layers)."""
    return layer_means(arrays, arrays["channel_distance"][rows_of(arrays, arm), mode, group])


def swap_distances(arrays: Arrays, arm: str, mode: int = EVALUATION) -> np.ndarray:
    """Wasserstein-1 distance of boots to sneakers, mean over each layer's channels: (seeds, layers)."""
    return layer_means(arrays, arrays["swap_distance"][rows_of(arrays, arm), mode])


def mean_shifts(arrays: Arrays, arm: str) -> np.ndarray:
    """How far each channel's mean moves when boots take the place of the sneakers: mean of |Δ|, (seeds, layers)."""
    return layer_means(arrays, channel_shifts(arrays)[rows_of(arrays, arm)])


def channel_shifts(arrays: Arrays) -> np.ndarray:
    """The same of each channel, in every network: (networks, channels)."""
    means = arrays["channel_mean"][:, EVALUATION]
    return np.asarray(np.abs(means[:, BOOTS] - means[:, SNEAKERS]))


def recall(arrays: Arrays, arm: str, group: int, mode: int = EVALUATION) -> np.ndarray:
    """Share of the shoes of a group answered "shoe", in per cent, one per seed."""
    return np.asarray(100 * arrays["shoe_recall"][rows_of(arrays, arm), mode, group])


def balanced(arrays: Arrays, arm: str, group: int, mode: int = EVALUATION) -> np.ndarray:
    """Balanced accuracy on a group of shoes and of clothes, in per cent, one per seed: that of as many of each."""
    return np.asarray(100 * arrays["accuracy"][rows_of(arrays, arm), mode, group])


def clothes_recall(arrays: Arrays, arm: str, group: int, mode: int = EVALUATION) -> np.ndarray:
    """Share of the clothes of a group, as many as its shoes, answered "no shoe", in per cent, one per seed."""
    return np.asarray(2 * balanced(arrays, arm, group, mode) - recall(arrays, arm, group, mode))
