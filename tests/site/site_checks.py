"""What a page must be, as functions that return the list of what is wrong with it: an empty list is a pass.

`test_site_checks.py` shows each of them a page broken on purpose, so that none can pass by looking at nothing.
"""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import numpy as np
import pypdfium2
from playwright.sync_api import Browser, ConsoleMessage, Page, Response

from figures_src import ruby
from figures_src.article.language import typography

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
VNU = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"

NARROW, WIDE = 360, 1280
FIGURE_BREAKPOINT = 760
PATIENCE = 180_000
"""Milliseconds: other work on the machine makes a test late, not wrong."""
COMPRESSIBLE = ("text/", "image/svg+xml", "application/xml", "application/json")


def build_site(destination: Path, base_path: str = "", *, paper: bool = False) -> subprocess.CompletedProcess[str]:
    """Build the site of this checkout into `destination`, as `make site` does, and return what Jekyll said."""
    command = [sys.executable, str(ROOT / "scripts" / "build_site.py"), "--no-notebook"]
    command.append("--paper" if paper else "--no-paper")
    command += ["--url", "https://example.org", "--base-path", base_path, "--destination", str(destination)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def build_notebook(destination: Path) -> None:
    """Build the laboratory notebook of this checkout into `destination`; the drawings already made are kept."""
    command = [sys.executable, str(ROOT / "scripts" / "build_notebook.py"), "--destination", str(destination)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def build_problems(result: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the lines of a Jekyll build that warn or complain."""
    lines = [*result.stdout.splitlines(), *result.stderr.splitlines()]
    problems = [line.strip() for line in lines if re.search(r"warn|error|deprecat|conflict", line, re.I)]
    return problems if problems or result.returncode == 0 else [f"jekyll ended with {result.returncode}"]


Scheme = Literal["light", "dark"]


@dataclass
class Visit:
    """A page open in the browser, and what happened while it loaded."""

    page: Page
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)

    def told(self, message: ConsoleMessage) -> None:
        """Keep what the console complains of."""
        if message.type in ("error", "warning"):
            self.console.append(message.text)


@contextmanager
def visit(
    browser: Browser, url: str, width: int = WIDE, scheme: Scheme = "light", patient: bool = False, **options: Any
) -> Iterator[Visit]:
    """Open `url`, load what can be played with and every image; a `patient` visit waits for a quiet network instead.

    `options` are those of a browser context, such as `java_script_enabled=False`.
    """
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
    context.set_default_timeout(PATIENCE)
    seen = Visit(context.new_page())
    seen.page.on("console", seen.told)
    seen.page.on("pageerror", lambda error: seen.console.append(str(error)))
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    seen.page.on("response", lambda response: seen.responses.append(response))
    seen.page.add_init_script(WATCH_SHIFTS)
    try:
        seen.page.goto(url, wait_until="networkidle" if patient else "load")
        seen.page.evaluate("document.fonts.ready.then(() => true)")
        if not patient:
            if options.get("java_script_enabled", True):
                seen.page.evaluate(ENLIVEN)
            seen.page.evaluate(LOAD_IMAGES)
        yield seen
    finally:
        context.close()


@contextmanager
def refusing_storage(browser: Browser, profile: Path, *, absent: bool = False) -> Iterator[Page]:
    """A page of a browser whose reader refuses every cookie: to ask for `localStorage` is an error there.

    Where it is ``absent``, as in the browser that an application for Android holds, it is null instead.
    """
    refused = {"profile": {"default_content_setting_values": {"cookies": 1 if absent else 2}}}
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(refused))
    options: dict[str, Any] = {"executable_path": shutil.which("chromium"), "args": ["--no-sandbox"]}
    options["args"] += ["--disable-local-storage"] * absent
    context = browser.browser_type.launch_persistent_context(profile, color_scheme="light", **options)
    try:
        context.set_default_timeout(PATIENCE)
        yield context.pages[0]
    finally:
        context.close()


WATCH_SHIFTS = """
window.shifts = 0;
new PerformanceObserver(list => { for (const entry of list.getEntries()) window.shifts += entry.value; })
  .observe({type: 'layout-shift', buffered: true});
"""

ENLIVEN = """
async () => {
  const figures = [...document.querySelectorAll('figure:has(.play)')];
  const frames = async (count) => { while (count--) await new Promise(requestAnimationFrame); };
  for (const figure of figures) {
    scrollBy({ top: figure.getBoundingClientRect().top - innerHeight - 2550, behavior: 'instant' });
    await frames(2); // in which the browser tells who watches
  }
  const start = performance.now();
  for (const figure of figures) {
    while (!figure.matches('.playable')) {
      if (performance.now() - start > 10_000) throw new Error(`${figure.id} does not come to life`);
      await frames(1);
    }
    const script = `${figure.querySelector('.play').id.replaceAll('-', '_')}.js`;
    await import(new URL(script, document.querySelector('script[type=module]').src));
  }
  scrollTo({ top: 0, behavior: 'instant' });
}
"""
"""As who reads on does: each comes to life before it is seen."""

LOAD_IMAGES = """
async () => {
  const images = [...document.images].filter(image => image.checkVisibility());
  images.forEach(image => { image.loading = 'eager'; });
  await Promise.all(images.map(image => image.decode().catch(() => null)));
}
"""


def unfold(seen: Visit) -> None:
    """Open everything that is folded, and load the images in it."""
    seen.page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    seen.page.evaluate(LOAD_IMAGES)


def until(page: Page, expression: str) -> None:
    """Wait until `expression` holds in the page.

    Playwright's own `wait_for_function` evaluates strings within the page, which its security policy refuses.
    """
    deadline = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(expression):
        if time.monotonic() > deadline:
            raise TimeoutError(f"never true in the page: {expression}")
        page.wait_for_timeout(50)


def console_problems(seen: Visit) -> list[str]:
    """Return what the browser complained about: missing files, broken scripts, refused resources."""
    return list(seen.console)


def foreign_requests(seen: Visit) -> list[str]:
    """Return the addresses asked of any host but the page's own."""
    home = urlsplit(seen.page.url).netloc
    return [url for url in seen.requests if urlsplit(url).scheme != "data" and urlsplit(url).netloc != home]


def layout_shifts(seen: Visit) -> list[str]:
    """Return the cumulative layout shift, when anything moved while the page loaded."""
    shift = float(seen.page.evaluate("window.shifts"))
    return [f"cumulative layout shift {shift:.4f}"] if shift else []


INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)[^>]*>|<style\b[^>]*>|<[a-z][^>]*\s(?:style|on[a-z]+)=[^>]*>"
)


def inline_code(html: str) -> list[str]:
    """Return the scripts, styles and handlers that stand in the page itself, which a strict policy refuses."""
    return [match[0][:120] for match in INLINE.finditer(html)]


def policy_of(seen: Visit) -> dict[str, list[str]]:
    """Return the Content-Security-Policy of the page, directive by directive."""
    content = seen.page.locator("meta[http-equiv='Content-Security-Policy']").get_attribute("content") or ""
    return {name: sources for name, *sources in (part.split() for part in content.split(";") if part.strip())}


def missing_fonts(seen: Visit) -> list[str]:
    """Return the web fonts that the page asked for and did not get."""
    script = "[...document.fonts].filter(f => f.status === 'error').map(f => f.family)"
    # A local() fallback that this machine lacks is no fault of the page.
    return [family for family in seen.page.evaluate(script) if "Fallback" not in family]


def broken_images(seen: Visit) -> list[str]:
    """Return the images that are shown and did not load, that lack dimensions or have no alternative text at all."""
    script = """[...document.images].flatMap(image => [
        image.naturalWidth > 0 || !image.checkVisibility() ? [] : [`not loaded: ${image.currentSrc || image.src}`],
        image.getAttribute('width') ? [] : [`no width: ${image.src}`],
        image.hasAttribute('alt') ? [] : [`no alt: ${image.src}`],
    ].flat())"""
    return list(seen.page.evaluate(script))


SHOWN = """[...document.querySelectorAll('figure picture img')].filter(i => i.checkVisibility())
    .map(i => [i.currentSrc, i.closest('.twins') !== null])"""
"""Neither what is folded nor what one can play with instead."""


def wrong_variants(seen: Visit, width: int, scheme: str) -> list[str]:
    """Return the figures shown whose drawing is not the one for this theme and this width.

    Two in a pair are drawn for small screens on all of them.
    """
    drawings = [
        (source, f"-{scheme}{'-narrow' if twin or width <= FIGURE_BREAKPOINT else ''}.svg")
        for source, twin in seen.page.evaluate(SHOWN)
    ]
    return [f"{source} does not end in {ending}" for source, ending in drawings if not source.endswith(ending)]


def bad_equations(seen: Visit) -> list[str]:
    """Return the equations that show no displayed mathematics."""
    script = """[...document.querySelectorAll('.equation')].flatMap(equation => {
        const math = equation.querySelector('math[display="block"]');
        const box = math && math.getBoundingClientRect();
        const visible = box && box.width > 5 && box.height > 5 && math.textContent.trim();
        return visible ? [] : [`${equation.id || 'an equation'} is not visible`];
    })"""
    return list(seen.page.evaluate(script))


def equation_numbers(seen: Visit) -> list[str]:
    """Return the numbers of the equations, in the page's order."""
    return list(seen.page.evaluate("[...document.querySelectorAll('.equation-number')].map(e => e.textContent)"))


def overflow(seen: Visit) -> list[str]:
    """Return by how much the page scrolls sideways, and the elements that stick out."""
    script = """(() => {
        const width = document.documentElement.clientWidth, scroll = document.documentElement.scrollWidth;
        if (scroll <= width) return [];
        const all = [...document.body.querySelectorAll('*')];
        const wide = all.filter(e => e.getBoundingClientRect().right > width + 0.5);
        return [`${scroll} > ${width}`, ...wide.slice(0, 3).map(e => e.outerHTML.slice(0, 120))];
    })()"""
    return list(seen.page.evaluate(script))


def overlaps(seen: Visit, selector: str = ".post-body > *, .noted > *") -> list[str]:
    """Return the pairs of blocks matching `selector`, none inside the other, that lie over one another."""
    return list(seen.page.evaluate(OVERLAPS, selector))


OVERLAPS = """
selector => {
  const blocks = [...document.querySelectorAll(selector)].map(e => [e, e.getBoundingClientRect()])
    .filter(([e, box]) => box.width > 1 && box.height > 1);
  const cross = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const found = [];
  blocks.forEach(([one, box], i) => blocks.slice(i + 1).forEach(([other, place]) => {
    if (cross(box, place) && !one.contains(other) && !other.contains(one))
      found.push(`${one.outerHTML.slice(0, 80)} lies over ${other.outerHTML.slice(0, 80)}`);
  }));
  return found;
}
"""


def axe_violations(seen: Visit) -> list[str]:
    """Return the accessibility rules that the page breaks, with the first element of each."""
    if not AXE.is_file():
        raise FileNotFoundError(f"{AXE} is missing: run `npm ci --ignore-scripts`")
    seen.page.evaluate(AXE.read_text(encoding="utf-8"))
    options = "{rules: {'target-size': {enabled: true}}}"  # of WCAG 2.2, which axe leaves out unless asked
    found: list[dict[str, Any]] = seen.page.evaluate(f"axe.run({options}).then(result => result.violations)")
    return [f"{rule['id']}: {rule['help']}: {rule['nodes'][0]['html'][:160]}" for rule in found]


def text_blocks(seen: Visit) -> list[str]:
    """Return the French text of the page, block by block, alternative texts and description included.

    Code, mathematics and passages in another language become U+FFFC, so that what stands beside them is still seen.
    """
    return [re.sub(r"[ \t\r\n]+", " ", block).strip() for block in seen.page.evaluate(TEXT_BLOCKS)]


TEXT_BLOCKS = r"""
(() => {
  const skipped = 'code, pre, kbd, samp, math, svg, script, style, noscript, [lang]:not([lang|="fr"])';
  const blocks = [document.title];
  const description = document.querySelector('meta[name="description"]');
  if (description) blocks.push(description.content);
  for (const e of document.querySelectorAll('[alt], [title], [aria-label]'))
    for (const name of ['alt', 'title', 'aria-label']) if (e.hasAttribute(name)) blocks.push(e.getAttribute(name));
  const collect = element => {
    let text = '';
    const walk = node => {
      for (const child of node.childNodes) {
        if (child.nodeType === Node.TEXT_NODE) text += child.data;
        else if (child.nodeType !== Node.ELEMENT_NODE) continue;
        else if (child.matches(skipped)) text += '\uFFFC';
        else if (child.localName === 'br') text += ' ';
        else if (getComputedStyle(child).display.startsWith('inline')) walk(child);
        else { blocks.push(text); text = ''; collect(child); }
      }
    };
    walk(element);
    blocks.push(text);
  };
  collect(document.body);
  return blocks.filter(block => block.replace(/\uFFFC/g, '').trim());
})()
"""

LEFTOVERS = ("$$", r"\(", r"\)", r"\[", r"\]", "<<", ">>", "<%", "%>", "{{", "}}", "{%", "%}", "AJOUTER", "�")


def leftover_markup(seen: Visit) -> list[str]:
    """Return the text blocks where TeX, Jinja, Liquid or a note of the draft is left."""
    return [f"{mark!r} in {block[:120]!r}" for block in text_blocks(seen) for mark in LEFTOVERS if mark in block]


def typography_problems(seen: Visit) -> list[str]:
    """Return the breaches of French typography in what the browser shows, each with what surrounds it."""
    return typography(text_blocks(seen))


def page_weight(seen: Visit) -> int:
    """Return the bytes that a server which compresses text would have sent for this visit."""
    return sum(_sent(response) for response in seen.responses if response.ok)


def _sent(response: Response) -> int:
    body = response.body()
    kind = response.headers.get("content-type", "")
    return len(gzip.compress(body)) if kind.startswith(COMPRESSIBLE) else len(body)


INK, WHITE = 100, 255
"""Grey levels: what is drawn on paper has something at least as dark, which no drawing for a dark screen has."""
UNDER = 140
"""Points above its caption where a figure must have ink."""


def paper_problems(pdf: Path, captions: Sequence[str]) -> list[str]:
    """Return the pages of a PDF that are blank or tinted, and the captions over nothing dark, or not there at all."""
    problems, missing = [], set(captions)
    with pypdfium2.PdfDocument(pdf) as document:
        for number, page in enumerate(document, 1):
            grey = np.squeeze(page.render(scale=1, grayscale=True).to_numpy())
            problems += [f"page {number} is blank"] if grey.min() > INK else []
            problems += [f"page {number} is tinted"] if np.median(grey) < WHITE else []
            for caption, bottom in _captions_on(page, sorted(missing)):
                missing.remove(caption)
                problems += [f"nothing under {caption}"] if grey[bottom : bottom + UNDER].min() > INK else []
    return [*problems, *(f"no caption {caption}" for caption in sorted(missing))]


def _captions_on(page: pypdfium2.PdfPage, captions: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The captions on a page, each with the distance between the top of the page and its foot, in points."""
    text = page.get_textpage()
    for caption in captions:
        if found := text.search(caption).get_next():
            yield caption, round(page.get_height() - text.get_charbox(found[0], loose=True)[1])


def html_errors(directory: Path) -> list[str]:
    """Return the errors that the Nu HTML checker finds in the pages under `directory`."""
    java = shutil.which("java")
    if java is None or not VNU.is_file():
        raise FileNotFoundError("the Nu HTML checker or Java is missing: run `make test-all`, which installs both")
    options = ["--errors-only", "--skip-non-html", "--format", "json"]
    result = subprocess.run(
        [java, "-jar", str(VNU), *options, str(directory)], capture_output=True, text=True, check=False
    )
    messages = json.loads(result.stderr)["messages"]
    return [f"{Path(m['url']).name}:{m.get('lastLine')}: {m['message']}" for m in messages]


def dead_links(directory: Path) -> list[str]:
    """Return what html-proofer says of links, anchors and images under `directory` that lead nowhere.

    The notebook is left to `dead_references`: its reference of the code has thousands of links, which take minutes.
    """
    command = ["htmlproofer", "--disable-external", "--check-html", "--allow-hash-href"]
    command += ["--file-ignore", r"/\/_site\/carnet\//", str(directory)]
    result = subprocess.run(
        command, env=ruby.environment() | {"RUBYOPT": "-W0"}, capture_output=True, text=True, check=False
    )
    report = f"{result.stdout}\n{result.stderr}".splitlines()
    return (
        []
        if result.returncode == 0
        else [line.strip() for line in report if line.strip().startswith(("-", "*", "html"))]
    )


class _References(HTMLParser):
    """Collects the anchors of a page, and what it asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.addresses: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember an element's id, and the address that it names."""
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            if name in ("href", "src") and value and not urlsplit(value).scheme:
                self.addresses.add(value)


def dead_references(root: Path, folder: str) -> list[str]:
    """Return the links, anchors and images of the pages of `root`/`folder` that lead nowhere under `root`."""
    known: dict[Path, _References] = {}

    def read(page: Path) -> _References:
        if page not in known:
            known[page] = _References()
            known[page].feed(page.read_text(encoding="utf-8"))
        return known[page]

    def is_dead(page: Path, address: str) -> bool:
        parts = urlsplit(address)
        start = root if parts.path.startswith("/") else page.parent
        target = (start / unquote(parts.path).lstrip("/")).resolve() if parts.path else page
        target = target / "index.html" if target.is_dir() else target
        anchor = unquote(parts.fragment)
        return not target.is_file() or bool(anchor and target.suffix == ".html" and anchor not in read(target).anchors)

    pages = sorted((root.resolve() / folder).rglob("*.html"))
    return [
        f"{page.parent.name}: {address}" for page in pages for address in read(page).addresses if is_dead(page, address)
    ]
