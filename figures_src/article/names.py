"""Names that templates may misspell."""

import difflib
from collections.abc import Mapping


def closest(name: str, known: Mapping[str, object], what: str) -> str:
    """Return `name` if it is known.

    Raises:
        KeyError: it is not; the message names the nearest that is.
    """
    if name not in known:
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=0)
        raise KeyError(f"no {what} {name!r}: did you mean {nearest[0] if nearest else 'nothing, there is none'!r}?")
    return name
