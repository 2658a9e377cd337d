"""The colours of the page and of the notebook: those of the figures, and those that only pages have."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from figures_src.figures.inception_looks import LOOKS, colour
from figures_src.style import DARK, LIGHT, Theme

SASS, CSS = "_sass/_palette.scss", "docs/theme/stylesheets/palette.css"
WRITTEN = "Written by scripts/build_figures.py from figures_src/palette.py and style.py: change them there."
VARIANTS = ("inception", "bn_baseline", "bn_x5", "bn_x30")
"""Arms of Inception whose names take their colour in the text."""
UNSEEN = ("name", "faint")
"""What a page has no use for in a `Theme`."""


@dataclass(frozen=True)
class Page:
    """Surfaces, links, and the words of a listing."""

    raised: str
    rule: str
    link: str
    code_keyword: str
    code_string: str
    code_number: str
    code_name: str


LIGHT_PAGE = Page(
    raised="#f8f6f1",  # any darker, and a green μ on it is under 4.5
    rule="#d9d5cc",
    link="#00609a",
    code_keyword="#8a3f7f",
    code_string="#1f6b4a",
    code_number="#a04000",
    code_name="#00609a",
)
DARK_PAGE = Page(
    raised="#1e2327",
    rule="#3a4046",
    link="#6cc0f5",
    code_keyword="#dc96cf",
    code_string="#6fcfa3",
    code_number="#ffb37a",
    code_name="#6cc0f5",
)


def properties(theme: Theme, page: Page) -> Mapping[str, str]:
    """Custom properties of CSS, without their two dashes, and their colours."""
    drawn = {name: hue for name, hue in asdict(theme).items() if name not in UNSEEN}
    variants = {name: colour(LOOKS[name], theme) for name in VARIANTS}
    return {name.replace("_", "-"): hue for name, hue in {**drawn, **variants, **asdict(page)}.items()}


LIGHT_PROPERTIES, DARK_PROPERTIES = properties(LIGHT, LIGHT_PAGE), properties(DARK, DARK_PAGE)


def sass() -> str:
    """Two mixins for the page."""
    mixins = (("light-palette", LIGHT_PROPERTIES), ("dark-palette", DARK_PROPERTIES))
    return f"// {WRITTEN}\n" + "\n".join(_block(f"@mixin {name}", hues) for name, hues in mixins)


def css() -> str:
    """The two colour schemes of the notebook."""
    schemes = (("default", "light", LIGHT_PROPERTIES), ("slate", "dark", DARK_PROPERTIES))
    return f"/* {WRITTEN} */\n" + "\n".join(
        _block(f'[data-md-color-scheme="{name}"]', hues, f"  color-scheme: {scheme};\n")
        for name, scheme, hues in schemes
    )


def files() -> dict[str, bytes]:
    """Contents of the files, by their path in the repository."""
    return {SASS: sass().encode(), CSS: css().encode()}


def _block(head: str, hues: Mapping[str, str], first: str = "") -> str:
    lines = "".join(f"  --{name}: {hue};\n" for name, hue in hues.items())
    return f"{head} {{\n{first}{lines}}}\n"
