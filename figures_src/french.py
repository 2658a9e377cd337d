"""Numbers, durations and dates as French writes them, in figures and in prose."""

import math
from datetime import datetime

NARROW_NO_BREAK_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_ENGLISH_TO_FRENCH = str.maketrans({",": NARROW_NO_BREAK_SPACE, ".": ",", "-": "−"})


def number(value: float, decimals: int = 0, *, signed: bool = False) -> str:
    """Write `value` with a decimal comma, thousands apart, and a real minus sign.

    Raises ValueError for a value that is not finite: a page must never print "nan".
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot stand in a sentence; look for the fact that computes it")
    rounded = round(float(value), decimals) + 0.0  # + 0.0 turns -0.0 into 0.0
    return f"{rounded:{'+' if signed and rounded else ''},.{decimals}f}".translate(_ENGLISH_TO_FRENCH)


def integer(value: float) -> str:
    """Write a count; raise ValueError when `value` is not whole."""
    if float(value) != int(value):
        raise ValueError(f"{value} is not a whole number; use number(x, decimals)")
    return number(value)


def shortest(value: float) -> str:
    """Write a setting such as a learning rate with the decimals that it has, no more: 0.03 gives "0,03"."""
    text = f"{float(value):.12f}".rstrip("0")
    return number(value, len(text.partition(".")[2]))


def significant(value: float, digits: int = 2) -> str:
    """Write `value` to so many significant digits: 0.01234 gives "0,012", 2711 gives "2 700"."""
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2]) if math.isfinite(value) else 0
    decimals = digits - 1 - exponent
    return number(round(value, decimals), max(0, decimals))


def percent(fraction: float, decimals: int = 1) -> str:
    """Write a fraction of one as a percentage: 0.973 gives "97,3 %"."""
    return f"{number(100 * fraction, decimals)}{NARROW_NO_BREAK_SPACE}%"


def points(fraction: float, decimals: int = 1, *, signed: bool = False) -> str:
    """Write a difference of two fractions in percentage points: 0.023 gives "2,3 points"."""
    rounded = round(100 * fraction, decimals)
    return f"{number(rounded, decimals, signed=signed)}{NO_BREAK_SPACE}{plural(rounded, 'point')}"


def words(count: int) -> str:
    """Write a small count in letters, as prose does: 3 gives "trois".

    Raises:
        ValueError: `count` is not in 2 … 10; one is "un" or "une", and larger counts read better in figures.
    """
    if not 2 <= count <= 10:
        raise ValueError(f"{count}: write it with integer()")
    return ["deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"][count - 2]


def plural(count: float, singular: str, plural_form: str | None = None) -> str:
    """Agree a noun with `count`: in French the plural starts at two."""
    return singular if abs(count) < 2 else plural_form or f"{singular}s"


def duration(seconds: float) -> str:
    """Write a computing time to the two largest units that matter: "12 min 5 s", "1 h 3 min"."""
    whole = round(seconds)
    if whole < 1:
        return f"moins d’une{NO_BREAK_SPACE}seconde"
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    parts = [(hours, "h"), (minutes, "min"), (rest if not hours else 0, "s")]
    return NO_BREAK_SPACE.join(f"{value}{NO_BREAK_SPACE}{unit}" for value, unit in parts if value)


def date(iso: str) -> str:
    """Write an ISO 8601 date or instant as "1er avril 2021"."""
    day = datetime.fromisoformat(iso)
    ordinal = "1er" if day.day == 1 else str(day.day)
    return f"{ordinal}{NO_BREAK_SPACE}{MONTHS[day.month - 1]}{NO_BREAK_SPACE}{day.year}"


def sentence_list(items: list[str]) -> str:
    """Join items as a sentence does: "a, b et c"."""
    *first, last = items
    return f"{', '.join(first)} et {last}" if first else last
