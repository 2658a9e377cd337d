"""A passage of an earlier edition that stands elsewhere now is found at its old address, with scripts and without."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.site.site_checks import visit

pytestmark = [pytest.mark.site, pytest.mark.browser]

LIST = '<nav class="moved"><ul><li id="gone"><a href="/carnet/vgg/#iterations">Un tableau</a></li></ul></nav>'


@pytest.fixture
def moved(built_site: Path, post_path: str, post_url: str) -> Iterator[str]:
    """The address of a copy of the article that lost a passage."""
    page = (built_site / post_path).with_name("deplace.html")
    text = (built_site / post_path).read_text(encoding="utf-8")
    page.write_text(text.replace("</article>", f"{LIST}</article>", 1), encoding="utf-8")
    yield post_url.replace("normalisation-par-lots.html", page.name)
    page.unlink()


def test_an_old_address_leads_to_where_its_passage_stands(browser: Browser, moved: str) -> None:
    with visit(browser, f"{moved}#principe") as seen:
        assert "#principe" in seen.page.url
        seen.page.evaluate("location.hash = 'gone'")
        seen.page.wait_for_url("**/carnet/vgg/#iterations")
        assert seen.page.locator("h3:target").count() == 1


def test_so_does_one_that_is_followed_from_elsewhere(browser: Browser, moved: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{moved}#gone")
    page.wait_for_url("**/carnet/vgg/#iterations")
    context.close()


def test_without_scripts_its_link_is_what_the_reader_sees(browser: Browser, moved: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{moved}#gone")
    link = page.locator("#gone a")
    assert link.is_visible()
    assert link.get_attribute("href") == "/carnet/vgg/#iterations"
    box = link.bounding_box()
    assert box
    assert 0 <= box["y"] < 720
    context.close()
