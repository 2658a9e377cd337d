"""Photographs in a figure: their own pixels in few colours, embedded in the SVG, none of them smoothed."""

import numpy as np
from PIL import Image

from figures_src.figures import drawing

COLOURS, GREYS = 24, 16
"""At the size of a thumbnail more of them can hardly be told apart, and an SVG would weigh half as much again."""


def few_colours(image: np.ndarray) -> np.ndarray:
    """Bytes (H, W, 3) with the few colours nearest to those of an image (H, W) or (H, W, 3), without dithering."""
    count = COLOURS if image.ndim == 3 else GREYS
    picture = Image.fromarray(image).convert("RGB")
    few = picture.quantize(count, Image.Quantize.MEDIANCUT, kmeans=2, dither=Image.Dither.NONE)
    return np.asarray(few.convert("RGB"))


def place(sheet: drawing.Sheet, image: np.ndarray, left: float, top: float, side: float) -> None:
    """Show bytes (H, W) or (H, W, 3) as a square, at pixels from the left edge and from under the title."""
    axes = sheet.panel(left, top, side, side)
    axes.set_axis_off()
    axes.imshow(few_colours(image), interpolation="none", aspect="auto", **drawing.LEAN)


def row(sheet: drawing.Sheet, images: np.ndarray, left: float, top: float, width: float, gap: float = 4) -> float:
    """Show images (n, H, W[, 3]) side by side over ``width``; return the side of each."""
    side = (width - gap * (len(images) - 1)) / len(images)
    for number, image in enumerate(images):
        place(sheet, image, left + number * (side + gap), top, side)
    return side
