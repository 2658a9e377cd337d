"""The table of figures: complete, and true to the files."""

import re
from pathlib import Path

import pytest

from figures_src import catalogue, french
from figures_src.catalogue import FIGURES
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.figures import boundary, sbn_8, sbn_11

PACKAGE = Path(catalogue.__file__).parent
ROW = """
[gbn_2]
kind = "Graphique"
number = "2"
title = "t"
caption = "c"
alt = "a"
"""


@pytest.mark.parametrize("name", list(FIGURES))
def test_a_figure_is_drawn_by_its_module_from_things_that_exist(name: str) -> None:
    figure = FIGURES[name]
    assert (PACKAGE / "figures" / f"{name}.py").exists()
    assert set(figure.needs) <= set(EXPERIMENTS)
    for curves in figure.published:
        assert (PACKAGE / "published" / f"{curves}.csv").exists()


@pytest.mark.parametrize("name", list(FIGURES))
def test_the_alternative_text_says_what_the_figure_shows(name: str) -> None:
    alt = FIGURES[name].alt
    assert len(alt) > 80
    assert not alt.lower().startswith(("graphique", "schéma", "image", "figure"))


@pytest.mark.parametrize("name", list(FIGURES))
def test_a_caption_opens_with_its_finding_and_is_short(name: str) -> None:
    """The title is what it opens with; what the Jinja pass writes counts for one word."""
    figure = FIGURES[name]
    text = re.sub(r"<<.*?>>", "x", f"{figure.title} {figure.caption}", flags=re.DOTALL)
    assert sum(any(map(str.isalnum, word)) for word in text.split()) <= 35


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_names_no_side_that_a_phone_has_not(name: str) -> None:
    """There, panels stand one under the other; within one, what is seen may be shifted to a side."""
    assert not re.search(r"à (?:gauche|droite)", FIGURES[name].caption, re.IGNORECASE)
    assert not re.search(r"\bÀ (?:gauche|droite)|\bde gauche à droite", FIGURES[name].alt)


def test_labels_are_unique() -> None:
    labels = [(figure.kind, figure.number) for figure in FIGURES.values()]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (('alt = "a"', 'alt = ""'), "alt"),
        (('alt = "a"', ""), "alt"),
        (('alt = "a"', 'alt = "a"\ncaptoin = "c"'), "captoin"),
        (('kind = "Graphique"', 'kind = "Dessin"'), "Dessin"),
    ],
)
def test_a_wrong_row_is_refused_by_name(tmp_path: Path, damage: tuple[str, str], told: str) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_text(ROW.replace(*damage))
    with pytest.raises(ValueError, match=told):
        catalogue.read(path)


def test_numbers_of_the_schemas_texts_are_those_they_draw() -> None:
    """Texts of schemas are typed by hand, as no record holds what they show."""
    for name, normal in (("sbn_6a", False), ("sbn_6b", True)):
        found = boundary.fitted(normal)
        for shots in (found.training, found.test):
            assert f"{found.right(shots)[0].sum()} sur {len(shots.label)}" in " ".join(FIGURES[name].alt.split())
    for angle in sbn_11.angles()[1:]:
        assert f"{angle:.0f}" in FIGURES["sbn_11"].alt
    for reach in (1, 2):
        assert french.number(sbn_8.gap(reach), 2) in FIGURES["sbn_8"].alt
