"""Photographs in a figure: their own pixels, embedded in the SVG, none of them smoothed."""

import numpy as np

from figures_src.figures import drawing


def place(sheet: drawing.Sheet, image: np.ndarray, left: float, top: float, side: float) -> None:
    """Show bytes (H, W) or (H, W, 3) as a square, at pixels from the left edge and from under the title."""
    axes = sheet.panel(left, top, side, side)
    axes.set_axis_off()
    colours = image if image.ndim == 3 else image[..., None].repeat(3, axis=2)
    axes.imshow(colours, interpolation="none", aspect="auto")


def row(sheet: drawing.Sheet, images: np.ndarray, left: float, top: float, width: float, gap: float = 4) -> float:
    """Show images (n, H, W[, 3]) side by side over ``width``; return the side of each."""
    side = (width - gap * (len(images) - 1)) / len(images)
    for number, image in enumerate(images):
        place(sheet, image, left + number * (side + gap), top, side)
    return side
