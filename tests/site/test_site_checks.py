"""The checks themselves: a sound page passes all of them, a page broken in one place fails the one that looks there."""

import gzip
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser

from figures_src.paper import served
from tests.site.site_checks import (
    NARROW,
    UNDER,
    WIDE,
    Scheme,
    Visit,
    axe_violations,
    bad_equations,
    broken_images,
    build_problems,
    console_problems,
    dead_links,
    dead_references,
    equation_numbers,
    foreign_requests,
    html_errors,
    layout_shifts,
    leftover_markup,
    missing_fonts,
    overflow,
    overlaps,
    page_weight,
    paper_problems,
    typography_problems,
    visit,
    wrong_variants,
)

pytestmark = [pytest.mark.browser]

SOUND = Path(__file__).parent / "sound"
HERE = "<!-- here -->"
CHECKS = (
    console_problems,
    foreign_requests,
    missing_fonts,
    broken_images,
    bad_equations,
    overflow,
    layout_shifts,
    leftover_markup,
    typography_problems,
    axe_violations,
)

SHIFT = (
    "<p>Le dernier mot.</p><script>setTimeout(() => document.querySelector('h1').insertAdjacentHTML("
    "'beforebegin', '<div style=\"height:300px\"></div>'), 100)</script>"
)
FONT = "@font-face { font-family: Absente; src: url(absent.woff2) } body { font-family: Absente }"


class Fault(NamedTuple):
    """What breaks the sound page, and what the check must say of it."""

    check: Callable[[Visit], list[str]]
    old: str
    new: str
    expected: str


BROKEN = [
    Fault(console_problems, HERE, "<script>console.error('oups')</script>", "oups"),
    Fault(console_problems, HERE, "<script>throw new Error('raté')</script>", "raté"),
    Fault(console_problems, "a-light.svg", "absent.svg", "404"),
    Fault(foreign_requests, HERE, '<img src="http://other.invalid/a.png" alt="">', "other.invalid"),
    Fault(missing_fonts, "/* style */", FONT, "Absente"),
    Fault(broken_images, 'img src="a-light.svg"', 'img src="absent.svg"', "not loaded"),
    Fault(broken_images, ' alt="Un trait"', "", "no alt"),
    Fault(broken_images, 'svg" width="20" height="10" alt', 'svg" alt', "no width"),
    Fault(bad_equations, "<math display", '<math hidden style="display:none" display', "eq-1"),
    Fault(bad_equations, '<math display="block">', "<math>", "eq-1"),
    Fault(bad_equations, "<mi>μ</mi><mo>=</mo><mn>0</mn>", "", "eq-1"),
    Fault(overflow, HERE, '<div style="width:2000px">.</div>', "2000px"),
    Fault(layout_shifts, HERE, SHIFT, "shift 0."),
    Fault(axe_violations, "/* style */", "p { color: #aaa; background: #fff }", "color-contrast"),
    Fault(axe_violations, HERE, '<a href="#a">a</a><br><a href="#b">b</a>', "target-size"),
    Fault(axe_violations, '<html lang="fr">', "<html>", "html-has-lang"),
    Fault(leftover_markup, "Oui", "$$x$$", "$$"),
    Fault(leftover_markup, "Oui", r"\(x\)", r"\\("),
    Fault(leftover_markup, "Oui", r"\[x\]", r"\\["),
    Fault(leftover_markup, "Oui", "&lt;&lt; x &gt;&gt;", "<<"),
    Fault(leftover_markup, "Oui", "{{ x }}", "{{"),
    Fault(leftover_markup, "Oui", "{% x %}", "{%"),
    Fault(leftover_markup, 'alt="Un trait"', 'alt="{{ x }}"', "{{"),
    Fault(leftover_markup, "Oui", "<b>AJOUTER</b>", "AJOUTER"),
    Fault(typography_problems, "juste\u202f?", "juste ?", "ordinary space before"),
    Fault(typography_problems, "juste\u202f?", "juste?", "no space before ;"),
    Fault(typography_problems, "juste\u202f?", "<b>juste</b>\n?", "ordinary space before"),
    Fault(typography_problems, "bien\u202f»\u202f:", "bien\u202f» :", "ordinary space before"),
    Fault(typography_problems, "bien\u202f»\u202f:", "bien\u202f» puis: rien", "no space before :"),
    Fault(typography_problems, "«\u202fc’est", "« c’est", "inside «"),
    Fault(typography_problems, "bien\u202f»", "bien»", "inside «"),
    Fault(typography_problems, "c’est", "c'est", "straight apostrophe"),
    Fault(typography_problems, "Oui", '"Oui"', "straight quotation"),
    Fault(typography_problems, "98,2", "98.2", "decimal point"),
    Fault(typography_problems, "98,2\u202f%", "98,2 %", "before %"),
    Fault(typography_problems, "4\u202f000", "4 000", "thousands"),
    Fault(typography_problems, "…", "...", "ellipsis"),
    Fault(typography_problems, "<figcaption>Un trait.", "<figcaption>C'est un trait.", "straight apostrophe"),
    Fault(typography_problems, 'alt="Un trait"', 'alt="Un trait de 1.5"', "decimal point"),
    Fault(typography_problems, "<title>Une", "<title>L'une", "straight apostrophe"),
]


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SOUND, tmp_path / "page"))


@pytest.fixture
def sound_url(sound: Path) -> Iterator[str]:
    with served(sound) as url:
        yield f"{url}/index.html"


def break_page(directory: Path, old: str, new: str) -> None:
    page = directory / "index.html"
    html = page.read_text(encoding="utf-8")
    assert old in html
    page.write_text(html.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(("width", "scheme"), [(NARROW, "dark"), (WIDE, "light")])
def test_a_sound_page_passes_every_check(browser: Browser, sound_url: str, width: int, scheme: Scheme) -> None:
    with visit(browser, sound_url, width, scheme) as seen:
        assert {check.__name__: check(seen) for check in CHECKS} == {check.__name__: [] for check in CHECKS}
        assert wrong_variants(seen, width, scheme) == []
        assert equation_numbers(seen) == ["(1)"]


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: f"{fault.check.__name__}-{fault.expected}")
def test_a_broken_page_is_seen(browser: Browser, sound: Path, sound_url: str, fault: Fault) -> None:
    break_page(sound, fault.old, fault.new)
    with visit(browser, sound_url, patient=fault.check is layout_shifts) as seen:
        assert fault.expected in "\n".join(fault.check(seen))


def test_blocks_that_lie_over_one_another_are_seen(browser: Browser, sound: Path, sound_url: str) -> None:
    with visit(browser, sound_url) as seen:
        assert overlaps(seen, "main > *") == []
    break_page(sound, "/* style */", "#gbn_2 { margin-top: -40px }")
    with visit(browser, sound_url) as seen:
        assert "gbn_2" in "\n".join(overlaps(seen, "main > *"))


@pytest.mark.parametrize(
    ("width", "scheme", "lost"), [(WIDE, "dark", "a-dark.svg"), (NARROW, "light", "a-light-narrow.svg")]
)
def test_a_figure_in_the_wrong_theme_or_width_is_seen(
    browser: Browser, sound: Path, sound_url: str, width: int, scheme: Scheme, lost: str
) -> None:
    break_page(sound, f'srcset="{lost}"', 'srcset="a-light.svg"')
    with visit(browser, sound_url, width, scheme) as seen:
        assert wrong_variants(seen, width, scheme) != []


def test_the_weight_is_what_a_compressing_server_sends(browser: Browser, sound: Path, sound_url: str) -> None:
    page, drawing = (len(gzip.compress((sound / name).read_bytes())) for name in ("index.html", "a-light.svg"))
    with visit(browser, sound_url) as seen:
        # The drawing is the icon too, and the browser may or may not ask for it twice.
        assert page_weight(seen) in (page + drawing, page + 2 * drawing)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('a-light.svg" width="20" height="10" alt="Un trait"', 'absent.svg" alt=""', ["nothing under Un trait"]),
        ('src="a-light.svg"', 'src="a-light.svg" style="opacity: 0.3"', ["nothing under Un trait"]),
        ("<figcaption>Un", "<figcaption>Le", ["no caption Un trait"]),
        (HERE, '<div style="break-before: page; height: 9px"></div>', ["page 2 is blank"]),
        ("html { background: #fff", "@page { margin: 0 } html { background: #fffefb", ["page 1 is tinted"]),
        (HERE, "", []),
    ],
)
def test_a_badly_printed_page_is_seen(
    browser: Browser, sound: Path, sound_url: str, old: str, new: str, expected: list[str]
) -> None:
    break_page(sound, old, new)
    break_page(sound, "/* style */", f".figure {{ margin-bottom: {2 * UNDER}px }}")
    with visit(browser, sound_url) as seen:
        seen.page.pdf(path=sound / "sound.pdf", print_background=True)
    assert paper_problems(sound / "sound.pdf", ["Un trait"]) == expected


@pytest.mark.parametrize("line", ["Build Warning: no layout", "DEPRECATION: division", "Conflict: two files"])
def test_a_warning_of_jekyll_is_seen(line: str) -> None:
    assert build_problems(subprocess.CompletedProcess([], 0, line, "")) == [line]
    assert build_problems(subprocess.CompletedProcess([], 0, "", line)) == [line]
    assert build_problems(subprocess.CompletedProcess([], 0, "done in 0.1 seconds.", "")) == []
    assert build_problems(subprocess.CompletedProcess([], 1, "", "")) != []


def test_html_that_is_not_valid_is_seen_and_only_there(sound: Path) -> None:
    shutil.copy(sound / "index.html", sound / "sound.html")
    break_page(sound, HERE, "<div><b>mal fermé</div>")
    errors = html_errors(sound)
    assert "unclosed elements" in "\n".join(errors)
    assert [error for error in errors if not error.startswith("index.html")] == []


@pytest.mark.parametrize("href", ["#nulle-part", "absente.html"])
def test_a_dead_link_is_seen(sound: Path, href: str) -> None:
    assert dead_links(sound) == []
    break_page(sound, HERE, f'<a href="{href}">suite</a>')
    assert href in "\n".join(dead_links(sound))


@pytest.mark.parametrize("address", ["#nulle-part", "absente.html", "/absente.css", "index.html#nulle-part"])
def test_a_dead_reference_is_seen(sound: Path, address: str) -> None:
    assert dead_references(sound, "") == []
    break_page(sound, HERE, f'<a href="{address}">suite</a>')
    assert address in "\n".join(dead_references(sound, ""))


def test_an_anchor_of_another_page_is_found(sound: Path) -> None:
    (sound / "autre").mkdir()
    (sound / "autre" / "index.html").write_text('<p id="la">là</p>', encoding="utf-8")
    break_page(sound, HERE, '<a href="autre/#la">suite</a><a href="autre/">suite</a>')
    assert dead_references(sound, "") == []
