"""The laboratory notebook as a reader meets it, beside the article: the gates are those of the article."""

import json
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from figures_src import style
from figures_src.notebook import build
from tests.site.site_checks import (
    NARROW,
    WIDE,
    Scheme,
    axe_violations,
    broken_images,
    build_notebook,
    console_problems,
    dead_references,
    foreign_requests,
    leftover_markup,
    missing_fonts,
    overflow,
    page_weight,
    refusing_storage,
    typography_problems,
    unfold,
    visit,
)

pytestmark = [pytest.mark.site, pytest.mark.browser, pytest.mark.whole]

ROOT = Path(__file__).resolve().parents[2]
CSS = (ROOT / "docs" / "theme" / "stylesheets" / "notebook.css").read_text(encoding="utf-8")
PROSE = ("index.html", "mnist_curves/", "mnist_statistics/", "dln/", "ecarts/", "relancer/", "ajouter/", "api/")
PAGES = (*PROSE, "api/batchnorm/")


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def notebook_url(site_url: str, whole_site: Path) -> str:
    return f"{site_url}/carnet"


@pytest.mark.parametrize(("width", "scheme"), [(NARROW, "dark"), (WIDE, "light")])
def test_a_page_passes_the_gates_of_the_article(
    browser: Browser, notebook_url: str, page: str, width: int, scheme: Scheme
) -> None:
    with visit(browser, f"{notebook_url}/{page}", width, scheme) as seen:
        assert console_problems(seen) == []
        assert foreign_requests(seen) == []
        assert missing_fonts(seen) == []
        assert broken_images(seen) == []
        assert overflow(seen) == []
        assert axe_violations(seen) == []
        assert seen.page.evaluate("document.documentElement.lang") == "fr"
        if page in PROSE:
            assert typography_problems(seen) == []
            assert leftover_markup(seen) == []


@pytest.mark.parametrize(("scheme", "theme"), [("light", style.LIGHT), ("dark", style.DARK)])
def test_colours_and_curves_follow_the_system_then_the_switch(
    browser: Browser, notebook_url: str, scheme: Scheme, theme: style.Theme
) -> None:
    other = "dark" if scheme == "light" else "light"
    paper, link = "getComputedStyle(document.body).backgroundColor", ".md-content a[href*='normalisation']"
    shown = "[...document.querySelectorAll('.curves img')].filter(i => i.offsetParent).map(i => i.className)"
    with visit(browser, f"{notebook_url}/mnist_curves/", WIDE, scheme) as seen:
        assert seen.page.evaluate(paper) == _rgb(theme.paper)
        assert set(seen.page.evaluate(shown)) == {f"only-{scheme}"}
        assert seen.page.locator(link).count() >= 1
        seen.page.locator("form[data-md-component=palette] label:visible").click()
        assert set(seen.page.evaluate(shown)) == {f"only-{other}"}
        assert seen.page.evaluate(paper) != _rgb(theme.paper)


def _rgb(colour: str) -> str:
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"


def test_search_finds_the_stem_of_a_french_word(browser: Browser, notebook_url: str) -> None:
    """No page says "démentirent", which has the stem of "démentie"."""
    sources = "".join(path.read_text(encoding="utf-8") for path in build.SOURCES.glob("*.md"))
    assert "démentie" in sources
    assert "démentirent" not in sources
    with visit(browser, f"{notebook_url}/index.html", WIDE) as seen:
        seen.page.locator("input.md-search__input").click()
        seen.page.locator("input.md-search__input").press_sequentially("démentirent")
        found = seen.page.locator(".md-search-result__item a").first
        found.wait_for(timeout=20_000)
        assert seen.page.locator(".md-search-result__item").count() >= 1
        assert foreign_requests(seen) == []


@pytest.mark.parametrize("absent", [False, True], ids=["refused", "absent"])
def test_search_and_switch_work_without_storage(
    browser: Browser, notebook_url: str, tmp_path: Path, absent: bool
) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    with refusing_storage(browser, tmp_path, absent=absent) as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{notebook_url}/index.html")
        light = page.evaluate(paper)
        page.locator("form[data-md-component=palette] label:visible").click()
        assert page.evaluate(paper) != light
        page.locator("input.md-search__input").click()
        page.locator("input.md-search__input").press_sequentially("graine")
        page.locator(".md-search-result__item a").first.wait_for()
        assert errors == []


def test_the_index_of_the_search_is_that_of_french_pages(whole_site: Path) -> None:
    index = json.loads((whole_site / "carnet" / "search" / "search_index.json").read_text(encoding="utf-8"))
    assert index["config"]["lang"] == ["fr"]
    assert "stemmer" in index["config"]["pipeline"]
    assert {"Prédictions et verdicts", "Prédictions démenties"} <= {document["title"] for document in index["docs"]}


def test_no_page_is_heavier_than_a_telephone_reads(whole_site: Path) -> None:
    sizes = {page.parent.name: page.stat().st_size for page in (whole_site / "carnet").rglob("*.html")}
    assert {name: size for name, size in sizes.items() if size > 300_000} == {}


def test_no_link_anchor_or_image_is_dead(whole_site: Path) -> None:
    assert len(list((whole_site / "carnet").rglob("*.html"))) > 15
    assert dead_references(whole_site, "carnet") == []


def test_a_first_view_is_light(browser: Browser, notebook_url: str) -> None:
    with visit(browser, f"{notebook_url}/mnist_curves/", NARROW, patient=True) as seen:
        assert page_weight(seen) <= 400_000


def test_the_fonts_are_files_of_the_article() -> None:
    fonts = re.findall(r'url\("\.\./\.\./(assets/fonts/[^"]+)"\)', CSS)
    assert fonts
    assert [name for name in fonts if not (ROOT / name).is_file()] == []


def test_the_article_leads_to_the_notebook_and_back(browser: Browser, post_url: str, whole_site: Path) -> None:
    with visit(browser, post_url) as seen:
        links = seen.page.locator(".caption .provenance a", has_text="carnet")
        assert links.count() >= 3
        unfold(seen)
        links.first.click()
        seen.page.wait_for_url("**/carnet/*/")
        seen.page.locator(".md-content a[href*='normalisation-par-lots.html#']").first.click()
        seen.page.wait_for_url("**/normalisation-par-lots.html#*")
        assert seen.page.locator("figure.figure:target").count() == 1


def test_two_builds_of_the_notebook_give_the_same_bytes(whole_site: Path, tmp_path: Path) -> None:
    build_notebook(tmp_path / "carnet")
    again, first = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "carnet", whole_site / "carnet")
    )
    assert first
    assert [str(name) for name in first if again.get(name) != first[name]] == []
    assert set(again) == set(first)


def test_a_broken_link_stops_the_build(tmp_path: Path) -> None:
    sources = Path(
        shutil.copytree(build.SOURCES, tmp_path / "sources", ignore=shutil.ignore_patterns("api", "drawings"))
    )
    (sources / "toy.md").write_text("# Titre\n\n[nulle part](absente.md)\n", encoding="utf-8")
    notebook = build.committed()
    with pytest.raises(build.NotebookFailed, match="mend what it says"):
        build.make_site(notebook, sources, build.Destination(tmp_path / "carnet"))
    assert not (tmp_path / "carnet").exists()
