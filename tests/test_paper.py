"""What is told when the article cannot be printed; what is printed, `tests/site` reads."""

import urllib.request
from pathlib import Path

import pytest

from figures_src import paper

pytestmark = pytest.mark.slow

PAGE = '<meta name="citation_online_date" content="2026/11/26">'


def site(tmp_path: Path, page: str = PAGE) -> Path:
    folder = tmp_path / "2021"
    folder.mkdir()
    (folder / paper.ARTICLE).write_text(page)
    return tmp_path


def browser(folder: Path, script: str) -> str:
    """A folder with a browser that does as the script says, for ``PATH``."""
    program = folder / "chromium"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def test_a_missing_browser_is_named_with_its_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"install_tools.sh chromium`, or `make site PAPER=no`"):
        paper.print_article(site(tmp_path), "")


def test_a_site_without_article_and_an_article_without_edition_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make figures"):
        paper.print_article(tmp_path, "")
    with pytest.raises(ValueError, match="date of its edition"):
        paper.print_article(site(tmp_path, "<p>"), "")


@pytest.mark.parametrize("script", ["echo broken >&2; exit 3", "exit 0"])
def test_a_browser_that_prints_nothing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    monkeypatch.setenv("PATH", browser(tmp_path, script))
    with pytest.raises(paper.PaperFailed, match="--no-paper leaves it out"):
        paper.print_article(site(tmp_path), "")


def test_dates_of_the_printing_become_that_of_the_edition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    last = "for option; do case $option in --print-to-pdf=*) to=${option#*=};; esac; done"
    monkeypatch.setenv("PATH", browser(tmp_path, f"{last}\nprintf '/CreationDate (D:20270101123456+00) x' > \"$to\""))
    made = paper.print_article(site(tmp_path), "")
    assert made == tmp_path / "2021" / "normalisation-par-lots.pdf"
    assert made.read_bytes() == b"/CreationDate (D:20261126000000+00) x"


def test_cells_are_numbered_in_their_order_whatever_the_browser_counted_before() -> None:
    first, second = (paper.settled(b"/ID (node%08d) /ID (node%08d) /Headers [(node%08d)]" % each, b"20261126")
                     for each in ((1407, 1409, 1407), (1408, 1412, 1408)))  # fmt: skip
    assert first == second == b"/ID (node00000000) /ID (node00000001) /Headers [(node00000000)]"


def test_a_site_is_served_under_its_path(tmp_path: Path) -> None:
    with paper.served(site(tmp_path), type("Under", (paper.Quiet,), {"base_path": "/a/b"})) as address:
        assert urllib.request.urlopen(f"{address}/a/b/2021/{paper.ARTICLE}").read().decode() == PAGE


def test_the_style_is_served_with_the_size_of_the_paper(tmp_path: Path) -> None:
    (tmp_path / "main.css").write_text("@page{margin:1cm}")
    with paper.served(tmp_path, paper.OnPaper) as address:
        assert urllib.request.urlopen(f"{address}/main.css").read().decode() == "@page{margin:1cm}@page { size: A4 }"


def test_what_came_twice_is_the_paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = tmp_path / "count"
    to = "for option; do case $option in --print-to-pdf=*) to=${option#*=};; esac; done"
    often = f'echo x >> {count}; case $(wc -l < {count}) in 2) echo other;; *) echo usual;; esac > "$to"'
    monkeypatch.setenv("PATH", browser(tmp_path, f"{to}\n{often}"))
    assert paper.print_article(site(tmp_path), "").read_bytes() == b"usual\n"
    assert len(count.read_text().split()) == 3


def test_a_page_is_served_without_scripts_and_asks_for_every_font(tmp_path: Path) -> None:
    fonts = tmp_path / "assets" / "fonts"
    fonts.mkdir(parents=True)
    (fonts / "one.woff2").touch()
    (tmp_path / "page.html").write_text('<head><script type="module" src="/a.js"></script><title>é</title></head>')
    handler = type("Under", (paper.OnPaper,), {"base_path": "/a"})
    with paper.served(tmp_path, handler) as address:
        page = urllib.request.urlopen(f"{address}/a/page.html").read().decode()
    assert page == f"<head><title>é</title>{paper.PRELOAD.format('/a/assets/fonts/one.woff2')}</head>"


@pytest.mark.parametrize(("error", "told"), [(BrokenPipeError, False), (ValueError, True)])
def test_a_browser_that_leaves_is_no_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], error: type[Exception], told: bool
) -> None:
    class Broken(paper.Quiet):
        def do_GET(self) -> None:
            raise error

    with paper.served(tmp_path, Broken) as address, pytest.raises(OSError, match="closed connection"):
        urllib.request.urlopen(address)
    assert ("Exception" in capsys.readouterr().err) is told
