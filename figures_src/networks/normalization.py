"""What stands between a layer and its activation, and what its weights are drawn from; free of torch, so that
configurations can name them.
"""

from enum import StrEnum


class Normalization(StrEnum):
    """The arms of Santurkar et al. 2018."""

    NONE = "without_bn"
    """Nothing: the layer keeps its bias."""
    BATCH = "with_bn"
    """Batch normalization; the layer loses its bias, which the subtraction of the mean would cancel."""
    NOISY = "noisy_bn"
    """Batch normalization, then noise whose distribution changes at every step (their Algorithm 1)."""


class Initial(StrEnum):
    """What the weights of convolutions are drawn from."""

    GLOROT = "glorot"
    """Uniform, of variance 2 / (fan in + fan out) (Glorot & Bengio 2010)."""
    HE = "he"
    """Normal, of variance 2 / fan in: ReLUs leave the size of the signal as it is (He et al. 2015)."""
