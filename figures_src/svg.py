"""Figures as SVG of few bytes, the same whatever the machine."""

import hashlib
import io
import re
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import pairwise
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import matplotlib.style
import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from figures_src.style import NOTE

PALETTE = 256
"""Most colours that a PNG's palette holds."""
TOLERANCE = 0.3
"""Largest distance, in pixels, between a drawn curve and its simplified path: less than a screen can show."""

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
_COMMAND = re.compile(r"([MLQCZz])([^MLQCZz]*)")
_GRID = 2.5  # of whole numbers on which outlines are written: 250 to the height of the type
_TEXT_SCALE = re.compile(r"scale\(([.\d]+) -\1\)")
_SHIFT = re.compile(r"translate\(([-.\d]+) 0\)")
_REFERENCE = re.compile(r"(?:^|url\()#([\w.-]+)")
_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_PNG = "data:image/png;base64,"
_GLYPH_SCALE = "scale(0.015625)"
_GLYPH_UNITS = 64  # matplotlib writes glyphs 64 times too large, then scales them down
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


def svg_bytes(figure: Figure, salt: str, *, described: bool = False) -> bytes:
    """Return the figure as SVG; ``described``, with its `words` as plain text.

    ``salt`` names the figure and its variant; identifiers are made from it, so that two figures can stand inline in
    one page. Text is drawn as outlines, coordinates are rounded to a tenth of a pixel, and curves are thinned to
    within `TOLERANCE`. Width, height and ``viewBox`` are in pixels. The background is transparent.
    """
    buffer = io.BytesIO()
    settings: dict[str, object] = {"svg.fonttype": "path", "svg.hashsalt": salt, "path.simplify": False}
    with matplotlib.style.context(["default", settings]):
        figure.savefig(buffer, format="svg", transparent=True, metadata=_NO_METADATA)
    return _compact(buffer.getvalue(), salt, " · ".join(words(figure)) if described else "")


def words(figure: Figure) -> list[str]:
    """What the frames, axes and lines of a drawing are called, each once.

    Its notes are left out, which tell how it was measured; so are numbers and lone symbols, that beside no axis say
    nothing.
    """
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_label() != NOTE]
    said = dict.fromkeys(text.get_text() for text in texts)
    return [text for text in said if any(one.isalpha() and other.isalpha() for one, other in pairwise(text))]


def _compact(content: bytes, salt: str, told: str) -> bytes:
    """Rewrite matplotlib's SVG with less: no prologue, no empty groups, short paths, its own identifiers."""
    root = ElementTree.fromstring(content)
    for side in ("width", "height"):
        root.set(side, _short(float(root.attrib[side].removesuffix("pt")), 2))
    root.attrib.pop("version", None)
    blank = {str(path.get("id")) for path in root.iter(_SVG + "path") if not path.get("d")}
    _prune(root, blank)
    for image in root.iter(_SVG + "image"):
        image.set(_XLINK, _PNG + b64encode(lighter_png(b64decode(image.attrib[_XLINK].removeprefix(_PNG)))).decode())
    for element in root.iter():
        _shorten(element)
    _own_identifiers(root, "f" + hashlib.sha256(salt.encode()).hexdigest()[:4])
    if told:
        root.insert(0, Element("desc"))
        root[0].text = told
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
    root.set("xmlns", _SVG[1:-1])
    ElementTree.indent(root, space="")
    text = ElementTree.tostring(root, encoding="unicode")
    return text.replace(" />", "/>").encode() + b"\n"


def lighter_png(content: bytes) -> bytes:
    """Write an opaque picture of few colours with a palette: the same pixels in fewer bytes."""
    pixels = np.asarray(Image.open(io.BytesIO(content)).convert("RGBA"))
    colours, places = np.unique(pixels[..., :3].reshape(-1, 3), axis=0, return_inverse=True)
    if (pixels[..., 3] != 255).any() or len(colours) > PALETTE:
        return content
    picture = Image.fromarray(places.reshape(pixels.shape[:2]).astype(np.uint8)).convert("P")
    picture.putpalette(colours.tobytes())
    buffer = io.BytesIO()
    picture.save(buffer, format="png", optimize=True)
    return min(content, buffer.getvalue(), key=len)


def _prune(parent: Element, blank: Collection[str]) -> None:
    """Drop what draws nothing, such as the outline of a space, and groups that only hold something else."""
    children: list[Element] = []
    for child in parent:
        _prune(child, blank)
        kind, attributes = child.tag.removeprefix(_SVG), set(child.attrib) - {"id"}
        if kind in ("metadata", "style") or child.get("id") in blank or child.get(_XLINK, " ")[1:] in blank:
            continue
        if kind == "g" and not attributes:
            children += child
        elif len(child) or kind not in ("g", "defs"):
            children.append(child)
    parent[:] = children


def _shorten(element: Element) -> None:
    attributes = element.attrib
    if _XLINK in attributes:
        attributes["href"] = attributes.pop(_XLINK)
    glyph = attributes.get("transform") == _GLYPH_SCALE
    if glyph:
        attributes["d"] = _path(attributes["d"], _GRID / _GLYPH_UNITS, 0)
        del attributes["transform"]
    elif "d" in attributes:
        attributes["d"] = _path(attributes["d"], 1, 1)
    shift = _SHIFT.fullmatch(attributes.get("transform", ""))
    if shift and element.tag == _SVG + "use" and "x" not in attributes:
        # Within a line of text all glyphs stand at the same height.
        attributes["x"] = _short(_GRID * float(shift[1]), 0)
        del attributes["transform"]
    elif "transform" in attributes:
        shrunk = _TEXT_SCALE.sub(
            lambda m: f"scale({float(m[1]) / _GRID} {-float(m[1]) / _GRID})", attributes["transform"]
        )
        attributes["transform"] = _rounded(shrunk, 4)
    for name in ("x", "y"):
        if name in attributes:
            attributes[name] = _rounded(attributes[name], 1)
    if "style" in attributes:
        attributes["style"] = attributes["style"].replace(": ", ":").replace("; ", ";")


def _own_identifiers(root: Element, prefix: str) -> None:
    """Drop identifiers that nothing refers to, and make the others this figure's own."""
    used: dict[str, str] = {}
    for element in root.iter():
        for name, value in element.attrib.items():
            for target in _REFERENCE.findall(value) if name != "id" else ():
                used.setdefault(target, f"{prefix}{len(used):x}")
    for element in root.iter():
        if element.attrib.get("id") not in used:
            element.attrib.pop("id", None)
        for name, value in element.attrib.items():
            if name == "id":
                element.attrib[name] = used[value]
            else:
                element.attrib[name] = _REFERENCE.sub(lambda m: m[0].replace(m[1], used[m[1]]), value)


def _rounded(text: str, decimals: int) -> str:
    return _NUMBER.sub(lambda m: _short(float(m[0]), decimals), text)


def _short(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "0", "") else re.sub(r"^(-?)0\.", r"\1.", text)


@lru_cache(maxsize=1024)
def _path(data: str, scale: float, decimals: int) -> str:
    """Rewrite a path in relative coordinates on a grid of ``decimals``; rounding does not add up along it."""
    here = start = control = np.zeros(2, dtype=int)
    out: list[str] = []
    for command, points in _commands(data, scale):
        if command in "zZ":
            out.append("z")
            here = control = start
            continue
        grid = np.rint(points * 10**decimals).astype(int)
        mirrored = 2 * here - control
        if command == "Q" and control is not here and abs(mirrored - grid[0]).max() <= 1:
            # Most curves of a TrueType outline go on where the last one pointed: SVG's "t" leaves that unsaid.
            control, command, grid = mirrored, "T", grid[1:]
        else:
            control = grid[0] if command == "Q" else grid[-1]
        bases = np.concatenate([here[None], grid[:-1]]) if command == "L" else here
        out.append(command.lower() + _joined([_short(n / 10**decimals, decimals) for n in (grid - bases).ravel()]))
        here = grid[-1]
        start = here if command == "M" else start
        control = here if command in "ML" else control
    return "".join(out)


def _joined(numbers: list[str]) -> str:
    """Separate numbers only where one could be read into the next."""
    text = numbers[0]
    for before, number in pairwise(numbers):
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
