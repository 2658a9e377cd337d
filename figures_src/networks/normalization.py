"""What stands between a layer and its activation; free of torch, so that configurations can name it."""

from enum import StrEnum


class Normalization(StrEnum):
    """The arms of Santurkar et al. 2018."""

    NONE = "without_bn"
    """Nothing: the layer keeps its bias."""
    BATCH = "with_bn"
    """Batch normalization; the layer loses its bias, which the subtraction of the mean would cancel."""
    NOISY = "noisy_bn"
    """Batch normalization, then noise whose distribution changes at every step (their Algorithm 1)."""
