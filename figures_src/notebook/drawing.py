"""Panels of the notebook: every seed a thin line, every arm its colour and its dashes, light and dark.

A panel has one width, which a phone has room for; the page sets as many side by side as it has room for.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from figures_src import french, style
from figures_src.figures import drawing
from figures_src.notebook import vocabulary
from figures_src.notebook.curves import WITH_BN, WITHOUT_BN, Panel, Quantity
from figures_src.svg import svg_bytes

NOISY_BN = "noisy_bn"
WIDTH, HEIGHT = 320, 200
LAYOUT = replace(style.NARROW, width=WIDTH)
LEFT, RIGHT, TOP, BOTTOM = 62.0, 82.0, 8.0, 44.0
DASHES = {WITHOUT_BN: (0, (4, 2)), NOISY_BN: (0, (1, 1.5))}
MOST_POINTS = 250
"""Points of a line: more than the pixels of a panel only make its file heavy."""
MOST_CHARACTERS = 24
"""What the marks of the horizontal axis have room for, all together."""
MOST_DECADES = 10
"""A network that diverged must not flatten all the others."""


def thinning(length: int) -> int:
    """One point in how many is drawn of a line that long."""
    return -(-length // MOST_POINTS)


def panel_files(quantity: Quantity, panel: Panel, salt: str) -> dict[str, bytes]:
    """The panel as SVG, by theme.

    Drawn once, in the light theme: the dark one is the same drawing in its colours.
    """
    with style.rc(style.LIGHT, LAYOUT):
        light = svg_bytes(draw(quantity, panel), salt)
    return {"light": light, "dark": darkened(light)}


def darkened(svg: bytes) -> bytes:
    """A light drawing with each colour of the theme replaced by the dark one of the same meaning."""
    text = svg.decode()
    for name, colour in vars(style.LIGHT).items():
        if colour.startswith("#"):
            text = text.replace(colour, getattr(style.DARK, name))
    return text.encode()


def draw(quantity: Quantity, panel: Panel) -> Figure:
    """Draw one panel in the light theme, on axes that all panels of the quantity share."""
    figure = Figure(figsize=(WIDTH / drawing.DPI, HEIGHT / drawing.DPI), dpi=drawing.DPI)
    figure.patch.set_visible(False)
    sheet = drawing.Sheet(figure, style.LIGHT, LAYOUT, TOP)
    axes = sheet.panel(LEFT, 0, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM)
    _heights(axes, quantity)
    step = thinning(len(quantity.steps))
    for line in panel.lines:
        dashes = DASHES.get(line.run.arm, "solid")
        axes.plot(
            quantity.steps[::step], line.values[::step], color=_colour(line.run.arm), linewidth=0.8, linestyle=dashes
        )
    marks = across_marks(quantity.steps)
    axes.set_xlim(marks[0], marks[-1])
    drawing.ticks(axes.xaxis, marks, [french.number(mark) for mark in marks])
    sheet.name_below(axes, vocabulary.axis_name(quantity.axis))
    drawing.label_ends(sheet, axes, _labels(axes, panel))
    return drawing.finish(sheet)


def across_marks(steps: np.ndarray) -> list[float]:
    """Every place of a measurement where their numbers have room; otherwise the two ends and their middle."""
    first, last = float(steps[0]), float(steps[-1])
    if len(steps) * len(french.number(last)) <= MOST_CHARACTERS:
        return [float(step) for step in steps]
    return [first, (first + last) / 2, last]


def _colour(arm: str) -> str:
    theme = style.LIGHT
    return {WITH_BN: theme.with_bn, NOISY_BN: theme.noisy_bn}.get(arm, theme.without_bn)


def _labels(axes: Axes, panel: Panel) -> list[drawing.Label]:
    """The name of each arm, at the middle of where its lines end; where they end nowhere, at the foot."""
    low, high = axes.get_ylim()
    labels = []
    for arm in panel.arms():
        ends = np.concatenate([line.values[-1] for line in panel.lines if line.run.arm == arm])
        finite = ends[np.isfinite(ends)]
        height = float(np.clip(np.median(finite), low, high)) if finite.size else low
        labels.append(drawing.Label(height, short_name(arm), _colour(arm)))
    return labels


def short_name(arm: str) -> str:
    """An arm in two words."""
    return "BN bruitée" if arm == NOISY_BN else vocabulary.text_of(arm)


def limits(quantity: Quantity) -> tuple[float, float]:
    """Least and greatest finite value over all panels; on a logarithmic scale, of the positive ones."""
    values = np.concatenate([line.values.ravel() for panel in quantity.panels for line in panel.lines])
    known = values[np.isfinite(values) & ((values > 0) | (quantity.name.scale != "log"))].astype(float)
    if not known.size:
        return (0.1, 1.0)
    low, high = float(known.min()), float(known.max())
    if quantity.name.scale == "log":
        # Quantiles, for one value at the rounding of a float would open ten empty decades.
        low = max(low, float(np.quantile(known, 0.001)))
        high = min(high, low * 10.0**MOST_DECADES)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _heights(axes: Axes, quantity: Quantity) -> None:
    """Scale, limits, marks and rules of the vertical axis."""
    low, high = limits(quantity)
    if quantity.name.scale == "log" and low > 0:
        axes.set_yscale("log")
        margin = (high / low) ** 0.04
        axes.set_ylim(low / margin, high * margin)
        marks = log_marks(low, high)
    else:
        margin = 0.04 * (high - low)
        axes.set_ylim(low - margin, high + margin)
        marks = [
            float(mark)
            for mark in MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(low, high)
            if low - margin <= mark <= high + margin
        ]
    drawing.ticks(axes.yaxis, marks, [mark_text(mark, quantity.name.unit) for mark in marks])
    drawing.rule(axes, style.LIGHT, marks)


def log_marks(low: float, high: float, most: int = 5) -> list[float]:
    """Powers of ten within limits, thinned; 1, 2 and 5 times them where there would be fewer than two."""
    first, last = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    powers = [10.0**exponent for exponent in range(first, last + 1) if low <= 10.0**exponent <= high]
    if len(powers) >= 2:
        return powers[:: -(-len(powers) // most)]
    steps = [digit * 10.0**exponent for exponent in range(first, last + 1) for digit in (1, 2, 5)]
    return [step for step in steps if low <= step <= high]


def mark_text(mark: float, unit: str) -> str:
    """A mark of an axis, short enough to stand left of a small panel."""
    value = round(mark * (100 if unit == "%" else 1), 12)
    number = vocabulary.quantity(float(f"{value:.6g}"))
    return f"{number}\u202f%" if unit == "%" else number


def ends(quantity: Quantity, lines: Sequence[np.ndarray], place: int) -> tuple[float, float] | None:
    """Least and greatest of what lines measure at a place in time; None where all diverged."""
    values = np.concatenate([line[place] for line in lines])
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else None
