"""One build of the site and one browser for all the tests of the page."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from figures_src.paper import served
from tests.site.site_checks import build_notebook, build_problems, build_site

FIGURES_OF_THE_GATES = pytest.StashKey[dict[str, str]]()


@pytest.fixture(scope="session")
def measured(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Keep a figure that a gate measured, to be printed when all have run."""
    return request.config.stash.setdefault(FIGURES_OF_THE_GATES, {}).__setitem__


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    figures = config.stash.get(FIGURES_OF_THE_GATES, {})
    if figures:
        terminalreporter.section("measured on the built page")
    for name, value in sorted(figures.items()):
        terminalreporter.line(f"{name}: {value}")


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    destination = tmp_path_factory.mktemp("site") / "_site"
    assert build_problems(build_site(destination, paper=True)) == []
    build_notebook(destination / "carnet")
    return destination


@pytest.fixture(scope="session")
def post_path(built_site: Path) -> str:
    posts = list(built_site.rglob("normalisation-par-lots.html"))
    assert posts, "the article is not in the site: `make figures` writes it to _posts"
    return posts[0].relative_to(built_site).as_posix()


@pytest.fixture(scope="session")
def post_url(site_url: str, post_path: str) -> str:
    return f"{site_url}/{post_path}"


@pytest.fixture(scope="session")
def site_url(built_site: Path) -> Iterator[str]:
    with served(built_site) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "Chromium is missing: run `make test`, or `apt-get install chromium`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()
