"""Links of the article to the notebook lead to what is there, and are refused otherwise."""

import re
from pathlib import Path

import pytest

from figures_src.article.notebook_links import anchors, carnet
from figures_src.notebook import build
from figures_src.notebook.pages import pages
from figures_src.publish import PostNotWritten, environment
from figures_src.records import store
from tests.article import samples
from tests.conftest import as_published


def test_a_link_leads_to_an_anchor_of_a_page() -> None:
    told = '<a href="/carnet/vgg_controls/#bandes">toutes les bandes</a>'
    assert carnet("vgg_controls", "bandes", "toutes les bandes") == told
    assert carnet("vgg") == '<a href="/carnet/vgg/#resultats">carnet</a>'


@pytest.mark.parametrize(
    ("name", "anchor", "nearest"),
    [("vgg_control", "bandes", "vgg_controls"), ("vgg_controls", "bande", "bandes"), ("vgg", "protocol", "protocole")],
)
def test_what_leads_nowhere_is_refused_and_the_nearest_named(name: str, anchor: str, nearest: str) -> None:
    with pytest.raises(KeyError, match=rf"did you mean '{nearest}'"):
        carnet(name, anchor)


def test_the_anchors_are_those_that_the_pages_have() -> None:
    """All of them but those of curves, which follow from a record."""
    with as_published():
        written = pages(build.committed())
    for name, known in anchors().items():
        there = re.findall(r"\{#([\w-]+)\}", written[f"{name}.md"])
        assert sorted(anchor for anchor in there if not anchor.startswith("courbe-")) == sorted(known), name
    assert set(anchors()) == {path.stem for path in store.RECORDS.glob("*.json")}


def test_a_template_that_links_to_nothing_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "post.md.j2").write_text('Un.\n\nVoir << carnet("vgg", "banded") >>.\n', encoding="utf-8")
    jinja = environment(samples.records(), tmp_path, samples.catalogue(), tmp_path)
    with pytest.raises(KeyError, match="no anchor of /carnet/vgg/ 'banded'") as refused:
        jinja.get_template("post.md.j2").render()
    assert re.search(r"post\.md\.j2, line 3: KeyError", str(PostNotWritten(refused.value)))
