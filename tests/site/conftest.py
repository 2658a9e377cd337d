"""One build of the site and one browser for all the tests of the page."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from figures_src.notebook.build import alone
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
def built_site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The article, to which no test writes: the processes of ``pytest -n`` share what the first of them builds."""
    own = tmp_path_factory.getbasetemp()
    shared = (own if worker_id == "master" else own.parent) / "built_site"
    with alone(shared):
        if not (done := shared / "article").exists():
            assert build_problems(build_site(shared / "_site", paper=True)) == []
            done.touch()
    return shared / "_site"


@pytest.fixture(scope="session")
def whole_site(built_site: Path) -> Path:
    """The same, and the laboratory notebook in it, whose curves take a minute to draw."""
    with alone(built_site.parent):
        if not (done := built_site.parent / "whole").exists():
            build_notebook(built_site / "carnet")
            done.touch()
    return built_site


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
    assert chromium, "Chromium is missing: run `make test-all`, or `apt-get install chromium`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()
