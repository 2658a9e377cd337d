"""The Jinja pass: from records, drawings and templates to the Markdown of the post.

Delimiters are the pass's own (`<< >>`, `<% %>`, `<# #>`), so that TeX, Jinja and Liquid never meet; an undefined
name is an error, and so is a number that is not finite; but for quick records, whose post is for trying the code and
says so: see `figures_src.article.unknown`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jinja2 import Environment

from figures_src import french, templating
from figures_src.article import assertions, components, listing, markup, moved, notebook_links, references, unknown
from figures_src.article.contents import fill_contents
from figures_src.article.facts.mnist import gather
from figures_src.article.glossary import english, glossary
from figures_src.article.headings import fill_section_links, section_link
from figures_src.article.mathematics import mathml
from figures_src.article.play import Play
from figures_src.article.playable import NAMES, filled
from figures_src.article.predictions import measured, verdict_of
from figures_src.article.tab_stops import one_stop_an_address
from figures_src.article.typography import typeset
from figures_src.catalogue import FIGURES, Figure
from figures_src.records.record import Record

TEMPLATES = Path(__file__).parent / "article"
TEMPLATE = "post.md.j2"
FIGURES_FOLDER = Path("assets", "figures")


class PostNotWritten(Exception):
    """The records and the templates do not make a post; what is published was left as it is."""

    def __init__(self, error: Exception):
        super().__init__(f"the post is left as it was: {templating.place_of(error)}: {type(error).__name__}: {error}")


@dataclass(frozen=True)
class Written:
    """The article: the text of the post, and, by name, the insides of the figures to play with, which it fetches."""

    post: str
    plays: Mapping[str, str]


def render(
    records: Mapping[str, Record], figures: Path, catalogue: Mapping[str, Figure] = FIGURES, *, draft: bool = False
) -> Written:
    """Return the whole article.

    Args:
        records: every record that the article or its figures quote, by name.
        figures: the folder of the drawings, read for their sizes.
        catalogue: the table of figures.
        draft: mark the sentences that the records deny, instead of refusing them; such a post is not to be published.

    Raises:
        jinja2.UndefinedError: a template names what does not exist.
        KeyError: a record, a figure, a reference or an array is missing.
        ValueError: a number is not finite, TeX is malformed, a sentence is denied, or a passage moved nowhere.
        FileNotFoundError: a drawing is missing.
    """
    jinja = environment(records, figures, catalogue, draft=draft)
    page = fill_section_links(moved.checked(jinja.get_template(TEMPLATE).render()))
    play = Play(records, lambda name, names: jinja.get_template(name).render(names))
    plays = {name: typeset(play(name)) for name in NAMES}
    whole = references.number_citations(typeset(fill_contents(page, filled(page, plays))))
    return Written(one_stop_an_address(whole), plays)


def environment(
    records: Mapping[str, Record],
    figures: Path,
    catalogue: Mapping[str, Figure],
    templates: Path = TEMPLATES,
    *,
    draft: bool = False,
) -> Environment:
    """Everything that templates, titles, captions and alternative texts may name."""
    quick = any(record.quick for record in records.values())
    jinja = templating.environment(templates, kind=unknown.Lenient if quick else unknown.Strict)
    facts = gather(records)
    jinja.globals.update(facts, quick=quick, draft=draft, **_vocabulary(), **_numbers(quick))
    jinja.globals.update(held=assertions.held_or_marked if quick or draft else assertions.held)
    address = figures.name if quick else f"{'../..' if draft else ''}/{FIGURES_FOLDER.as_posix()}"
    figure = markup.FigureMarkup(catalogue, records, figures, address, lambda text: jinja.from_string(text).render())
    jinja.globals.update(figure=figure, twins=figure.twins, label=figure.label, see=figure.see)
    return jinja


def _vocabulary() -> dict[str, object]:
    """Functions of the templates."""
    return {
        "m": mathml,
        "equation": markup.equation,
        "eq": markup.equation_link,
        "en": english,
        "claim": notebook_links.claim,
        "cite": references.cite,
        "references": references.reference_list,
        "further_reading": references.further_reading,
        "glossary": glossary,
        "section": section_link,
        "remark": components.remark,
        "noted": components.noted,
        "box": components.box,
        "folded": components.folded,
        "quotation": components.quotation,
        "hypothesis": components.hypothesis,
        "table": markup.table,
        "listing": listing.listing,
        "example": listing.example,
        "source_link": listing.source_link,
        "workbook_link": listing.workbook_link,
        "verbatim": markup.verbatim,
        "measured": measured,
        "verdict_of": verdict_of,
        "plural": french.plural,
        "carnet": notebook_links.carnet,
        "moved": moved.moved,
    }


def _numbers(quick: bool) -> dict[str, Callable[..., str]]:
    """Functions of the templates that turn numbers into French text."""
    functions: dict[str, Callable[..., str]] = {
        "number": french.number,
        "signed": partial(french.number, signed=True),
        "integer": french.integer,
        "significant": french.significant,
        "setting": french.shortest,
        "percent": french.percent,
        "points": french.points,
        "words": french.words,
    }
    if not quick:
        return functions
    functions["words"] = _words_or_figures
    return {name: unknown.marked(function) for name, function in functions.items()}


def _words_or_figures(count: int) -> str:
    """A count in letters, or in figures where prose would not spell it: quick counts are not those of the text."""
    return french.words(count) if 2 <= count <= 10 else french.integer(count)
