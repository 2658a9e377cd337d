"""Ways for photographs to look unlike those that were learnt. Bytes in, bytes out: (N, H, W, C), 0 … 255.

Darkness and fog are affine in the pixels: statistics of the images shown can undo them, up to the rounding to bytes.
A rotation is not.
"""

from collections.abc import Callable

import numpy as np
from scipy import ndimage

from figures_src.datasets.spec import Array

FOG_GREY = 220
"""The light grey that thick fog tends to."""

Corruption = Callable[[Array, float], Array]


def rotated(images: Array, degrees: float) -> Array:
    """Turn about the centre, anticlockwise, by bilinear interpolation.

    What comes in from outside is the image's own reflection: black corners would be another shift than the angle.
    """
    if not degrees:
        return images.copy()
    turned = ndimage.rotate(images.astype(np.float32), degrees, (2, 1), reshape=False, order=1, mode="reflect")
    return in_bytes(turned)


def darkened(images: Array, light: float) -> Array:
    """Keep a share of the light: x ↦ light · x, with light in [0, 1]."""
    return in_bytes(dimmed(images, light))


def fogged(images: Array, fog: float) -> Array:
    """Mix with light grey: x ↦ (1 - fog) · x + fog · 220, with fog in [0, 1].

    Koschmieder's law for a scene at one distance: fog is 1 - exp(-extinction · distance).
    """
    return in_bytes(veiled(images, fog))


def dimmed(images: Array, light: float) -> np.ndarray:
    """What `darkened` rounds: float32."""
    return light * images.astype(np.float32)


def veiled(images: Array, fog: float) -> np.ndarray:
    """What `fogged` rounds: float32."""
    return (1 - fog) * images.astype(np.float32) + fog * FOG_GREY


def in_bytes(values: np.ndarray) -> Array:
    """Round to the nearest byte."""
    return np.asarray(np.clip(np.rint(values), 0, 255), dtype=np.uint8)
