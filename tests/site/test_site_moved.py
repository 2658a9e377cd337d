"""A passage of an earlier edition that stands elsewhere now is found at its old address, with scripts and without."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from playwright.sync_api import Browser

from figures_src.paper import Quiet, served
from tests.site.site_checks import visit

pytestmark = [pytest.mark.site, pytest.mark.browser]

LIST = '<nav class="moved"><ul><li id="gone"><a href="/carnet/vgg/#iterations">Un tableau</a></li></ul></nav>'


class WithOneMore(Quiet):
    """What serves one page besides those of the folder."""

    path_of_it: ClassVar[str]
    page: ClassVar[bytes]

    def do_GET(self) -> None:
        if self.path != self.path_of_it:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(self.page)))
        self.end_headers()
        self.wfile.write(self.page)


@pytest.fixture
def moved(built_site: Path, post_path: str) -> Iterator[str]:
    """The address of a copy of the article that lost a passage."""
    text = (built_site / post_path).read_text(encoding="utf-8")

    class Handler(WithOneMore):
        path_of_it = "/" + str(Path(post_path).with_name("deplace.html"))
        page = text.replace("</article>", f"{LIST}</article>", 1).encode()

    with served(built_site, Handler) as url:
        yield url + Handler.path_of_it


@pytest.mark.whole
def test_an_old_address_leads_to_where_its_passage_stands(browser: Browser, moved: str, whole_site: Path) -> None:
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
