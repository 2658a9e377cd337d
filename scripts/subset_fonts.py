"""Make the page's web fonts from the Fontsource packages: `npm ci && .venv/bin/python scripts/subset_fonts.py`.

The results are committed, so only a change of alphabet or of version needs this. It reads the packages in
`node_modules`, keeps the signs and the weights that a French article with mathematics uses, writes
`assets/fonts/*.woff2`, and puts the mathematics inside the style sheet (`_sass/_lots_math.scss`): an equation drawn
with another font first would move the text under the reader's eyes.
Needs what `.venv/bin/pip install -r requirements-fonts.txt` brings.
"""

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")  # which PYTHONSAFEPATH leaves out
from _environment import run  # starts the project's Python, before what another lacks

# isort: split
import base64
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import typer
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from figures_src.files import write_whole

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "node_modules"
TARGET = ROOT / "assets" / "fonts"
MATHEMATICS_STYLE = ROOT / "_sass" / "_lots_math.scss"

THIN_SPACE, NARROW_NO_BREAK_SPACE = 0x2009, 0x202F

LATIN = "20-7e a0-ff 152-153 178 2009 2010-2014 2018-201e 2022 2026 2030 2039-203a 20ac 2122 2191 2193 2212"
# The letters of the field: no French word needs the others.
GREEK = "3b1-3b5 3b7 3b8 3bb 3bc 3c0 3c1 3c3 3c4 3c6"
# Italics are code points of their own. Each sign that stretches brings a dozen glyphs: none is here for the day it may
# serve, since a test names the signs of the article that are not.
MATHEMATICS = """
    20-7e a0 b1 b7 d7 f7 2c6 302 2016 2026 202f 2032 2061-2064 210e 2113 2115 211d 2190 2192 2202 2206-2208 220f
    2211-2212 2218 221a 221d 221e 2223 2225 2248 2260 2264-2265 226a-226b 22c5 22ef 27c2 1d434-1d454 1d456-1d467
    1d6e2-1d71b
"""


@dataclass(frozen=True)
class WebFont:
    """One file of the page: where it comes from and what it keeps.

    The family is renamed because "Source" is a reserved font name: the licence lets nobody publish a modified
    font, and a subset is one, under that name.
    """

    target: str
    package: str
    source: str
    family: str
    alphabet: str
    weights: tuple[int, int] | None = None
    """The part of the weight axis that is kept, both ends the same for a static cut; none for a font without axes."""
    features: tuple[str, ...] = ("kern", "mark", "mkmk", "ccmp", "liga", "locl", "tnum", "pnum")


def _text_fonts() -> Iterator[WebFont]:
    for family, package, name, style, weights in (
        ("Lots Serif", "source-serif-4", "lots-serif", "normal", (400, 600)),
        # A second weight of the italic would cost 18 KB, for the few words that are both bold and foreign.
        ("Lots Serif", "source-serif-4", "lots-serif", "italic", (400, 400)),
        ("Lots Sans", "source-sans-3", "lots-sans", "normal", (400, 600)),
    ):
        for script, alphabet in (("latin", LATIN), ("greek", GREEK)):
            source = f"{package}-{script}-wght-{style}.woff2"
            target = f"{name}-{script}-{style}.woff2"
            yield WebFont(target, f"@fontsource-variable/{package}", source, family, alphabet, weights)


FONTS = (
    *_text_fonts(),
    WebFont(
        "lots-math.woff2",
        "@fontsource/stix-two-math",
        "stix-two-math-latin-400-normal.woff2",
        "Lots Math",
        MATHEMATICS,
        features=("ccmp",),
    ),
)


def code_points(alphabet: str) -> Iterator[int]:
    """Yield the code points of a list of hexadecimal ranges such as `"20-7e a0"`."""
    for part in alphabet.split():
        first, _, last = part.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def subset(font: TTFont, alphabet: Iterable[int], features: Iterable[str]) -> None:
    """Drop from `font`, in place, the glyphs and features that nothing on the page uses."""
    options = Options(
        layout_features=list(features), hinting=False, name_IDs=["*"], notdef_outline=True, glyph_names=False
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=alphabet)
    subsetter.subset(font)


def map_narrow_space(font: TTFont) -> None:
    """Draw the narrow no-break space of French punctuation as the font's own thin space, which it lacks."""
    for table in font["cmap"].tables:
        if table.isUnicode() and THIN_SPACE in table.cmap:
            table.cmap.setdefault(NARROW_NO_BREAK_SPACE, table.cmap[THIN_SPACE])


def rename(font: TTFont, family: str) -> None:
    """Replace every name a user may see; copyright and licence stay."""
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 16, 21):
            record.string = family
        elif record.nameID in (6, 25):
            record.string = family.replace(" ", "")


def build(web_font: WebFont) -> Path:
    """Write one web font, whole or not at all, and return its path.

    Raises FileNotFoundError, with the command that mends it, when the npm package is not installed.
    """
    source = PACKAGES / web_font.package / "files" / web_font.source
    if not source.is_file():
        raise FileNotFoundError(f"{source} is missing: run `npm ci` in {ROOT}")
    font = TTFont(source, recalcTimestamp=False)
    map_narrow_space(font)
    subset(font, (*code_points(web_font.alphabet), NARROW_NO_BREAK_SPACE), web_font.features)
    if web_font.weights:
        lightest, heaviest = web_font.weights
        font = instancer.instantiateVariableFont(font, {"wght": (lightest, heaviest)})
    rename(font, web_font.family)
    font.flavor = "woff2"
    content = io.BytesIO()
    font.save(content)
    target = TARGET / web_font.target
    write_whole(target, content.getvalue())
    return target


def embed(font: Path, style: Path) -> None:
    """Move a font into a style sheet of its own, which needs no request."""
    data = base64.b64encode(font.read_bytes()).decode("ascii")
    source = f'url("data:font/woff2;base64,{data}") format("woff2")'
    rule = f'@font-face {{\n  font-family: "Lots Math";\n  src: {source};\n}}\n'
    write_whole(style, f"// Made by scripts/subset_fonts.py.\n{rule}".encode("ascii"))
    font.unlink()


def main() -> None:
    """Build every font and put each licence beside it."""
    import_module("brotli")  # fontTools asks for it at the end, and does not name what brings it
    for web_font in FONTS:
        path = build(web_font)
        print(f"{path.stat().st_size:7d}  {path.relative_to(ROOT)}")
    embed(TARGET / "lots-math.woff2", MATHEMATICS_STYLE)
    for package in sorted({web_font.package for web_font in FONTS}):
        write_whole(TARGET / f"OFL-{Path(package).name}.txt", (PACKAGES / package / "LICENSE").read_bytes())


if __name__ == "__main__":
    run(lambda: typer.run(main))
