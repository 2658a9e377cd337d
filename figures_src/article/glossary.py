"""The words of the field in French and in English: `glossary.json`, and the list that the page shows."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path

from figures_src.article.components import slug

TABLE = Path(__file__).with_suffix(".json")


@dataclass(frozen=True)
class Term:
    """A word, what English calls it, and one sentence that says what it means."""

    french: str
    english: str
    definition: str
    abbreviation: str = ""

    @property
    def anchor(self) -> str:
        """Where the page defines it."""
        return f"glossaire-{slug(self.french)}"


def read(path: Path = TABLE) -> tuple[Term, ...]:
    """Read the terms in the order of a French dictionary.

    Raises:
        ValueError: a term lacks a field, comes twice, or its definition is not one sentence.
    """
    rows = json.loads(path.read_text(encoding="utf-8"))
    try:
        terms = sorted((Term(**row) for row in rows), key=lambda term: _alphabetical(term.french))
    except TypeError as error:
        raise ValueError(
            f"{path.name}: a term has french, english, definition and maybe abbreviation: {error}"
        ) from None
    for term in terms:
        _verify(term, path)
    if len({term.anchor for term in terms}) < len(terms):
        raise ValueError(f"{path.name}: a term comes twice")
    return tuple(terms)


def _verify(term: Term, path: Path) -> None:
    if not (term.french and term.english and term.definition[:1].isupper() and term.definition.endswith(".")):
        raise ValueError(f"{path.name}, {term.french!r}: give both names, and a sentence from capital to full stop")


def _alphabetical(word: str) -> str:
    """Accents do not count in the order of words."""
    return unicodedata.normalize("NFKD", word.casefold()).encode("ascii", "ignore").decode()


def english(term: str) -> str:
    """An English term, said and hyphenated as such: a link to its entry, where the glossary has one."""
    said = f'<i lang="en">{escape(term, quote=False)}</i>'
    entry = _by_english().get(term)
    return f'<a class="term" href="#{entry.anchor}">{said}</a>' if entry else said


@lru_cache
def _by_english() -> Mapping[str, Term]:
    return {name: term for term in read() for name in term.english.split(", ")}


def glossary(terms: Sequence[Term] | None = None) -> str:
    """The whole list, on one line."""
    return f'<dl class="glossary">{"".join(_entry(term) for term in terms or read())}</dl>'


def _entry(term: Term) -> str:
    abbreviation = f", <abbr>{escape(term.abbreviation)}</abbr>" if term.abbreviation else ""
    english = f'<i lang="en">{escape(term.english, quote=False)}</i>'
    return (
        f'<div id="{term.anchor}"><dt><dfn>{escape(term.french, quote=False)}</dfn> ({english}{abbreviation})</dt>'
        f"<dd>{escape(term.definition, quote=False)}</dd></div>"
    )
