"""No link to an earlier edition is lost: its anchor stands in the page, or leads to where its passage stands now."""

import json
import re
from pathlib import Path

import pytest

from figures_src.article.moved import checked, moved, read
from figures_src.article.notebook_links import anchors
from figures_src.build import FULL

FIRST_EDITION = json.loads(Path(__file__).with_name("first_edition_anchors.json").read_text(encoding="utf-8"))
"""Of the pages built at commit 5ba67dc, and of the article at ab7058c, just before it was rewritten: what one may link
to. Marks of citations, whose numbers follow from the text, inner parts of boxes and figures, and the anchors of the
notebook's curves are left out."""
_IDS = re.compile(r'\bid="([^"]+)"|\{#([\w-]+)\}')
LAYOUT = {"bibtex", "contenu"}
"""What the layout adds to the post."""


def anchors_of(page: str) -> set[str]:
    return {first or second for first, second in _IDS.findall(page)} | LAYOUT


def lost(page: str) -> list[str]:
    return [anchor for anchor in FIRST_EDITION["article"] if anchor not in anchors_of(page)]


def table(tmp_path: Path, to: str) -> Path:
    path = tmp_path / "moved.toml"
    path.write_text(f'[experience-bruit]\nto = "{to}"\ntitle = "Ajouter exprès du décalage & du bruit"\n', "utf-8")
    return path


def test_every_anchor_of_the_first_edition_leads_somewhere() -> None:
    assert lost(FULL.post.read_text(encoding="utf-8")) == [], "tell where it went in figures_src/article/moved.toml"


def test_an_anchor_that_goes_is_noticed() -> None:
    page = FULL.post.read_text(encoding="utf-8")
    assert lost(page.replace("{#experience-bruit}", "").replace('id="gbn_7"', "")) == ["experience-bruit", "gbn_7"]


@pytest.mark.parametrize("name", FIRST_EDITION["carnet"])
def test_every_heading_of_the_first_notebook_is_still_there(name: str) -> None:
    assert [anchor for anchor in FIRST_EDITION["carnet"][name] if anchor not in anchors()[name]] == []


def test_every_passage_that_moved_leads_to_what_is_there() -> None:
    for passage in read().values():
        assert passage.address


def test_a_passage_that_moved_keeps_its_anchor_in_the_list(tmp_path: Path) -> None:
    path = table(tmp_path, "vgg_controls#precision")
    shown = moved(path)
    assert '<li id="experience-bruit"><a href="/carnet/vgg_controls/#precision">' in shown
    assert "décalage &amp; du bruit" in shown
    assert "\n" not in shown
    assert checked(f"Avant.\n\n{shown}\n", path)
    assert "experience-bruit" in anchors_of(shown)


def test_a_page_where_nothing_moved_shows_no_list(tmp_path: Path) -> None:
    (tmp_path / "moved.toml").write_text("# nothing\n")
    assert moved(tmp_path / "moved.toml") == ""


def test_what_moved_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="did you mean 'precision'"):
        moved(table(tmp_path, "vgg_controls#precisions"))
    with pytest.raises(ValueError, match="which the page does not have"):
        checked(moved(table(tmp_path, "#que-fare")), table(tmp_path, "#que-fare"))
    untitled = tmp_path / "untitled.toml"
    untitled.write_text('[gone]\nto = "vgg#iterations"\n', "utf-8")
    with pytest.raises(TypeError, match="title"):
        read(untitled)


def test_what_moved_is_in_one_place(tmp_path: Path) -> None:
    path = table(tmp_path, "vgg_controls#precision")
    with pytest.raises(ValueError, match="still has this anchor"):
        checked(f"##### Ajouter {{#experience-bruit}}\n\n{moved(path)}", path)
    with pytest.raises(ValueError, match=r"does not show moved\(\)"):
        checked("Rien.", path)
