import re
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from jinja2 import UndefinedError

from figures_src import build
from figures_src.article.language import typed_numbers
from figures_src.build import Place
from figures_src.experiments import inception
from figures_src.publish import FIGURES_FOLDER, TEMPLATES, environment, render
from tests.article import samples
from tests.experiments.inception_samples import STEPS, curve

FRONT_MATTER = """---
layout: post
title: "Normalisation par lots (Batch Normalization)"
date: 2021-04-05 15:37:00 +0200
categories: Apprentissage-profond
lang: fr
description: "La normalisation par lots (batch normalization) """


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    return samples.draw(tmp_path_factory.mktemp("root") / FIGURES_FOLDER)


def post(figures, **records):
    return render(samples.records() | records, figures, samples.catalogue())


def plain(page):
    """The page's words, every space an ordinary one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))


@pytest.fixture(scope="module")
def page(figures):
    return post(figures)


def test_front_matter(page):
    assert page.startswith(FRONT_MATTER)
    front = page.partition("\n---\n")[0]
    assert front.endswith("render_with_liquid: false")
    assert page.count("\n---\n") == 1


def test_the_outline_is_that_of_the_article(page):
    assert re.findall(r"^#{2,3} .*\{#(.+)\}$", page, re.MULTILINE) == [
        "en-30-secondes",
        "en-3-minutes",
        "principe",
        "bn-dans-un-programme",
        "coup-d-oeil",
        "comprendre",
        "implementation",
        "en-pratique",
        "pourquoi",
        "en-resume",
        "questions-en-suspens",
        "remerciements",
        "references",
        "pour-aller-plus-loin",
        "glossaire",
        "citer",
    ]
    numbers = re.findall(r"^#### (\w+)\)", page, re.MULTILINE)
    assert numbers == ["a", "b", *"1234", *"123456", *"1234"]


def test_nothing_of_the_machinery_is_left(page):
    page = re.sub(r"^```.*?^```\n\{: lang=\"en\"\}$", "", page, flags=re.DOTALL | re.MULTILINE)
    for sign in ("$$", r"\(", r"\[", "<<", ">>", "<%", "%>", "{{", "{%", "AJOUTER", "None", " nan", "'", "&#x27;", "|"):
        assert sign not in page
    assert '"' not in re.sub(r"\A---.*?\n---\n|<[^>]*>", "", page, flags=re.DOTALL)


def test_html_blocks_are_one_line_each(page):
    """A blank line would end the block for the Markdown reader."""
    blocks = re.findall(r'<figure id=.*?</figure>|<div class="(?:equation|table).*?</div>', page, re.DOTALL)
    assert sum(block.startswith("<figure") for block in blocks) == len(samples.catalogue())
    assert not any("\n" in block for block in blocks)


def equations(page):
    found = re.findall(r'<div class="equation" id="eq-(\d+)">(<math.*?</math>)', page)
    return {int(number): ET.fromstring(markup) for number, markup in found}


def text(element):
    return "".join(element.itertext())


def test_the_four_equations(page):
    found = equations(page)
    assert list(found) == list(range(1, 13))
    assert [text(found[number]) for number in range(1, 5)] == [
        "μ=1m∑i=1mz(i)",
        "σ2=1m∑i=1m(z(i)−μ)2",
        "zˆ(i)=z(i)−μσ2+ε",
        "y(i)=γzˆ(i)+β",
    ]
    squares = [text(power[1]) for power in found[2].iter("msup") if text(power[0]).startswith("(")]
    assert squares == ["2"]
    numerator, denominator = found[3].find(".//mfrac")
    assert text(numerator) == "z(i)−μ"
    assert denominator.tag == "msqrt"
    assert text(denominator) == "σ2+ε"


def test_errors_often_seen_are_not_repeated(page):
    words = plain(page)
    assert "ne devient pas gaussienne si elle ne l’était pas" in words
    assert "la descente de gradient les apprend comme des poids" in words
    assert "γ et β, appris par gradient, n’en dépendent pas" in words
    assert "un seul couple (γ,β) par canal" in words


def test_numbers_come_from_the_records_in_french(page):
    words = plain(page)
    assert "vaut **+10,00 points (± 0,00)**" in words
    assert "À 50 000 itérations, il vaut **+1,00 point (± 0,00)**" in words
    assert "avec BN atteint 95 % en 33 000 itérations, le réseau sans BN atteint 95 % en 45 000 itérations" in words
    assert "écart-type 0,1 et taux 1. Il donne 95,05 % (± 0,64)" in words
    assert "de +35,0 points à +85,0 points" in words
    assert "la différence est de +0,25 point" in words
    assert "Sans BN mais avec un taux plus grand, on fait donc mieux" in words
    assert "l’écart de l’unité est multiplié par 1,49" in words


def test_other_records_give_other_numbers_and_other_conclusions(figures):
    curves = samples.curves()
    accuracy = curves.arrays["test_accuracy"][:, ::-1]
    swapped = plain(post(figures, mnist_curves=replace(curves, arrays={**curves.arrays, "test_accuracy": accuracy})))
    assert "il vaut **−1,00 point (± 0,00)**" in swapped
    assert "c’est donc le réseau sans BN qui est en tête" in swapped
    assert "La BN est donc en tête" not in swapped


def test_a_tie_is_called_a_tie(figures):
    curves = samples.curves()
    accuracy = curves.arrays["test_accuracy"].copy()
    accuracy[0, 1, :, -1] = accuracy[0, 0, :, -1] + [-0.01, 0, 0.01]
    tied = plain(post(figures, mnist_curves=replace(curves, arrays={**curves.arrays, "test_accuracy": accuracy})))
    assert "l’intervalle contient zéro : ces graines ne permettent pas de départager" in tied


@pytest.mark.parametrize(
    ("changes", "conclusion"),
    [
        ((0.04, 0.01, 0.02), "En valeur absolue, les deux statistiques donnent la même réponse"),
        ((0.04, 0.01, 0.05), "En valeur absolue, la réponse se renverse"),
        ((0.04, 0.03, 0.01), "À étalement égal, la réponse change avec les statistiques"),
        ((0.04, 0.03, 0.03), "À étalement égal, c’est le signal avec BN qui tremble le plus"),
        ((0.04, 0.01, 0.01), "À étalement égal, le signal avec BN est le plus calme"),
    ],
)
def test_roughness_is_reported_whichever_way_it_goes(figures, changes, conclusion):
    record = samples.statistics()
    change = np.zeros_like(record.arrays["layer_dense_change"]) + np.reshape(changes, (3, 1, 1, 1))
    arrays = {**record.arrays, "layer_dense_change": change}
    assert conclusion in plain(post(figures, mnist_statistics=replace(record, arrays=arrays)))


def test_the_landscape_section_quotes_e3(figures):
    told = plain(post(figures, **samples.smoothing(height=4)))
    assert "Nous avons refait ces expériences" in told
    assert "taux 0,1, sans BN3 3003 30087,0 %" in told
    assert "1,0 fois les itérations de l’article sans BN" in told
    assert "Chez nous : 2 400 itérations avec la BN bruitée, 3 300 itérations sans BN ; rapport des distances, 4,0" in told
    assert "le rapport des bandes de pertes passe de 4,0 à 4,0" in told
    assert "le réseau à BN bruitée atteint 90 % en 2 400 itérations" in told
    assert "le réseau à BN bruitée est bien le moins stable des deux" in told
    calm = plain(post(figures, **samples.smoothing({"without_bn": 0.5, "with_bn": 0.1, "noisy_bn": 0.25})))
    assert "c’est pourtant le réseau sans BN qui bouge le plus" in calm
    never = plain(post(figures, **samples.smoothing(noisy=float("inf"), standard=float("inf"))))
    assert "jamais (au mieux 10 %)" in never
    assert "n’atteint pas 90 % avec toutes les graines" in never
    assert "fois les itérations de l’article sans BN" not in never


def test_the_section_on_imagenet_quotes_e2(page, figures):
    told = plain(page)
    assert "BN-Baseline atteint ici la meilleure précision d’Inception en 2,0 fois moins d’itérations" in told
    assert "sur ImageNet, en 2,3 fois moins" in told
    assert "il l’abîme : 10,0 % au mieux" in told
    assert "n’apprennent presque rien sans BN (12,0 %, quand le hasard donne une bonne réponse" in told
    assert "11,28 millions de paramètres et demande 1,95 milliard de multiplications" in told
    assert "toutes nos courbes sont plates" in told
    lost = plain(post(figures, **samples.reduced(lost_at=57)))
    assert "la perte cesse d’être un nombre à l’itération 57" in lost


def test_results_of_e2_against_the_paper_are_told(figures):
    contrary = {
        inception.BN: curve(0.5, 8000),
        inception.BN_X5: STEPS / 44_000,
        inception.BN_X30: curve(0.6, 2400),
        inception.STANDARD_X5: curve(0.7, 8000),
        inception.STANDARD_SIGMOID: curve(0.5, 8000),
    }
    told = plain(post(figures, **samples.reduced(contrary)))
    assert "le résultat publié ne se retrouve pas à cette échelle" in told
    assert "ne lui permet pas d’atteindre ce repère ici" in told
    assert "il culmine à 60,0 %, au-dessous des 72,2 % d’Inception" in told
    assert "ne détruit pas notre petit réseau, qui atteint 70,0 %" in told
    assert "ses sigmoïdes apprennent malgré tout. Elles atteignent 50,0 %, contre 69,8 % avec BN" in told
    assert "la courbe de BN-x5 n’est pas encore plate" in told


def of_mnist(page):
    """The rows of the first table of predictions."""
    return page.partition("expérience MNIST et verdicts</caption>")[2].partition("</table>")[0]


def test_a_prediction_whose_interval_holds_the_bound_is_undecided(figures):
    curves = samples.curves()
    open_question = {**curves.sidecar["verdicts"][0], "half_width": 1e9}
    page = of_mnist(
        post(figures, mnist_curves=replace(curves, sidecar={**curves.sidecar, "verdicts": [open_question]}))
    )
    assert page.count('class="verdict-open"') == 1
    assert 'class="verdict-met"' not in page


def test_a_failed_prediction_is_shown_as_failed(page, figures):
    assert of_mnist(page).count('class="verdict-met"') == 1
    assert of_mnist(page).count('class="verdict-failed"') == 1
    assert "Une prédiction est démentie par la mesure. Nous la laissons" in page
    assert "nous attendions &#124;×&#124; ≥ 1,3, nous avons mesuré × 1,05" in plain(page)
    assert '<td class="number" data-label="Seuil">&gt;\u202f2 points</td>' in page

    curves = samples.curves()
    sidecar = {**curves.sidecar, "verdicts": curves.sidecar["verdicts"][:1]}
    kept = post(figures, mnist_curves=replace(curves, sidecar=sidecar))
    assert "démentie" not in of_mnist(kept)
    assert "Toutes sont tenues" in kept


def test_a_quick_run_says_that_it_is_one(page, figures):
    grid = samples.grid()
    quick = post(figures, mnist_grid=replace(grid, sidecar={**grid.sidecar, "preset": "quick"}))
    assert "Essai rapide" in quick
    assert "Essai rapide" not in page


def test_captions_and_alternative_texts_quote_records_too(page):
    assert "Au taux 0,1, l’écart est positif\u202f; voyez." in page
    assert 'alt="Deux courbes &quot;montantes&quot;\u202f: 98\u202f% &amp; plus"' in page


@pytest.mark.parametrize("template", ["<< unheard_of >>", "<< curves.unheard_of >>", "<< m('x') ~ unheard_of >>"])
def test_an_undefined_name_is_an_error(figures, template):
    jinja = environment(samples.records(), figures, samples.catalogue())
    with pytest.raises(UndefinedError, match="unheard_of"):
        jinja.from_string(template).render()


def test_templates_hold_no_measured_number():
    """A percentage or a number of thousands typed by hand would outlive the record that it came from."""
    for path in TEMPLATES.rglob("*.j2"):
        assert typed_numbers(path.read_text()) == [], path


def test_twice_gives_the_same_page(page, figures):
    assert post(figures) == page


def test_an_error_leaves_the_old_post(tmp_path, monkeypatch, figures):
    place = Place("full", figures, tmp_path / "post.md")
    place.post.write_text("old")
    failing = samples.records() | {"mnist_curves": replace(samples.curves(), arrays={})}
    monkeypatch.setattr(build, "load_records", lambda names, preset: failing)
    with pytest.raises(KeyError):
        build.make_post(place)
    assert place.post.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["post.md"]


def test_a_missing_drawing_names_the_command_that_draws_it(tmp_path):
    figures = samples.draw(tmp_path)
    (figures / "gbn_3-dark.svg").unlink()
    with pytest.raises(FileNotFoundError, match=r"build_figures\.py --only gbn_3"):
        render(samples.records(), figures, samples.catalogue())


def test_no_torch_and_no_matplotlib():
    program = "import sys, figures_src.publish; print({'torch', 'matplotlib'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "set()\n"
