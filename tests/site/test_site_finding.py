"""What other programs read of the site: how to cite it, find it, show it; and what it lets a browser do."""

import json
import re
import resource
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bibtexparser.entrypoint import parse_string
from playwright.sync_api import Browser

from figures_src.catalogue import FIGURES
from tests.site.site_checks import ROOT, build_problems, build_site, inline_code, policy_of, until, visit

pytestmark = pytest.mark.site

SELF_ONLY = {"'none'", "'self'", "data:"}


@pytest.fixture(scope="module")
def post(built_site: Path, post_path: str) -> str:
    return (built_site / post_path).read_text(encoding="utf-8")


def meta(html: str) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)"', html))


def test_the_head_tells_how_to_cite_the_article(post: str) -> None:
    tags = meta(post)
    assert tags["citation_title"] == "Normalisation par lots (Batch Normalization)"
    assert tags["citation_publication_date"] == "2021/04/05"
    assert tags["citation_language"] == "fr"
    assert tags["citation_author"]
    assert tags["citation_fulltext_html_url"] == tags["og:url"]
    assert 50 < len(tags["description"]) < 300
    assert f'<link rel="canonical" href="{tags["og:url"]}"' in post


def test_search_engines_are_told_of_a_scholarly_article(post: str) -> None:
    found = re.findall(r'<script type="application/ld\+json">\s*(.*?)</script>', post, re.DOTALL)
    assert len(found) == 1
    told = json.loads(found[0])
    assert told["@type"] == "ScholarlyArticle"
    assert told["headline"] == meta(post)["citation_title"]
    assert told["author"]["name"] == meta(post)["citation_author"]
    assert told["datePublished"].startswith("2021-04-05")


def test_the_card_is_a_picture_of_the_size_it_says(post: str, built_site: Path) -> None:
    tags = meta(post)
    path = built_site / tags["og:image"].removeprefix("https://example.org/")
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    assert (width, height) == (int(tags["og:image:width"]), int(tags["og:image:height"])) == (1200, 630)
    assert tags["twitter:card"] == "summary_large_image"
    assert len(tags["og:image:alt"]) > 20


def test_feed_sitemap_and_robots_name_the_article(post: str, built_site: Path, post_path: str) -> None:
    address = f"https://example.org/{post_path}"
    feed = ElementTree.parse(built_site / "feed.xml").getroot()
    atom = "{http://www.w3.org/2005/Atom}"
    assert [link.get("href") for link in feed.iterfind(f"{atom}entry/{atom}link")] == [address]
    places = [e.text for e in ElementTree.parse(built_site / "sitemap.xml").iter() if e.tag.endswith("loc")]
    assert address in places
    assert "https://example.org/a-propos.html" in places
    assert "Sitemap: https://example.org/sitemap.xml" in (built_site / "robots.txt").read_text()
    assert address.removeprefix("https://example.org") in (built_site / "index.html").read_text(encoding="utf-8")


def test_a_new_edition_reaches_subscribers_and_search_engines(post: str, built_site: Path, post_path: str) -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    edition = max(re.findall(r"^## \[.+\] - (\d{4}-\d\d-\d\d)$", changelog, re.M))
    feed = ElementTree.parse(built_site / "feed.xml").getroot()
    atom = "{http://www.w3.org/2005/Atom}"
    dates = [
        element.text or ""
        for element in (feed.find(f"{atom}updated"), feed.find(f"{atom}entry/{atom}updated"))
        if element is not None
    ]
    places = ElementTree.parse(built_site / "sitemap.xml").getroot()
    told = json.loads(re.findall(r'<script type="application/ld\+json">\s*(.*?)</script>', post, re.DOTALL)[0])
    for place in places:
        if (place[0].text or "").endswith(post_path):
            dates.append(place[1].text or "")
    dates += [told["dateModified"], meta(post)["citation_online_date"].replace("/", "-")]
    assert [date[:10] for date in dates] == [edition] * 5
    assert f'<time datetime="{edition}">' in post
    assert told["datePublished"] < told["dateModified"]


EDITION = "begin; puts Edition.date($stdin.read); rescue Jekyll::Errors::FatalException => e; abort e.message; end"


@pytest.mark.parametrize(
    ("changelog", "told"),
    [
        ("## [Unreleased]\n\n## [1.1.0] - 2027-02-03\n\n## [1.0.0] - 2026-11-23\n", "2027-02-03"),
        ("## [1.0.0] - 2026-11-23\n\nSince 2028-01-01, nothing.\n\n## [1.1.0] - 2027-02-03\n", "2027-02-03"),
        ("## [1.1.0] - 2027-02-03 [YANKED]\r\n## [1.0.0] - 2026-11-23\r\n", "2027-02-03"),
        ("## [1.1.0] – 2027-02-03\n\n## [1.0.0] - 2026-11-23\n", "no date in `## [1.1.0] – 2027-02-03`"),
        ("## 1.1.0 - 2027-02-03\n\n## [1.0.0] - 2026-11-23\n", "no date in `## 1.1.0 - 2027-02-03`"),
        ("## [Unreleased]\n", "names no edition"),
        ("## [1.0.0] - 2026-13-40\n", "names no edition"),
    ],
)
def test_the_edition_is_the_newest_one_with_a_date(changelog: str, told: str) -> None:
    plugin = ROOT / "_plugins" / "edition.rb"
    command = ["ruby", "-Eutf-8", "-rjekyll", "-r", str(plugin), "-e", EDITION]
    result = subprocess.run(command, input=changelog, capture_output=True, text=True, check=False)
    assert told in result.stdout + result.stderr
    assert (result.returncode == 0) == told.startswith("20")


def test_the_notice_is_bibtex_that_names_the_article(post: str) -> None:
    notice = re.search(r'<pre id="bibtex"[^>]*><code>(.*?)</code>', post, re.DOTALL)
    assert notice
    library = parse_string(notice[1])
    assert not library.failed_blocks
    fields = library.entries[0].fields_dict
    assert fields["title"].value == "Normalisation par lots (Batch Normalization)"
    assert fields["url"].value == meta(post)["og:url"]
    assert re.fullmatch(r"20\d\d", fields["year"].value)


@pytest.mark.browser
def test_the_notice_is_copied_by_one_key(browser: Browser, post_url: str) -> None:
    with visit(browser, post_url, permissions=["clipboard-read", "clipboard-write"]) as seen:
        button = seen.page.locator("button[data-copies]")
        button.press("Enter")
        until(seen.page, "document.querySelector('.copy [role=status]').textContent === 'Copié.'")
        assert seen.page.evaluate("navigator.clipboard.readText()").startswith("@misc{normalisation-par-lots,")


def test_no_page_holds_code_of_its_own(built_site: Path) -> None:
    pages = [page for page in built_site.rglob("*.html") if "carnet" not in page.relative_to(built_site).parts]
    assert len(pages) == 4
    assert {page.name: inline_code(page.read_text(encoding="utf-8")) for page in pages} == {
        page.name: [] for page in pages
    }


@pytest.mark.browser
@pytest.mark.parametrize("page", ["post", "index.html", "404.html", "a-propos.html"])
def test_the_policy_lets_in_this_site_alone(browser: Browser, site_url: str, post_path: str, page: str) -> None:
    address = f"{site_url}/{post_path if page == 'post' else page}"
    with visit(browser, address) as seen:
        policy = policy_of(seen)
        assert policy["default-src"] == ["'none'"]
        assert policy["script-src"] == policy["style-src"] == ["'self'"]
        assert policy["base-uri"] == policy["form-action"] == ["'none'"]
        assert {source for sources in policy.values() for source in sources} <= SELF_ONLY
        seen.page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
        )
        assert seen.page.evaluate("window.ran") is None
        assert "Content Security Policy" in "\n".join(seen.console)
        assert seen.page.context.cookies() == []
        assert seen.page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_a_build_is_quick(tmp_path: Path, measured: Callable[[str, object], None]) -> None:
    # Of processor, not of clock: other work on the machine must not fail the build.
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = build_site(tmp_path / "timed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert build_problems(result) == []
    told = re.search(r"done in ([\d.]+) seconds", result.stdout)
    assert told
    measured("jekyll build", f"{took:.1f} s of processor, {told[1]} s by the clock once started")
    assert took < 5


def test_every_figure_of_the_catalogue_has_its_numbers_beside_it(built_site: Path) -> None:
    for figure in FIGURES.values():
        assert (built_site / "assets" / "figures" / f"{figure.id}.csv").exists() == figure.has_table
        assert (built_site / "assets" / "figures" / f"{figure.id}.json").exists() == figure.has_data
