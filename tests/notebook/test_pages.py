import re
from typing import Any

import pytest

from figures_src.article import assertions
from figures_src.notebook import build, commands, reference, vocabulary
from figures_src.notebook.pages import MissingText, Notebook, TextDenied, listed, navigation, pages, unbroken
from tests.conftest import HELD, as_published
from tests.notebook import samples


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return pages(samples.notebook(tmp_path_factory.mktemp("texts")))


@pytest.fixture(scope="module")
def real() -> tuple[Notebook, dict[str, str]]:
    with as_published():
        return build.committed(), pages(build.committed())


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).replace("&lt;", "<").replace("&gt;", ">")


def row(page: str, head: str) -> list[str]:
    """The cells of the table row that begins with a text."""
    found = re.search(rf"<tr><th scope=\"row\">{re.escape(head)}(.*?)</tr>", page)
    assert found, head
    return [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<td.*?>(.*?)</td>", found[1])]


def test_a_page_tells_the_numbers_of_its_record(toy):
    page = toy["toy.md"]
    assert "1\u00a0h\u00a02\u00a0min de calcul, le 1er\u00a0novembre\u00a02026" in page
    assert row(page, "Temps de calcul") == ["1\u00a0h\u00a02\u00a0min"]
    assert row(page, "Machine") == ["processeur (A &lt;Processor&gt;)"]
    assert row(page, "Précision") == ["float64 (double précision)"]
    assert row(page, "<code>rates</code>") == ["0,03125\u202f; 10⁻⁷", "déclaré"]
    assert row(page, "itérations <code>steps</code>") == ["2", "par\u00a0défaut"]
    assert "0123456789ab" in page
    assert "c0ffee" in page
    assert "Un essai à 0,03125." in page


def test_lists_of_decimals_can_be_read():
    assert listed([9, 17]) == "9 et 17"
    assert listed([0.5, 0.25, 1]) == "0,5 ; 0,25 et 1"


def test_a_verb_and_its_subject_stay_on_one_line():
    whole = '<span class="unbroken">{}</span>'.format
    assert unbroken("La BN accélère-t-elle ?") == f"La BN {whole('accélère-t-elle')} ?"
    assert unbroken("Est-il plus calme, peut-être ?") == f"{whole('Est-il')} plus calme, peut-être ?"


def test_a_value_of_a_setting_says_what_it_means(real):
    _, found = real
    assert row(found["mnist_curves.md"], "statistiques qui normalisent la sonde")[0] == "celles des images"


def test_predictions_have_the_words_and_colours_of_the_article(toy):
    page = toy["toy.md"]
    assert row(page, "Tenue") == ["≥\u202f1", "×\u202f1,50", "—", "tenue"]
    assert row(page, "Niée") == ["≥\u202f3", "×\u202f2,125", "—", "démentie"]
    assert row(page, "Ouverte")[2:] == ["2", "indécise"]
    assert row(page, "Seule")[2:] == ["1", "une graine"]
    for mark in ("verdict-met", "verdict-failed", "verdict-open"):
        assert f'class="{mark}"' in page


def test_what_is_denied_or_open_is_gathered_on_its_page(toy):
    denied, _, rest = toy["ecarts.md"].partition("## Prédictions indécises")
    opened, _, rest = rest.partition("## Prédictions jugées sur une seule graine")
    alone = rest.partition("## Ce que nous n’avons pas refait")[0]
    assert "Seule" in alone
    assert "Seule" not in denied + opened
    assert "Niée" in denied
    assert "×\u202f2,125" in denied
    assert "Ouverte" in opened
    assert "0,25 point" in opened
    assert "Tenue" not in toy["ecarts.md"]
    assert "Nous n’en avons pas encore d’explication" in denied
    assert "toy.md#predictions" in denied


def test_predictions_are_counted_by_where_they_stand(toy, real):
    counted = "1\u00a0tenue, 1\u00a0démentie, 1\u00a0indécise, 1\u00a0sur une graine"
    assert counted in toy["index.md"]
    _, found = real
    assert (
        "2\u00a0tenues, 1\u00a0démentie"
        in row(found["index.md"], '<a href="dln/">Réseau linéaire profond</a> <code>dln</code>')[-1]
    )


def test_the_alternative_text_says_where_the_seeds_begin_and_end(toy):
    texts = re.findall(r'class="only-light"[^>]*alt="([^"]*)"', toy["toy.md"])
    accuracy = next(
        text for text in texts if text.startswith("Précision sur les images de test, taux d’apprentissage 10⁻⁷")
    )
    assert "Sans BN, 2 graines\u00a0: de 10\u202f% à [20\u202f%\u202f; 60\u202f%]." in accuracy
    assert "Avec BN, 2 graines\u00a0: de 10\u202f% à [30\u202f%\u202f; 70\u202f%]." in accuracy


def test_an_experiment_without_a_record_has_no_page_and_is_awaited(toy):
    assert "waiting.md" not in toy
    assert "`waiting`" in toy["index.md"]


def test_an_experiment_without_a_text_says_which_file_to_write(tmp_path):
    records = {"toy": samples.record(), "waiting": samples.record("waiting")}
    with pytest.raises(MissingText, match=r"waiting has a record and no French text: write waiting\.md\.j2"):
        pages(samples.notebook(tmp_path, records))


def test_a_text_without_a_part_says_which(tmp_path):
    notebook = samples.notebook(tmp_path)
    (notebook.texts / "toy" / "toy.md.j2").write_text("## Résultats {#resultats}\n## Protocole {#protocole}\n", "utf-8")
    with pytest.raises(MissingText, match=r"lacks the part \{#non-dit\}"):
        pages(notebook)


def test_every_record_of_the_repository_has_a_page_with_its_numbers(real):
    notebook, found = real
    assert {"mnist_curves", "mnist_grid", "mnist_statistics"} <= set(notebook.records)
    for name, record in notebook.records.items():
        page = found[f"{name}.md"]
        assert record.sidecar["key"] in page
        assert record.sidecar["commit"] in page
        assert page.count('class="verdict-') == len(record.sidecar["verdicts"])
        assert f"../records/{name}.npz" in page
        assert f"--retrain {name}\n" in page


def test_the_advance_of_mnist_curves_is_the_recorded_one(real):
    notebook, found = real
    verdict = notebook.records["mnist_curves"].sidecar["verdicts"][0]
    measured = f"{verdict['measured']:.2f} points (±\u202f{verdict['half_width']:.2f})".replace(".", ",")
    assert (
        row(found["mnist_curves.md"], "Avance de la BN à 4 000 itérations".replace("4 000", "4\u202f000"))[1]
        == measured
    )


def test_the_hours_are_the_sum_of_the_records(real):
    notebook, found = real
    hours = sum(record.sidecar["seconds"] for record in notebook.records.values()) / 3600
    assert f"{hours:.1f}".replace(".", ",") + " heures-processeur" in found["relancer.md"]
    assert notebook.seconds == pytest.approx(3600 * hours)


def test_every_page_is_in_the_table_of_contents(real):
    notebook, found = real

    def files(entry: Any) -> list[str]:
        if isinstance(entry, str):
            return [entry]
        return [file for part in (entry.values() if isinstance(entry, dict) else entry) for file in files(part)]

    assert sorted(files(navigation(notebook))) == sorted(found)


def test_a_module_and_what_is_in_it_are_found_on_the_page_that_holds_them():
    pages = reference.pages()
    assert all(len(page.modules) <= reference.MOST for page in pages)
    assert len({page.path for page in pages}) == len(pages)
    for page in pages:
        for module in page.modules:
            assert reference.place_of(module) == f"{page.path}#{module}"
    registry = "figures_src.experiments.registry"
    assert reference.place_of(f"{registry}.EXPERIMENTS") == f"{reference.place_of(registry)}.EXPERIMENTS"
    with pytest.raises(KeyError, match=r"figures_src\.unheard\.of"):
        reference.place_of("figures_src.unheard.of")


def test_the_reference_holds_every_public_module():
    modules = {name for room in reference.ROOMS for name in reference.modules(room)}
    package = reference.PACKAGE
    paths = {path.relative_to(package.parent).with_suffix("") for path in package.rglob("*.py")}
    public = {".".join(path.parts) for path in paths if not path.name.startswith("_")}
    assert public <= modules


def test_every_command_of_the_pages_is_one_of_the_list(real):
    _, found = real
    shown = {line.strip() for page in found.values() for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
             for line in block.splitlines() if line.strip()}  # fmt: skip
    patterns = [re.escape(known.line).replace(r"\{\}", r"[a-z0-9_ ]+") for known in commands.COMMANDS.values()]
    assert len(shown) > len(patterns)
    assert [line for line in shown if not any(re.fullmatch(pattern, line) for pattern in patterns)] == []


def test_a_page_answers_first_and_tells_its_configuration_last(real):
    _, found = real
    order = ("{#question}", "{#resultats}", "{#predictions}", "{#courbes}", "{#protocole}", "{#configuration}")
    for name in real[0].records:
        places = [found[f"{name}.md"].index(anchor) for anchor in order]
        assert places == sorted(places), name


def test_a_sentence_that_its_record_denies_stops_the_notebook_where_it_stands(tmp_path, monkeypatch):
    monkeypatch.setattr(assertions, "held", HELD)
    notebook = samples.notebook(tmp_path)
    path = notebook.texts / "toy" / "toy.md.j2"
    path.write_text(path.read_text(encoding="utf-8").replace("config.rates[0] < 1", "config.rates[0] > 1"), "utf-8")
    with pytest.raises(TextDenied, match=r"toy\.md\.j2, line 3: DeniedSentence: .*\(0,0312, 0,000000100\)"):
        pages(notebook)


def test_a_fact_that_does_not_exist_is_told_with_its_place(tmp_path):
    notebook = samples.notebook(tmp_path)
    path = notebook.texts / "toy" / "toy.md.j2"
    path.write_text(path.read_text(encoding="utf-8").replace("setting(config.rates[0])", "facts.curves", 1), "utf-8")
    with pytest.raises(TextDenied, match=r"toy\.md\.j2, line 3: KeyError: 'mnist_curves'"):
        pages(notebook)


def test_results_stand_under_headings_that_links_may_name(toy):
    assert '### Les taux {#taux}\n\n<div class="table stacked"' in toy["toy.md"]
    assert row(toy["toy.md"], "0,03125") == ["1"]


def test_predictions_stand_beside_what_a_paper_found_and_the_commit_that_wrote_them(real):
    _, found = real
    words = "Itérations jusqu’à 90\u202f% (entraînement, taux 0,1)"
    assert "×\u202f0,48" in row(found["vgg.md"], words)
    dated = "<small>écrite le 23\u00a0novembre\u00a02026, <code>36d47db</code></small></th>"
    assert dated in found["vgg.md"].partition(words)[2].partition("<td")[0]


def test_names_are_french_first(real):
    notebook, found = real
    assert [name for name in notebook.records if vocabulary.experiment(name) == name] == []
    assert row(found["index.md"], '<a href="vgg/">VGG, premiers entraînements</a> <code>vgg</code>')
