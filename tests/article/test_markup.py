import re

import pytest

from figures_src.article import markup
from figures_src.article.references import cite
from figures_src.commands import closest
from tests.article import samples


def test_pieces_of_html():
    assert '<a href="/carnet/a/#b">mesuré ici</a></small>' in markup.claim("mesuré ici", "/carnet/a/#b")
    assert markup.claim("mesuré ici") == '<small class="claim claim-measured">mesuré ici</small>'
    assert markup.equation(3, "x").startswith(
        '<div class="equation" id="eq-3"><div class="formula"><math display="block">'
    )
    assert markup.verbatim("|x| > 0 & y") == "&#124;x&#124; &gt;\u202f0 &amp; y"
    assert markup.equation_link(3) == '<a class="equation-link" href="#eq-3">(3)</a>'


def test_what_does_not_exist_is_refused_with_its_nearest_neighbour():
    with pytest.raises(KeyError, match="did you mean 'b'"):
        closest("bb", {"a": 1, "b": 2}, "thing")
    with pytest.raises(ValueError, match="not a valid Claim"):
        markup.claim("prouvé")


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [("468pt", "288pt", (624, 384)), ("320", "400px", (320, 400)), ("6.5in", "1in", (624, 96))],
)
def test_the_size_of_a_drawing_is_read_from_its_root(tmp_path, width, height, size):
    path = tmp_path / "a.svg"
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"/>')
    assert markup.svg_size(path) == size


def test_a_drawing_without_a_size_or_without_a_file_is_refused(tmp_path):
    path = tmp_path / "a.svg"
    path.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="1"/>')
    with pytest.raises(ValueError, match="in px, pt or in"):
        markup.svg_size(path)
    with pytest.raises(FileNotFoundError, match="--only gbn_2"):
        markup.svg_size(tmp_path / "gbn_2-dark-narrow.svg")


def test_a_figure(tmp_path):
    figures = markup.FigureMarkup(
        samples.catalogue(), samples.records(), samples.draw(tmp_path), "/assets/figures", lambda text: text
    )
    html = figures("gbn_2")
    title = "<figcaption><strong>Graphique\u00a02.</strong> Un titre.</figcaption>"
    assert html.startswith(f'<figure id="gbn_2" class="figure">{title}<picture><source media="screen and (max-width: ')
    assert html.count("<source ") == 3
    assert 'srcset="/assets/figures/gbn_2-dark-narrow.svg" width="320" height="400"' in html
    assert '<img src="/assets/figures/gbn_2-light.svg" width="624" height="384" alt="Deux courbes &quot;mont' in html
    assert 'loading="lazy" decoding="async"></picture>' in html
    assert '</picture><img class="on-paper" src="/assets/figures/gbn_2-light.svg" width="624" height="384" alt' in html
    assert "3\u00a0graines, 1\u00a0h\u00a02\u00a0min de calcul sur processeur, le 1er\u00a0novembre\u00a02026" in html
    assert "1 à 5\u00a0graines" in figures("gbn_5")
    assert 'href="/assets/figures/gbn_2.csv"' in html
    assert '<a href="/assets/code/figures/gbn_2.py">Code du graphique (Python)</a>' in html
    assert '<a href="/carnet/mnist_curves/">carnet</a>' in html
    assert "<code>.venv/bin/python scripts/build_figures.py --only gbn_2</code>" in html
    assert '</p><details class="source"><summary>Source</summary><p class="provenance">' in html
    assert "figure 1a" in html
    assert "\n" not in html
    assert "figure 1a" not in figures("gbn_4")
    with pytest.raises(KeyError, match="did you mean 'gbn_2'"):
        figures("gbn_22")


def test_what_can_be_played_with_takes_the_place_of_its_drawing(tmp_path):
    figures = markup.FigureMarkup(
        samples.catalogue(), samples.records(), samples.draw(tmp_path), "/assets/figures", lambda text: text
    )
    html = figures("gbn_2", play="batch")
    place = '<div class="play" id="play-batch"></div>'
    shown = rf'</figcaption><div class="static-twin"><picture>.*?</div>{place}<div class="caption">'
    assert re.search(r'<figure id="gbn_2"[^>]*><figcaption>.*?' + shown, html)
    with pytest.raises(KeyError, match="did you mean 'grid'"):
        figures("gbn_2", play="gird")


def test_two_schemas_share_a_caption_and_a_sentence_says_a_label_in_small_letters(tmp_path):
    figures = markup.FigureMarkup(
        samples.catalogue(), samples.records(), samples.draw(tmp_path), "/assets/figures", lambda text: text
    )
    html = figures.twins("sbn_1a", "sbn_1b", "Un titre.", "Une légende.")
    assert html.startswith('<figure id="sbn_1" class="figure"><figcaption><strong>Schéma\u00a01.</strong> Un titre.<')
    assert '</figcaption><div class="twins"><div id="sbn_1a"><picture>' in html
    assert "sbn_1b-light-narrow.svg" in html
    assert "sbn_1b-light.svg" not in html
    assert '<div class="caption"><p>Une légende.</p>' in html
    assert figures.see("grid_mnist") == '<a class="figure-link" href="#grid_mnist">graphique\u00a02\u00a0<i>bis</i></a>'
    assert figures.see("sbn_1a") == '<a class="figure-link" href="#sbn_1a">schéma\u00a01.a</a>'


def test_a_table_names_its_rows_and_itself():
    html = markup.table(["a", "b"], f"L'<b>écart</b> {cite('ioffe2015')}", [["x", "1"]])
    assert 'aria-label="L’écart"' in html
    assert '<th scope="row">x</th><td class="number">1</td>' in html
    assert html.count("<tr>") == 2


def test_a_stacked_table_names_its_cells():
    html = markup.table(["Taux", "Sans <b>BN</b>"], "Précision", [["0,1", "97 %"]], stacked=True)
    assert html.startswith('<div class="table stacked"')
    assert '<td class="number" data-label="Sans BN">97 %</td>' in html
    assert "data-label" not in markup.table(["Taux", "Sans BN"], "Précision", [["0,1", "97 %"]])
