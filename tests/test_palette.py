"""Page, notebook and figures take their colours from one place."""

import re
from pathlib import Path

import pytest

from figures_src import palette, style
from tests.test_style import contrast

ROOT = Path(__file__).parents[1]
SHEETS = [*(ROOT / "_sass").glob("*.scss"), *(ROOT / "docs" / "theme" / "stylesheets").glob("*.css")]
HUES = [("light", palette.LIGHT_PROPERTIES), ("dark", palette.DARK_PROPERTIES)]


def test_the_style_sheets_are_those_that_the_palette_writes() -> None:
    written = {name: (ROOT / name).read_bytes() for name in palette.files()}
    assert written == palette.files(), "run .venv/bin/python scripts/build_figures.py"


def test_no_other_style_sheet_has_a_colour_of_its_own() -> None:
    """White paper in print is none: it is the page's own."""
    others = {path.name: path.read_text() for path in SHEETS if str(path.relative_to(ROOT)) not in palette.files()}
    assert others
    own = [(name, found) for name, text in others.items() for found in re.findall(r"#[0-9a-f]{3,8}\b(?=[ ;,)])", text)]
    assert own == [("_site.scss", "#fff")]


def test_every_colour_that_a_style_sheet_names_is_there() -> None:
    text = "".join(path.read_text() for path in SHEETS)
    named, set_here = set(re.findall(r"var\(--([\w-]+)", text)), set(re.findall(r"--([\w-]+):", text))
    assert palette.LIGHT_PROPERTIES.keys() == palette.DARK_PROPERTIES.keys() <= set_here
    set_on_elements = {"ratio", "width"}
    assert {name for name in named if not name.startswith("md-")} - set_here == set_on_elements


def test_the_browser_s_own_bars_have_the_colour_of_the_paper() -> None:
    head = (ROOT / "_includes" / "head.html").read_text()
    bars = dict(re.findall(r'name="theme-color" media="\(prefers-color-scheme: (\w+)\)" content="([^"]+)"', head))
    assert bars == {theme.name: theme.paper for theme in style.THEMES}


@pytest.mark.parametrize(("name", "hues"), HUES)
def test_links_and_listings_can_be_read(name: str, hues: dict[str, str]) -> None:
    written = [hue for property_, hue in hues.items() if property_ == "link" or property_.startswith("code-")]
    assert written
    for hue in (*written, hues["ink"], hues["muted"], hues["mu"]):
        assert min(contrast(hue, hues[surface]) for surface in ("paper", "raised")) >= 4.5
