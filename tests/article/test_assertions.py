"""A sentence that the records deny is not published; a quick post says that it was not verified."""

import pytest

from figures_src.article.assertions import NOT_VERIFIED, DeniedSentence, held, held_or_marked
from figures_src.article.unknown import UNKNOWN


def test_a_sentence_that_holds_is_left_as_it_is() -> None:
    assert held(True, 0.5) == held_or_marked(True, 0.5) == ""


def test_a_denied_sentence_stops_the_pass_with_its_numbers() -> None:
    with pytest.raises(DeniedSentence, match=r"deny this sentence \(0\.5; 'x'\)"):
        held(False, 0.5, "x")


@pytest.mark.parametrize("condition", [False, UNKNOWN, None])
def test_a_quick_post_marks_what_it_does_not_verify(condition: object) -> None:
    assert held_or_marked(condition) == NOT_VERIFIED
