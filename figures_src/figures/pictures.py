"""Photographs in a figure: their own pixels, embedded in the SVG, none of them smoothed."""

import numpy as np
from PIL import Image

from figures_src.figures import drawing

COLOURS = 24
"""At the size of a thumbnail more of them cannot be told apart, and an SVG would weigh twice as much."""


def few_colours(image: np.ndarray) -> np.ndarray:
    """Bytes (H, W, 3) with the `COLOURS` nearest to those of the image, without dithering."""
    method, dither = Image.Quantize.MEDIANCUT, Image.Dither.NONE
    return np.asarray(Image.fromarray(image).quantize(COLOURS, method, kmeans=2, dither=dither).convert("RGB"))


def place(sheet: drawing.Sheet, image: np.ndarray, left: float, top: float, side: float) -> None:
    """Show bytes (H, W) or (H, W, 3) as a square, at pixels from the left edge and from under the title."""
    axes = sheet.panel(left, top, side, side)
    axes.set_axis_off()
    colours = image if image.ndim == 3 else image[..., None].repeat(3, axis=2)
    axes.imshow(few_colours(colours), interpolation="none", aspect="auto", **drawing.LEAN)


def row(sheet: drawing.Sheet, images: np.ndarray, left: float, top: float, width: float, gap: float = 4) -> float:
    """Show images (n, H, W[, 3]) side by side over ``width``; return the side of each."""
    side = (width - gap * (len(images) - 1)) / len(images)
    for number, image in enumerate(images):
        place(sheet, image, left + number * (side + gap), top, side)
    return side
