import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from figures_src.article import language
from figures_src.article.contents import READING_SPEED, parts, reading_seconds, visible_words

SCRIPT = Path(__file__).parents[2] / "scripts" / "check_language.py"
SOUND = """
<h2 id="en-30-secondes">A) En 30 secondes</h2>
<p>La couche réduit le signal\u202f: <math><mi>μ</mi></math>, puis <i lang="en">the batch, isn't it</i>
<a class="citation" id="cite-a-1" href="#ref-a">[1]</a>. Voir le Graphique\u00a02.</p>
<figure id="gbn_2"><picture><img alt="Deux courbes qui montent."></picture>
<figcaption><p><strong>Graphique\u00a02.</strong> Un titre.</p></figcaption></figure>
<h2 id="references">Références</h2>
<ol><li id="ref-a">Sergey Ioffe. <cite lang="en">Batch: "a"</cite>. <a href="#cite-a-1">1</a></li></ol>
<pre><code>AJOUTER x ; y</code></pre>
"""


def findings(extra: str, check: Callable[[language.Page], list[str]]) -> list[str]:
    return check(language.read(SOUND + extra))


def spelling(page: language.Page) -> list[str]:
    return language.spelling(page, language.known_words())


def typography(page: language.Page) -> list[str]:
    return language.typography(block.text for block in page.blocks)


@pytest.mark.parametrize("check", [spelling, typography, language.leftovers, language.reachability])
def test_a_sound_page_has_no_finding(check):
    assert findings("", check) == []


@pytest.mark.parametrize(
    ("extra", "word"),
    [
        ("<p>Le réseaux apprand.</p>", "apprand"),
        ("<p>La normalization par lots.</p>", "normalization"),
        ('<img alt="Une courbbe.">', "courbbe"),
        ('<a title="Un lienn">x</a>', "lienn"),
        ("<li>la sygmoïde</li>", "sygmoïde"),
    ],
)
def test_a_misspelt_word_is_found_wherever_it_is_read(extra, word):
    assert [line.split("'")[1] for line in findings(extra, spelling)] == [word]


@pytest.mark.parametrize(
    "extra",
    [
        "<p>L’hyperparamètre d’Ioffe, de Mądry et de PyTorch. Préactivations\u202f!</p>",
        '<p><code>momentun</code> <i lang="en">learnning rate</i> https://arxiv.org/abs/1 torch.nn.BatchNorm1d</p>',
    ],
)
def test_words_of_the_field_names_code_and_english_are_not_misspelt(extra):
    assert findings(extra, spelling) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Un point ; un autre", "ordinary space before"),
        ("Vraiment?", "no space before ; ? !"),
        ("Ainsi: voilà", "no space before :"),
        ("« mot »", "no no-break space inside"),
        ("l'écart", "straight apostrophe"),
        ('"mot"', "straight quotation mark"),
        ("“mot”", "English quotation marks"),
        ("un taux de 0.1", "decimal point"),
        ("97 %", "no no-break space before %"),
        ("50 000 pas", "ordinary space between thousands"),
        ("et puis...", "three dots"),
        ("un mot , puis", "space too many"),
    ],
)
def test_breaches_of_typography_are_found(text, name):
    found = findings(f"<p>{text}</p>", typography)
    assert any(line.startswith(name) for line in found)


@pytest.mark.parametrize(
    "text", ["arXiv:1502.03167", "section 4.2.1", "CC BY 4.0", "« un “mot” »".replace(" ", "\u202f")]
)
def test_names_with_dots_and_nested_quotations_are_not_breaches(text):
    assert findings(f"<p>{text}</p>", typography) == []


@pytest.mark.parametrize(
    "note", ["AJOUTER IMAGES", "A VERIFIER", "À VÉRIFIER", "TODO", "FIXME", "XXX", "Lorem ipsum", "$$x$$", "<% if %>"]
)
def test_notes_to_self_are_found(note):
    text = note.replace("<", "&lt;").replace(">", "&gt;")
    assert len(findings(f"<p>Avant {text} après</p>", language.leftovers)) >= 1


@pytest.mark.parametrize(
    ("extra", "finding"),
    [
        ("<h3>Sans ancre</h3>", "heading without an anchor: 'Sans ancre'"),
        ('<p id="references">x</p>', "two elements have the anchor 'references'"),
        ('<a href="#nulle-part">x</a>', "a link leads to #nulle-part, which is not there"),
        (
            '<figure id="sbn_3"><figcaption><strong>Schéma\u00a03.</strong></figcaption></figure>',
            "no text names Schéma\u00a03 (#sbn_3)",
        ),
        (
            '<figure id="grid"><figcaption><strong>Graphique\u00a02 bis.</strong></figcaption></figure>',
            "no text names Graphique\u00a02 bis (#grid)",
        ),
        ('<ol><li id="ref-b">B</li></ol>', "b is listed among the references and never cited"),
        ('<a href="#ref-c">[3]</a>', "a link leads to #ref-c, which is not there"),
    ],
)
def test_what_cannot_be_reached_is_found(extra, finding):
    assert findings(extra, language.reachability) == [finding]


def test_a_figure_may_be_named_by_a_link():
    figure = '<figure id="s"><figcaption><strong>Schéma\u00a03.</strong></figcaption></figure>'
    assert findings(figure + '<p><a href="#s">ce dessin</a></p>', language.reachability) == []


def test_words_are_those_that_a_reader_sees():
    page = language.read(
        """<p>Avant tout.</p><h2 id="a">Un titre</h2><p>Un, deux\u202f: <math><mi>x</mi></math> l’écart.</p>
        <table><tr><td>un tableau</td></tr></table><h2 id="b">Suite</h2><ul><li>trois mots là</li></ul>
        <figure id="f"><img alt="pas compté"><figcaption>une légende</figcaption></figure>
        <details><summary>Source</summary><p>pas compté</p></details><details open><p>compté</p></details>
        <script>let x = 1</script><pre><code>a = b + c</code></pre>"""
    )
    assert page.words == {"": 2, "a": 4 + 2, "b": 3 + 2 + 1 + 1 + 1}
    assert reading_seconds(READING_SPEED) == 60


def test_the_time_that_the_page_prints_is_the_one_that_is_checked():
    """The page counts before Markdown is read, the check after."""
    markdown = (
        "---\ntitle: x\n---\n\nAvant.\n\n## A) Un titre {#a}\n\nVoir <math><mi>x</mi></math>, `du code` et "
        '[<i lang="en">Batch Normalization&#58; Accelerating</i>](https://arxiv.org/abs/1) **vraiment**.\n\n'
        "#### b) Dessous {#dessous}\n\n- un &lt; deux\n\n```python\nx = yy + z\n```\n{: .x}\n\n"
        "## B) Suite {#b}\n\nFin.\n"
    )
    printed = {anchor: visible_words(text) for anchor, text in parts(markdown).items()}
    assert printed == {"": 1, "a": 14, "b": 1}
    assert language.read(language.to_html(markdown)).words == printed


@pytest.mark.parametrize(("words", "sound"), [(60, True), (110, True), (111, False)])
def test_a_level_is_as_long_as_it_says(words, sound):
    html = (
        f'<h2 id="en-30-secondes">A</h2><p>{"mot " * words}</p><h2 id="en-3-minutes">B</h2><p>{"mot " * 660}</p>'
        '<h2 id="comprendre">C</h2><p>mot</p>'
    )
    assert (language.lengths(language.read(html)) == []) is sound
    assert language.lengths(language.read(html.replace("comprendre", "autre"))) != []


def test_the_parts_of_a_level_count_together():
    text = "mot " * 4000
    html = f'<h2 id="en-30-secondes">A</h2><h2 id="en-3-minutes">B</h2><h2 id="comprendre">C</h2><p>{text}</p>'
    assert language.lengths(language.read(html)) == []
    assert language.lengths(language.read(f'{html}<h2 id="en-resume">D</h2><p>{text}</p>')) != []


@pytest.mark.parametrize(
    "typed", ["97 % des cas", "un écart de 0,3", "50 000 itérations", "10000 images", "0,1. Cité << cite('a') >>."]
)
def test_numbers_typed_by_hand_are_found(typed):
    assert len(language.typed_numbers(f"Texte : {typed}.\n")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "Vu. 13,6 millions. << claim('publié') >> << cite('ioffe2015') >> Ensuite, rien.",
        "En 2015, << percent(0.97, 0) >>.",
        '13,6 millions << cite("ioffe2015") >>.',
        "<# 97 % #> 3 couches {#a-1000}",
    ],
)
def test_numbers_of_records_years_and_works_cited_are_not(line):
    assert language.typed_numbers(line) == []


def test_a_missing_program_says_how_to_install_it(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(FileNotFoundError, match=r"install_tools\.sh spelling"):
        findings("", spelling)
    with pytest.raises(FileNotFoundError, match=r"install_tools\.sh jekyll"):
        language.to_html("x")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_command_prints_times_and_findings(tmp_path):
    post = tmp_path / "post.md"
    post.write_text(
        "---\ntitle: x\n---\n\n## A) En 30 secondes {#en-30-secondes}\n\nUn mott AJOUTER.\n", encoding="utf-8"
    )
    result = run(str(post))
    assert result.returncode == 1
    assert "30 secondes" in result.stdout
    assert "spelling: unknown word 'mott'" in result.stdout
    assert "leftover notes: left over 'AJOUTER'" in result.stdout
    assert "length: « 3 minutes »" in result.stdout


@pytest.mark.slow
def test_the_command_says_what_writes_a_missing_post(tmp_path):
    result = run(str(tmp_path / "none.md"))
    assert result.returncode == 1
    assert "make figures" in result.stderr
