import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from figures_src.article.typography import typeset

NNBSP, NBSP = "\u202f", "\u00a0"

SIGNS = (" ", *"\n:;?!«»'%-|[](){}<>&#`/.=\"", NNBSP, NBSP, "...", "a", "l'", "12", "é", "Graphique ", "± ", ": ")
TAGS = ('<i lang="en">', "</i>", "<code>", "</code>", "<math>", "</math>", "<br>", "<!--", "-->", "&amp;")
MARKDOWN = ("---\n", "```\n", "~~~\n", "`c ; d`", "](x?y)", "{#id}", "http://a.b/c?d", "[1]: x ; y\n", "|---|:-:|\n")
MARKS = st.sampled_from((*SIGNS, *TAGS, *MARKDOWN))
PAGES = st.lists(MARKS, max_size=25).map("".join)


@pytest.mark.parametrize(
    ("raw", "typeset_text"),
    [
        ("Pourquoi ?", f"Pourquoi{NNBSP}?"),
        ("Pourquoi?", f"Pourquoi{NNBSP}?"),
        ("Non !", f"Non{NNBSP}!"),
        ("Quoi ?!", f"Quoi{NNBSP}?!"),
        ("un ; deux : trois", f"un{NNBSP}; deux{NBSP}: trois"),
        ("voici:", f"voici{NBSP}:"),
        ("«a» et « b »", f"«{NBSP}a{NBSP}» et «{NBSP}b{NBSP}»"),
        ("« Quoi ? »", f"«{NBSP}Quoi{NNBSP}?{NBSP}»"),
        (f"déjà{NNBSP}: bien", f"déjà{NBSP}: bien"),
        ("l'oeil d'<i>x</i>", "l’oeil d’<i>x</i>"),
        ("fin...", "fin…"),
        ("97,3 % et ± 0,2", f"97,3{NNBSP}% et ±{NNBSP}0,2"),
        ("à 4 000 ou 1 000 000 itérations", f"à 4{NNBSP}000 ou 1{NNBSP}000{NNBSP}000 itérations"),
        ("les 5 000e, en 2018 30 000", f"les 5{NNBSP}000e, en 2018 30{NNBSP}000"),
        ("voir le Graphique 2 et l’équation (1)", f"voir le Graphique{NBSP}2 et l’équation{NBSP}(1)"),
        ("<i>batch</i> : un lot", f"<i>batch</i>{NBSP}: un lot"),
        ("<math><mi>m</mi></math> ; puis", f"<math><mi>m</mi></math>{NNBSP}; puis"),
    ],
)
def test_text_gets_its_spaces_and_apostrophes(raw, typeset_text):
    assert typeset(raw) == typeset_text


@pytest.mark.parametrize(
    "kept",
    [
        "---\ntitle: l'a : b ; c ?\n---\n",
        '<a href="x?y;z" title="c\'est : quoi ?">',
        "`a ; b ? c'd`",
        "<code>a ; b : 'c' ?</code>",
        "<math><mo>;</mo><mo>!</mo> : </math>",
        "<pre>x ? y : z\n\nw ; v</pre>",
        "```python\nx = 'a' ; y ? z\n```\n",
        "[lien](https://a.b/c?d=1;e)",
        "https://arxiv.org/abs/1502.03167?a;b",
        "## Titre {#un-titre}",
        "| :--- | ---: | :-: |",
        "[1]: https://a.b/c?d ; 'x'",
        ": une définition",
        "&nbsp;&#160;&amp;",
        "15:37:00",
        "![image](a.svg)",
        "(?)",
        "<!-- note : l'ancienne ? -->",
    ],
)
def test_what_is_not_text_stays_as_it_is(kept):
    assert typeset(kept) == kept


@given(PAGES)
@example("a '\n: b")
@example("« ` ; ` »")
def test_twice_is_once(page):
    assert typeset(typeset(page)) == typeset(page)


@given(PAGES)
def test_only_spaces_apostrophes_and_ellipses_change(page):
    def skeleton(text):
        return re.sub(f"[ {NNBSP}{NBSP}]", "", text.replace("...", "…").replace("'", "’"))

    assert skeleton(typeset(page)) == skeleton(page)


@given(st.text(alphabet="abc ;:?!«»'", max_size=40))
def test_no_ordinary_space_is_left_before_a_high_mark(text):
    done = typeset(text)
    assert "'" not in done
    assert not re.search(r"[abc»] [;?!»]|« ", done)
    assert not re.search(r"[abc][;?!]", done)
