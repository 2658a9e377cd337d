"""How every figure looks: colours light and dark, type, sizes; and how it becomes an SVG file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import matplotlib.style
from matplotlib import font_manager
from matplotlib.figure import Figure

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Lots Sans"
SEMIBOLD = 600
NOTE = "note"
"""The label of a text that is a line of the notes under a title, which the label of the figure holds whole."""
SMALLEST_TEXT = 12
"""In pixels of the figure; a narrow figure is shown at 93 % or more of its width on a phone of 360 px."""


@dataclass(frozen=True)
class Theme:
    """One meaning for one colour, in the figures as on the page (`figures_src.palette`).

    Hues start from Okabe & Ito's palette and are moved only as far as contrast asks: 4.5 on ``paper`` for
    whatever may be text. ``faint`` is for rules that carry no information.
    """

    name: str
    paper: str
    ink: str
    muted: str
    faint: str
    with_bn: str
    without_bn: str
    noisy_bn: str
    published: str
    mu: str
    sigma: str
    gamma: str
    beta: str


LIGHT = Theme(
    name="light",
    paper="#fffefb",
    ink="#1f2326",
    muted="#595f64",
    faint="#e3e0d8",
    with_bn="#006aa7",
    without_bn="#b84800",
    noisy_bn="#6414a8",
    published="#62676b",
    mu="#00815f",
    sigma="#8a6100",
    gamma="#7d0f4f",
    beta="#3f57c0",
)
DARK = Theme(
    name="dark",
    paper="#14171a",
    ink="#e4e2dc",
    muted="#a3a8ab",
    faint="#2e3338",
    with_bn="#5db8f0",
    without_bn="#ff9350",
    noisy_bn="#b26cf0",
    published="#a3a8ab",
    mu="#19a97c",
    sigma="#e6b93f",
    gamma="#ffa9d6",
    beta="#7d93ff",
)
THEMES = (LIGHT, DARK)


@dataclass(frozen=True)
class Layout:
    """A width in pixels as seen, and the sizes of text that go with it, in the same pixels."""

    name: str
    width: int
    large: float
    text: float
    small: float
    stacked: bool


WIDE = Layout("wide", width=720, large=17, text=13.5, small=12.5, stacked=False)
NARROW = Layout("narrow", width=340, large=15.5, text=13, small=12, stacked=True)
LAYOUTS = (WIDE, NARROW)


@lru_cache
def install_fonts() -> None:
    """Tell matplotlib of the shipped fonts, so that nothing depends on those of the machine."""
    for path in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(path)


@contextmanager
def rc(theme: Theme, layout: Layout) -> Iterator[None]:
    """Draw inside with the settings of the project, whatever the user's own matplotlibrc says."""
    install_fonts()
    settings: dict[str, object] = {
        "font.family": FAMILY,
        "font.size": layout.text,
        "text.color": theme.ink,
        "axes.labelcolor": theme.muted,
        "axes.edgecolor": theme.muted,
        "axes.linewidth": 0.8,
        "xtick.color": theme.muted,
        "ytick.color": theme.muted,
        "xtick.labelsize": layout.small,
        "ytick.labelsize": layout.small,
        "lines.solid_capstyle": "round",
        "lines.solid_joinstyle": "round",
        "lines.dash_capstyle": "butt",
        "text.parse_math": False,
    }
    with matplotlib.style.context(["default", settings]):
        yield


def stamp(figure: Figure, text: str, theme: Theme) -> None:
    """Write a warning across a figure that must not be published, such as that of a quick run."""
    size = max(SMALLEST_TEXT, 4 * figure.get_figwidth())
    figure.text(
        0.5, 0.5, text, family=FAMILY, size=size, color=theme.muted, alpha=0.35, rotation=18, ha="center", va="center"
    )
