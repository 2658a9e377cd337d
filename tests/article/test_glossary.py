import json
from pathlib import Path

import pytest

from figures_src.article import glossary
from figures_src.article.glossary import Term

NEEDED = {
    "normalisation par lots": "batch normalization",
    "taux d'apprentissage": "learning rate",
    "décalage de covariable": "covariate shift",
    "décalage de covariable interne": "internal covariate shift",
    "descente de gradient stochastique": "stochastic gradient descent",
    "surapprentissage": "overfitting",
    "régularisation": "regularization",
}


def write(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "glossary.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def test_the_words_of_the_field_are_there():
    terms = {term.french: term.english for term in glossary.read()}
    assert len(terms) >= 30
    assert NEEDED.items() <= terms.items()


def test_definitions_are_one_sentence():
    for term in glossary.read():
        assert ". " not in term.definition, term.french


def test_accents_do_not_change_the_order(tmp_path):
    rows = [{"french": word, "english": "x", "definition": "X."} for word in ("zéro", "époque", "fonction", "entropie")]
    assert [term.french for term in glossary.read(write(tmp_path, *rows))] == ["entropie", "époque", "fonction", "zéro"]


def test_the_list_is_one_line_of_terms_and_descriptions():
    html = glossary.glossary([Term("lot & co", "batch", "Un petit groupe.", "L")])
    assert html == (
        '<dl class="glossary"><div id="glossaire-lot-co"><dt><dfn>lot &amp; co</dfn> (<i lang="en">batch</i>, '
        "<abbr>L</abbr>)</dt><dd>Un petit groupe.</dd></div></dl>"
    )
    assert "\n" not in glossary.glossary()


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([{"french": "a", "english": "b", "definition": "sans capitale."}], "from capital to full stop"),
        ([{"french": "a", "english": "b"}], "a term has french"),
        ([{"french": "a", "english": "b", "definition": "C."}] * 2, "comes twice"),
    ],
)
def test_a_faulty_term_is_refused(tmp_path, rows, complaint):
    with pytest.raises(ValueError, match=complaint):
        glossary.read(write(tmp_path, *rows))


def test_an_english_word_leads_to_its_entry_where_there_is_one():
    entry = '<a class="term" href="#glossaire-lot"><i lang="en">batch</i></a>'
    assert glossary.english("batch") == entry
    assert glossary.english("mini-batch") == entry.replace(">batch<", ">mini-batch<")
    assert glossary.english("ghost & batch") == '<i lang="en">ghost &amp; batch</i>'
