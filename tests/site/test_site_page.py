"""The built pages as a reader meets them: in a browser, on a phone and on a laptop, light and dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser
from site_checks import (
    NARROW,
    WIDE,
    axe_violations,
    bad_equations,
    broken_images,
    console_problems,
    equation_numbers,
    foreign_requests,
    layout_shifts,
    leftover_markup,
    missing_fonts,
    overflow,
    page_weight,
    text_blocks,
    typography_problems,
    visit,
    wrong_variants,
)

from figures_src.catalogue import FIGURES

pytestmark = [pytest.mark.site, pytest.mark.browser]

PAGES = ("post", "index.html", "404.html", "a-propos.html")
SCREENS = [(width, scheme) for width in (NARROW, WIDE) for scheme in ("light", "dark")]
VISITS = 3


@pytest.fixture(params=PAGES)
def address(request: pytest.FixtureRequest, site_url: str, post_path: str) -> str:
    return f"{site_url}/{post_path if request.param == 'post' else request.param}"


def test_a_page_loads_in_silence_and_from_one_host(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        assert len(seen.requests) >= 3
        assert console_problems(seen) == []
        assert foreign_requests(seen) == []
        assert missing_fonts(seen) == []
        assert seen.page.evaluate("document.documentElement.lang") == "fr"


@pytest.mark.parametrize("width", [320, NARROW, 768, WIDE])
def test_no_page_scrolls_sideways(browser: Browser, address: str, width: int) -> None:
    with visit(browser, address, width) as seen:
        assert overflow(seen) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, WIDE])
def test_axe_finds_no_violation(browser: Browser, address: str, width: int, scheme: str) -> None:
    with visit(browser, address, width, scheme) as seen:
        assert axe_violations(seen) == []


def test_the_text_is_french_typography_with_no_markup_left(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        assert len(text_blocks(seen)) >= 4
        assert leftover_markup(seen) == []
        assert typography_problems(seen) == []


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_figures_load_and_follow_theme_and_width(browser: Browser, post_url: str, width: int, scheme: str) -> None:
    with visit(browser, post_url, width, scheme) as seen:
        assert seen.page.locator("figure picture img").count() >= 1
        assert broken_images(seen) == []
        assert wrong_variants(seen, width, scheme) == []


def test_every_figure_tells_what_it_shows_and_where_it_comes_from(browser: Browser, post_url: str) -> None:
    with visit(browser, post_url) as seen:
        figures = seen.page.locator("figure.figure").all()
        assert figures
        for figure in figures:
            assert len(figure.locator("img").first.get_attribute("alt") or "") > 30
            assert figure.locator("figcaption .provenance").count() == 1
            has_table = FIGURES[figure.get_attribute("id") or ""].has_table
            assert figure.locator("figcaption a[href$='.csv']").count() == has_table
            assert figure.locator("figcaption button.enlarge").count() == 1


@pytest.mark.parametrize("width", [320, WIDE])
def test_equations_are_visible_mathematics_numbered_in_order(browser: Browser, post_url: str, width: int) -> None:
    with visit(browser, post_url, width) as seen:
        numbers = equation_numbers(seen)
        assert len(numbers) >= 4
        assert numbers == [f"({n})" for n in range(1, len(numbers) + 1)]
        assert seen.page.locator(".equation[id]").count() == len(numbers)
        assert bad_equations(seen) == []
        loaded = "[...document.fonts].some(f => f.family.includes('Lots Math') && f.status === 'loaded')"
        assert seen.page.evaluate(loaded)


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_page_is_light(
    browser: Browser, post_url: str, width: int, measured: Callable[[str, object], None]
) -> None:
    with visit(browser, post_url, width, patient=True) as seen:
        first = page_weight(seen)
        measured(f"first view at {width} px, bytes", first)
        assert first <= 300_000
    with visit(browser, post_url, width) as seen:
        whole = page_weight(seen)
        measured(f"with every figure at {width} px, bytes", whole)
        assert first < whole <= 1_000_000


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_nothing_moves(browser: Browser, post_url: str, width: int, measured: Callable[[str, object], None]) -> None:
    """What a layout moves, it moves at every visit; a font that a busy processor decodes late may move once."""
    found = []
    for _ in range(VISITS):
        with visit(browser, post_url, width, patient=True) as seen:
            measured(f"layout shift at {width} px", seen.page.evaluate("window.shifts"))
            found = layout_shifts(seen)
        if not found:
            return
    assert found == [], f"at each of {VISITS} visits"
