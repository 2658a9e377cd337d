import re
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jinja2 import UndefinedError

from figures_src import build
from figures_src.article import assertions
from figures_src.article.assertions import held
from figures_src.article.language import typed_numbers
from figures_src.build import Place
from figures_src.catalogue import Kind
from figures_src.publish import FIGURES_FOLDER, TEMPLATES, PostNotWritten, environment, render
from figures_src.records.record import Record
from tests.article import samples

FRONT_MATTER = """---
layout: post
title: "Normalisation par lots (Batch Normalization)"
date: 2021-04-05 15:37:00 +0200
categories: Apprentissage-profond
lang: fr
description: "La normalisation par lots (batch normalization) """


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return samples.draw(tmp_path_factory.mktemp("root") / FIGURES_FOLDER)


def post(figures: Path, **records: Record) -> str:
    return render(samples.records() | records, figures, samples.catalogue()).post


def plain(page: str) -> str:
    """The page's words, every space an ordinary one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))


@pytest.fixture(scope="module")
def page(figures: Path) -> str:
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
        "glossaire",
        "citer",
    ]
    numbers = re.findall(r"^#### (\w+)\)", page, re.MULTILINE)
    assert numbers == ["a", "b", *"123", *"1234567", *"12345"]


def test_nothing_of_the_machinery_is_left(page):
    page = re.sub(r"^```.*?^```\n\{: lang=\"en\"\}$", "", page, flags=re.DOTALL | re.MULTILINE)
    for sign in ("$$", r"\(", r"\[", "<<", ">>", "<%", "%>", "{{", "{%", "AJOUTER", "None", " nan", "'", "&#x27;", "|"):
        assert sign not in page
    assert '"' not in re.sub(r"\A---.*?\n---\n|<[^>]*>", "", page, flags=re.DOTALL)


def test_html_blocks_are_one_line_each(page):
    """A blank line would end the block for the Markdown reader."""
    blocks = re.findall(r'<figure id=.*?</figure>|<div class="(?:equation|table).*?</div>', page, re.DOTALL)
    twins = 1
    assert sum(block.startswith("<figure") for block in blocks) == len(samples.catalogue()) - twins
    assert not any("\n" in block for block in blocks)


def equations(page: str) -> dict[int, ET.Element]:
    found = re.findall(r'<div class="equation" id="eq-(\d+)"><div class="formula">(<math.*?</math>)', page)
    return {int(number): ET.fromstring(markup) for number, markup in found}


def text(element: ET.Element) -> str:
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
    assert "Leur distribution garde sa forme : elle ne devient pas gaussienne." in words
    assert "que la descente de gradient apprend comme des poids" in words
    assert "Elle ne concerne que μ et σ2 : γ et β sont appris." in words
    assert "un couple (γ,β) par canal" in words


def test_numbers_come_from_the_records_in_french(page):
    words = plain(page)
    assert "la BN mène de **10,0 points (± 0,0)**" in words
    assert "À 50 000, de 1,0 point (± 0,0)" in words
    assert "de +35,0 points à +85,0 points" in words


def test_the_sections_quote_every_experiment(page, figures):
    told = plain(page)
    assert "apprend 4 000 images de CIFAR-10" in told
    assert "reconnaître 6 000 baskets" in told
    smooth = plain(post(figures, **samples.smoothing(height=4)))
    assert "il en faut 3 300, 1 600 et 2 400" in smooth
    assert "le décalage ainsi rapporté est, avec BN, de **0,80 (0,80 à 0,80)** fois" in told
    assert "la bande est **4,0 (4,0 à 4,0)** fois plus étroite" in smooth


@pytest.mark.parametrize("kind", list(Kind))
def test_figures_are_numbered_in_the_order_of_the_page(page, kind):
    numbers = re.findall(rf"<strong>{kind}\u00a0(\d+)((?:\u00a0(?:bis|ter)|\.[ab])?)\.<", page)
    assert numbers == sorted(numbers, key=lambda number: (int(number[0]), number[1]))
    assert {int(number) for number, _ in numbers} == set(range(1, int(numbers[-1][0]) + 1))


def test_predictions_are_counted_and_the_failed_ones_listed(page):
    told = plain(page)
    count = re.search(r"(\d+) sont tenues, (\d+) démenties, (\d+) indécises ; (\d+), favorables", told)
    assert count is not None
    failed = denied(page)
    assert len(failed) >= int(count[2])
    assert all('<a href="/carnet/' in row for row in failed)
    assert any("&#124;×&#124; ≥ 1,3" in plain(row) and "× 1,05" in plain(row) for row in failed)


def denied(page: str) -> list[str]:
    """The rows of the table of what the measures deny, which nothing folds away."""
    box = page[page.index('id="nos-predictions"') :]
    table = box[: box.index("</table>")]
    assert "<details" not in table
    return re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", table, re.DOTALL)


def test_a_prediction_denied_by_the_first_protocol_stays_denied(page):
    assert any("cosinus des gradients" in row and "puis" in row for row in denied(page))


def test_a_quick_run_says_that_it_is_one(page, figures):
    grid = samples.grid()
    quick = post(figures, mnist_grid=replace(grid, sidecar={**grid.sidecar, "preset": "quick"}))
    for label in ("published: false", "version rapide", "Version rapide"):
        assert label in quick
    assert "ersion rapide" not in page


def test_captions_and_alternative_texts_quote_records_too(page):
    assert "Au taux 0,1, l’écart est positif\u202f; voyez." in page
    assert 'alt="Deux courbes &quot;montantes&quot;\u00a0: 98\u202f% &amp; plus"' in page


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
    place = Place("full", figures, tmp_path / "post.md", tmp_path / "plays")
    place.post.write_text("old")
    failing = samples.records() | {"mnist_curves": replace(samples.curves(), arrays={})}
    monkeypatch.setattr(build, "load_records", lambda names, preset: failing)
    with pytest.raises(PostNotWritten, match=r"figures_src/article/facts.*test_accuracy"):
        build.make_post(place, build.State(build.POST, {}, ("never made",)))
    assert place.post.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["post.md"]


def test_a_sentence_that_the_records_deny_is_named_with_its_template(tmp_path, monkeypatch, figures):
    place = Place("full", figures, tmp_path / "post.md", tmp_path / "plays")
    monkeypatch.setattr(build, "load_records", lambda names, preset: samples.records())
    monkeypatch.setattr(assertions, "held", held)
    monkeypatch.setattr("figures_src.publish.render", partial(render, catalogue=samples.catalogue()))
    with pytest.raises(PostNotWritten, match=r"sections/\w+\.md\.j2, line \d+: DeniedSentence: .*\(.+\)"):
        build.make_post(place, build.State(build.POST, {}, ("never made",)))
    assert not place.post.exists()


def test_a_missing_drawing_names_the_command_that_draws_it(tmp_path):
    figures = samples.draw(tmp_path)
    (figures / "gbn_3-dark.svg").unlink()
    with pytest.raises(FileNotFoundError, match=r"build_figures\.py --only gbn_3"):
        render(samples.records(), figures, samples.catalogue())


def test_no_torch_and_no_matplotlib():
    program = "import sys, figures_src.publish; print({'torch', 'matplotlib'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "set()\n"
