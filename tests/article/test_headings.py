import pytest

from figures_src.article.components import box
from figures_src.article.headings import fill_section_links, headings, section_link

PAGE = """
## C) Comprendre {#comprendre}

### II) En pratique {#pratique}

#### 4) Stabilité de <math><mi>μ</mi></math> {#stabilite}

##### Un **aparté** {#aparte}

#### 5) Suite {#suite}

### III) Pourquoi ? {#pourquoi}

#### 1) Première {#premiere}

## Références {#references}
"""


def test_numbers_are_those_of_the_headings_above():
    found = headings(PAGE)
    assert {anchor: heading.number for anchor, heading in found.items()} == {
        "comprendre": "C",
        "pratique": "C.II",
        "stabilite": "C.II.4",
        "aparte": "",
        "suite": "C.II.5",
        "pourquoi": "C.III",
        "premiere": "C.III.1",
        "references": "",
    }
    assert found["aparte"].title == "Un aparté"
    assert found["pratique"].level == 3


def test_a_link_says_number_and_title():
    html = fill_section_links(PAGE + section_link("stabilite") + section_link("references"))
    assert '<a class="section-link" href="#stabilite" title="Stabilité de μ">C.II.4</a>' in html
    assert html.endswith('<a class="section-link" href="#references">« Références »</a>')


def test_a_titled_box_is_a_place_too():
    page = PAGE + box("Second ordre", id="second-ordre", caller=lambda: "Texte.") + section_link("second-ordre")
    assert fill_section_links(page).endswith('href="#second-ordre">« Second ordre »</a>')


def test_a_link_to_nothing_and_an_anchor_twice_are_refused():
    with pytest.raises(KeyError, match="did you mean 'stabilite'"):
        fill_section_links(PAGE + section_link("stabilites"))
    with pytest.raises(ValueError, match="'references'"):
        headings(PAGE + "\n## Encore {#references}\n")
