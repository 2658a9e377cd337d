"""What makes a sentence of the article true, checked where it stands."""

NOT_VERIFIED = " (non vérifié ici)"


class DeniedSentence(ValueError):
    """The records deny what a sentence says."""


def held(condition: object, *told: object) -> str:
    """Write nothing where ``condition`` holds; ``told`` are the numbers that the sentence rests on.

    Raises:
        DeniedSentence: it does not hold.
    """
    if not condition:
        numbers = "; ".join(map(repr, told))
        raise DeniedSentence(f"the records deny this sentence ({numbers}): rewrite it, and its condition")
    return ""


def held_or_marked(condition: object, *told: object) -> str:
    """Write a mark where ``condition`` does not hold: a quick record denies much of what the full one shows."""
    return "" if condition else NOT_VERIFIED
