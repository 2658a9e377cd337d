"""What makes a sentence of the article true, checked where it stands."""

import math

from figures_src import french
from figures_src.commands import BUILD
from figures_src.experiments.estimates import Estimate
from figures_src.experiments.intervals import Ratio

NOT_VERIFIED = "non vérifié ici"


class DeniedSentence(ValueError):
    """The records deny what a sentence says."""


def held(condition: object, *told: object) -> str:
    """Write nothing where ``condition`` holds; ``told`` are the numbers that the sentence rests on.

    Raises:
        DeniedSentence: it does not hold.
    """
    if not condition:
        mend = f"rewrite it, and its condition; `{BUILD} --draft` writes a post with such sentences marked"
        raise DeniedSentence(f"the records deny this sentence ({numbers(told)}): {mend}")
    return ""


def held_or_marked(condition: object, *told: object) -> str:
    """Write a mark, with the numbers, where ``condition`` does not hold: a draft, or a quick post, shows it."""
    return "" if condition else f" ({NOT_VERIFIED} : {numbers(told)})"


def numbers(told: tuple[object, ...]) -> str:
    """The numbers that a sentence rests on, for whoever has to rewrite it."""
    return " ; ".join(map(_shown, told))


def _shown(value: object) -> str:
    match value:
        case Estimate() if type(value) is Estimate:
            return f"{_shown(value.mean)} ± {_shown(value.half_width)}"
        case Ratio(low=float(low), high=float(high)):
            return f"{_shown(value.value)} ({_shown(low)} à {_shown(high)})"
        case Ratio():
            return f"{value.side} {_shown(value.value)}".lstrip()
        case bool() | str():
            return str(value)
        case float() | int() if math.isfinite(value):
            return french.significant(float(value), 3) if value else "0"
        case tuple() | list():
            return ", ".join(map(_shown, value))
        case dict():
            return ", ".join(f"{key} : {_shown(inside)}" for key, inside in value.items())
    return type(value).__name__  # of facts, whose numbers are many
