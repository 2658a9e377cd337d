"""Where the page will hold what can be played with: empty, and as who comes near sees it."""

import pytest

from figures_src.article import playable
from figures_src.build import FULL


def test_the_page_is_filled_where_it_is_empty():
    page = f"avant {playable.place('gamma_beta')} après"
    assert playable.place("gamma_beta") == '<div class="play" id="play-gamma-beta"></div>'
    assert playable.filled(page, {"gamma_beta": "<p>γ</p>", "batch": "<p>lot</p>"}) == (
        'avant <div class="play" id="play-gamma-beta"><p>γ</p></div> après'
    )
    with pytest.raises(KeyError, match="did you mean 'batch'"):
        playable.place("bacth")


def test_every_figure_to_play_with_has_one_place_and_one_file():
    post = FULL.post.read_text(encoding="utf-8")
    assert {path.stem for path in FULL.plays.iterdir()} == set(playable.NAMES)
    for name in playable.NAMES:
        assert post.count(playable.place(name)) == 1
        inside = (FULL.plays / f"{name}.txt").read_text(encoding="utf-8")
        assert 'data-part="told"' in inside
        assert inside.count("<div") == inside.count("</div>")
