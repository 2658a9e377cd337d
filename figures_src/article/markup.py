"""Pieces of HTML that the templates ask for by name.

Each is one line: a blank line would end the HTML block for the Markdown reader.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from pathlib import Path
from xml.etree import ElementTree as ET

from figures_src import french, templating
from figures_src.article.listing import source_link
from figures_src.article.mathematics import mathml
from figures_src.article.playable import place
from figures_src.article.references import cite
from figures_src.article.typography import typeset
from figures_src.catalogue import Figure, Kind
from figures_src.commands import BUILD, closest
from figures_src.published import ORIGINS
from figures_src.records.record import Record

NARROW_SCREEN = "screen and (max-width: 760px)"
DARK_THEME = "(prefers-color-scheme: dark)"
SOURCES = (
    ("dark-narrow", f"{NARROW_SCREEN} and {DARK_THEME}"),
    ("light-narrow", NARROW_SCREEN),
    ("dark", DARK_THEME),
)
"""Variants other than the plain one, in the order in which a browser tries them."""
PIXELS = {"": 1.0, "px": 1.0, "pt": 96 / 72, "in": 96.0}
NOTEBOOK = "/carnet"
"""Where the page finds the laboratory notebook; the layout puts the site's base path before it."""
PIECE = templating.pieces(Path(__file__).with_name("parts"))
DEVICES = {"cpu": "sur processeur", "cuda": "sur carte graphique"}


class Claim(StrEnum):
    """How far the reader may trust a statement."""

    MEASURED = "mesuré ici"
    PUBLISHED = "publié"
    DISPUTED = "discuté"


def verbatim(text: str) -> str:
    """Plain text as HTML that Markdown leaves alone: a bare "|" would start a table."""
    return (
        escape(text, quote=False).replace("|", "&#124;").replace("&gt; ", "&gt;\u202f").replace("&lt; ", "&lt;\u202f")
    )


def claim(kind: str, address: str = "") -> str:
    """A mark that says where a statement comes from, and leads there if it has an address.

    Raises:
        ValueError: `kind` is not a `Claim`.
    """
    words = f'<a href="{address}">{Claim(kind)}</a>' if address else Claim(kind)
    return f'<small class="claim claim-{Claim(kind).name.lower()}">{words}</small>'


def equation(number: int, tex: str) -> str:
    """A numbered equation on a line of its own, with the anchor `eq-<number>`."""
    return (
        f'<div class="equation" id="eq-{number}"><div class="formula">{mathml(tex, display=True)}</div>'
        f'<span class="equation-number">({number})</span></div>'
    )


def equation_link(number: int) -> str:
    """A reference to a numbered equation: "(1)"."""
    return f'<a class="equation-link" href="#eq-{number}">({number})</a>'


def svg_size(path: Path) -> tuple[int, int]:
    """Width and height, in CSS pixels, of an SVG file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: its root has no width or height in px, pt or in.
    """
    if not path.exists():
        figure = re.sub(r"-(light|dark)(-narrow)?$", "", path.stem)
        raise FileNotFoundError(f"{path} is missing: run `{BUILD} --only {figure}`")
    with path.open("rb") as file:
        _, root = next(iter(ET.iterparse(file, events=("start",))))
    width, height = (_pixels(root.get(side, ""), path) for side in ("width", "height"))
    return width, height


def _pixels(length: str, path: Path) -> int:
    match = re.fullmatch(r"([0-9.]+)([a-z]*)", length)
    if not match or match[2] not in PIXELS:
        raise ValueError(f"{path}: the root of an SVG needs a width and a height in px, pt or in, not {length!r}")
    return round(float(match[1]) * PIXELS[match[2]])


@dataclass(frozen=True)
class _Drawing:
    """A variant of a drawing, and its own size in pixels, so that nothing moves when it arrives."""

    address: str
    width: int
    height: int


@dataclass(frozen=True)
class FigureMarkup:
    """Writes the `<figure>` of a row of the catalogue."""

    catalogue: Mapping[str, Figure]
    records: Mapping[str, Record]
    folder: Path
    """Where the SVG files are."""
    address: str
    """The same folder as the page sees it; the layout puts the site's base path before it."""
    render: Callable[[str], str]
    """Evaluates the Jinja of a title, a caption or an alternative text."""

    def __call__(self, name: str, play: str = "") -> str:
        """Return the figure named, on one line; ``play`` names what takes its place where scripts run.

        Raises:
            KeyError: the catalogue has no such figure, or a record it needs is missing.
            FileNotFoundError: one of its drawings is missing.
        """
        figure = self.catalogue[closest(name, self.catalogue, "figure")]
        shown, provenances = self._picture(figure), [self._provenance(figure)]
        if play:
            shown = f'<div class="static-twin">{shown}</div>{place(play)}'
            provenances.append(_computed_here(play))
        title = _title(label(figure), self._line(figure.title))
        return PIECE("figure", anchor=figure.id, title=title, shown=shown, caption=self._line(figure.caption),
                     provenances=provenances)  # fmt: skip

    def twins(self, first: str, second: str, title: str, caption: str) -> str:
        """Two schemas side by side, in their narrow variants, under one caption.

        Raises:
            KeyError: the catalogue lacks one of them.
            FileNotFoundError: one of their drawings is missing.
        """
        pair = [self.catalogue[closest(name, self.catalogue, "figure")] for name in (first, second)]
        shown = "".join(f'<div id="{figure.id}">{self._picture(figure, narrow=True)}</div>' for figure in pair)
        number = label(pair[0]).rpartition(".")[0]
        return PIECE(
            "figure",
            anchor=number_id(pair[0]),
            title=_title(number, self._line(title)),
            shown=f'<div class="twins">{shown}</div>',
            caption=self._line(caption),
            provenances=[self._provenance(figure) for figure in pair],
        )

    def label(self, name: str) -> str:
        """What the text calls a figure: "Graphique 2".

        Raises:
            KeyError: the catalogue has no such figure.
        """
        return label(self.catalogue[closest(name, self.catalogue, "figure")])

    def see(self, name: str) -> str:
        """The same as a sentence says it, "graphique 2", as a link to the figure."""
        words = self.label(name)
        words = re.sub(r"\b(bis|ter)\b", r"<i>\1</i>", words[0].lower() + words[1:])
        return f'<a class="figure-link" href="#{name}">{words}</a>'

    def _picture(self, figure: Figure, *, narrow: bool = False) -> str:
        """The drawing in the variants of ``SOURCES``; ``narrow``, in those for small screens alone."""
        variants = (("dark-narrow", DARK_THEME),) if narrow else SOURCES
        return PIECE(
            "picture",
            sources=[(media, self._drawing(figure, variant)) for variant, media in variants],
            plain=self._drawing(figure, "light-narrow" if narrow else "light"),
            alternative=escape(typeset(self._line(figure.alt)), quote=True),
        )

    def _drawing(self, figure: Figure, variant: str) -> "_Drawing":
        file = f"{figure.id}-{variant}.svg"
        return _Drawing(f"{self.address}/{file}", *svg_size(self.folder / file))

    def _provenance(self, figure: Figure) -> str:
        quick = any(record.quick for record in self.records.values())
        parts = [
            f"{'Version rapide' if quick else 'Mesuré ici'} : {_run(self.records[name])}." for name in figure.needs
        ]
        if figure.published and figure.sources:
            works = french.sentence_list([cite(key) for key in figure.sources])
            origins = [ORIGINS[name] for name in figure.published]
            readings = ", ".join(f"{origin.place} (précision de lecture : {origin.accuracy})" for origin in origins)
            parts.append(f"Publié : {works}, {readings}.")
        if figure.has_table:
            parts.append(f'<a href="{self.address}/{figure.id}.csv">Nombres du {figure.kind.lower()} (CSV)</a>.')
        parts.append(f"{source_link(f'Code du {figure.kind.lower()} (Python)', f'figures/{figure.id}.py')}.")
        parts.append(f"Pour redessiner : <code>{BUILD}{' --quick' if quick else ''} --only {figure.id}</code>.")
        if figure.kind is Kind.GRAPH:
            parts.append(f"Cadres, axes et légendes : {escape(self._words(figure), quote=False)}.")
        return " ".join(parts)

    def _words(self, figure: Figure) -> str:
        """What is written in the drawing, there as outlines that nobody can search, select or translate."""
        root = ET.parse(self.folder / f"{figure.id}-light.svg").getroot()
        return root.findtext("{*}desc", "").rstrip(".")

    def _line(self, template: str) -> str:
        return re.sub("[ \n]+", " ", self.render(template)).strip()


def _title(number: str, title: str) -> str:
    """What a figure is called, and what it shows."""
    stop = "" if title.endswith((".", "?", "!", "…")) else "."
    return f"<strong>{number}.</strong> {title}{stop}"


def _computed_here(play: str) -> str:
    """Where what can be played with comes from."""
    script = f"play_{play}.js"
    return (
        f'<span class="needs-js">À manipuler : calculé dans votre navigateur par <a href="/assets/js/{script}"><code>'
        f"{script}</code></a>, dont les tests comparent les fonctions à celles de <code>figures_src</code>.</span>"
    )


def number_id(figure: Figure) -> str:
    """The anchor that two parts of a schema share: "sbn_1" of "sbn_1a"."""
    return figure.id.rstrip("ab")


def label(figure: Figure) -> str:
    """What the text calls a figure: "Graphique 2"."""
    return f"{figure.kind}{french.NO_BREAK_SPACE}{figure.number}".replace(" ", french.NO_BREAK_SPACE)


def _run(record: Record) -> str:
    """What made a record, in words."""
    sidecar = record.sidecar
    device = DEVICES.get(sidecar["device"].partition(":")[0], sidecar["device"])
    notebook = "" if record.quick else f', <a href="{NOTEBOOK}/{record.name}/">carnet</a>'
    return (
        f"enregistrement <code>{record.name}</code>, {_seeds(record)}, "
        f"{french.duration(sidecar['seconds'])} de calcul {device}, le {french.date(sidecar['date'])}{notebook}"
    )


def _seeds(record: Record) -> str:
    """How often a run was repeated; some configurations repeat a few networks more often than the others."""
    counts = {name: len(seeds) for name, seeds in record.config.items() if name.endswith("seeds")}
    further = counts.pop("further_seeds", 0)
    few, many = min(counts.values()), max(counts.values()) + further
    told = f"{few} à {many}" if few < many else str(many)
    return f"{told}{french.NO_BREAK_SPACE}{french.plural(many, 'graine')}"


def table(
    columns: Sequence[str],
    caption: str,
    rows: Sequence[Sequence[str]],
    *,
    words: bool = False,
    stacked: bool = False,
) -> str:
    """A table whose first column names its rows and whose others hold numbers, or words, on one line.

    Where the screen is narrower, it can be scrolled by keyboard; ``stacked``, its rows become cards there.
    """
    labels = [escape(_plain(column), quote=True) for column in columns[1:]]
    return PIECE(
        "table",
        name=escape(_plain(caption), quote=True),
        caption=caption,
        columns=columns,
        rows=[(first, list(zip(labels, cells, strict=True))) for first, *cells in rows],
        numbers=not words,
        stacked=stacked,
    )


def _plain(markup: str) -> str:
    """Text for an attribute: no tags, and no citations, whose numbers are not known yet."""
    return typeset(re.sub(r' ?<a class="citation".*?</a>|<[^>]*>', "", markup))
