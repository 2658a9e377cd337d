"""How every figure looks: colours light and dark, type, sizes, French numbers.

matplotlib is imported inside `rc` only: the page uses the colours and the numbers, and must stay quick to build.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Lots Sans"
SEMIBOLD = 600
SMALLEST_TEXT = 12
"""In pixels of the figure; a narrow figure is shown at 93 % or more of its width on a phone of 360 px."""

NARROW_NO_BREAK_SPACE = "\u202f"
MINUS = "\u2212"


@dataclass(frozen=True)
class Theme:
    """One meaning for one colour, in the figures as on the page (``_sass/_colours.scss`` holds the same values).

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
    gamma="#8f1d5e",
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
    title: float
    text: float
    small: float
    stacked: bool


WIDE = Layout("wide", width=720, title=17, text=13.5, small=12.5, stacked=False)
NARROW = Layout("narrow", width=340, title=15.5, text=13, small=12, stacked=True)
LAYOUTS = (WIDE, NARROW)


def french_number(x: float, decimals: int = 0) -> str:
    """Write a number the French way: decimal comma, narrow no-break spaces by thousands, a true minus sign.

    A number that rounds to zero has no sign.
    """
    rounded = round(float(x), decimals)
    digits = f"{abs(rounded):,.{decimals}f}".replace(",", NARROW_NO_BREAK_SPACE).replace(".", ",")
    return MINUS + digits if rounded < 0 else digits


def french_percent(fraction: float, decimals: int = 0) -> str:
    """Write a fraction as a percentage: 0.972 gives « 97,2 % »."""
    return french_number(100 * fraction, decimals) + NARROW_NO_BREAK_SPACE + "%"


def french_short(x: float) -> str:
    """Write a number with the decimals it needs and no more, up to six: for ticks and settings."""
    decimals = next((n for n in range(6) if abs(round(float(x), n) - x) < 1e-9), 6)
    return french_number(x, decimals)


@lru_cache
def install_fonts() -> None:
    """Tell matplotlib of the shipped fonts, so that nothing depends on those of the machine."""
    from matplotlib import font_manager

    for path in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(path)


@contextmanager
def rc(theme: Theme, layout: Layout) -> Iterator[None]:
    """Draw inside with the settings of the project, whatever the user's own matplotlibrc says."""
    import matplotlib.style

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
