import re
from collections.abc import Callable

import pytest

from figures_src.article import components, language
from figures_src.article.references import number_citations
from figures_src.publish import environment
from tests.article import samples


@pytest.fixture(scope="module")
def render(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Evaluate a template as the article's are, and give the HTML that Jekyll's Markdown reader makes of it."""
    jinja = environment(samples.records(), samples.draw(tmp_path_factory.mktemp("figures")), samples.catalogue())
    return lambda template: language.to_html(number_citations(jinja.from_string(template).render()))


def test_markdown_mathematics_and_figures_come_out_right_inside(render):
    html = render(
        """Avant.
<% call remark() %>
  Du **gras**, << m("\\\\mu \\\\lvert x \\\\rvert") >>.

  - un << cite("ioffe2015") >>
  - deux

  << equation(5, "x") >>

  << figure("gbn_2") >>
<% endcall %>
Après."""
    )
    assert "<p>Avant.</p>" in html
    assert '<aside class="remark" role="note" aria-label="Remarque">' in html
    assert '<strong>gras</strong>, <math><mrow><mi class="sym-mu">μ</mi><mo>|</mo>' in html
    assert re.search(r"<ul>\s*<li>un <a .*>\[1\]</a></li>", html)
    assert re.search(r'<div class="equation" id="eq-5">.*<math display="block">', html)
    assert '<figure id="gbn_2" class="figure"><figcaption>' in html
    assert re.search(r"</aside>\s*<p>Après.</p>", html)
    assert "<pre" not in html
    assert "markdown=" not in html


def test_a_remark_can_be_noted_beside_its_paragraph(render):
    html = render(
        """<% call noted() %>
Un *mot*.

<% call remark() %>
  Une remarque.
<% endcall %>
<% endcall %>
Après."""
    )
    assert re.search(r'<div class="noted">\s*<p>Un <em>mot</em>.</p>\s*<aside class="remark"[^>]*>', html)
    assert re.search(r"<p>Une remarque.</p>\s*</aside>\s*</div>\s*<p>Après.</p>", html)


def test_a_box_is_named_by_its_title(render):
    html = render('<% call box("Méthodes du 2e ordre", id="ordre") %>\nTexte.\n<% endcall %>')
    assert '<aside class="box" role="note" id="ordre" aria-labelledby="ordre-titre">' in html
    assert '<p class="box-title" id="ordre-titre">Méthodes du 2e ordre</p>' in html
    assert "<p>Texte.</p>" in html
    assert 'id="methodes-du-2e-ordre"' in components.box("Méthodes du 2e ordre", caller=lambda: "x")


@pytest.mark.parametrize("inside", ["Un *mot*.\n\nDeux.", "« Un *mot*.\n\nDeux. »"])
def test_a_quotation_is_quoted_attributed_and_linked(render, inside):
    html = render(f'<% call quotation("chollet2016", author="F. Chollet") %>\n{inside}\n<% endcall %>')
    assert '<blockquote cite="https://github.com/keras-team/keras/issues/1802">' in html
    assert "<p>« Un <em>mot</em>.</p><p>Deux. »</p></blockquote><figcaption>F. Chollet <a " in html
    assert ">[3]</a>, notre traduction</figcaption></figure>" in html


def test_a_quotation_is_by_the_authors_and_translated_unless_told(render):
    html = render('<% call quotation("ioffe2015", place="section 2", translated=false) %>Oui<% endcall %>')
    assert "<figcaption>Sergey Ioffe et Christian Szegedy <a " in html
    assert ">[1, section\u00a02]</a></figcaption>" in html


def test_a_hypothesis_is_an_ordered_chain(render):
    html = render(
        '<% call hypothesis(2, "Les couches", "Goodfellow, 2016", ["BN", m("\\\\mu"), "effet"]) %>'
        "Une *phrase*.<% endcall %>"
    )
    assert '<div class="hypothesis" role="group" id="hypothese-2" aria-labelledby="hypothese-2-titre">' in html
    assert "Hypothèse 2</span> Les couches</p>" in html
    assert "Goodfellow, 2016</p>" in html
    chain = '<ol class="chain"><li>BN</li><li><math><mi class="sym-mu">μ</mi></math></li><li>effet</li></ol>'
    assert chain in html
    assert "<p>Une <em>phrase</em>.</p>" in html


def test_what_says_nothing_is_refused():
    with pytest.raises(ValueError, match="call block is empty"):
        components.remark(lambda: " \n")
    with pytest.raises(ValueError, match="two links or more"):
        components.hypothesis(1, "a", "b", ["BN"], caller=lambda: "x")
    with pytest.raises(ValueError, match="no anchor"):
        components.slug("«…»")
    with pytest.raises(KeyError, match="did you mean 'ioffe2015'"):
        components.quotation("iofe2015", caller=lambda: "x")


def test_a_figure_is_seen_by_its_name(render):
    assert render('<< see("gbn_3") >>') == '<p><a class="figure-link" href="#gbn_3">graphique\u00a03</a></p>\n'
    with pytest.raises(KeyError, match="gbn_3"):
        render('<< see("gbn_33") >>')
