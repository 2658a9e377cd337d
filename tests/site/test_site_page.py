"""The built pages as a reader meets them: in a browser, on a phone and on a laptop, light and dark."""

import gzip
import re
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page

from figures_src.catalogue import FIGURES
from tests.site.site_checks import (
    NARROW,
    ROOT,
    SHOWN,
    WIDE,
    Scheme,
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
    unfold,
    visit,
    wrong_variants,
)

pytestmark = [pytest.mark.site, pytest.mark.browser]

PAGES = ("post", "index.html", "404.html", "a-propos.html")
SCREENS = [(width, scheme) for width in (NARROW, WIDE) for scheme in ("light", "dark")]
VISITS = 3
TEXT, FIRST_VIEW, WHOLE = 50 * 1024, 200_000, 450_000
"""Bytes, compressed as on their way: of the page alone, of what its first screen asks for, of everything."""


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
        unfold(seen)
        assert overflow(seen) == []


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (768, "light"), (WIDE, "dark")])
def test_axe_finds_no_violation(browser: Browser, address: str, width: int, scheme: Scheme) -> None:
    with visit(browser, address, width, scheme) as seen:
        assert axe_violations(seen) == []
        unfold(seen)
        assert axe_violations(seen) == []


def test_the_text_is_french_typography_with_no_markup_left(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        assert len(text_blocks(seen)) >= 4
        assert leftover_markup(seen) == []
        assert typography_problems(seen) == []


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_figures_load_and_follow_theme_and_width(browser: Browser, post_url: str, width: int, scheme: Scheme) -> None:
    with visit(browser, post_url, width, scheme) as seen:
        assert seen.page.locator("figure picture img").count() == len(FIGURES)
        assert broken_images(seen) == []
        assert wrong_variants(seen, width, scheme) == []
        shown = len(seen.page.evaluate(SHOWN))
        unfold(seen)
        assert len(seen.page.evaluate(SHOWN)) > shown > len(FIGURES) / 2
        assert broken_images(seen) == []
        assert wrong_variants(seen, width, scheme) == []


# A pair is two figures of the catalogue in one of the page; one that can be played with has a name of its own.
NAMES = """[...document.querySelectorAll('figure.figure')].map(figure => {
    const pair = [...figure.querySelectorAll('.twins > div')].map(part => part.id);
    const play = [...figure.querySelectorAll('.play')].map(part => part.id.replaceAll('-', '_'));
    return [pair.length ? pair : [figure.id], play]; })"""


def test_every_figure_tells_what_it_shows_and_where_it_comes_from(browser: Browser, post_url: str) -> None:
    with visit(browser, post_url) as seen:
        figures, names = seen.page.locator("figure.figure").all(), seen.page.evaluate(NAMES)
        assert sorted(name for drawn, _ in names for name in drawn) == sorted(FIGURES)
        for figure, (drawn, play) in zip(figures, names, strict=True):
            words = figure.locator("picture img").evaluate_all("images => images.map(image => image.alt.length)")
            assert len(words) == len(drawn)
            assert min(words) > 30
            assert figure.locator(".caption .provenance").count() == len(drawn) + len(play)
            tables = sum(FIGURES[name].has_table for name in drawn)
            assert figure.locator(".caption a[href$='.csv']").count() == tables
            assert figure.locator(".caption button.enlarge").count() == (len(drawn) == 1 and not play)


def test_every_figure_leads_to_the_code_that_draws_it(browser: Browser, post_url: str, site_url: str) -> None:
    """The page serves the very files: those of the package, and the scripts of the figures to play with."""
    links = """[...document.querySelectorAll('figure.figure')].map(figure =>
        [...figure.querySelectorAll('.provenance a')].map(a => a.href).filter(url => /[.](py|js)$/.test(url)))"""
    with visit(browser, post_url) as seen:
        found = zip(seen.page.evaluate(NAMES), seen.page.evaluate(links), strict=True)
    for (drawn, play), urls in found:
        sources = [ROOT / url.removeprefix(f"{site_url}/").replace("assets/code/", "figures_src/") for url in urls]
        assert [source.stem for source in sources] == [*drawn, *play]
        for url, source in zip(urls, sources, strict=True):
            with urlopen(url) as answer:
                assert answer.read() == source.read_bytes()


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


def test_one_file_gives_the_text_its_weights(
    browser: Browser, post_url: str, measured: Callable[[str, object], None]
) -> None:
    faces = "[...document.fonts].map(face => [face.family.replaceAll('\"', ''), face.weight, face.style, face.status])"
    with visit(browser, post_url) as seen:
        loaded = {tuple(face[:3]) for face in seen.page.evaluate(faces) if face[3] == "loaded"}
        fonts = [response for response in seen.responses if response.url.endswith(".woff2")]
        weight = sum(len(response.body()) for response in fonts)
    measured("fonts of the text, bytes", f"{weight} in {len(fonts)} files")
    assert loaded >= {(f"Lots {name}", "400 600", "normal") for name in ("Serif", "Sans")}
    assert len(fonts) <= 6
    assert weight <= 80_000


def alphabets() -> dict[str, set[str]]:
    """The signs that the web fonts were cut to, from the script that cuts them."""
    spec = spec_from_file_location("subset_fonts", ROOT / "scripts" / "subset_fonts.py")
    assert spec
    assert spec.loader
    script = sys.modules["subset_fonts"] = module_from_spec(spec)
    spec.loader.exec_module(script)
    return {
        name: {chr(code) for code in script.code_points(getattr(script, name))} for name in ("GREEK", "MATHEMATICS")
    }


def italic(letter: str) -> str:
    """The code point that browsers draw for a letter that stands alone in `<mi>`."""
    starts = {"a": 0x1D44E, "A": 0x1D434, "α": 0x1D6FC, "Α": 0x1D6E2}
    for first, last, start in (("a", "z", "a"), ("A", "Z", "A"), ("α", "ω", "α"), ("Α", "Ω", "Α")):
        if first <= letter <= last:
            return "ℎ" if letter == "h" else chr(starts[start] + ord(letter) - ord(first))
    return letter


def test_the_fonts_have_every_sign_of_the_formulas_and_every_greek_letter(browser: Browser, post_url: str) -> None:
    """A sign that its font lacks is drawn in another one, and moves the line: see scripts/subset_fonts.py."""
    formulas = """[...document.querySelectorAll('math :is(mi, mn, mo, mtext)')].map(e =>
        [e.localName === 'mi' && !e.hasAttribute('mathvariant'), e.textContent])"""
    known = alphabets()
    with visit(browser, post_url) as seen:
        signs = seen.page.evaluate(formulas)
        text = "".join(text_blocks(seen))
    drawn = {italic(text) if alone and len(text) == 1 else sign for alone, text in signs for sign in text}
    assert len(drawn) > 40
    assert drawn - known["MATHEMATICS"] == set()
    assert set(re.findall("[\u0370-\u03ff]", text)) - known["GREEK"] == set()


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_page_is_light(
    browser: Browser, post_url: str, width: int, measured: Callable[[str, object], None]
) -> None:
    with visit(browser, post_url, width, patient=True) as seen:
        first = page_weight(seen)
        measured(f"first view at {width} px, bytes", first)
        assert first <= FIRST_VIEW
    with visit(browser, post_url, width) as seen:
        whole = page_weight(seen)
        measured(f"with every figure at {width} px, bytes", whole)
        assert first < whole <= WHOLE


def test_the_text_is_light(built_site: Path, post_path: str, measured: Callable[[str, object], None]) -> None:
    text = len(gzip.compress((built_site / post_path).read_bytes(), 9))
    measured("HTML, compressed, bytes", text)
    assert text <= TEXT


def read_on(page: Page) -> None:
    """Turn the wheel down to the end of the page, as fast as one who only looks at the figures."""
    while page.evaluate("scrollY + innerHeight < document.documentElement.scrollHeight - 2"):
        page.mouse.wheel(0, 1200)
        page.wait_for_timeout(60)


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_nothing_moves(browser: Browser, post_url: str, width: int, measured: Callable[[str, object], None]) -> None:
    """What a layout moves, it moves at every visit; a font that a busy processor decodes late may move once."""
    found = []
    for _ in range(VISITS):
        with visit(browser, post_url, width, patient=True) as seen:
            read_on(seen.page)
            measured(f"layout shift at {width} px", seen.page.evaluate("window.shifts"))
            found = layout_shifts(seen)
        if not found:
            return
    assert found == [], f"at each of {VISITS} visits"
