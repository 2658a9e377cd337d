"""The Tab key stops once at an address; whatever it skips is still a link."""

from figures_src.article.tab_stops import one_stop_an_address

CITED = '<a class="citation" id="cite-a-{}" href="#ref-a">[1]</a>'
SEEN = '<a class="figure-link" href="#one">schéma 1</a>'


def test_an_address_is_one_stop() -> None:
    page = one_stop_an_address(f'{CITED.format(1)} puis {CITED.format(2)}, <a href="#ref-b">[2]</a>')
    first, second, other = (part for part in page.split("<a ")[1:])
    assert "tabindex" not in first + other
    assert 'href="#ref-a" tabindex="-1">[1]</a>' in second


def test_a_figure_further_on_in_the_section_is_reached_without_its_link() -> None:
    page = one_stop_an_address(f'{SEEN}\n\n<figure id="one"></figure>')
    assert page.count('tabindex="-1"') == 1


def test_a_figure_of_another_section_is_a_stop() -> None:
    page = f'{SEEN}\n\n## Ailleurs {{#ailleurs}}\n\n<figure id="one"></figure>'
    assert one_stop_an_address(page) == page
    above = f'<figure id="one"></figure>\n\n{SEEN}'
    assert one_stop_an_address(above) == above
