"""The table of figures: complete, and true to the files."""

from pathlib import Path

import pytest

from figures_src import catalogue
from figures_src.catalogue import FIGURES
from figures_src.experiments import EXPERIMENTS

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
