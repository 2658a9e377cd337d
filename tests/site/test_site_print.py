"""The article on paper as the browser itself prints it: nothing scrolled, nothing awaited, whatever the theme."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page

from figures_src.catalogue import FIGURES
from figures_src.paper import OnPaper, served
from tests.site.site_checks import (
    NARROW,
    PATIENCE,
    SHOWN,
    WIDE,
    paper_problems,
    until,
    visit,
)

pytestmark = [pytest.mark.site, pytest.mark.browser]

POINTS = {"A4": (595, 842), "letter": (612, 792)}
# Of what is folded, paper has the title alone.
CAPTIONS = """[...document.querySelectorAll('.figure figcaption')].filter(e => e.checkVisibility())
    .map(caption => caption.textContent.replaceAll('\\u00a0', ' ').match(/^.*? [\\d][^ ]* [\\p{L}]*/u)[0])"""
PRINTED = """[...document.querySelectorAll('.on-paper')].filter(i => !i.closest('.folded'))
    .map(i => [i.src.split('/').pop(), i.closest('.twins') !== null])"""
FOLDED = """[...document.querySelectorAll('.folded:not(.printed) > summary')].map(
    title => [title.textContent, title.dataset.address])"""
WORKS = "[...document.querySelectorAll('.folded.printed li > cite')].map(title => title.textContent)"
"""Titles of the works: a number in the text leads to them, which nobody can follow on paper."""


class Paper(NamedTuple):
    """What a reader's browser made of the article, and the drawings that it asked for."""

    file: Path
    size: str
    scheme: str
    drawings: list[str]


def server(size: str, asked: list[str]) -> type[OnPaper]:
    """Serves the site on a paper of this size, and notes what is asked for."""

    class Handler(OnPaper):
        def do_GET(self) -> None:
            asked.append(self.path)
            super().do_GET()

    Handler.size = size
    return Handler


@pytest.fixture(scope="module", params=[("A4", "dark"), ("letter", "light")])
def paper(
    request: pytest.FixtureRequest, built_site: Path, post_path: str, tmp_path_factory: pytest.TempPathFactory
) -> Paper:
    size, scheme = request.param
    folder, asked = tmp_path_factory.mktemp("paper"), list[str]()
    command = [shutil.which("chromium") or "chromium", "--headless", "--no-sandbox", "--no-pdf-header-footer"]
    command += [f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={folder / 'article.pdf'}"]
    command += ["--force-dark-mode"] if scheme == "dark" else []
    with served(built_site, server(size, asked)) as url:
        subprocess.run([*command, f"{url}/{post_path}"], check=True, capture_output=True, timeout=PATIENCE / 1000)
    drawings = [name.rpartition("/")[2] for name in asked if name.endswith(".svg")]
    return Paper(folder / "article.pdf", size, scheme, drawings)


def test_paper_shows_every_figure_dark_on_white(
    paper: Paper, browser: Browser, post_url: str, measured: Callable[[str, object], None]
) -> None:
    with visit(browser, post_url) as seen:
        captions, printed = seen.page.evaluate(CAPTIONS), seen.page.evaluate(PRINTED)
    pairs = {name for name, twin in printed if twin}
    assert len(FIGURES) * 0.8 < len(captions) == len(printed) - len(pairs) // 2
    with pypdfium2.PdfDocument(paper.file) as pdf:
        measured(f"pages of {paper.size}, {paper.scheme}", len(pdf))
        assert [round(side) for side in pdf[0].get_size()] == pytest.approx(POINTS[paper.size], abs=1)
    assert any("-dark" in name for name in paper.drawings) == (paper.scheme == "dark")
    assert {name for name in paper.drawings if "-light-narrow" in name} == pairs
    assert {name for name, _ in printed} <= set(paper.drawings)
    assert paper_problems(paper.file, captions) == []


def test_paper_says_where_what_is_folded_can_be_read(paper: Paper, browser: Browser, post_url: str) -> None:
    with visit(browser, post_url) as seen:
        folded, printed = seen.page.evaluate(FOLDED), seen.page.evaluate(WORKS)
    assert len(folded) >= 3
    assert len(printed) > 50
    with pypdfium2.PdfDocument(paper.file) as pdf:
        text = "".join(letters(page.get_textpage().get_text_range()) for page in pdf)
    assert [title for title, address in folded if letters(title + address) not in text] == []
    assert [title for title in printed if letters(title) not in text] == []


HEADINGS = "[...document.querySelectorAll('h2, h3, h4, h5, caption')].map(heading => heading.textContent)"


LONGEST_HEADING = 5
"""Lines of a caption, on paper."""


def letters(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())


def test_no_sheet_ends_with_what_heads_the_next_one(paper: Paper, browser: Browser, post_url: str) -> None:
    with visit(browser, post_url) as seen:
        headings = [letters(text) for text in seen.page.evaluate(HEADINGS)]
    assert len(headings) > 40
    with pypdfium2.PdfDocument(paper.file) as pdf:
        sheets = [page.get_textpage().get_text_range().strip().splitlines() for page in pdf]
    ends = {letters("".join(lines[-count:])) for lines in sheets for count in range(1, LONGEST_HEADING + 1)}
    assert [heading for heading in headings if heading in ends] == []


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("turned", [False, True])
def test_paper_has_wide_light_drawings_and_tables(browser: Browser, post_url: str, width: int, turned: bool) -> None:
    """As wide as a telephone or as a sheet, after the switch or not."""
    shown = """[...document.images].filter(i => i.checkVisibility())
        .map(i => [i.src.split('/').pop(), i.closest('.twins') !== null])"""
    cells = "[...new Set([...document.querySelectorAll('.stacked td')].map(e => getComputedStyle(e).display))]"
    cut = """[...document.querySelectorAll('.table, pre, .formula')].filter(e => e.scrollWidth > e.clientWidth + 1)
        .map(e => e.outerHTML.slice(0, 90))"""
    with visit(browser, post_url, width, "dark") as seen:
        if turned:
            seen.page.locator(".theme-switch").click()
            seen.page.locator(".theme-switch").click()
            assert seen.page.evaluate("document.documentElement.dataset.theme") == "dark"
        seen.page.emulate_media(media="print")
        drawings = seen.page.evaluate(shown)
        assert len(drawings) > 0.8 * len(FIGURES)
        assert drawings == seen.page.evaluate(PRINTED)
        # Two in a pair are drawn for small screens, and side by side on paper.
        assert [
            name for name, twin in drawings if not name.endswith("-light-narrow.svg" if twin else "-light.svg")
        ] == []
        assert seen.page.evaluate(cells) == ["table-cell"]
        if width == WIDE:
            assert seen.page.evaluate(cut) == []


def printed_by_script(page: Page, url: str) -> bool:
    """Whether the drawings of the paper were there when a script's `print()` came to the browser's own."""
    page.add_init_script("""window.print = () => {
        window.drawn = [...document.querySelectorAll('.on-paper')].every(i => i.complete && i.naturalWidth > 0); }""")
    page.goto(url)
    until(page, "print.constructor.name === 'AsyncFunction'")
    page.evaluate("print()")
    until(page, "window.drawn !== undefined")
    return bool(page.evaluate("window.drawn"))


def test_a_script_that_prints_waits_for_the_drawings(browser: Browser, post_url: str) -> None:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    try:
        assert printed_by_script(page, post_url)
    finally:
        page.close()


TWINS = "[...document.querySelectorAll('figure:has(.play)')].map(figure => figure.id)"


def test_drawings_of_the_paper_wait_for_it(browser: Browser, post_url: str) -> None:
    """Scrolled through on a screen of the dark theme, nothing of the light one is fetched."""
    with visit(browser, post_url, WIDE, "dark") as seen:
        asked = {url for url in seen.requests if "/assets/figures/" in url and url.endswith(".svg")}
        shown = {source for source, _ in seen.page.evaluate(SHOWN)}
        twins = seen.page.evaluate(TWINS)
    assert len(shown) > len(FIGURES) / 2
    # Those that one can play with instead may have been asked for before that took their place.
    assert {url.rpartition("/")[2] for url in asked - shown} <= {f"{name}-dark.svg" for name in twins}
    assert shown <= asked
