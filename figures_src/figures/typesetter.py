"""Lines of text with symbols, indices and fractions, set as outlines of the shipped fonts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.path import Path

from figures_src.figures.board import HAIR, Board, Stroke, draw_path, line
from figures_src.figures.drawing import DPI, LEADING
from figures_src.style import FAMILY, SEMIBOLD, SMALLEST_TEXT, Theme

_MIDDLE = 0.34  # from a baseline up to the middle of its line, in sizes of type
_CAPITAL = 0.66  # height of capitals
_NABLA = 0.64  # width of the one sign that the fonts lack
_TOKEN = re.compile(
    r"(?P<script>[\^_])(?:\{(?P<long>[^}]*)\}|(?P<short>.))|√\{(?P<root>(?:[^{}]|\{[^{}]*\})*)\}|\*(?P<italic>[^*]+)\*"
    r"|(?P<hat>[ẑŷ])|(?P<nabla>∇)|(?P<greek>[μσγβ])|(?P<word>[^\W\d_μσγβẑŷ∇√]+)|(?P<other>.)",
    re.DOTALL,
)
_DIGITS, _RAISED, _LOWERED = "0123456789−+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "₀₁₂₃₄₅₆₇₈₉₋₊"
_BARE = {"ẑ": "z", "ŷ": "y"}
_ITALICS = ("ω", "ε", "η")


@dataclass(frozen=True)
class Run:
    """Characters of one look within a line; ``script`` is +1 above the line, -1 below."""

    text: str
    italic: bool = False
    colour: str | None = None
    script: int = 0
    hat: bool = False
    root: tuple["Run", ...] = ()

    @property
    def plain(self) -> bool:
        """Whether it is made of nothing but characters of the fonts."""
        return not (self.hat or self.root or self.text == "∇")


@dataclass(frozen=True)
class Lettering:
    """How a text is set; what is not told goes by whether it is ``math``."""

    size: float | None = None
    colour: str | None = None
    ha: str = "left"
    bold: bool = False
    math: bool = False
    middle: bool = False
    """Whether a height given is that of its middle, not of its first baseline."""
    layer: float = 6


def write(board: Board, x: float, y: float, text: str, lettering: Lettering = Lettering()) -> float:
    """Write a line, or several parted by line feeds; return where the last one ends.

    μ, σ, γ and β take their colours; ``^`` and ``_`` raise and lower a sign or what braces hold; ``√{…}`` is a root;
    between asterisks letters are italic, and in mathematics single letters are. ``y`` is the baseline of the first
    line, or with ``middle`` the middle height of them all.
    """
    math, theme = lettering.math, board.theme
    size = lettering.size or (board.layout.large if math else board.layout.small)
    rows = text.split("\n")
    if lettering.middle:
        y += _MIDDLE * size - (len(rows) - 1) * LEADING * size / 2
    weight = SEMIBOLD if lettering.bold else 400
    look = _Look(board, size, weight, lettering.colour or (theme.ink if math else theme.muted), lettering.layer)
    end = x
    for index, row in enumerate(rows):
        runs = parse(row, theme, math)
        start = x - {"left": 0.0, "center": 0.5, "right": 1.0}[lettering.ha] * _width(runs, size, weight)
        end = _set(look, runs, start, y + index * LEADING * size)
    return end


def measure(board: Board, text: str, size: float | None = None, bold: bool = False, math: bool = False) -> float:
    """Width of one line as `write` sets it."""
    size = size or (board.layout.large if math else board.layout.small)
    return _width(parse(text, board.theme, math), size, SEMIBOLD if bold else 400)


def fraction(board: Board, x: float, y: float, above: str, below: str) -> float:
    """A fraction whose bar begins at ``x`` at the middle height ``y``; return where it ends."""
    size, lettering = board.layout.large, Lettering(ha="center", math=True)
    width = max(measure(board, part, size, math=True) for part in (above, below)) + 4
    write(board, x + width / 2, y - 0.36 * size, above, lettering)
    write(board, x + width / 2, y + 1.0 * size, below, lettering)
    line(board, [(x, y), (x + width, y)], None, HAIR, layer=6)
    return x + width


def parse(text: str, theme: Theme, math: bool = False) -> list[Run]:
    """Cut a line into runs of one look."""
    symbols = {"μ": theme.mu, "σ": theme.sigma, "γ": theme.gamma, "β": theme.beta}
    runs: list[Run] = []
    for token in _TOKEN.finditer(text):
        kind, part = token.lastgroup, token[0]
        if token["script"]:
            runs += _script(token, runs[-1].colour if runs else None, theme, math)
        elif kind == "root":
            runs.append(Run("√", root=tuple(parse(part[2:-1], theme, math))))
        elif kind == "italic":
            runs += [replace(run, italic=True) for run in parse(part[1:-1], theme)]
        elif kind == "hat":
            runs.append(Run(_BARE[part], italic=True, hat=True))
        elif kind == "greek":
            runs.append(Run(part, italic=True, colour=symbols[part]))
        else:
            single = (math and kind == "word" and len(part) == 1) or part in _ITALICS
            runs.append(Run(part, italic=single))
    return _merged(runs)


def _script(token: re.Match[str], owner: str | None, theme: Theme, math: bool) -> list[Run]:
    """What is raised or lowered; it takes the colour of the symbol that it belongs to."""
    text = token["long"] if token["long"] is not None else token["short"]
    raised = token["script"] == "^"
    if set(text) <= set(_DIGITS):
        # The fonts hold these, drawn for the purpose and legible at any size.
        return [Run(text.translate(str.maketrans(_DIGITS, _RAISED if raised else _LOWERED)), colour=owner)]
    runs = parse(text, theme, math)
    return [replace(run, script=1 if raised else -1, colour=run.colour or owner) for run in runs]


def _merged(runs: Sequence[Run]) -> list[Run]:
    merged: list[Run] = []
    for run in runs:
        last = merged[-1] if merged else None
        if last and last.plain and run.plain and replace(last, text="") == replace(run, text=""):
            merged[-1] = replace(last, text=last.text + run.text)
        else:
            merged.append(run)
    return merged


@dataclass(frozen=True)
class _Look:
    board: Board
    size: float
    weight: int
    colour: str
    layer: float


def _set(look: _Look, runs: Sequence[Run], x: float, y: float) -> float:
    for run, width in zip(runs, _widths(runs, look.size, look.weight), strict=True):
        size = _script_size(look.size) if run.script else look.size
        base = y - run.script * (0.36 if run.script > 0 else 0.2) * look.size
        colour = run.colour or look.colour
        if run.root:
            _set_root(look, run.root, x, y, width)
        else:
            _set_text(look, run, x, base, size, colour)
        if run.hat:
            _set_hat(look, x + width / 2, base, size, colour)
        x += width
    return x


def _set_text(look: _Look, run: Run, x: float, y: float, size: float, colour: str) -> None:
    style: dict[str, Any] = {"size": size, "color": colour, "zorder": look.layer, "va": "baseline", "ha": "left"}
    # The shipped italic has one weight.
    style |= {"style": "italic", "weight": 400} if run.italic else {"style": "normal", "weight": look.weight}
    if run.text == "∇":
        # No such sign in the fonts.
        corners = [
            (0.07, _CAPITAL - 0.03),
            (_NABLA - 0.07, _CAPITAL - 0.03),
            (_NABLA / 2, 0.03),
            (0.07, _CAPITAL - 0.03),
        ]
        nabla = Path([(x + size * a, y - size * b) for a, b in corners], closed=True)
        draw_path(look.board, nabla, colour, Stroke(0.075 * size), layer=look.layer)
    elif run.text.strip():
        lead = len(run.text) - len(run.text.lstrip(" "))
        shift = _advance(run.text[:lead], size, look.weight, run.italic)
        look.board.axes.text(x + shift, y, run.text.strip(" "), **style)


def _set_hat(look: _Look, x: float, y: float, size: float, colour: str) -> None:
    x, top = x + 0.06 * size, y - 0.72 * size
    points = [(x - 0.15 * size, top + 0.12 * size), (x, top), (x + 0.15 * size, top + 0.12 * size)]
    line(look.board, points, colour, Stroke(1.15 * size / 17), layer=look.layer)


def _set_root(look: _Look, inside: Sequence[Run], x: float, y: float, width: float) -> None:
    size, top = look.size, y - 0.86 * look.size
    points = [(x + 0.04 * size, y - 0.3 * size), (x + 0.14 * size, y - 0.36 * size), (x + 0.3 * size, y + 0.1 * size)]
    line(look.board, [*points, (x + 0.5 * size, top), (x + width, top)], look.colour, HAIR, layer=look.layer)
    _set(look, inside, x + 0.54 * size, y)


def _script_size(size: float) -> float:
    return max(float(SMALLEST_TEXT), 0.72 * size)


def _width(runs: Sequence[Run], size: float, weight: int) -> float:
    return sum(_widths(runs, size, weight))


def _widths(runs: Sequence[Run], size: float, weight: int) -> list[float]:
    widths = []
    for run in runs:
        if run.root:
            widths.append(0.56 * size + _width(run.root, size, weight))
        elif run.text == "∇":
            widths.append(_NABLA * size)
        else:
            widths.append(_advance(run.text, _script_size(size) if run.script else size, weight, run.italic))
    return widths


@lru_cache(maxsize=4096)
def _advance(text: str, size: float, weight: int, italic: bool) -> float:
    slanted = FontProperties(family=FAMILY, weight=400, style="italic")
    properties = slanted if italic else FontProperties(family=FAMILY, weight=weight)
    font = get_font(findfont(properties))
    font.set_size(100, DPI)
    flags = LoadFlags.NO_HINTING
    units = [font.load_char(ord(sign), flags=flags).linearHoriAdvance for sign in text]
    return sum(units) / 65536 * size / 100
