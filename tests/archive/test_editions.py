"""The editions, one list for the page, the archive and the citation."""

import dataclasses
import json
import subprocess
import tomllib
from pathlib import Path

import pytest

from figures_src.archive import citation as citations
from figures_src.archive.editions import Edition, NoEdition, editions

ROOT = Path(__file__).parents[2]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
SAMPLE = """
## [Unreleased]

### For readers

- Pas encore.

## [1.1.0] - 2027-02-03 [YANKED]

### For readers

- Une conclusion est
  retirée.
- Une autre : « non » ?

### Added

- Something for contributors.

## [1.0.0] - 2026-11-23

### For readers

- Tout.
"""
RUBY = "puts JSON.generate(Edition.all($stdin.read))"


def listed_by_jekyll(changelog: str) -> "subprocess.CompletedProcess[str]":
    plugin = ROOT / "_plugins" / "edition.rb"
    command = ["ruby", "-Eutf-8", "-rjekyll", "-rjson", "-r", str(plugin), "-e", RUBY]
    return subprocess.run(command, input=changelog, capture_output=True, text=True, check=False)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_what_readers_are_told_is_read_edition_by_edition() -> None:
    assert editions(SAMPLE) == (
        Edition("1.1.0", "2027-02-03", ("Une conclusion est retirée.", "Une autre : « non » ?")),
        Edition("1.0.0", "2026-11-23", ("Tout.",)),
    )


@pytest.mark.site
@pytest.mark.parametrize("changelog", [SAMPLE, CHANGELOG])
def test_the_page_lists_the_same_ones(changelog: str) -> None:
    listed = json.loads(listed_by_jekyll(changelog).stdout)
    told = [Edition(row["version"], row["date"], tuple(plain(change) for change in row["changes"])) for row in listed]
    assert tuple(told) == editions(changelog)
    changes = [change for row in listed for change in row["changes"]]
    assert not [change for change in changes if " :" in change or "« " in change or " ?" in change]


@pytest.mark.parametrize(
    ("changelog", "told"),
    [
        ("## [Unreleased]\n", "names no edition"),
        ("## [1.0.0] - 2026-11-23\n\n### Added\n\n- A thing.\n", "1.0.0 tells readers nothing"),
        ("## [1.0.0] - 2026-11-23\n\n### For readers\n\n### Added\n\n- A thing.\n", "### For readers"),
        ("## [1.0.0] - 2026-13-40\n\n### For readers\n\n- Tout.\n", "1.0.0 has no day of the calendar"),
    ],
)
def test_an_edition_without_date_or_news_is_refused(changelog: str, told: str) -> None:
    with pytest.raises(NoEdition, match=told):
        editions(changelog)


@pytest.mark.site
def test_jekyll_refuses_an_edition_without_news() -> None:
    refused = listed_by_jekyll("## [1.0.0] - 2026-11-23\n\n### Added\n\n- A thing.\n")
    assert refused.returncode
    assert "tells readers nothing" in refused.stderr


def test_citation_deposit_and_package_are_of_the_newest_edition() -> None:
    newest = editions(CHANGELOG)[0]
    citation = citations.parse((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    citations.agree(citation, newest)
    assert (ROOT / citations.ZENODO).read_bytes() == citations.zenodo(citation), citations.MEND
    told = json.loads(citations.zenodo(citation))
    assert (told["version"], told["publication_date"]) == (newest.version, newest.date)
    assert tuple(person["name"] for person in told["creators"]) == citation.authors
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"] == newest.version


def test_a_citation_of_another_edition_is_refused_with_its_mend() -> None:
    citation = citations.parse((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    newest = dataclasses.replace(editions(CHANGELOG)[0], version="99.0.0")
    with pytest.raises(citations.Disagreement, match=r"99\.0\.0.*--zenodo"):
        citations.agree(citation, newest)
    with pytest.raises(citations.Disagreement, match="'title'"):
        citations.parse("cff-version: 1.2.0")


def test_a_person_is_named_as_libraries_file_one() -> None:
    assert citations.name_of({"given-names": "Ada", "family-names": "Lovelace"}) == "Lovelace, Ada"
