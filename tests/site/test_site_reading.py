"""The article as readers set their browsers: no scripts, no pictures, large text, no mouse, few colours, on paper."""

import json
import re
import shutil
import subprocess
import threading
import zlib
from collections.abc import Callable
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from site_checks import NARROW, PATIENCE, WIDE, QuietHandler, broken_images, overflow, until, visit, wrong_variants

pytestmark = [pytest.mark.site, pytest.mark.browser]

Measured = Callable[[str, object], None]
PLAYS = ("play-gamma-beta", "play-batch", "play-grid")


def test_without_scripts_everything_can_be_read(browser: Browser, post_url: str) -> None:
    with visit(browser, post_url, 320, "dark", java_script_enabled=False) as seen:
        page = seen.page
        assert [url for url in seen.requests if url.endswith(".json")] == []
        assert broken_images(seen) == []
        assert wrong_variants(seen, 320, "dark") == []
        assert overflow(seen) == []
        for name in PLAYS:
            figure = page.locator(f"#{name}")
            assert figure.locator("input:visible, button:visible").count() == 0
            assert len(figure.locator("[role='status']").inner_text()) > 60
            assert (figure.locator("svg.plot").first.bounding_box() or {})["height"] > 150
        assert page.locator("button:visible").count() == 0
        assert page.locator(".levels a").count() == 3
        assert page.locator("#play-grid td").count() == 20
        assert page.locator("#bibtex").is_visible()


def test_without_pictures_their_words_stand_in_their_place(browser: Browser, post_url: str) -> None:
    context = browser.new_context(viewport={"width": WIDE, "height": 900})
    try:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.route(re.compile(r"\.(svg|png)$"), lambda route: route.abort())
        page.goto(post_url)
        script = """[...document.querySelectorAll('.figure img')].map(i =>
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


STOPS = """[...document.querySelectorAll('a[href], button, input, summary, [tabindex="0"], select, textarea')]
    .filter(e => e.checkVisibility({visibilityProperty: true}) && !(e.type === 'radio' && !e.checked)).length"""
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
    assert stops > 100
    assert [place["name"] for place in visited if place["body"]] == []
    assert [place["name"] for place in visited if place["ring"] == "none" or place["wide"] < 2] == []
    assert [place["name"] for place in visited if not place["seen"]] == []
    assert "skip-link" in visited[0]["name"]
    assert 'rel="license"' in visited[-3]["name"] or "feed.xml" in visited[-1]["name"]


@pytest.mark.parametrize("opened_by", ["key", "click"])
def test_a_figure_enlarges_and_gives_the_focus_back(browser: Browser, post_url: str, opened_by: str) -> None:
    with visit(browser, post_url, WIDE) as seen:
        page, opener = seen.page, seen.page.locator("#gbn_2 .enlarge")
        if opened_by == "key":
            opener.press("Enter")
        else:
            page.locator("#gbn_2 picture").click()
        dialog = page.locator("dialog#enlarged")
        assert dialog.is_visible()
        assert page.evaluate("document.getElementById('enlarged').contains(document.activeElement)")
        until(page, "document.querySelector('#enlarged img')?.naturalWidth > 0")
        shown = page.evaluate("document.querySelector('#enlarged img').getBoundingClientRect().width")
        assert shown > 1.2 * (page.locator("#gbn_2 img").bounding_box() or {})["width"]
        page.keyboard.press("Escape")
        assert not dialog.is_visible()
        assert page.evaluate("document.activeElement.closest('figure')?.id") == "gbn_2"


def test_the_switch_turns_page_and_figures_and_is_remembered(browser: Browser, post_url: str) -> None:
    context = browser.new_context(viewport={"width": WIDE, "height": 900}, color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    drawn = "[...document.querySelectorAll('figure picture img')].map(i => i.loading = 'eager') && 0"
    sources = "[...document.querySelectorAll('figure picture img')].map(i => i.currentSrc)"
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
            page.evaluate(drawn)
            page.wait_for_load_state("networkidle")
            assert [source for source in page.evaluate(sources) if not source.endswith("-dark.svg")] == []
        page.emulate_media(media="print", color_scheme="light")
        assert page.evaluate(paper) == light
        page.emulate_media(media="screen")
        page.locator(".theme-switch").click()
        assert page.evaluate(paper) == light
        assert context.cookies() == []
    finally:
        context.close()


def test_nothing_moves_for_whoever_asks_for_less_motion(browser: Browser, post_url: str) -> None:
    moving = """[...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);
        return s.animationName !== 'none' || s.transitionDuration.split(',').some(d => parseFloat(d) > 0)
            || s.scrollBehavior === 'smooth'; }).map(e => e.outerHTML.slice(0, 90))"""
    with visit(browser, post_url, WIDE, reduced_motion="reduce") as seen:
        assert seen.page.evaluate(moving) == []
        assert seen.page.evaluate("document.getAnimations().length") == 0


FORCED = """[...document.querySelectorAll('.plot-line, .plot-thick, .plot-axis, .plot-guide')].map(e =>
    [getComputedStyle(e).stroke, getComputedStyle(document.body).backgroundColor])"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_lines_and_choices_to_see(browser: Browser, post_url: str, scheme: str) -> None:
    with visit(browser, post_url, WIDE, scheme, forced_colors="active") as seen:
        assert seen.page.evaluate("matchMedia('(forced-colors: active)').matches")
        lines = seen.page.evaluate(FORCED)
        assert len(lines) > 10
        assert [line for line, paper in lines if line in ("none", paper)] == []
        chosen = "getComputedStyle(document.querySelector('#play-grid label:has(:checked)')).outlineStyle"
        assert seen.page.evaluate(chosen) == "solid"


def inflated(pdf: bytes) -> bytes:
    """A PDF with its compressed streams readable."""
    parts = [pdf]
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompress(match[1]))
        except zlib.error:
            continue
    return b"\n".join(parts)


def test_the_print_is_a_tagged_document(browser: Browser, post_url: str, measured: Measured) -> None:
    with visit(browser, post_url, WIDE, "dark") as seen:
        seen.page.emulate_media(media="print")
        hidden = ".play-controls, .theme-switch, .contents, .enlarge, .skip-link, .copy, .site-header"
        assert seen.page.locator(hidden).count() > 10
        assert seen.page.locator(hidden).and_(seen.page.locator(":visible")).count() == 0
        pdf = inflated(seen.page.pdf(format="A4", tagged=True, outline=True))
    tags = {
        tag: len(re.findall(rb"/S\s*/" + tag.encode() + rb"\b", pdf)) for tag in ("H1", "H2", "Figure", "Table", "P")
    }
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    measured("print", f"{pages} pages, tags {tags}")
    assert b"/StructTreeRoot" in pdf
    assert re.search(rb"/Lang\s*\(fr", pdf)
    assert re.search(rb"/Marked\s+true", pdf)
    assert tags["H1"] == 1
    assert tags["Figure"] >= 17
    assert tags["Table"] >= 5
    assert b"/Outlines" in pdf


FIREFOX_PROBE = """<!DOCTYPE html><meta charset="utf-8"><iframe src="%s" width="1000" height="900"></iframe><script>
const frame = document.querySelector('iframe');
frame.onload = async () => {
  const page = frame.contentDocument;
  await page.fonts.ready;
  const boxes = [...page.querySelectorAll('.equation math')].map(m => m.getBoundingClientRect());
  const radical = page.querySelector('#eq-3 msqrt').getBoundingClientRect();
  const letter = page.querySelector('#eq-3 msqrt mi').getBoundingClientRect();
  fetch('/report', {method: 'POST', body: JSON.stringify({
    sizes: boxes.map(b => [b.width, b.height]), radical: radical.height, letter: letter.height,
    stacked: page.querySelector('#eq-3 mfrac').getBoundingClientRect().height,
    math: [...page.fonts].some(f => f.family.includes('Lots Math') && f.status === 'loaded')})});
};
</script>"""


class ReportHandler(QuietHandler):
    """Serves the site, a page that looks into it, and takes down what that page reports."""

    def __init__(self, *args: Any, probe: str, reports: list[Any], came: threading.Event, **options: Any) -> None:
        self.probe, self.reports, self.came = probe, reports, came
        super().__init__(*args, **options)

    def do_GET(self) -> None:
        if self.path != "/probe":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.probe.encode())

    def do_POST(self) -> None:
        self.reports.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.came.set()
        self.send_response(204)
        self.end_headers()


def test_firefox_renders_the_equations(built_site: Path, post_path: str, tmp_path: Path, measured: Measured) -> None:
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    assert firefox, "Firefox is missing: run `make test`, or `apt-get install firefox-esr`"
    reports: list[Any] = []
    came = threading.Event()
    options = {"probe": FIREFOX_PROBE % f"/{post_path}", "reports": reports, "came": came}
    handler = partial(ReportHandler, directory=str(built_site), **options)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/probe"
        command = [firefox, "--headless", "--no-remote", "--profile", str(tmp_path), address]
        browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert came.wait(240), "Firefox never reported: does it start here? Try `firefox-esr --headless`"
        finally:
            browser.terminate()
            browser.wait(30)
            server.shutdown()
    report = reports[0]
    measured("equations that Firefox renders", len(report["sizes"]))
    assert len(report["sizes"]) >= 8
    assert [size for size in report["sizes"] if size[0] < 40 or size[1] < 12] == []
    # Two lines of a fraction, a root that covers what is under it: laid out, not run together.
    assert report["stacked"] > 2 * report["letter"]
    assert report["radical"] > report["letter"]
    assert report["math"]


def names_of(page: Page, selector: str) -> list[str]:
    return [text.strip() for text in page.locator(selector).all_inner_texts()]


def test_levels_and_contents_lead_into_the_page_and_follow_it(browser: Browser, post_url: str) -> None:
    with visit(browser, post_url, 1440) as seen:
        page = seen.page
        assert all(re.search(r"\d+\u00a0(s|min) de lecture$", text) for text in names_of(page, ".levels li"))
        targets = "[...document.querySelectorAll('.levels a, .contents a')].map(a => a.hash)"
        assert [hash for hash in page.evaluate(targets) if page.locator(hash).count() != 1] == []
        for anchor in ("principe", "pourquoi"):
            page.evaluate(f"document.getElementById('{anchor}').scrollIntoView({{block: 'start'}})")
            until(page, f"document.querySelector('.contents [aria-current=true]')?.hash === '#{anchor}'")
            box = page.locator(".contents-list").bounding_box() or {}
            assert 0 <= box["y"] < 100
            assert box["x"] + box["width"] < (page.locator(".post-body > p").first.bounding_box() or {})["x"]


def test_a_phone_has_the_contents_above_the_text(browser: Browser, post_url: str) -> None:
    with visit(browser, post_url, NARROW) as seen:
        contents = seen.page.locator(".contents").bounding_box() or {}
        text = seen.page.locator(".post-body > p").first.bounding_box() or {}
        assert contents["y"] + contents["height"] <= text["y"]
