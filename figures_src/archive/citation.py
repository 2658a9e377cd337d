"""How the article is cited: CITATION.cff, and `.zenodo.json`, which says the same to Zenodo and follows from it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from figures_src.archive.editions import Edition

ZENODO = ".zenodo.json"
MEND = "bring it into agreement, run `.venv/bin/python scripts/build_archive.py --zenodo` and commit both files"


class Disagreement(ValueError):
    """Two files of the repository say different things of one edition."""


@dataclass(frozen=True)
class Citation:
    """What CITATION.cff says."""

    title: str
    abstract: str
    authors: tuple[str, ...]
    version: str
    date: str
    keywords: tuple[str, ...]
    licenses: tuple[str, ...]
    kind: str
    references: tuple[Mapping[str, Any], ...]


def parse(text: str) -> Citation:
    """Read CITATION.cff.

    Raises:
        Disagreement: it lacks what an archive has to say.
    """
    told = yaml.safe_load(text)
    try:
        return Citation(
            title=told["title"],
            abstract=told["abstract"].strip(),
            authors=tuple(map(name_of, told["authors"])),
            version=str(told["version"]),
            date=str(told["date-released"]),
            keywords=tuple(told["keywords"]),
            licenses=tuple(told["license"]),
            kind=told["type"],
            references=tuple(told["references"]),
        )
    except KeyError as error:
        raise Disagreement(f"CITATION.cff has no {error}: an archive has to say it") from None


def name_of(author: Mapping[str, str]) -> str:
    """A group by its name, a person as libraries file one: family name first."""
    return author["name"] if "name" in author else f"{author['family-names']}, {author['given-names']}"


def agree(citation: Citation, newest: Edition) -> None:
    """Hold CITATION.cff to the newest edition.

    Raises:
        Disagreement: its version or its date is another; the message names the mend.
    """
    cited, told = (citation.version, citation.date), (newest.version, newest.date)
    if cited != told:
        raise Disagreement(f"CITATION.cff is of {' of '.join(cited)}, CHANGELOG.md of {' of '.join(told)}: {MEND}")


def zenodo(citation: Citation) -> bytes:
    """What Zenodo reads in the repository when it archives a release."""
    told = {
        "title": citation.title,
        "description": citation.abstract,
        "upload_type": citation.kind,
        "access_right": "open",
        "creators": [{"name": name} for name in citation.authors],
        "version": citation.version,
        "publication_date": citation.date,
        "keywords": list(citation.keywords),
        "language": "fra",
        "license": "cc-by-4.0",
        "notes": f"Licences: {', '.join(citation.licenses)}; see README.md for what each covers.",
        "related_identifiers": [
            {"identifier": work["url"], "relation": "references", "scheme": "url"}
            for work in citation.references
            if "url" in work
        ],
    }
    return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()
