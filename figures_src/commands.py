"""What errors, the article and the notebook tell to type; belongs to no room.

Debian has no plain ``python`` and lets ``pip`` install nothing outside an environment: both are named in theirs.
"""

from collections.abc import Iterable
from difflib import get_close_matches

PYTHON = ".venv/bin/python"
BUILD = f"{PYTHON} scripts/build_figures.py"


def closest(name: str, known: Iterable[str], what: str) -> str:
    """Return `name` if it is known.

    Raises:
        KeyError: it is not; the message names the nearest that is, whatever its case.
    """
    folded = {one.casefold(): one for one in known}
    if name in folded.values():
        return name
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0)
    raise KeyError(f"no {what} {name!r}: did you mean {folded[near[0]] if near else 'nothing, there is none'!r}?")
