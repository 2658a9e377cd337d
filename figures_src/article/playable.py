"""Where the page will hold what can be played with, and the page as who has come near to it sees it."""

from collections.abc import Mapping

from figures_src.commands import closest

NAMES = ("gamma_beta", "batch", "grid", "train")


def place(name: str) -> str:
    """Where a figure to play with will stand.

    Raises:
        KeyError: there is no such figure.
    """
    return f'<div class="play" id="play-{closest(name, NAMES, "figure to play with").replace("_", "-")}"></div>'


def filled(page: str, insides: Mapping[str, str]) -> str:
    """A page with what is played with in its place, as a reader sees it who has come near."""
    for name, inside in insides.items():
        empty = place(name)
        page = page.replace(empty, empty.replace("></div>", f">{inside}</div>"))
    return page
