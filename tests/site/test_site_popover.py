"""What a citation, an equation's number or a word leads to opens where it is read: pointer, keyboard, touch."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.site.site_checks import NARROW, WIDE, until, visit

pytestmark = [pytest.mark.site, pytest.mark.browser]

KINDS = ("a.citation", "a.equation-link", "a.term")
OPEN = "document.querySelector('.note:popover-open') !== null"


@contextmanager
def reading(browser: Browser, url: str, width: int = WIDE, **options: Any) -> Iterator[Page]:
    with visit(browser, url, width, **options) as seen:
        until(seen.page, "document.querySelector('.note') !== null")
        yield seen.page
        assert seen.console == []


def first(page: Page, kind: str) -> Locator:
    link = page.locator(f".post-body {kind}:visible").first
    link.scroll_into_view_if_needed()
    page.wait_for_timeout(100)  # the scroll it takes would close what opens
    return link


def heard(page: Page, link: Locator) -> str:
    """The note, and that the link is described by it."""
    until(page, OPEN)
    assert link.get_attribute("aria-describedby") == "note"
    text = page.locator(".note").inner_text()
    assert len(text) > 3
    assert (
        page.evaluate("new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size")
        == page.locator("[id]").count()
    )
    return text


@pytest.mark.parametrize("kind", KINDS)
def test_a_pointer_opens_it_can_move_into_it_and_closes_it(browser: Browser, post_url: str, kind: str) -> None:
    with reading(browser, post_url) as page:
        link = first(page, kind)
        link.hover()
        heard(page, link)
        page.locator(".note").hover()
        page.wait_for_timeout(400)
        assert page.evaluate(OPEN)
        page.mouse.move(1, 1)
        until(page, f"!({OPEN})")
        assert link.get_attribute("aria-describedby") is None


@pytest.mark.parametrize("kind", KINDS)
def test_the_focus_opens_it_and_escape_closes_it(browser: Browser, post_url: str, kind: str) -> None:
    with reading(browser, post_url) as page:
        link = first(page, kind)
        page.keyboard.press("Tab")
        link.focus()
        heard(page, link)
        page.keyboard.press("Escape")
        until(page, f"!({OPEN})")
        assert link.evaluate("link => link === document.activeElement")
        link.press("Enter")
        assert page.evaluate("location.hash") == link.evaluate("link => link.hash")


@pytest.mark.parametrize("kind", KINDS)
def test_a_tap_opens_it_inside_of_the_window_and_a_second_one_follows(
    browser: Browser, post_url: str, kind: str
) -> None:
    with reading(browser, post_url, NARROW, has_touch=True) as page:
        link = first(page, kind)
        link.tap()
        heard(page, link)
        box = page.locator(".note").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= NARROW
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 900
        assert page.evaluate("location.hash") == ""
        link.tap()
        until(page, "location.hash.length > 1")


def test_a_reference_is_shown_without_its_ways_back(browser: Browser, post_url: str) -> None:
    with reading(browser, post_url) as page:
        link = first(page, "a.citation[href='#ref-ioffe2015']")
        link.hover()
        text = heard(page, link)
        assert "Sergey Ioffe" in text
        assert "↑" not in text


def test_every_work_leads_back_to_where_it_is_cited_first(browser: Browser, post_url: str) -> None:
    """A work that is not cited would stop the script."""
    back = """[...document.querySelectorAll('.references > li')].map(work => {
        const cited = document.querySelector(work.querySelector('.back-link')?.hash ?? 'none');
        return cited === document.querySelector(`.citation[href="#${work.id}"]`) ? 'first' : work.id; })"""
    with reading(browser, post_url) as page:
        found = page.evaluate(back)
        assert len(found) > 50
        assert set(found) == {"first"}


def test_what_the_reader_scrolls_away_from_is_closed(browser: Browser, post_url: str) -> None:
    with reading(browser, post_url) as page:
        link = first(page, "a.citation")
        link.hover()
        heard(page, link)
        page.mouse.wheel(0, 600)
        until(page, f"!({OPEN})")
