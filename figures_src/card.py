"""The picture that other sites show beside a link to the article: signals scattered without BN, together with it."""

import io

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures_src.figures.signals import gaussian
from figures_src.style import FAMILY, LIGHT, SEMIBOLD, WIDE, rc

WIDTH, HEIGHT, DOTS = 1200, 630, 100
"""In pixels: what social networks ask for; and dots per inch."""
SCATTERED = ((-4.2, 1.5), (-1.1, 0.45), (0.6, 2.3), (2.4, 0.7), (4.8, 1.1))
"""Mean and deviation of the signals on the left."""
TOGETHER = ((-0.06, 0.96), (0.0, 1.0), (0.05, 1.03), (0.02, 0.98), (-0.03, 1.01))
"""Those on the right, set a little apart so that each is seen."""
RANGE = 9.0


def png_bytes() -> bytes:
    """The card as PNG, 1200 × 630 pixels: the same bytes each time."""
    with rc(LIGHT, WIDE), matplotlib.style.context([{"text.antialiased": True}]):
        figure = Figure(figsize=(WIDTH / DOTS, HEIGHT / DOTS), dpi=DOTS, facecolor=LIGHT.paper)
        figure.text(0.06, 0.82, "Normalisation par lots", size=48, weight=SEMIBOLD, family=FAMILY)
        figure.text(
            0.06, 0.72, "Comprendre la BN, chaque figure et chaque nombre rejouables", size=23, color=LIGHT.muted
        )
        _bells(figure.add_axes((0.06, 0.13, 0.42, 0.46)), SCATTERED, LIGHT.without_bn, "sans BN")
        _bells(figure.add_axes((0.52, 0.13, 0.42, 0.46)), TOGETHER, LIGHT.with_bn, "avec BN")
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", facecolor=LIGHT.paper, metadata={"Software": None})
    return buffer.getvalue()


def _bells(axes: Axes, laws: tuple[tuple[float, float], ...], colour: str, words: str) -> None:
    grid = np.linspace(-RANGE, RANGE, 400)
    for mean, deviation in laws:
        heights = gaussian(grid, mean, deviation)
        axes.plot(grid, heights, color=colour, linewidth=2.4)
        axes.fill_between(grid, heights, color=colour, alpha=0.07, linewidth=0)
    axes.axhline(0, color=LIGHT.muted, linewidth=1.2)
    axes.set(xlim=(-RANGE, RANGE), ylim=(0, 0.92))
    axes.axis("off")
    axes.text(0.5, -0.12, words, size=26, weight=SEMIBOLD, color=colour, ha="center", transform=axes.transAxes)
