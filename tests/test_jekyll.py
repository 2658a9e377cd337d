"""The address of the site, what Jekyll reads, and what is told when the site cannot be served."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from figures_src import jekyll
from figures_src.jekyll import Address

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("url", ["https://name.github.io", "https://name.github.io/", " https://name.github.io// "])
@pytest.mark.parametrize("base_path", ["a/b", "/a/b", "a/b/", "//a//b//"])
def test_slashes_too_many_or_too_few_are_mended(url: str, base_path: str) -> None:
    address = Address.parse(url, base_path)
    assert address == Address("https://name.github.io", "/a/b")
    assert address.under("carnet") == "https://name.github.io/a/b/carnet/"


@pytest.mark.parametrize("base_path", ["", "/", "//", " "])
def test_the_root_is_no_path(base_path: str) -> None:
    assert Address.parse("http://127.0.0.1:4000", base_path).under("carnet") == "http://127.0.0.1:4000/carnet/"
    assert Address.parse("", base_path) == Address()
    assert Address().under("carnet") == ""


@pytest.mark.parametrize(
    ("url", "base_path", "mend"),
    [
        ("name.github.io", "", "https://name.github.io"),
        ("ftp://name.github.io", "", "https://name.github.io"),
        ("https://", "", "https://name.github.io"),
        ("https:///a", "", "https://name.github.io"),
        ('https://name"\nplugins: []', "", "https://name.github.io"),
        ("https://[name", "", "https://name.github.io"),
        ("https://name.github.io/repository", "", "BASE_PATH=/repository"),
        ("https://name.github.io?a=b", "", "BASE_PATH"),
        ("", "https://name.github.io/repository", "/repository"),
        ("", "/../elsewhere", "/repository"),
        ("", "/a b", "/repository"),
        ("", "/a?b", "/repository"),
        ("", "C:/Program Files/Git/repository", "/repository"),
    ],
)
def test_what_is_no_address_is_refused_with_its_mend(url: str, base_path: str, mend: str) -> None:
    with pytest.raises(ValueError, match=r"SITE_URL|BASE_PATH") as refusal:
        Address.parse(url, base_path)
    assert mend in str(refusal.value)


@pytest.mark.parametrize(
    "text", ["https://github.com/name/it", " https://github.com/name/it/ ", "https://github.com/name/it.git"]
)
def test_a_repository_is_told_by_its_page(text: str) -> None:
    assert Address.parse("", "", text).repository == "https://github.com/name/it"


@pytest.mark.parametrize(
    "text", ["git@github.com:name/it.git", "https://github.com", 'https://a/b"c', "github.com/name/it"]
)
def test_what_is_no_page_of_a_repository_is_refused_with_its_mend(text: str) -> None:
    with pytest.raises(ValueError, match=r"REPOSITORY=.*https://github\.com/name/repository"):
        Address.parse("", "", text)


def test_jekyll_reads_the_skin_and_nothing_of_the_tools(tmp_path: Path) -> None:
    address = Address("https://name.github.io", "/repository", "https://github.com/name/repository")
    jekyll._write_sources(tmp_path, address)
    folders = [Path(folder) for folder, _, _ in os.walk(tmp_path, followlinks=True)]
    assert len(folders) < 50
    assert not {".venv", "node_modules", ".git", "tests"} & {folder.name for folder in folders}
    assert all(path.resolve().exists() for path in tmp_path.rglob("*"))
    written = yaml.safe_load((tmp_path / jekyll.ADDRESS).read_text(encoding="utf-8"))
    assert written == {
        "url": address.url,
        "baseurl": address.base_path,
        "sources_url": address.repository,
        "paper": False,
    }


def test_the_code_served_is_that_of_the_package(tmp_path: Path) -> None:
    jekyll._write_sources(tmp_path, Address())
    code = tmp_path / "assets" / "code"
    copies = [path for path in code.rglob("*") if path.is_file()]
    assert len(copies) > 20
    assert not any(path.is_symlink() for path in [code, *code.rglob("*")])
    assert [
        copy for copy in copies if copy.read_bytes() != (ROOT / "figures_src" / copy.relative_to(code)).read_bytes()
    ] == []


def command(*options: str) -> "subprocess.CompletedProcess[str]":
    script = [sys.executable, str(ROOT / "scripts" / "build_site.py")]
    return subprocess.run([*script, *options], capture_output=True, text=True, check=False)


def test_a_taken_port_says_how_to_choose_another() -> None:
    with socket.socket() as taken:
        taken.bind((jekyll.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = command("--serve", str(port))
    assert result.returncode == 1
    assert f"make serve PORT={port + 1}" in result.stderr


def test_a_preview_does_not_take_the_folder_of_another(tmp_path: Path) -> None:
    other = [
        sys.executable,
        "-c",
        f"from figures_src import jekyll; from pathlib import Path; print(jekyll._hold(Path({str(tmp_path)!r})))",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    free = subprocess.run(other, env=environment, capture_output=True, text=True, check=True).stdout
    assert jekyll._hold(tmp_path)
    taken = subprocess.run(other, env=environment, capture_output=True, text=True, check=True).stdout
    assert (free, taken) == ("True\n", "False\n")


@pytest.mark.parametrize(("port", "other"), [(4000, 4001), (80, 4001), (1023, 1024), (65535, 4001)])
def test_the_port_proposed_is_one_that_may_be_taken(monkeypatch: pytest.MonkeyPatch, port: int, other: int) -> None:
    monkeypatch.setattr(jekyll, "_refusal", lambda port: "Permission denied")
    with pytest.raises(jekyll.SiteFailed, match=f"PORT={other}$"):
        jekyll.serve(port)


def test_what_jekyll_says_comes_without_the_trace_of_ruby(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = "ERROR: YOUR SITE COULD NOT BE BUILT:\nCHANGELOG.md names no edition\n"
    trace = "/gems/command.rb:33:in `exit': exit (SystemExit)\n\tfrom /usr/bin/jekyll:25:in `<main>'\n"
    (tmp_path / "jekyll").write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{told}{trace}END\nexit 1\n")
    (tmp_path / "jekyll").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(jekyll.SiteFailed) as failure:
        jekyll.build(tmp_path / "site", Address())
    assert str(failure.value) == f"{told}\nJekyll stopped: mend what it says above, then run again"


@pytest.mark.parametrize("port", ["", "abc", "0", "65536", "-1", "٤٠٠٠"])
def test_what_is_no_port_is_refused(port: str) -> None:
    result = command(f"--serve={port}")
    assert result.returncode == 2
    assert f"PORT={port}" in result.stderr


def test_a_wrong_address_is_refused_before_anything_is_built(tmp_path: Path) -> None:
    result = command("--base-path", "a b", "--destination", str(tmp_path / "site"))
    assert result.returncode == 2
    assert not (tmp_path / "site").exists()


def test_a_folder_of_other_things_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.txt").write_text("dear")
    result = command("--no-notebook", "--destination", str(tmp_path))
    assert result.returncode == 2
    assert f"{tmp_path} holds other things" in result.stderr
    assert (tmp_path / "letters" / "one.txt").read_text() == "dear"
    assert [path.name for path in tmp_path.iterdir()] == ["letters"]


def test_a_folder_that_cannot_be_made_costs_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = command("--no-notebook", "--destination", str(tmp_path / "file" / "site"))
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert str(tmp_path / "file" / "site") in result.stderr


@pytest.mark.site
@pytest.mark.parametrize("repository", ["", "https://github.com/name/repository"])
def test_readers_are_led_to_where_an_error_is_reported(tmp_path: Path, repository: str) -> None:
    jekyll.build(tmp_path / "site", Address(repository=repository))
    about = (tmp_path / "site" / "a-propos.html").read_text(encoding="utf-8")
    assert 'id="signaler-une-erreur"' in about
    assert ("/issues" in about) == bool(repository)
    assert (f'href="{repository}/issues"' in about) == bool(repository)
    for page in (tmp_path / "site").rglob("*.html"):
        assert 'href="/a-propos.html#signaler-une-erreur"' in page.read_text(encoding="utf-8"), page
