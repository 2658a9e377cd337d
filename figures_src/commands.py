"""What errors, the article and the notebook tell to type; belongs to no room.

Debian has no plain ``python`` and lets ``pip`` install nothing outside an environment: both are named in theirs.
"""

from collections.abc import Iterable
from difflib import get_close_matches

PYTHON = ".venv/bin/python"
BUILD = f"{PYTHON} scripts/build_figures.py"


def nearest(name: str, known: Iterable[str]) -> str:
    """What a misspelt name was most likely meant to be, whatever its case."""
    folded = {one.casefold(): one for one in known}
    return folded[get_close_matches(name.casefold(), folded, n=1, cutoff=0)[0]]
