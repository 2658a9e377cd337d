"""A matplotlib figure as SVG: the same bytes on every redraw, small, and fit to stand inline in a page."""

import io
import re
from collections.abc import Iterator
from functools import lru_cache

import matplotlib.style
import numpy as np
from matplotlib.figure import Figure

TOLERANCE = 0.12
"""Largest distance, in pixels, between a drawn curve and its simplified path: less than a screen can show."""

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
_COMMAND = re.compile(r"([MLQCZz])([^MLQCZz]*)")
_GLYPH = re.compile(r'<path id="([^"]+)" d="([^"]*)" transform="scale\(0\.015625\)"/>')
_GLYPH_UNITS = 64  # matplotlib writes glyphs 64 times too large, then scales them down
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


def save_svg(figure: Figure, salt: str) -> bytes:
    """Return the figure as SVG.

    ``salt`` names the figure and its variant; identifiers are made from it, so that two figures can stand inline in
    one page. Text is drawn as outlines, coordinates are rounded to a hundredth of a pixel, and curves are thinned to
    within `TOLERANCE`. Width, height and ``viewBox`` are in pixels. The background is transparent.
    """
    buffer = io.BytesIO()
    settings: dict[str, object] = {"svg.fonttype": "path", "svg.hashsalt": salt, "path.simplify": False}
    with matplotlib.style.context(["default", settings]):
        figure.savefig(buffer, format="svg", transparent=True, metadata=_NO_METADATA)
    return _compact(buffer.getvalue().decode(), salt).encode()


def _compact(text: str, salt: str) -> str:
    text = text[text.index("<svg") :]
    text = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'(width|height)="([\d.]+)pt"', lambda m: f'{m[1]}="{_short(float(m[2]), 2)}"', text)
    text = re.sub(r'<defs>\s*<style type="text/css">.*?</style>\s*</defs>', "", text, flags=re.DOTALL)
    text = _GLYPH.sub(lambda m: f'<path id="{m[1]}" d="{_path(m[2], 1 / _GLYPH_UNITS, 1)}"/>', text)
    text = re.sub(r'(?<=[" ])d="(M [^"]*)"', lambda m: f'd="{_path(m[1], 1, 2)}"', text)
    text = re.sub(r'transform="([^"]+)"', lambda m: f'transform="{_rounded(m[1], 4)}"', text)
    text = re.sub(r'(?<= )(x|y)="([^"]+)"', lambda m: f'{m[1]}="{_rounded(m[2], 2)}"', text)
    text = _own_identifiers(text, salt)
    return re.sub(r">\s+<", ">\n<", text).strip() + "\n"


def _own_identifiers(text: str, salt: str) -> str:
    """Drop identifiers nothing refers to, and mark the others as this figure's own."""
    text = text.replace("xlink:href", "href").replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    used = {name: f"{salt}-{index}" for index, name in enumerate(sorted(set(re.findall(r"#([\w.-]+)[\")]", text))))}
    text = re.sub(r' id="([^"]+)"', lambda m: f' id="{used[m[1]]}"' if m[1] in used else "", text)
    return re.sub(r"#([\w.-]+)(?=[\")])", lambda m: f"#{used.get(m[1], m[1])}", text)


def _rounded(text: str, decimals: int) -> str:
    return _NUMBER.sub(lambda m: _short(float(m[0]), decimals), text)


def _short(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "0", "") else re.sub(r"^(-?)0\.", r"\1.", text)


@lru_cache(maxsize=1024)
def _path(data: str, scale: float, decimals: int) -> str:
    """Rewrite a path in relative coordinates on a grid of ``decimals``; rounding does not add up along it."""
    here = start = (0, 0)
    out: list[str] = []
    for command, points in _commands(data, scale):
        if command in "zZ":
            out.append("z")
            here = start
            continue
        grid = [(round(x * 10**decimals), round(y * 10**decimals)) for x, y in points]
        # Each point of a curve is written relative to where its command began.
        step = {"M": 1, "L": 1, "Q": 2, "C": 3}[command]
        numbers: list[str] = []
        for index in range(0, len(grid), step):
            for x, y in grid[index : index + step]:
                numbers += [_short((x - here[0]) / 10**decimals, decimals)]
                numbers += [_short((y - here[1]) / 10**decimals, decimals)]
            here = grid[index + step - 1]
        start = here if command == "M" else start
        out.append(command.lower() + _joined(numbers))
    return "".join(out)


def _joined(numbers: list[str]) -> str:
    """Separate numbers only where one could be read into the next."""
    text = numbers[0]
    for before, number in zip(numbers, numbers[1:], strict=False):
        apart = number[0] == "-" or (number[0] == "." and "." in before)
        text += number if apart else " " + number
    return text


def _commands(data: str, scale: float) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each command with its absolute points, runs of straight lines as one thinned command."""
    line: list[np.ndarray] = []
    last = np.zeros(2)
    for command, arguments in [*_COMMAND.findall(data), ("", "")]:
        points = np.array([float(n) for n in _NUMBER.findall(arguments)]).reshape(-1, 2) * scale
        if command == "L":
            line.append(points)
            continue
        if line:
            run = np.concatenate([last[None], *line])
            yield "L", thinned(run)[1:] if scale == 1 else run[1:]
            last, line = run[-1], []
        if command:
            yield command, points
        last = points[-1] if len(points) else last


def thinned(points: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
    """Drop points that lie within ``tolerance`` of the line left without them (Ramer, Douglas and Peucker).

    ``points`` is (n, 2); the first and the last stay.
    """
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    todo = [(0, len(points) - 1)]
    while todo:
        first, last = todo.pop()
        distance = _distance(points[first + 1 : last], points[first], points[last])
        if distance.size and distance.max() > tolerance:
            farthest = first + 1 + int(distance.argmax())
            keep[farthest] = True
            todo += [(first, farthest), (farthest, last)]
    return points[keep]


def _distance(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Distances of points to the segment from ``start`` to ``end``."""
    way = end - start
    length = float(way @ way)
    along = np.clip((points - start) @ way / length, 0, 1) if length else np.zeros(len(points))
    gap: np.ndarray = np.linalg.norm(points - start - along[:, None] * way, axis=1)
    return gap
