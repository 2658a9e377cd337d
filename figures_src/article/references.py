"""The works that the article cites: `references.bib`, their numbers in the text, and the lists at its end.

A citation is written with the key of the work; `number_citations` turns keys into numbers once the whole page is
there, since only then is the order of first citation known.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import SeparateCoAuthors, SplitNameParts
from bibtexparser.model import Entry

from figures_src import french
from figures_src.commands import closest

TABLE = Path(__file__).with_suffix(".bib")
FIXED = ("ioffe2015", "santurkar2018")
"""Numbers 1 and 2: the whole literature on the subject calls them so."""
MOST_AUTHORS = 6
"""Longer lists are cut after their first three names."""
LIST = '<ol class="references"></ol>'
"""What `number_citations` fills."""
_FURTHER = re.compile(r'<ul class="further-reading" data-keys="(?P<keys>[^"]*)"></ul>')
_CITATION = re.compile(r'<a class="citation" href="#ref-(?P<key>[\w-]+)">\[(?P=key)')


@dataclass(frozen=True)
class Author:
    """A person, or an organisation, which has no first name."""

    last: str
    first: str = ""

    def __str__(self) -> str:
        return f"{self.first} {self.last}".strip()


@dataclass(frozen=True)
class Reference:
    """A work and where it can be read."""

    key: str
    authors: tuple[Author, ...]
    others: bool
    """Whether there are more authors than those named."""
    title: str
    language: str
    venue: str
    """Where it was published, in the work's own language; may be empty."""
    details: str
    """Volume, pages and remarks, in French, as what follows a venue and a comma; may be empty."""
    year: str
    """Empty for a page without a date."""
    links: tuple[tuple[str, str], ...]
    """What is shown and the address, the best one first."""

    @property
    def url(self) -> str:
        """The best address."""
        return self.links[0][1]

    @property
    def short(self) -> str:
        """Author and year: "Santurkar et al., 2018"."""
        names = [author.last for author in self.authors]
        who = f"{names[0]} et al." if self.others or len(names) > 2 else french.sentence_list(names)
        return f"{who}, {self.year}" if self.year else who

    @property
    def people(self) -> str:
        """All the authors that the list names."""
        names = [str(author) for author in self.authors]
        if len(names) > MOST_AUTHORS:
            return f"{', '.join(names[:3])} et al."
        return f"{', '.join(names)} et al." if self.others else french.sentence_list(names)


def read(path: Path = TABLE) -> Mapping[str, Reference]:
    """Read a table of works.

    Raises:
        ValueError: an entry cannot be parsed, comes twice, or has no author, title or address.
    """
    library = parse_string(path.read_text(encoding="utf-8"), append_middleware=[SeparateCoAuthors(), SplitNameParts()])
    if library.failed_blocks:
        block = library.failed_blocks[0]
        raise ValueError(f"{path.name}, line {(block.start_line or 0) + 1}: this entry is malformed or comes twice")
    return {entry.key: _reference(entry, path) for entry in library.entries}


def _reference(entry: Entry, path: Path) -> Reference:
    fields = {name: _plain(str(field.value)) for name, field in entry.fields_dict.items() if name != "author"}
    people = entry.fields_dict["author"].value if "author" in entry.fields_dict else []
    authors = [Author(_plain(" ".join([*name.von, *name.last, *name.jr])), " ".join(name.first)) for name in people]
    named = tuple(author for author in authors if author.last != "others")
    reference = Reference(
        key=entry.key,
        authors=named,
        others=len(named) < len(authors),
        title=fields.get("title", ""),
        language="fr" if fields.get("langid") == "french" else "en",
        venue=_venue(fields),
        details=_details(fields),
        year=fields.get("year", ""),
        links=_links(fields),
    )
    if not (reference.authors and reference.title and reference.links):
        raise ValueError(f"{path.name}, {entry.key}: give an author, a title, and one of eprint, doi, url")
    return reference


def _plain(value: str) -> str:
    """A field without the braces that keep its capitals or its name whole."""
    return re.sub(r"\s+", " ", value.replace("{", "").replace("}", "")).strip()


def _venue(fields: Mapping[str, str]) -> str:
    names = ("journal", "booktitle", "series", "publisher", "institution", "howpublished")
    return ", ".join(fields[name] for name in names if name in fields)


def _details(fields: Mapping[str, str]) -> str:
    issue = f", n°{french.NO_BREAK_SPACE}{fields['number']}" if "number" in fields else ""
    parts = [
        f"vol.{french.NO_BREAK_SPACE}{fields['volume']}{issue}" if "volume" in fields else "",
        f"p.{french.NO_BREAK_SPACE}{fields['pages'].replace('--', '–')}" if "pages" in fields else "",
        fields.get("note", ""),
    ]
    return ", ".join(filter(None, parts))


def _links(fields: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    prefixes = {"eprint": ("arXiv:", "https://arxiv.org/abs/"), "doi": ("doi:", "https://doi.org/")}
    links = [
        (shown + fields[name], address + fields[name]) for name, (shown, address) in prefixes.items() if name in fields
    ]
    if url := fields.get("url"):
        links.append((re.sub(r"^https?://(www\.)?|/.*$", "", url), url))
    return tuple(links)


REFERENCES: Mapping[str, Reference] = read()


def cite(key: str, place: str = "") -> str:
    """A link to a work in the list: "[1]", or "[1, section 3]".

    Raises:
        KeyError: no such work among the references.
    """
    closest(key, REFERENCES, "reference")
    where = f", {place.replace(' ', french.NO_BREAK_SPACE)}" if place else ""
    return f'<a class="citation" href="#ref-{key}">[{key}{where}]</a>'


def reference_list() -> str:
    """Where the list of the works cited goes."""
    return LIST


def further_reading(*keys: str) -> str:
    """Where a list of works goes that need not be cited.

    Raises:
        KeyError: no such work among the references.
    """
    known = [closest(key, REFERENCES, "reference") for key in keys]
    return f'<ul class="further-reading" data-keys="{" ".join(known)}"></ul>'


def number_citations(page: str) -> str:
    """Number the citations of a whole page, and write the lists of works.

    The page's French typography is set by then: it would spoil the English titles.
    """
    cited: set[str] = set()

    def numbered(match: re.Match[str]) -> str:
        key = match["key"]
        cited.add(key)
        return f'<a class="citation" href="#ref-{key}">[{numbers[key]}'

    numbers = order(match["key"] for match in _CITATION.finditer(page))
    page = _CITATION.sub(numbered, page)
    page = _FURTHER.sub(lambda match: _further(match["keys"].split()), page)
    return page.replace(LIST, _list({key: numbers[key] for key in sorted(cited, key=numbers.__getitem__)}))


def order(citations: Iterable[str]) -> dict[str, int]:
    """Numbers of the works, from their keys in the order of citation."""
    return {key: number for number, key in enumerate(dict.fromkeys([*FIXED, *citations]), start=1)}


def _list(numbers: Mapping[str, int]) -> str:
    items = (f'<li id="ref-{key}" value="{number}">{_entry(REFERENCES[key])}</li>' for key, number in numbers.items())
    return f'<ol class="references">{"".join(items)}</ol>'


def _further(keys: Iterable[str]) -> str:
    return f'<ul class="further-reading">{"".join(f"<li>{_entry(REFERENCES[key])}</li>" for key in keys)}</ul>'


def _entry(work: Reference) -> str:
    """A work as the lists show it, on one line."""
    tongue = "" if work.language == "fr" else f' lang="{work.language}"'
    venue = f"<span{tongue}>{escape(work.venue, quote=False)}</span>" if work.venue else ""
    details = escape(work.details, quote=False)
    links = [f'<a href="{escape(url)}" translate="no" lang="en">{escape(shown)}</a>' for shown, url in work.links]
    parts = [
        f"{escape(work.people, quote=False)}{f' ({work.year})' if work.year else ''}".removesuffix("."),
        f"<cite{tongue}>{escape(work.title, quote=False)}</cite>",
        f"{venue}, {details}" if venue and details else venue or details[:1].upper() + details[1:],
        ", ".join(links),
    ]
    return re.sub(r"([?!]</cite>)\.", r"\1", ". ".join(filter(None, parts)) + ".")


def names(references: Mapping[str, Reference] = REFERENCES) -> frozenset[str]:
    """Every word of every author's name, for the spelling check."""
    people = (author for work in references.values() for author in work.authors)
    return frozenset(word for author in people for word in re.findall(r"[\w’-]+", str(author)))
