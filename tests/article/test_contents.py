"""The levels with their times, and the table of contents."""

import pytest

from figures_src.article import contents

PAGE = """---
title: "Un titre"
---

<!-- contents -->

Avant.

## A) En 30 secondes {#en-30-secondes}

Trois mots **ici** ! <figure id="a"><p>Rien de tout cela</p></figure>

## B) En 3 minutes {#en-3-minutes}

### 1) Principe {#principe}

#### a) Phase {#phase}

L’entraînement coûte <math><mi>x</mi></math> [un lien](#principe), dit-on.

```python
not_prose = 1
```
{: lang="en"}

## C) Comprendre {#comprendre}

MANY

## Glossaire {#glossaire}
""".replace("MANY", "mot " * 2200)


def test_no_word_of_a_drawing_counts_nor_of_one_within_another():
    drawing = "<svg><text>un</text><svg><path/></svg><text>deux</text></svg>"
    assert contents.visible_words(f"<p>trois</p>{drawing}<p>quatre</p>{drawing}") == 2


def test_what_is_seen_counts():
    texts = {anchor: contents.visible_words(text) for anchor, text in contents.parts(PAGE).items()}
    assert texts == {"": 1, "en-30-secondes": 7, "en-3-minutes": 11, "comprendre": 2200, "glossaire": 0}


@pytest.mark.parametrize(
    ("words", "told"), [(3, "10 s"), (138, "40 s"), (220, "60 s"), (570, "3 min"), (2200, "10 min")]
)
def test_a_time_is_as_exact_as_a_reader_needs(words, told):
    assert contents.reading_time(words).replace("\u00a0", " ") == told


def test_levels_and_contents_are_written_where_the_page_asks():
    page = contents.fill_contents(PAGE)
    assert contents.MARK not in page
    assert page.count('<nav class="levels"') == page.count('<nav class="contents"') == 1
    assert "<span>10\u00a0min de lecture</span>" in page
    assert '<li><a href="#principe">1) Principe</a><ol><li><a href="#phase">a) Phase</a></li></ol></li>' in page
    assert '<ol id="sommaire">' in page
    assert 'href="#sommaire"' in page
    assert '<li><a href="#glossaire">Glossaire</a></li>' in page


def test_a_page_without_a_place_for_them_or_without_a_level_is_refused():
    with pytest.raises(ValueError, match="no place"):
        contents.fill_contents("## A) Un {#un}\n")
    with pytest.raises(KeyError, match="comprendre"):
        contents.levels(PAGE.replace("{#comprendre}", "{#autre}"))


def test_the_words_of_each_section_are_told():
    found = contents.section_words(PAGE)
    anchors = ["en-30-secondes", "en-3-minutes", "principe", "phase", "comprendre", "glossaire"]
    assert [heading.anchor for heading, _ in found] == anchors
    assert {heading.anchor: words for heading, words in found}["comprendre"] == 2200
