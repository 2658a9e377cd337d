"""Names that templates may misspell."""

from collections.abc import Mapping

from figures_src.commands import nearest


def closest(name: str, known: Mapping[str, object], what: str) -> str:
    """Return `name` if it is known.

    Raises:
        KeyError: it is not; the message names the nearest that is.
    """
    if name not in known:
        meant = nearest(name, known) if known else "nothing, there is none"
        raise KeyError(f"no {what} {name!r}: did you mean {meant!r}?")
    return name
