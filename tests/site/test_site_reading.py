"""The article as readers set their browsers: no scripts, no pictures, large text, no mouse, few colours, on paper."""

import ast
import re
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from figures_src.article.listing import EXAMPLES, SOURCES
from tests.site.firefox import in_firefox
from tests.site.site_checks import (
    LOAD_IMAGES,
    NARROW,
    PATIENCE,
    WIDE,
    Scheme,
    Visit,
    broken_images,
    overflow,
    overlaps,
    refusing_storage,
    until,
    visit,
    wrong_variants,
)

pytestmark = [pytest.mark.site, pytest.mark.browser]

Measured = Callable[[str, object], None]
PLAYS = ("play-gamma-beta", "play-batch", "play-grid", "play-train")


def test_without_scripts_everything_can_be_read(browser: Browser, post_url: str) -> None:
    with visit(browser, post_url, 320, "dark", java_script_enabled=False) as seen:
        page = seen.page
        assert [url for url in seen.requests if url.endswith(".json")] == []
        assert broken_images(seen) == []
        assert wrong_variants(seen, 320, "dark") == []
        assert overflow(seen) == []
        for name in PLAYS:
            figure = page.locator(f"figure:has(#{name})")
            assert not figure.locator(f"#{name}").is_visible()
            assert figure.locator("picture img").bounding_box()["height"] > 150
        assert page.locator("button:visible, input:visible").count() == 0
        for source in page.locator(".source > summary:visible").all():
            source.click()
        assert page.get_by_text("À manipuler").locator("visible=true").count() == 0
        assert page.locator(".levels a").count() == 3
        assert page.locator("#bibtex").is_visible()
        for title in page.locator(".post-body > .folded > summary").all():
            title.click()
        for inside in ("#gbn_2 picture", ".references > li", ".glossary dt"):
            assert page.locator(inside).first.is_visible()


def test_without_pictures_their_words_stand_in_their_place(browser: Browser, post_url: str) -> None:
    context = browser.new_context(viewport={"width": WIDE, "height": 900})
    try:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.route(re.compile(r"\.(svg|png)$"), lambda route: route.abort())
        page.goto(post_url)
        script = """[...document.querySelectorAll('.figure picture img')].filter(i => i.checkVisibility()).map(i =>
            [i.naturalWidth, i.alt.length, i.getBoundingClientRect().height])"""
        images = page.evaluate(script)
    finally:
        context.close()
    assert len(images) >= 17
    for loaded, words, height in images:
        assert loaded == 0
        assert words > 30
        assert height > 100


@pytest.mark.parametrize("width", [640, WIDE])
def test_text_twice_as_large_stays_within_its_place(browser: Browser, post_url: str, width: int) -> None:
    with visit(browser, post_url, width) as seen:
        size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
        seen.page.evaluate(f"document.documentElement.style.fontSize = `${{2 * {size}}}px`")
        assert overflow(seen) == []
        cut = """[...document.querySelectorAll('body *')].filter(e => getComputedStyle(e).overflowX === 'hidden'
            && !e.closest('.visually-hidden, svg, thead') && e.scrollWidth > e.clientWidth + 1).map(e => e.className)"""
        assert seen.page.evaluate(cut) == []


LARGE = ["--no-sandbox", "--blink-settings=defaultFontSize=32"]
BROKEN_WORDS = r"""[...document.querySelectorAll('h1, h2, h3, h4, h5')].flatMap(heading => {
    const texts = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT), range = document.createRange(), found = [];
    while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/\p{L}+/gu)) {
        range.setStart(texts.currentNode, word.index);
        range.setEnd(texts.currentNode, word.index + word[0].length);
        if (new Set([...range.getClientRects()].map(line => Math.round(line.top))).size > 1) found.push(word[0]);
    }
    return found; })"""


@pytest.mark.parametrize("width", [320, NARROW])
def test_a_phone_with_letters_twice_as_large_neither_scrolls_nor_breaks_words(
    browser: Browser, post_url: str, width: int
) -> None:
    """By the setting of the browser, which queries in em see: letters of 32 px."""
    large = browser.browser_type.launch(executable_path=shutil.which("chromium"), args=LARGE)
    try:
        with visit(large, post_url, width) as seen:
            assert seen.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 32
            assert overflow(seen) == []
            assert seen.page.evaluate(BROKEN_WORDS) == []
    finally:
        large.close()


PARTED = """[...document.querySelectorAll('.stacked td.number')].map(cell => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    const pieces = [...range.getClientRects()].reduce((sum, piece) => sum + piece.width, 0);
    return [cell.textContent, range.getBoundingClientRect().width - pieces]; })"""


def test_the_pieces_of_a_number_stay_together_in_a_stacked_table(browser: Browser, post_url: str) -> None:
    with visit(browser, post_url, NARROW) as seen:
        cells = seen.page.evaluate(PARTED)
    assert len(cells) > 20
    assert [text for text, apart in cells if apart > 2] == []


SCROLLERS = """[...document.querySelectorAll('.post :is(.table, pre, .formula)')].map(e =>
    [e.outerHTML.slice(0, 90), e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1,
        e.tabIndex === 0])"""


def test_a_heading_shows_its_address_under_a_pointer_and_is_no_stop(browser: Browser, post_url: str) -> None:
    with visit(browser, post_url, WIDE) as seen:
        heading = seen.page.locator("#stabilite")
        heading.hover()
        link = heading.locator("a.permalink")
        assert link.get_attribute("href") == "#stabilite"
        assert link.evaluate("e => [e.tabIndex, getComputedStyle(e).opacity]") == [-1, "1"]


@pytest.mark.parametrize("width", [320, WIDE])
def test_what_scrolls_is_a_stop_of_the_tab_key_and_nothing_else_is(browser: Browser, post_url: str, width: int) -> None:
    with visit(browser, post_url, width) as seen:
        places = seen.page.evaluate(SCROLLERS)
        assert len(places) > 20
        assert any(scrolls for _, scrolls, _ in places) or width == WIDE
        assert [name for name, scrolls, stops in places if scrolls != stops] == []
        seen.page.set_viewport_size({"width": 240, "height": 900})
        until(seen.page, f"{SCROLLERS}.every(([name, scrolls, stops]) => scrolls === stops)")


def test_without_scripts_every_table_is_a_stop(browser: Browser, post_url: str) -> None:
    with visit(browser, post_url, NARROW, java_script_enabled=False) as seen:
        assert seen.page.locator(".table[tabindex='0'][aria-label]").count() == seen.page.locator(".table").count() >= 4


STOPS = """[...document.querySelectorAll('a[href], button, input, summary, [tabindex="0"], select, textarea')]
    .filter(e => e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true})
        && !(e.type === 'radio' && !e.checked)).length"""
HERE = """(() => { const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();
    const ring = e.closest('.play-radio') ? getComputedStyle(e.closest('.play-radio')) : s;
    return {body: e === document.body, name: e.outerHTML.slice(0, 90), ring: ring.outlineStyle,
        wide: parseFloat(ring.outlineWidth), seen: b.width > 0 && b.bottom > 0 && b.top < innerHeight}; })()"""


def test_the_tab_key_reaches_everything_and_shows_where_it_is(
    browser: Browser, post_url: str, measured: Measured
) -> None:
    with visit(browser, post_url, WIDE) as seen:
        stops = seen.page.evaluate(STOPS)
        measured("stops of the tab key", stops)
        visited = []
        for _ in range(stops):
            seen.page.keyboard.press("Tab")
            visited.append(seen.page.evaluate(HERE))
    assert 100 < stops <= 250
    assert [place["name"] for place in visited if place["body"]] == []
    assert [place["name"] for place in visited if place["ring"] == "none" or place["wide"] < 2] == []
    assert [place["name"] for place in visited if not place["seen"]] == []
    assert "skip-link" in visited[0]["name"]
    assert 'rel="license"' in visited[-3]["name"] or "feed.xml" in visited[-1]["name"]


ENLARGED = """document.querySelector('#enlarged img').complete &&
    document.querySelector('#enlarged img').style.getPropertyValue('--width')"""
FIGURE_WIDTH = "document.querySelector('{} picture img').getBoundingClientRect().width"


@pytest.mark.parametrize("opened_by", ["key", "click"])
def test_a_figure_enlarges_and_gives_the_focus_back(browser: Browser, post_url: str, opened_by: str) -> None:
    with visit(browser, post_url, WIDE) as seen:
        page, opener = seen.page, seen.page.locator("#gbn_3 .enlarge")
        source = page.locator("#gbn_3 .source > summary")
        if opened_by == "key":
            source.press("Enter")
            opener.press("Enter")
        else:
            page.locator("#gbn_3 picture").click()
        dialog = page.locator("dialog#enlarged")
        assert dialog.is_visible()
        assert page.evaluate("document.getElementById('enlarged').contains(document.activeElement)")
        until(page, "document.querySelector('#enlarged img')?.naturalWidth > 0")
        shown = page.evaluate("document.querySelector('#enlarged img').getBoundingClientRect().width")
        assert shown > 1.2 * page.evaluate(FIGURE_WIDTH.format("#gbn_3"))
        page.keyboard.press("Escape")
        assert not dialog.is_visible()
        assert page.evaluate("document.activeElement.closest('figure')?.id") == "gbn_3"


@pytest.mark.parametrize(("width", "height"), [(NARROW, 800), (780, 360), (WIDE, 900)])
@pytest.mark.parametrize("figure", ["gbn_7", "gbn_1", "sbn_6a"])
def test_an_enlarged_figure_is_larger(browser: Browser, post_url: str, figure: str, width: int, height: int) -> None:
    """Upright, and on its side, where a drawing shown whole would be smaller than in the page."""
    with visit(browser, post_url, width) as seen:
        seen.page.set_viewport_size({"width": width, "height": height})
        before = seen.page.evaluate(FIGURE_WIDTH.format(f"#{figure}"))
        seen.page.locator(f"#{figure} picture").click()
        until(seen.page, ENLARGED)
        assert seen.page.evaluate(FIGURE_WIDTH.format("#enlarged")) >= 1.2 * before
        assert overflow(seen) == []
        # Its beginning is within reach: centred, what is too wide would begin at the left of the frame.
        left = "document.querySelector('#enlarged img').getBoundingClientRect().left"
        assert seen.page.evaluate(left) >= 0


def test_the_switch_turns_page_and_figures_and_is_remembered(browser: Browser, post_url: str) -> None:
    context = browser.new_context(viewport={"width": WIDE, "height": 900}, color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    try:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(post_url)
        light = page.evaluate(paper)
        assert page.evaluate("localStorage.length") == 0
        for turned in ("pressed", "reloaded"):
            if turned == "pressed":
                page.locator(".theme-switch").press("Space")
            else:
                page.reload()
            assert page.locator(".theme-switch").get_attribute("aria-pressed") == "true"
            assert page.evaluate(paper) == "rgb(20, 23, 26)" != light
            page.evaluate(LOAD_IMAGES)
            assert wrong_variants(Visit(page), WIDE, "dark") == []
        page.emulate_media(media="print", color_scheme="light")
        assert page.evaluate(paper) == "rgb(255, 255, 255)"
        page.emulate_media(media="screen")
        page.locator(".theme-switch").click()
        assert page.evaluate(paper) == light
        assert context.cookies() == []
    finally:
        context.close()


STORAGE = "(() => { try { return localStorage.length; } catch (error) { return error.name; } })()"


@pytest.mark.parametrize(("absent", "told"), [(False, "SecurityError"), (True, "TypeError")])
def test_the_switch_turns_without_storage(
    browser: Browser, post_url: str, tmp_path: Path, absent: bool, told: str
) -> None:
    with refusing_storage(browser, tmp_path, absent=absent) as page:
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(post_url)
        assert page.evaluate(STORAGE) == told
        page.locator(".theme-switch").click()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 26)"
        page.locator(".theme-switch").click()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(20, 23, 26)"
        page.locator("#gbn_3 picture").click()
        assert page.locator("dialog#enlarged").is_visible()
        assert errors == []


def test_nothing_moves_for_whoever_asks_for_less_motion(browser: Browser, post_url: str) -> None:
    moving = """[...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);
        return s.animationName !== 'none' || s.transitionDuration.split(',').some(d => parseFloat(d) > 0)
            || s.scrollBehavior === 'smooth'; }).map(e => e.outerHTML.slice(0, 90))"""
    with visit(browser, post_url, WIDE, reduced_motion="reduce") as seen:
        assert seen.page.evaluate(moving) == []
        assert seen.page.evaluate("document.getAnimations().length") == 0


FORCED = """[...document.querySelectorAll('.plot-line, .plot-thick, .plot-axis, .plot-guide')].map(e =>
    [getComputedStyle(e).stroke, getComputedStyle(document.body).backgroundColor])"""


# Numbers on points and on lines: of another colour than what is under them, than what surrounds them.
HIDDEN_NAMES = """[...document.querySelectorAll('.plot-point-name, .plot-halo')].filter(e => {
    const under = e.matches('.plot-halo') ? getComputedStyle(e).stroke
        : getComputedStyle(e.parentElement.querySelector('.plot-point')).fill;
    return getComputedStyle(e).fill === under; }).map(e => e.outerHTML.slice(0, 90))"""
SHARES = """[...document.querySelectorAll('.plot-shares rect')].map(e => getComputedStyle(e))
    .map(s => [s.fill, s.opacity, s.stroke])"""
SHARE_KEYS = """[...document.querySelectorAll('#play-gamma-beta dt')].map(e => getComputedStyle(e, '::before'))
    .map(s => [s.backgroundColor, s.opacity, s.outlineStyle])"""


CUT = """[...document.querySelectorAll('.plot text')].filter(e => e.checkVisibility()).flatMap(e => {
    const at = e.getBoundingClientRect();
    // A frame within a drawing is as large as the drawing, where it says nothing else.
    const cut = frame => { const box = frame.closest('.plot').getBoundingClientRect(), near = 1;
        return !frame.hasAttribute('width') && getComputedStyle(frame).overflow === 'hidden' && (
            at.top < box.top - near || at.bottom > box.bottom + near ||
            at.left < box.left - near || at.right > box.right + near); };
    for (let frame = e.closest('svg'); frame; frame = frame.parentElement.closest('svg'))
        if (cut(frame)) return [e.textContent];
    return []; })"""


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_no_word_of_what_can_be_played_with_is_cut(browser: Browser, post_url: str, width: int) -> None:
    with visit(browser, post_url, width) as seen:
        assert seen.page.locator(".plot text").count() > 40
        assert seen.page.evaluate(CUT) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_lines_and_choices_to_see(browser: Browser, post_url: str, scheme: Scheme) -> None:
    with visit(browser, post_url, WIDE, scheme, forced_colors="active") as seen:
        assert seen.page.evaluate("matchMedia('(forced-colors: active)').matches")
        lines = seen.page.evaluate(FORCED)
        assert len(lines) > 10
        assert [line for line, paper in lines if line in ("none", paper)] == []
        chosen = "getComputedStyle(document.querySelector('#play-grid label:has(:checked)')).outlineStyle"
        assert seen.page.evaluate(chosen) == "solid"
        assert seen.page.evaluate(HIDDEN_NAMES) == []
        assert len({tuple(sign) for sign in seen.page.evaluate(SHARES)}) == 3
        assert len({tuple(sign) for sign in seen.page.evaluate(SHARE_KEYS)}) == 3


def inflated(pdf: bytes) -> bytes:
    """A PDF with its compressed streams readable."""
    parts = [pdf]
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompress(match[1]))
        except zlib.error:
            continue
    return b"\n".join(parts)


def test_what_serves_a_screen_alone_is_not_printed(browser: Browser, post_url: str) -> None:
    with visit(browser, post_url, WIDE, "dark") as seen:
        seen.page.emulate_media(media="print")
        hidden = ".play-controls, .theme-switch, .contents, .enlarge, .skip-link, .copy, .site-header"
        assert seen.page.locator(hidden).count() > 10
        assert seen.page.locator(hidden).and_(seen.page.locator(":visible")).count() == 0


def test_the_site_has_the_article_as_a_tagged_document(
    browser: Browser, built_site: Path, post_path: str, post_url: str, measured: Measured
) -> None:
    file = (built_site / post_path).with_suffix(".pdf")
    with visit(browser, post_url) as seen:
        assert seen.page.locator(".byline a", has_text="PDF").evaluate("link => link.href").endswith(f"/{file.name}")
        edition = seen.page.locator(".byline time").last.get_attribute("datetime").replace("-", "")
    pdf = inflated(file.read_bytes())
    tags = {
        tag: len(re.findall(rb"/S\s*/" + tag.encode() + rb"\b", pdf)) for tag in ("H1", "H2", "Figure", "Table", "P")
    }
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    measured("print", f"{pages} pages, {file.stat().st_size / 1e6:.1f} MB, tags {tags}")
    assert pages <= 35
    assert b"/StructTreeRoot" in pdf
    assert re.search(rb"/Lang\s*\(fr", pdf)
    assert re.search(rb"/Marked\s+true", pdf)
    assert tags["H1"] == 1
    assert tags["Figure"] >= 17
    assert tags["Table"] >= 4
    assert b"/Outlines" in pdf
    assert b"127.0.0.1" not in pdf
    assert b"http://example.org/carnet/" in pdf
    assert set(re.findall(rb"/(?:CreationDate|ModDate) \(D:(\d{8})", pdf)) == {edition.encode()}


FIREFOX_PROBE = """<!DOCTYPE html><meta charset="utf-8"><iframe src="%s" width="360" height="900"></iframe><script>
const frame = document.querySelector('iframe');
frame.onload = async () => {
  const page = frame.contentDocument;
  await page.fonts.ready;
  const boxes = [...page.querySelectorAll('.equation math')].map(m => m.getBoundingClientRect());
  const radical = page.querySelector('#eq-3 msqrt').getBoundingClientRect();
  const letter = page.querySelector('#eq-3 msqrt mi').getBoundingClientRect();
  fetch('/report', {method: 'POST', body: JSON.stringify({
    sizes: boxes.map(b => [b.width, b.height]), radical: radical.height, letter: letter.height,
    touching: [...page.querySelectorAll('.equation[id]')].filter(e => {
      const formula = e.querySelector('.formula'), end = e.querySelector('math > *:last-child');
      return formula.scrollWidth === formula.clientWidth &&
        end.getBoundingClientRect().right > e.querySelector('.equation-number').getBoundingClientRect().left - 4;
    }).map(e => e.id),
    unwrapped: page.querySelectorAll('.equation > math').length,
    stacked: page.querySelector('#eq-3 mfrac').getBoundingClientRect().height,
    math: [...page.fonts].some(f => f.family.includes('Lots Math') && f.status === 'loaded')})});
};
</script>"""


def test_firefox_renders_the_equations(built_site: Path, post_path: str, tmp_path: Path, measured: Measured) -> None:
    report = in_firefox(built_site, FIREFOX_PROBE % f"/{post_path}", tmp_path)
    measured("equations that Firefox renders", len(report["sizes"]))
    assert len(report["sizes"]) >= 8
    assert [size for size in report["sizes"] if size[0] < 40 or size[1] < 12] == []
    # Two lines of a fraction, a root that covers what is under it: laid out, not run together.
    assert report["stacked"] > 2 * report["letter"]
    assert report["radical"] > report["letter"]
    assert report["math"]
    assert report["touching"] == []
    assert report["unwrapped"] == 0


def names_of(page: Page, selector: str) -> list[str]:
    return [text.strip() for text in page.locator(selector).all_inner_texts()]


def test_levels_and_contents_lead_into_the_page_and_follow_it(browser: Browser, post_url: str) -> None:
    with visit(browser, post_url, 1440) as seen:
        page = seen.page
        assert all(re.search(r"\d+\u00a0(s|min) de lecture$", text) for text in names_of(page, ".levels li"))
        targets = "[...document.querySelectorAll('.levels a, .contents a')].map(a => a.hash)"
        assert [hash for hash in page.evaluate(targets) if page.locator(hash).count() != 1] == []
        # Of the third rank: what stands right above one, "principe", gives way to it at once.
        for anchor in ("phase-entrainement", "hypothese-decalage"):
            page.evaluate(f"document.getElementById('{anchor}').scrollIntoView({{block: 'start'}})")
            until(page, f"document.querySelector('.contents [aria-current=true]')?.hash === '#{anchor}'")
            box = page.locator(".contents-list").bounding_box()
            assert 0 <= box["y"] < 100
            assert box["x"] + box["width"] < page.locator(".post-body > p").first.bounding_box()["x"]
            entry = page.locator(".contents [aria-current=true]").bounding_box()
            assert box["y"] <= entry["y"] < box["y"] + box["height"]
        assert not page.locator(".to-contents").is_visible()


@pytest.mark.parametrize("anchor", ["gbn_2", "ref-ioffe2015", "glossaire"])
def test_a_link_leads_to_its_place(browser: Browser, post_url: str, anchor: str) -> None:
    """Not so if the page is laid out as one scrolls: `content-visibility` once brought the reader 3,500 px too high."""
    with visit(browser, post_url, patient=True) as seen:
        seen.page.evaluate(f"location.hash = '{anchor}'")
        seen.page.wait_for_timeout(1000)
        assert -2 <= seen.page.evaluate(f"document.getElementById('{anchor}').getBoundingClientRect().top") <= 450


def test_a_phone_has_the_contents_above_the_text(browser: Browser, post_url: str) -> None:
    with visit(browser, post_url, NARROW) as seen:
        contents = seen.page.locator(".contents").bounding_box()
        text = seen.page.locator(".post-body > p").first.bounding_box()
        assert contents["y"] + contents["height"] <= text["y"]


def test_a_phone_leads_back_to_the_contents_which_open(browser: Browser, post_url: str) -> None:
    with visit(browser, f"{post_url}#bilan", NARROW) as seen:
        assert not seen.page.locator("#sommaire").is_visible()
        seen.page.locator(".to-contents").click()
        until(seen.page, "document.querySelector('.contents details').open")
        entry = seen.page.locator("#sommaire a[href='#stabilite']")
        entry.click()
        until(seen.page, "Math.abs(document.getElementById('stabilite').getBoundingClientRect().top) < 100")


NOTES = """[...document.querySelectorAll('.remark')].map(note => {
    const box = note.getBoundingClientRect(), text = note.previousElementSibling.getBoundingClientRect();
    const first = note.parentElement.firstElementChild.getBoundingClientRect();
    return {left: box.left, right: box.right, top: box.top, text_right: text.right, text_bottom: text.bottom,
        beside: first.top}; })"""


@pytest.mark.parametrize("width", [1280, 1440, 1920])
def test_remarks_stand_in_the_margin_beside_their_paragraph(browser: Browser, post_url: str, width: int) -> None:
    with visit(browser, post_url, width) as seen:
        notes = seen.page.evaluate(NOTES)
        contents = seen.page.locator(".contents-list").bounding_box()
        text = seen.page.locator(".post-body > p").first.bounding_box()
        assert notes
        assert [note for note in notes if not note["text_right"] + 16 <= note["left"] < note["right"] <= width] == []
        assert [note for note in notes if abs(note["top"] - note["beside"]) > 1] == []
        assert contents["x"] + contents["width"] + 16 <= text["x"]
        # The contents span the whole article, at its left: their list is what is looked at above.
        assert overlaps(seen, ".post-body > :not(.contents), .noted > *") == []
        assert overflow(seen) == []


@pytest.mark.parametrize(
    ("width", "media", "zoom"), [(NARROW, "screen", 1), (1200, "screen", 1), (1440, "print", 1), (1440, "screen", 2)]
)
def test_remarks_stand_below_their_paragraph_elsewhere(
    browser: Browser, post_url: str, width: int, media: Any, zoom: int
) -> None:
    """On a phone, beside contents that leave no room, on paper, and with text twice as large."""
    with visit(browser, post_url, width) as seen:
        seen.page.emulate_media(media=media)
        size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
        seen.page.evaluate(f"document.documentElement.style.fontSize = `${{{zoom} * {size}}}px`")
        notes = seen.page.evaluate(NOTES)
        assert notes
        assert [note for note in notes if note["top"] < note["text_bottom"] or note["left"] > note["text_right"]] == []
        assert overlaps(seen, ".post-body > :not(.contents), .noted > *") == []
        assert overflow(seen) == []


SYMBOLS = {"mu": "mu", "sigma": "sigma", "sigma2": "sigma", "gamma": "gamma", "beta": "beta"}
CODE_NAMES = """[...document.querySelectorAll('pre.highlight .n')].map(e => [e.textContent, getComputedStyle(e).color,
    getComputedStyle(e.closest('pre')).backgroundColor])"""
EQUATION_COLOURS = """Object.fromEntries(['mu', 'sigma', 'gamma', 'beta'].map(name =>
    [name, getComputedStyle(document.querySelector(`.equation .sym-${name}`)).color]))"""


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2) of a colour written "rgb(r, g, b)"."""
    channels = [int(value) / 255 for value in re.findall(r"\d+", colour)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_symbols_have_one_colour_in_equations_and_code(
    browser: Browser, post_url: str, scheme: Scheme, measured: Measured
) -> None:
    with visit(browser, post_url, WIDE, scheme) as seen:
        names, colours = seen.page.evaluate(CODE_NAMES), seen.page.evaluate(EQUATION_COLOURS)
        plain = {colour for name, colour, _ in names if name == "z"}
    symbols = [(SYMBOLS[name], colour, paper) for name, colour, paper in names if name in SYMBOLS]
    assert {name for name, _, _ in symbols} == {"mu", "sigma", "gamma", "beta"}
    assert len(set(colours.values())) == 4
    assert [name for name, colour, _ in symbols if colour != colours[name]] == []
    assert not plain & set(colours.values())
    least = min(contrast(colour, paper) for _, colour, paper in symbols)
    measured(f"least contrast of a symbol in code, {scheme}", f"{least:.2f}")
    assert least >= 4.5


def test_a_listing_is_copied_as_plain_code(browser: Browser, post_url: str) -> None:
    copied = """[...document.querySelectorAll('pre.highlight')].map(block => {
        getSelection().selectAllChildren(block);
        return getSelection().toString(); })"""
    with visit(browser, post_url) as seen:
        blocks = seen.page.evaluate(copied)
    assert len(blocks) >= 2
    sources = [path.read_text(encoding="utf-8") for path in (*SOURCES.values(), *EXAMPLES.glob("*.txt"))]
    known = [{line.strip() for line in source.splitlines()} for source in sources]
    for block in blocks:
        assert any({line.strip() for line in block.splitlines()} <= lines for lines in known)
        ast.parse(block)
