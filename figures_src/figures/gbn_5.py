"""Graph 5: how many times fewer steps the arms of Inception with BN need, as published on ImageNet, and here.

Here is a reduced scale: a small Inception on CIFAR-10. The published level is the best accuracy of the network without
BN; ours was chosen before the last seeds were trained. Curves are in the notebook.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Affine2D

from figures_src import french
from figures_src.experiments.inception import measures as inception
from figures_src.experiments.inception.measures import ARMS
from figures_src.experiments.intervals import Ratio
from figures_src.figures import drawing
from figures_src.figures.common import Cell, Records, Table
from figures_src.figures.gbn_1 import BASELINE, is_printed, steps_to_match, threshold
from figures_src.figures.inception_looks import LOOKS, colour
from figures_src.records.record import Record
from figures_src.style import SEMIBOLD, Layout, Theme, rc

RECORD = "inception"
FASTER = "bn_x5"
NEVER = "non atteint"
PUBLISHED, OURS = 0.0, 1.0
"""Places of the two columns."""
ASIDE = 3.5
HEIGHTS, MARKS = (0.62, 18.0), (1.0, 2.0, 5.0, 10.0, 15.0)

WIDE = drawing.Places(356, ((230, 56, 230, 268),))
NARROW = drawing.Places(380, ((84, 68, 116, 276),))


@dataclass(frozen=True)
class Speed:
    """How many times fewer steps than the network without BN an arm needs; None where it never arrives."""

    arm: str
    published: float | None
    ours: Ratio | None

    @property
    def name(self) -> str:
        """As the figures call the arm."""
        return LOOKS[self.arm].name


def speeds(record: Record) -> list[Speed]:
    """The arms with BN, in the order of the key of graph 1."""
    return [Speed(arm, published(arm), _ours(record, arm)) for arm in LOOKS if LOOKS[arm].with_bn]


def published(arm: str) -> float | None:
    """Steps of the published network without BN over those of the arm, to the best accuracy of the first."""
    slow, fast = (steps_to_match(each) if is_printed(each) else None for each in (BASELINE, arm))
    return slow / fast if slow and fast else None


def _ours(record: Record, arm: str) -> Ratio | None:
    """The same for ours, over the seeds that both have; None where a seed never arrives."""
    found = inception.times_ratio(record.arrays, ARMS[arm], ARMS[BASELINE], inception.FIXED_LEVEL).inverse
    return None if found.side or not np.isfinite(found.value) else found


def draw(records: Records, theme: Theme, layout: Layout) -> Figure:
    """A line an arm, from what was published to what was found here."""
    record = records[RECORD]
    with rc(theme, layout):
        places = NARROW if layout.stacked else WIDE
        sheet = drawing.begin(theme, layout, _subtitle(record), places.body)
        (axes,) = sheet.panels(places)
        _frame(sheet, axes)
        found = speeds(record)
        for number, speed in enumerate(found):
            _draw_speed(axes, speed, theme, ASIDE * (number - (len(found) - 1) / 2))
        _name_ends(sheet, axes, found)
        return drawing.finish(sheet)


def table(records: Records) -> Table:
    """Speeds, then the steps of every seed to both levels; an empty cell is "never"."""
    record = records[RECORD]
    columns = ("source", "what", "arm", "level", "seed", "value", "student95_low", "student95_high")
    return Table(columns, (*_speed_rows(record), *_step_rows(record)))


def _speed_rows(record: Record) -> Iterator[tuple[Cell, ...]]:
    what = "times fewer steps"
    for speed in speeds(record):
        if is_printed(speed.arm):
            yield ("published", what, speed.arm, threshold(), "", speed.published or "", "", "")
        if speed.ours is not None:
            bounds = ["" if bound is None else bound for bound in (speed.ours.low, speed.ours.high)]
            yield ("measured", what, speed.arm, inception.FIXED_LEVEL, "", speed.ours.value, *bounds)


def _step_rows(record: Record) -> Iterator[tuple[Cell, ...]]:
    for arm in ARMS:
        if is_printed(arm):
            yield ("published", "steps", arm, threshold(), "", steps_to_match(arm) or "", "", "")
        for level in (inception.FIXED_LEVEL, inception.threshold(record.arrays)):
            for seed, steps in enumerate(inception.steps_to(record.arrays, ARMS[arm], level).tolist()):
                yield ("measured", "steps", arm, level, seed, steps if np.isfinite(steps) else "", "", "")


def _subtitle(record: Record) -> str:
    seeds, others = (sum(record.arrays["arm"] == arm) for arm in (BASELINE, FASTER))
    return drawing.tidy(
        "Itérations jusqu’au repère, rapportées à celles d’Inception : ÷ 2 veut dire deux fois moins. x5, x30 : "
        f"taux multiplié par 5, par 30. Ici : {seeds} graines, {others} pour x5 et x30 ; traits : intervalles à 95 %."
    )


def _frame(sheet: drawing.Sheet, axes: Axes) -> None:
    axes.set_xlim(PUBLISHED, OURS)
    axes.set_yscale("log")
    axes.set_ylim(*HEIGHTS)
    drawing.ticks(axes.yaxis, [], [])
    drawing.ticks(axes.xaxis, [], [])
    axes.spines["bottom"].set_visible(False)
    heads = {PUBLISHED: ("Publié", "ImageNet"), OURS: ("Ici", "CIFAR-10, échelle réduite")}
    box, layout = axes.get_position(), sheet.layout
    for place, (head, under) in heads.items():
        x = (box.x0, box.x1)[int(place)] * layout.width
        side = "right" if place == PUBLISHED else "left"
        lines = under.split(", ") if layout.stacked else [under]
        top = (1 - box.y1) * sheet.height - 14 - layout.small * drawing.LEADING * len(lines)
        sheet.text(x, top, head, size=layout.text, color=sheet.theme.ink, weight=SEMIBOLD, ha=side)
        for number, line in enumerate(lines, start=1):
            sheet.text(x, top + number * layout.small * drawing.LEADING, line, ha=side)
        axes.axvline(place, color=sheet.theme.faint, linewidth=1, zorder=0.5)
    axes.plot([PUBLISHED, OURS], [1, 1], color=_hue(BASELINE, sheet.theme), linewidth=1.8, zorder=1)


def _draw_speed(axes: Axes, speed: Speed, theme: Theme, aside: float) -> None:
    """The line of an arm, and its interval a little ``aside``, in pixels, where others would hide it."""
    hue = _hue(speed.arm, theme)
    ends = [(PUBLISHED, speed.published), (OURS, speed.ours.value if speed.ours else None)]
    known = [(x, y) for x, y in ends if y is not None]
    axes.plot(*zip(*known, strict=True), color=hue, linewidth=2, marker="o", markersize=6, zorder=3, clip_on=False)
    if speed.ours is not None and speed.ours.low is not None and speed.ours.high is not None:
        beside = axes.transData + Affine2D().translate(aside, 0)
        axes.plot([OURS, OURS], [speed.ours.low, speed.ours.high], color=hue, linewidth=2, alpha=0.7, zorder=2,
                  clip_on=False, solid_capstyle="butt", transform=beside)  # fmt: skip


def _name_ends(sheet: drawing.Sheet, axes: Axes, found: list[Speed]) -> None:
    """Each line by its name and its number, left and right; the reference too."""
    ends: dict[str, tuple[float | None, float | None]] = {BASELINE: (1.0, 1.0)}
    ends |= {speed.arm: (speed.published, speed.ours.value if speed.ours else None) for speed in found}
    for column, left in enumerate((True, False)):
        short = left and sheet.layout.stacked
        labels = [
            drawing.Label(pair[column] or HEIGHTS[0], _told(arm, pair[column], short), _hue(arm, sheet.theme))
            for arm, pair in ends.items()
        ]
        drawing.label_ends(sheet, axes, labels, left=left)


def _told(arm: str, times: float | None, short: bool) -> str:
    """The name of an arm and what its steps are divided by; ``short``: without the name."""
    name = LOOKS[arm].name
    if arm == BASELINE:
        return "" if short else name
    told = f"÷ {french.number(times, 1)}" if times else NEVER
    return drawing.tidy(told if short else f"{name} {told}" if times else f"{name} : {told}")


def _hue(arm: str, theme: Theme) -> str:
    return colour(LOOKS[arm], theme)
