"""The site as files: builds in silence, the same twice, valid, with no dead link, anywhere it is put."""

import re
from pathlib import Path

import pytest

from figures_src.article.playable import NAMES
from figures_src.build import FULL
from tests.site.site_checks import ROOT, build_problems, build_site, dead_links, html_errors

pytestmark = pytest.mark.site


def tree(directory: Path) -> dict[str, bytes]:
    """What Jekyll made; the notebook has tests of its own."""
    files = {str(p.relative_to(directory)): p for p in directory.rglob("*") if p.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not name.startswith("carnet/")}


def test_the_site_holds_the_pages_and_nothing_of_the_workshop(built_site: Path, post_path: str) -> None:
    files = set(tree(built_site))
    assert {"index.html", "404.html", "feed.xml", "sitemap.xml", "robots.txt", "favicon.svg", post_path} <= files
    tops = {name.split("/")[0] for name in files}
    assert not tops & {"figures_src", "tests", "scripts", "node_modules", "build", "pages", "README.md", "Makefile"}
    assert not [path for path in built_site.rglob("*") if path.is_symlink()]
    # The sources that the article links to, with the modules that they share.
    sources = {name for name in files if name.endswith((".py", ".toml", ".npz", ".scss"))}
    assert sources == {
        "assets/code/batchnorm.py",
        *(f"assets/code/figures/{path.name}" for path in (ROOT / "figures_src" / "figures").glob("[!_]*.py")),
    }


def test_two_builds_give_the_same_bytes_whatever_is_inherited(
    built_site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock of gems that nobody has, another project's variables and a lone slash change nothing."""
    (tmp_path / "Gemfile").write_text('source "https://rubygems.org"\ngem "rexml", "0.0.1"\n')
    lock = ["GEM", "  remote: https://rubygems.org/", "  specs:", "    rexml (0.0.1)", ""]
    lock += ["PLATFORMS", "  ruby", "", "DEPENDENCIES", "  rexml (= 0.0.1)", ""]
    (tmp_path / "Gemfile.lock").write_text("\n".join(lock))
    inherited = {"BUNDLE_GEMFILE": str(tmp_path / "Gemfile"), "BUNDLE_FROZEN": "true", "RUBYOPT": "-rbundler/setup"}
    for name, value in {**inherited, "JEKYLL_ENV": "development", "LC_ALL": "C", "TZ": "Asia/Tokyo"}.items():
        monkeypatch.setenv(name, value)
    assert build_problems(build_site(tmp_path / "again", base_path="/", paper=True)) == []
    assert tree(tmp_path / "again") == tree(built_site)


def test_every_address_follows_the_base_path(tmp_path: Path, post_path: str) -> None:
    assert build_problems(build_site(tmp_path / "moved", base_path="repository/")) == []
    for page in (post_path, "index.html", "404.html"):
        html = (tmp_path / "moved" / page).read_text(encoding="utf-8")
        addresses = re.findall(r'(?:src|srcset|href)="(/[^"]*)"', html)
        assert addresses
        assert [address for address in addresses if not address.startswith("/repository/")] == []


def test_the_nu_checker_finds_no_error(built_site: Path, post_path: str) -> None:
    assert html_errors(built_site) == []


def test_the_nu_checker_finds_no_error_in_what_can_be_played_with(tmp_path: Path) -> None:
    head = '<!DOCTYPE html><html lang="fr"><head><title>À manipuler</title></head><body>'
    for path in sorted(FULL.plays.iterdir()):
        (tmp_path / f"{path.stem}.html").write_text(f"{head}{path.read_text(encoding='utf-8')}</body></html>", "utf-8")
    assert len(list(tmp_path.iterdir())) == len(NAMES)
    assert html_errors(tmp_path) == []


@pytest.mark.whole
def test_no_link_anchor_or_image_is_dead(whole_site: Path, post_path: str) -> None:
    """Those that lead from the article to the laboratory notebook, too."""
    assert dead_links(whole_site) == []
