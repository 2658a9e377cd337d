import re
import subprocess
import sys
from dataclasses import replace
from functools import partial
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from jinja2 import UndefinedError

from figures_src import build
from figures_src.article.language import typed_numbers
from figures_src.build import Place
from figures_src.experiments.batch_statistics import measures as batch_statistics
from figures_src.experiments.cars.measures import FOGGED
from figures_src.experiments.inception import measures as inception
from figures_src.publish import FIGURES_FOLDER, TEMPLATES, PostNotWritten, environment, render
from tests.article import samples
from tests.experiments.inception_samples import STEPS, curve
from tests.experiments.shift_samples import cars_arrays, lower, shoes_arrays, statistics_arrays

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


def mnist(page):
    """The section on MNIST, which has the predictions of E1."""
    return page[page.index("{#resultats-article-original}") : page.index("{#inception-reduit}")]


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
    found = re.findall(r'<div class="equation" id="eq-(\d+)"><div class="formula">(<math.*?</math>)', page)
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
    assert (
        "Pour atteindre 95 %, le réseau avec BN demande 33 000 itérations, le réseau sans BN 45 000 itérations" in words
    )
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
        ((0.04, 0.01, 0.05), "En valeur absolue, tout dépend des statistiques"),
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
    assert "taux 0,1, sans BN3 3003 300" in told
    assert "1,0 fois plus d’itérations qu’à ceux de l’article sans BN" in told
    assert "Chez nous : 2 400 itérations avec la BN bruitée, 3 300 itérations sans BN." in told
    assert "celui des bandes de pertes reste à 4,0" in told
    assert "le réseau à BN bruitée atteint 90 % en 2 400 itérations" in told
    assert "pour une graine, le réseau à BN bruitée est bien le moins stable des deux" in told
    calm = plain(post(figures, **samples.smoothing({"without_bn": 0.5, "with_bn": 0.1, "noisy_bn": 0.25})))
    assert "c’est pourtant le réseau sans BN qui bouge le plus" in calm
    never = samples.controls()
    for row in (0, 2, 3, 5):
        never["vgg_controls"].arrays["train_accuracy"][row] = 0.1
    untrained = plain(post(figures, **never))
    assert "jamais (au mieux 10 %)" in untrained
    assert "n’atteint pas 90 % avec toutes les graines" in untrained
    assert "qu’à ceux de l’article sans BN" not in untrained


def test_noisy_networks_are_told_as_they_are_judged(figures):
    told = plain(post(figures))
    assert "BN bruitée55,1 % (± 1,3)82,1 % (± 1,3)72,1 % (± 1,3)" in told
    assert "est le meilleur des trois. Il devance le réseau sans BN de 10,0 points (± 0,0)" in told
    assert "jugé de même, de 3,0 points (± 0,0)" in told
    assert "Ses moyennes mobiles, à elles seules, lui coûtent 27,0 points (± 0,0)" in told
    assert "un bruit ajouté après chaque BN d’un VGG fait gagner 3,0 points" in told
    worse = plain(post(figures, **samples.controls(judged=(0.83, 0.7, 0.72))))
    for claim in ("le meilleur des trois", "aide donc à généraliser", "artefact d’évaluation", "fait gagner 3,0"):
        assert claim in told
        assert claim not in worse


def test_bands_are_told_at_every_length(figures):
    told = plain(post(figures))
    assert "À même perte, la bande est même plus large avec BN : 0,70" in told
    assert "multiplie le plateau par 4,00" in told
    narrower = plain(post(figures, **samples.controls(near=2)))
    for claim in ("la bande est même plus large avec BN", "mais pas, chez nous, à distance et à perte égales"):
        assert claim in told
        assert claim not in narrower


def test_shifts_problems_and_rates_are_told_by_the_controls(figures):
    told = plain(post(figures))
    assert "le rapport est de 0,80 (0,80 à 0,80)" in told
    assert "Au taux 0,01, le sens s’inverse : le rapport est de 3,00 (3,00 à 3,00) à la couche 5" in told
    assert "0,5× 0,10× 10× 1 0001" in told
    assert "le rapport va de × 0,10 à × 1 000 selon le problème" in told
    assert "Sans BN, aucun de ces taux n’atteint 90 %" in told
    assert "Avec BN, tous y parviennent, en 3 000 à 4 000 itérations" in told
    assert "Des 11 prédictions écrites avant ces entraînements" in told
    larger = plain(post(figures, **samples.controls(relative=1.5)))
    assert "Ici, c’est donc avec BN que le gradient change le moins" in told
    assert "Ici, c’est donc avec BN que le gradient change le moins" not in larger


def shifting_post(figures, **arrays):
    """The page's words, with other arrays of E4."""
    return plain(post(figures, **samples.shifting(**arrays)))


def test_the_sections_quote_e4(figures):
    told = shifting_post(figures)
    assert "apprend 4 000 images de CIFAR-10" in told
    assert "Avec BN, l’écart n’est pas nettement différent entre les plus petits lots et les plus grands" in told
    assert "la moyenne mobile à 0,1 ne coûte rien de net, quand nous attendions au moins 1 point" in told
    assert "6 000 baskets, parmi autant de vêtements et de sacs" in told
    assert "est de 0,50 à la première couche et de 0,60 à la dernière" in told
    assert "reconnaît 97,0 % (± 0,0) des baskets et 91,0 % (± 0,0) des bottines" in told
    assert "de 70,0 % (± 0,0) à 87,0 % (± 0,0) dans l’obscurité" in told
    assert "Ce remède aide donc contre l’obscurité, le brouillard et la rotation" in told
    assert "il en est loin" not in told
    assert "Ces nombres ne mesurent pas le remède seul" in told
    assert "change de +2,0 points (± 0,0)" in told
    assert "Avec BN comme sans, la perte est nette pour les trois décalages" in told
    assert "Des 9 prédictions écrites avant ces entraînements, toutes sont tenues." in told
    assert "brouillard à 90 %70,0 % (± 0,0)70,0 % (± 0,0)87,0 % (± 0,0)" in told


def test_shoes_are_told_whichever_way_they_go(figures):
    told = shifting_post(figures)
    assert "De la première couche à la dernière, cette distance augmente" in told
    assert "celle-là va de 0,50 à la première couche à 0,60 à la dernière" in told
    assert "est de 0,36 : elle est plus petite qu’avec BN" in told
    assert "ces graines ne disent pas lequel des deux perd le plus" in told
    assert "93,0 % (± 0,0) des bottines. C’est 2,0 points (± 0,0) de plus qu’en évaluation" in told
    assert "quand nous en attendions au moins" not in told
    other = shoes_arrays(moved=0.05, last=0.8, plain=1.5, lost=-3, own=-2)
    other["shoe_recall"][[0, 2], 0, 3] -= 0.05
    told = shifting_post(figures, shift_shoes=other)
    assert "cette distance diminue : l’amplification redoutée plus haut ne se voit pas ici" in told
    assert "la chute est de −3,0 points, quand nous en attendions au moins 5" in told
    assert "elle est plus grande qu’avec BN, et la dérive n’est donc pas propre à la BN" in told
    assert "c’est le réseau sans BN qui perd le plus" in told
    assert "C’est 2,0 points de moins qu’en évaluation" in told
    assert "Des 7 prédictions écrites avant ces entraînements, 2 sont tenues et 5 sont démenties." in told
    other["shoe_recall"][[1, 3], 0, 3] -= 0.1
    assert "c’est le réseau avec BN qui perd le plus" in shifting_post(figures, shift_shoes=other)
    tied = shifting_post(figures, shift_shoes=shoes_arrays(last=1, plain=1, own=0))
    assert "elle ne change pas nettement" in tied
    assert "rien ne la sépare nettement de l’autre" in tied
    assert "La différence avec l’évaluation n’est pas nette" in tied


def test_cars_are_told_whichever_way_they_go(figures):
    told = shifting_post(figures, shift_cars=cars_arrays(lost=20, turned_back=-10, plain=6))
    assert "Ce remède aide donc contre l’obscurité et le brouillard. Contre la rotation, il nuit." in told
    assert "Pour l’obscurité, le réseau avec BN perd plus que le réseau sans BN" in told
    told = shifting_post(figures, shift_cars=cars_arrays(lost=20, back=0, turned_back=0, plain=30))
    assert "Contre l’obscurité, le brouillard et la rotation, on ne lui voit pas d’effet net" in told
    assert "Pour l’obscurité, le réseau avec BN perd moins" in told
    told = shifting_post(figures, shift_cars=cars_arrays(lost=0, plain=0))
    assert "la perte n’est nette pour aucun des trois décalages" in told
    assert "La perte n’est pas nettement différente sans BN" in told
    some = cars_arrays(lost=0, plain=0)
    some["accuracy"][:, 0, 0, -1] -= 0.2
    assert (
        "Avec BN, la perte est nette pour la rotation ; elle ne l’est pas pour l’obscurité et le brouillard"
        in shifting_post(figures, shift_cars=some)
    )


def test_estimates_are_told_whichever_way_they_go(figures):
    arrays = statistics_arrays()
    lower(arrays, "estimate_accuracy", ("with_bn", 2), 2.0, 0)
    lower(arrays, "estimate_accuracy", ("with_bn", 2), 1.5, 1)
    lower(arrays, "estimate_accuracy", ("with_bn", 256), 1.2, 1)
    lower(arrays, "own_accuracy", ("with_bn", 2), 4.0)
    told = shifting_post(figures, batch_statistics=arrays)
    assert "la moyenne mobile à 0,1 fait perdre 2,0 points (± 0,0)" in told
    assert "Une mémoire dix fois plus longue fait mieux" in told
    assert "la longue mémoire fait perdre 1,2 point (± 0,0), sans doute parce qu’elle retient" in told
    assert "est de −4,0 points (± 0,0) par lots de 2" in told
    assert "le réseau répond donc moins bien avec les statistiques du lot" in told
    arrays = statistics_arrays()
    lower(arrays, "estimate_accuracy", ("with_bn", 2), -2.0, 0)
    lower(arrays, "estimate_accuracy", ("with_bn", 2), 1.5, 1)
    lower(arrays, "own_accuracy", ("with_bn", 2), -4.0)
    told = shifting_post(figures, batch_statistics=arrays)
    assert "la moyenne mobile à 0,1 fait gagner 2,0 points (± 0,0)" in told
    assert "Une mémoire dix fois plus longue fait moins bien" in told
    assert "le réseau répond donc mieux avec les statistiques du lot" in told


@pytest.mark.parametrize(
    ("lowered", "told"),
    [
        ([("with_bn", 2)], "et il grandit davantage que sans BN"),
        ([("with_bn", 2), ("without_bn", 2)], "Mais rien ne montre qu’il grandisse davantage que sans BN"),
        ([("with_bn", 256), ("with_bn", 256, 2)], "c’est le contraire de ce qu’annonce la remarque"),
        ([("with_bn", 256, 2)], "réduit l’écart de 5,0 points (± 0,0)."),
        ([("with_bn", 256)], "augmente l’écart, de 5,0 points"),
        ([], "ne change pas nettement l’écart"),
    ],
)
def test_the_gap_is_told_whichever_way_it_goes(figures, lowered, told):
    arrays = statistics_arrays()
    for cell in lowered:
        lower(arrays, "train_accuracy", cell, 5.0)
    assert told in shifting_post(figures, batch_statistics=arrays)


def test_the_first_control_is_judged_too(figures):
    assert "devait garder le même écart" not in shifting_post(figures, batch_statistics=statistics_arrays())
    arrays = statistics_arrays()
    lower(arrays, "train_accuracy", ("without_bn", 256), 15.0)
    told = shifting_post(figures, batch_statistics=arrays)
    assert "devait garder le même écart ; il passe de 20,0 points à 5,0 points. Mais par lots de 256, ce réseau" in told
    assert "ne reconnaît que 65 % des images apprises : l’apprentissage est inachevé" in told
    arrays = statistics_arrays()
    lower(arrays, "train_accuracy", ("without_bn", 256), -15.0)
    told = shifting_post(figures, batch_statistics=arrays)
    assert "il passe de 20,0 points à 35,0 points. Avec un taux proportionnel à la taille du lot" in told


def test_accuracies_that_rise_together_leave_the_gap_alone(figures):
    arrays = statistics_arrays()
    lower(arrays, "train_accuracy", ("with_bn", 2), 3.0)
    lower(arrays, "estimate_accuracy", ("with_bn", 2), 3.0, 3)
    arrays["train_accuracy"][batch_statistics.rows(arrays, "with_bn", 2)] += [[0.001], [-0.001]]  # seeds differ
    told = shifting_post(figures, batch_statistics=arrays)
    assert "Les deux précisions montent ensemble : par lots de 256" in told
    assert "La prédiction tirée de la remarque ci-dessus n’est donc pas tenue" in told
    assert "y monte avec la taille du lot, de 57,0 % à 60,0 %" in told
    lower(arrays, "estimate_accuracy", ("with_bn", 2), -6.0, 3)
    assert "y tombe de 63,0 % à 60,0 % quand le lot grossit" in shifting_post(figures, batch_statistics=arrays)


def test_what_shifted_cars_cost_is_told_with_where_they_started(figures):
    arrays = cars_arrays()
    arrays["accuracy"][0::2, 0, :, 0] = 0.88  # without BN: two points lower on the images as they are
    arrays["accuracy"][0::2, 0, FOGGED, -1] = arrays["accuracy"][1::2, 0, FOGGED, -1]
    told = shifting_post(figures, shift_cars=arrays)
    assert "le réseau avec BN perd plus de points que le réseau sans BN, mais il partait de plus haut" in told
    arrays["accuracy"][:, 0, FOGGED, -1] = 0.5
    told = shifting_post(figures, shift_cars=arrays)
    assert "le brouillard ramène les deux réseaux au hasard, une bonne réponse sur deux" in told


def test_new_images_are_told_whichever_way_they_go(figures):
    for points, small, grouped in (
        (
            3.0,
            "est aussi inférieure de 3,0 points (± 0,0) par lots de 2",
            "images nouvelles baisse de 3,0 points (± 0,0)",
        ),
        (-3.0, "est supérieure de 3,0 points par lots de 2", "sur les images nouvelles gagne 3,0 points"),
        (0.0, "ces graines ne départagent pas, sur ces images, les lots de 2 et ceux de 32", "n’ont pas d’effet net"),
    ):
        arrays = statistics_arrays()
        for cell in (("with_bn", 2), ("with_bn", 256, 2)):
            lower(arrays, "estimate_accuracy", cell, points, 3)
        told = shifting_post(figures, batch_statistics=arrays)
        assert small in told
        assert grouped in told


def test_the_section_on_imagenet_quotes_e2(page, figures):
    told = plain(page)
    assert "rapporté à celui d’Inception, y vaut 0,50" in told
    assert "il l’abîme : 10,0 % au mieux" in told
    assert "Sans BN, ses sigmoïdes n’apprennent presque rien : 12,0 % avec une seule graine, quand le hasard" in told
    assert "11,28 millions de paramètres et demande 1,95 milliard de multiplications" in told
    assert "toutes nos courbes sont plates" in told
    lost = plain(post(figures, **samples.reduced(lost_at=57)))
    assert "la perte cesse d’être un nombre à l’itération 57" in lost


def test_results_of_e2_against_the_paper_are_told(figures):
    contrary = {
        inception.BN: curve(0.5, 8000),
        inception.BN_X5: STEPS / 31_000,
        inception.BN_X30: curve(0.6, 2400),
        inception.STANDARD_X5: curve(0.715, 8000),
        inception.STANDARD_SIGMOID: curve(0.5, 8000),
    }
    told = plain(post(figures, **samples.reduced(contrary)))
    assert "(non vérifié ici) : la BN est plus rapide à ce taux" in told
    assert "sa meilleure précision est de 60,0 %, contre 72,2 % pour Inception" in told
    assert "ne nuit pas à notre petit réseau, qui atteint 71,5 %" in told
    assert "ses sigmoïdes apprennent malgré tout. Elles atteignent 50,0 %, contre 69,8 % avec BN" in told
    assert "la courbe de BN-x5 n’est pas encore plate" in told


def test_networks_of_e2_that_barely_learn_are_told(figures):
    weak = {inception.STANDARD_X5: curve(0.6, 8000), inception.STANDARD_SIGMOID: curve(0.25, 8000)}
    told = plain(post(figures, **samples.reduced(weak)))
    assert (
        "mais lui nuit : il atteint 60,0 % au mieux avec une seule graine, soit 12,2 points de moins que la moyenne "
        "des graines au taux de base" in told
    )
    assert "ses sigmoïdes apprennent à peine : 25,0 % avec une seule graine, quand le hasard" in told
    assert "Nous attendions pire : 20 points perdus en fin d’entraînement. Il en perd 12,2." in told


def test_a_prediction_whose_interval_holds_the_bound_is_undecided(figures):
    curves = samples.curves()
    open_question = {**curves.sidecar["verdicts"][0], "half_width": 1e9}
    changed = replace(curves, sidecar={**curves.sidecar, "verdicts": [open_question]})
    page = mnist(post(figures, mnist_curves=changed))
    assert page.count('class="verdict-open"') == 1
    assert 'class="verdict-met"' not in page


def test_a_failed_prediction_is_shown_as_failed(page, figures):
    page = mnist(page)
    assert page.count('class="verdict-met"') == 1
    assert page.count('class="verdict-failed"') == 1
    assert "Une prédiction est démentie par la mesure. Nous la laissons" in page
    assert "nous attendions &#124;×&#124; ≥ 1,3, nous avons mesuré × 1,05" in plain(page)
    assert '<td class="number" data-label="Seuil">&gt;\u202f2 points</td>' in page

    curves = samples.curves()
    sidecar = {**curves.sidecar, "verdicts": curves.sidecar["verdicts"][:1]}
    kept = mnist(post(figures, mnist_curves=replace(curves, sidecar=sidecar)))
    assert "démentie" not in kept
    assert "Toutes sont tenues" in kept


def test_a_quick_run_says_that_it_is_one(page, figures):
    grid = samples.grid()
    quick = post(figures, mnist_grid=replace(grid, sidecar={**grid.sidecar, "preset": "quick"}))
    for label in ("published: false", "version rapide", "Version rapide", "(version rapide)"):
        assert label in quick
    assert "ersion rapide" not in page


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
    with pytest.raises(PostNotWritten, match=r"figures_src/article/facts.*test_accuracy"):
        build.make_post(place, build.State(build.POST, {}, ("never made",)))
    assert place.post.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["post.md"]


def test_a_sentence_that_the_records_deny_is_named_with_its_template(tmp_path, monkeypatch, figures):
    place = Place("full", figures, tmp_path / "post.md")
    records = samples.records() | samples.reduced(lost_at=57)
    short = {**records["vgg"].config, "compared_seeds": list(range(16))}  # more than words can write
    records["vgg"] = replace(records["vgg"], sidecar={**records["vgg"].sidecar, "config": short})
    monkeypatch.setattr(build, "load_records", lambda names, preset: records)
    monkeypatch.setattr("figures_src.publish.render", partial(render, catalogue=samples.catalogue()))
    with pytest.raises(PostNotWritten, match=r"sections/why_landscape\.md\.j2, line \d+: ValueError: 16"):
        build.make_post(place, build.State(build.POST, {}, ("never made",)))


def test_a_missing_drawing_names_the_command_that_draws_it(tmp_path):
    figures = samples.draw(tmp_path)
    (figures / "gbn_3-dark.svg").unlink()
    with pytest.raises(FileNotFoundError, match=r"build_figures\.py --only gbn_3"):
        render(samples.records(), figures, samples.catalogue())


def test_no_torch_and_no_matplotlib():
    program = "import sys, figures_src.publish; print({'torch', 'matplotlib'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "set()\n"


def test_no_verdict_on_one_seed_is_called_met_on_the_page(figures):
    """Predictions on one network are on the expected side in the sample; none of them may read « tenue »."""
    told = post(figures)
    rows = re.findall(r"<tr>(?:(?!</tr>).)*data-label=\"Graines\">1<(?:(?!</tr>).)*</tr>", told)
    assert len(rows) >= 4
    assert not any("tenue" in row for row in rows)
    assert sum("une graine" in row for row in rows) >= 4


def test_a_prediction_denied_by_the_first_protocol_reads_denied(figures):
    told = re.sub(r"\s+", " ", post(figures))
    row = re.search(r"<tr>(?:(?!</tr>).)*sans BN : cosinus de G et G′(?:(?!</tr>).)*</tr>", told)
    assert row is not None
    assert "démentie" in row[0]
    assert "premier protocole" in row[0]
