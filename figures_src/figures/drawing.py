"""The hand of the figures: titles that wrap, panels without frames, bands, labels beside what they name.

All lengths are in pixels of the figure as seen; panels are placed from its top left corner.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import TextToPath
from matplotlib.transforms import Affine2D

from figures_src import french
from figures_src.experiments.intervals import Interval
from figures_src.style import FAMILY, NOTE, SEMIBOLD, Layout, Theme

DPI = 72
"""Pixels to an inch, equal to the points of matplotlib and of SVG: a size of text is then in pixels."""

LEADING = 1.28
BESIDE = 8
"""Pixels from a panel to the names beside it."""
BEHIND: dict[str, Any] = {"linewidth": 1.1, "alpha": 0.75, "zorder": 1.5}
"""How published curves are drawn, in their grey: there to compare with, not to be read first."""
LEAN: dict[str, Any] = {"clip_on": False}
"""For the many strokes of small panels that stay inside of themselves: a clipping is a tenth of their bytes."""

_OUTLINES = TextToPath()
_EXPONENTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def text_width(text: str, size: float, weight: int = 400) -> float:
    """Width of one line of text."""
    font = FontProperties(family=FAMILY, size=size, weight=weight)
    width, _, _ = _OUTLINES.get_text_width_height_descent(text, font, False)
    return float(width)


def wrap(text: str, width: float, size: float, weight: int = 400) -> list[str]:
    """Cut a text into lines no wider than ``width``; only at plain spaces, never at those that bind."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, weight) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@dataclass(frozen=True)
class Sheet:
    """A figure under its title; ``top`` is where the panels may begin."""

    figure: Figure
    theme: Theme
    layout: Layout
    top: float

    @property
    def height(self) -> float:
        """Height of the whole figure."""
        return float(self.figure.get_figheight()) * DPI

    def text(self, x: float, y: float, text: str, **style: Any) -> None:
        """Write at pixels from the top left corner."""
        style = {"size": self.layout.small, "color": self.theme.muted, "va": "baseline", **style}
        self.figure.text(x / self.layout.width, 1 - y / self.height, text, **style)

    def panels(self, places: "Places") -> list[Axes]:
        """The `panel` of each place."""
        return [self.panel(*place) for place in places.panels]

    def panel(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes without frame, ``top`` counted from under the title."""
        bottom = self.height - self.top - top - height
        box = (left / self.layout.width, bottom / self.height, width / self.layout.width, height / self.height)
        axes = self.figure.add_axes(box)
        axes.patch.set_visible(False)
        axes.spines[["left", "right", "top"]].set_visible(False)
        axes.spines["bottom"].set_color(self.theme.muted)
        axes.tick_params(which="both", length=0, pad=5)
        axes.tick_params(axis="x", which="major", length=4, width=0.8, pad=3)
        axes.minorticks_off()
        axes.set_axisbelow(True)
        return axes

    def name(self, axes: Axes, title: str, unit: str = "", colour: str | None = None, gutter: float = 0) -> None:
        """Name a panel above its left edge: a title in ink or in the colour of its arm, and what the axis counts.

        ``gutter`` is the room left of the axes that its tick labels take: the name begins where they do.
        """
        box = axes.get_position()
        left, above = box.x0 * self.layout.width - gutter, (1 - box.y1) * self.height - 12
        if unit:
            self.text(left, above, unit)
            above -= self.layout.small * LEADING + 1
        self.text(left, above, title, size=self.layout.text, color=colour or self.theme.ink, weight=SEMIBOLD)

    def name_at(self, axes: Axes, text: str, gutter: float = 0, rise: float = 0, **style: Any) -> None:
        """Name a small panel in one line close above it, ``rise`` higher where something else stands between."""
        box = axes.get_position()
        left, above = box.x0 * self.layout.width - gutter, (1 - box.y1) * self.height - 8 - rise
        self.text(left, above, text, **{"color": self.theme.ink, **style})

    def name_below(self, axes: Axes, text: str) -> None:
        """Name the horizontal axis under its right end."""
        box = axes.get_position()
        under = (1 - box.y0) * self.height + 2 * self.layout.small * LEADING + 8
        self.text(box.x1 * self.layout.width, under, text, ha="right")


@dataclass(frozen=True)
class Places:
    """Where a figure has its panels, at one of its widths."""

    body: float
    """Pixels of room under the title."""
    panels: tuple[tuple[float, float, float, float], ...]
    """Left, top counted from under the title, width and height."""


def begin(theme: Theme, layout: Layout, subtitle: str, body: float) -> Sheet:
    """A transparent figure with its subtitle wrapped, and ``body`` pixels of room below it; its title is the page's."""
    notes = wrap(subtitle, layout.width - 2, layout.small) if subtitle else []
    top = len(notes) * layout.small * LEADING + 8
    height = round(top + body)
    figure = Figure(figsize=(layout.width / DPI, height / DPI), dpi=DPI)
    figure.patch.set_visible(False)
    sheet = Sheet(figure, theme, layout, top)
    for index, line in enumerate(notes):
        sheet.text(0, (index + 0.8) * layout.small * LEADING, line, label=NOTE)
    return sheet


def finish(sheet: Sheet) -> Figure:
    """Settle what matplotlib leaves to the first drawing, while the settings of the theme still hold."""
    sheet.figure.draw_without_rendering()
    return sheet.figure


def ticks(axis: Any, values: Sequence[float], labels: Sequence[str]) -> None:
    """Put ticks at ``values`` and nowhere else."""
    axis.set_ticks(list(values), labels=list(labels))
    axis.set_ticks([], minor=True)


def round_marks(top: float, most: int = 3) -> list[float]:
    """Zero and up to ``most`` - 1 multiples of 1, 2 or 5 times a power of ten, within ``top``."""
    tens = 10.0 ** np.floor(np.log10(top))
    step = next(step for step in (tens / 5, tens / 2, tens, 2 * tens, 5 * tens) if top / step < most + 1)
    return [float(mark) for mark in step * np.arange(most) if mark <= top]


def rule(axes: Axes, theme: Theme, values: Sequence[float]) -> None:
    """Thin horizontal rules to read heights by."""
    for value in values:
        axes.axhline(value, color=theme.faint, linewidth=0.8, zorder=0.5)


def rules(axes: Axes, theme: Theme, values: Sequence[float]) -> None:
    """The same rules as one path: in small panels, many strokes are a tenth of the bytes."""
    first, last = axes.get_xlim()
    places = np.repeat(np.asarray(values, dtype=float), 3)
    places[2::3] = np.nan
    axes.plot([first, last, last] * len(values), places, color=theme.faint, linewidth=0.8, zorder=0.5, **LEAN)


def accuracy_axis(axes: Axes, theme: Theme, low: float, high: float, marks: Sequence[float]) -> None:
    """Heights are errors on a logarithmic scale, written as accuracies: draw ``1 - accuracy`` on it.

    From 97 % to 98 % a third of the errors go, from 60 % to 61 % a fortieth: equal heights are equal ratios of errors.
    """
    axes.set_yscale("log")
    axes.set_ylim(1 - low, 1 - high)
    shown = [mark for mark in marks if low <= mark <= high]
    decimals = [0 if abs(100 * mark - round(100 * mark)) < 1e-6 else 1 for mark in shown]
    labels = [french.percent(mark, places) for mark, places in zip(shown, decimals, strict=True)]
    ticks(axes.yaxis, [1 - mark for mark in shown], labels)
    rule(axes, theme, [1 - mark for mark in shown])


def band(axes: Axes, x: np.ndarray, over: Interval[np.ndarray], colour: str, **line: Any) -> None:
    """A mean and its interval; the band has no edge, so that only the mean reads as a curve.

    Bounds that are nan, those of a single seed, draw no band.
    """
    if np.isfinite(over.low).any():
        axes.fill_between(x, over.low, over.high, color=colour, alpha=0.22, linewidth=0, zorder=2)
    axes.plot(x, over.mean, color=colour, **{"linewidth": 2.0, "zorder": 3, **line})


@dataclass(frozen=True)
class Mark:
    """The sign of a series of points; ``hollow``: its contour alone."""

    shape: str = "o"
    hollow: bool = False
    size: float = 5.5


def measured_points(
    axes: Axes, x: np.ndarray, over: Interval[np.ndarray], colour: str, mark: Mark, shift: float = 0.0
) -> None:
    """Means with their intervals upright, joined by a thin stroke; ``shift`` moves them aside, in pixels.

    Bounds that are nan, those of a single seed, draw no interval.
    """
    aside: dict[str, Any] = {"transform": axes.transData + Affine2D().translate(shift, 0), "color": colour, **LEAN}
    stems = np.column_stack([over.low, over.high, np.full(len(x), np.nan)]).ravel()
    axes.plot(np.repeat(x, 3), stems, linewidth=1.5, zorder=2.5, solid_capstyle="butt", **aside)
    axes.plot(x, over.mean, linewidth=0.9, alpha=0.6, zorder=2, **aside)
    face: dict[str, Any] = {"markerfacecolor": "none"} if mark.hollow else {}
    axes.plot(x, over.mean, linestyle="none", marker=mark.shape, markersize=mark.size, markeredgewidth=1.4, zorder=3,
              **aside, **face)  # fmt: skip


def spread(wanted: Sequence[float], gap: float, low: float = -np.inf, high: float = np.inf) -> np.ndarray:
    """Move positions as little as can be (least squares) so that neighbours are ``gap`` apart, within bounds.

    Less ``gap`` times its rank, each position must not decrease: isotonic regression.
    """
    from scipy.optimize import isotonic_regression  # slow to come, where there may be nothing to draw

    order, ranks = np.argsort(wanted, kind="stable"), gap * np.arange(len(wanted))
    level = isotonic_regression(np.asarray(wanted, dtype=float)[order] - ranks).x
    placed = np.empty(len(wanted))
    placed[order] = np.clip(level, low, high - ranks[-1]) + ranks
    return placed


@dataclass(frozen=True)
class Label:
    """A name to write beside the end of a curve, at the height ``y`` of the data."""

    y: float
    text: str
    colour: str
    weight: int = SEMIBOLD


def label_ends(sheet: Sheet, axes: Axes, labels: Sequence[Label], left: bool = False) -> None:
    """Write labels right of a panel, or left of it, near the heights they name but never over each other."""
    size, box = sheet.layout.small, axes.get_position()
    heights = [float(axes.transData.transform((axes.get_xlim()[1], label.y))[1]) for label in labels]
    bottom, top = (float(axes.transAxes.transform((0, end))[1]) for end in (0, 1))
    placed = spread(heights, size * LEADING, bottom + size / 2, top)
    x = box.x0 * sheet.layout.width - BESIDE if left else box.x1 * sheet.layout.width + BESIDE
    for label, height in zip(labels, placed, strict=True):
        sheet.text(x, sheet.height - height, label.text, color=label.colour, weight=label.weight,
                   va="center_baseline", ha="right" if left else "left")  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A stroke and its name, for a line of keys where names do not fit beside the curves."""

    text: str
    line: dict[str, Any]
    colour: str


def key(sheet: Sheet, left: float, top: float, samples: Sequence[Sample]) -> None:
    """Write samples one after the other, ``top`` counted from under the title; go to a new line at the right edge."""
    size, stroke, gap = sheet.layout.small, 18, 16
    x, y = left, sheet.top + top
    for sample in samples:
        width = stroke + 6 + text_width(sample.text, size)
        if x > left and x + width > sheet.layout.width:
            x, y = left, y + size * LEADING + 2
        height = 1 - (y - 0.36 * size) / sheet.height
        ends = [place / sheet.layout.width for place in (x, x + stroke)]
        sheet.figure.add_artist(Line2D(ends, [height, height], color=sample.colour, **sample.line))
        sheet.text(x + stroke + 6, y, sample.text, color=sample.colour)
        x += width + gap


def power_of_ten(power: int) -> str:
    """0.01 to 1 000 in plain figures, others with an exponent."""
    if -2 <= power <= 3:
        return french.shortest(10.0**power)
    return "10" + str(power).translate(_EXPONENTS)


def tidy(text: str) -> str:
    """Bind what French never parts at the end of a line: punctuation and its word, a number and what it counts."""
    text = re.sub(r" (?=[;:?!»])|(?<=«) ", french.NARROW_NO_BREAK_SPACE, text)
    return re.sub(
        r"(?<=\b[àÀ]) (?=\d)|(?<=\btaux) (?=\d)|(?<=\bavec) (?=BN)|(?<=\bsans) (?=BN)|(?<=\d) (?=itérations|graines)",
        french.NO_BREAK_SPACE,
        text,
    )


def step_axis(sheet: Sheet, axes: Axes, first: float, last: float, parts: int) -> None:
    """The axis of training steps: few ticks at equal parts, named once at its right end."""
    axes.set_xlim(first, last)
    places = [first + (last - first) * part / parts for part in range(parts + 1)]
    ticks(axes.xaxis, places, [french.number(place) for place in places])
    sheet.name_below(axes, "itérations")
