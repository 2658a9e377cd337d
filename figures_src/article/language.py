"""What can be verified of the French, the links and the length of the finished page.

The page is read as HTML, that is, as the reader gets it; each check returns its findings as lines, none if all is well.
"""

import re
import subprocess
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from figures_src import ruby
from figures_src.article.contents import LEVELS, level_words, parts, reading_time, visible_words
from figures_src.article.references import names

WORDS = Path(__file__).with_name("words.txt")
DICTIONARY = "fr"
SKIPPED = "\ufffc"
"""Stands for code, a formula or a passage in another language."""

_UNREAD = {"cite", "code", "pre", "kbd", "samp", "math", "svg", "script", "style"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "body", "caption", "dd", "details", "div", "dl", "dt", "figcaption"),
    *("figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "html", "li", "main", "nav", "ol", "p"),
    *("section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
}
_SPOKEN = ("alt", "title", "aria-label")
_LABEL = re.compile(r"(?:Graphique|Schéma)[\s\u00a0]\w+(?:[\s\u00a0](?:bis|ter)|\.\w(?!\w))?")


@dataclass(frozen=True)
class Block:
    """A run of text that the page shows, or says, as one."""

    text: str
    within: tuple[str, ...]
    """Elements it is in, the outermost first."""
    figure: str
    """Anchor of the figure it belongs to, or nothing."""
    spoken: bool
    """Whether it is an attribute, such as an alternative text."""


@dataclass(frozen=True)
class Heading:
    """A heading as the page has it."""

    tag: str
    anchor: str
    text: str


@dataclass
class Page:
    """What the checks need of a page."""

    blocks: list[Block] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    """Where the links within the page lead."""
    figures: dict[str, str] = field(default_factory=dict)
    """Anchors of the figures, and what the text calls them."""
    listed: list[str] = field(default_factory=list)
    """Keys of the works in the list of references."""
    words: dict[str, int] = field(default_factory=dict)
    """How many each part of the first rank shows, by anchor."""


def read(html: str) -> Page:
    """Read a page, or the part of one that the Markdown gives."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_block()
    reader.page.words = {anchor: visible_words(text) for anchor, text in parts(html).items()}
    return reader.page


class _Reader(HTMLParser):
    """Collects a `Page`; text runs until a block-level element starts or ends."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.open: list[tuple[str, dict[str, str]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS or tag == "br":
            self.end_block()
        if not self._unread():
            self._note(tag, attributes)
        if tag not in _VOID:
            self.open.append((tag, attributes))
            if self._unread() and not self._unread(self.open[:-1]):
                self.text += SKIPPED

    def _note(self, tag: str, attributes: dict[str, str]) -> None:
        """Remember what an element says apart from its text."""
        if anchor := attributes.get("id", ""):
            self.page.anchors.append(anchor)
        if tag == "a" and attributes.get("href", "").startswith("#"):
            self.page.targets.append(attributes["href"][1:])
        if tag == "li" and anchor.startswith("ref-"):
            self.page.listed.append(anchor.removeprefix("ref-"))
        foreign = not attributes.get("lang", "fr").startswith("fr")
        for name in _SPOKEN:
            if attributes.get(name) and not foreign:
                self._add(attributes[name], spoken=True)

    def handle_endtag(self, tag: str) -> None:
        if tag not in [name for name, _ in self.open]:
            return
        if tag in _BLOCKS:
            self.end_block()
        while (element := self.open.pop())[0] != tag:
            pass
        self._title(element)

    def handle_data(self, data: str) -> None:
        if not self._unread():
            self.text += data

    def end_block(self) -> None:
        """Finish the run of text."""
        text = re.sub(r"[ \t\r\n]+", " ", self.text).strip(" ")
        self.text = ""
        if text:
            self._add(text)

    def _add(self, text: str, *, spoken: bool = False) -> None:
        within = tuple(tag for tag, _ in self.open)
        figure = next((attributes.get("id", "") for tag, attributes in reversed(self.open) if tag == "figure"), "")
        self.page.blocks.append(Block(text, within, figure, spoken))
        label = _LABEL.match(text)
        if figure and label and "figcaption" in within and not spoken:
            self.page.figures.setdefault(figure, label[0])

    def _title(self, element: tuple[str, dict[str, str]]) -> None:
        """Remember a heading that ends, with or without text."""
        tag, attributes = element
        if re.fullmatch("h[1-6]", tag):
            text = self.page.blocks[-1].text if self.page.blocks and tag in self.page.blocks[-1].within else ""
            self.page.headings.append(Heading(tag, attributes.get("id", ""), text))

    def _unread(self, elements: list[tuple[str, dict[str, str]]] | None = None) -> bool:
        within = self.open if elements is None else elements
        return any(tag in _UNREAD or not attributes.get("lang", "fr").startswith("fr") for tag, attributes in within)


RUBY = """
require "kramdown"
require "kramdown-parser-gfm"
options = {input: "GFM", auto_ids: false, smart_quotes: "apos,apos,quot,quot", syntax_highlighter: nil}
STDOUT.write Kramdown::Document.new(STDIN.read, **options).to_html
"""
"""The options are those of _config.yml."""


def to_html(markdown: str) -> str:
    """The body of a post as Jekyll's Markdown reader gives it, front matter left out.

    Raises:
        FileNotFoundError: Ruby or kramdown is missing.
    """
    body = re.sub(r"\A---\n.*?\n---\n", "", markdown, flags=re.DOTALL)
    return _run(["ruby", "-Ku", "-e", RUBY], body, "kramdown is missing: run `bash scripts/install_tools.sh jekyll`")


def _run(command: list[str], text: str, mend: str) -> str:
    try:
        result = subprocess.run(
            command, input=text, env=ruby.environment(), capture_output=True, encoding="utf-8", check=False
        )
    except FileNotFoundError:
        raise FileNotFoundError(mend) from None
    if result.returncode:
        raise FileNotFoundError(f"{mend}\n{result.stderr.strip()}")
    return result.stdout


def known_words(path: Path = WORDS) -> frozenset[str]:
    """The words of the field, and those of the authors' names."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#")) | names()


def spelling(page: Page, known: Collection[str] = ()) -> list[str]:
    """Words that neither Hunspell's French dictionary nor `known` has, each with what surrounds it.

    Raises:
        FileNotFoundError: Hunspell or its French dictionary is missing.
    """
    texts = [_spoken(block.text) for block in page.blocks]
    mend = "Hunspell or its French dictionary is missing: run `bash scripts/install_tools.sh spelling`"
    output = _run(["hunspell", "-d", DICTIONARY, "-i", "utf-8", "-l"], "\n".join(texts) + "\n", mend)
    accepted = {*known, *(word.capitalize() for word in known)}
    words = dict.fromkeys(_ELISION.sub("", word.strip(".-")) for word in output.split())
    wrong = [word for word in words if word not in accepted and re.fullmatch(r"[^\d_]{2,}", word)]
    return [f"unknown word {word!r}: {_around(word, texts)}" for word in wrong]


_ELISION = re.compile(r"^(?:[cdjlmnst]|(?:jus|lors|puis)?qu)'", re.IGNORECASE)


def _spoken(text: str) -> str:
    """Text without what no dictionary has: addresses, file names, what was skipped."""
    plain = re.sub(r"https?://\S+|\b[A-C](?:\.(?:[IVX]+|\d|[a-c]))+\b|\b[\w-]+(?:\.[a-z]\w*)+\b|\S*_\S*", " ", text)
    return re.sub(rf"[\s{SKIPPED}]+", " ", plain.replace("’", "'"))


def _around(word: str, texts: Iterable[str]) -> str:
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
    found = next((match for text in texts if (match := pattern.search(text))), None)
    return f"…{found.string[max(0, found.start() - 30) : found.end() + 30]}…" if found else "…"


TYPOGRAPHY = (
    (r" [;:?!](?!\w)", "ordinary space before ; : ? !"),
    (r"[^\s\u202f\u00a0?!.…(\[][;?!](?=[\s\u00a0»)]|$)", "no space before ; ? !"),
    (r"[^\s\u202f\u00a0]:(?=\s|$)", "no space before :"),
    (r"«(?![\u202f\u00a0])|(?<![\u202f\u00a0])»", "no no-break space inside « »"),
    (r"'", "straight apostrophe"),
    (r'"', "straight quotation mark"),
    (r"“(?![^«»]*»)", "English quotation marks outside « »"),
    (r"\d\.\d", "decimal point"),
    (r"\d ?[%‰]|\ufffc [%‰]", "no no-break space before %"),
    (r"\b\d{1,3} \d{3}\b", "ordinary space between thousands"),
    (r"\.\.\.", "three dots for an ellipsis"),
    (r"\w ,|\w  \w", "space too many"),
)
_DOTTED_NAMES = re.compile(
    r"arXiv\W{0,2}\d{4}\.\d{4,5}(v\d+)?|\d+\.\d+\.\d+(\.\d+)*"
    r"|(CC.BY|Attribution|Python|PyTorch|NumPy|Matplotlib|CUDA|§|[Ss]ections?|[Aa]nnexe|[Ff]igure|[Dd]éfinition)"
    r"[\s\u00a0\u202f]\d+\.\d+"
)
"""Dotted numbers that are names, not quantities."""


def typography(texts: Iterable[str]) -> list[str]:
    """Breaches of French typography in blocks of text, each with what surrounds it."""
    return [
        f"{name}: …{text[max(0, match.start() - 25) : match.end() + 25]}…"
        for text in (_DOTTED_NAMES.sub("N", block) for block in texts)
        for pattern, name in TYPOGRAPHY
        for match in re.finditer(pattern, text)
    ]


LEFTOVERS = re.compile(
    r"\b(?:AJOUTER|AJOTUER|INS[EÉ]RER|TROUVER UNE|MODIFIER|[AÀ] (?:V[EÉ]RIFIER|REFORMULER|FAIRE|COMPL[EÉ]TER)|TODO"
    r"|FIXME|XXX|TBD|(?i:lorem ipsum))\b|\?\?\?|\$\$|\\[(\[]|<<|>>|<%|%>|\{\{|\{%"
)


def leftovers(page: Page) -> list[str]:
    """Notes to self, and marks of the machinery, that are left for the reader to see."""
    found = ((block.text, match) for block in page.blocks for match in LEFTOVERS.finditer(block.text))
    return [f"left over {match[0]!r}: …{text[max(0, match.start() - 25) : match.end() + 25]}…" for text, match in found]


def reachability(page: Page) -> list[str]:
    """Headings without an anchor, anchors that come twice, links that lead nowhere, figures and works left alone."""
    anchors = set(page.anchors)
    cited = {target.removeprefix("ref-") for target in page.targets if target.startswith("ref-")}
    twice = [anchor for anchor, count in Counter(page.anchors).items() if count > 1]
    dead = sorted(set(page.targets) - anchors - {""})
    return [
        *(f"heading without an anchor: {heading.text!r}" for heading in page.headings if not heading.anchor),
        *(f"two elements have the anchor {anchor!r}" for anchor in twice),
        *(f"a link leads to #{target}, which is not there" for target in dead),
        *(f"no text names {label} (#{figure})" for figure, label in page.figures.items() if not _named(page, figure)),
        *(f"{key} is listed among the references and never cited" for key in page.listed if key not in cited),
    ]


def _named(page: Page, figure: str) -> bool:
    """Whether something other than the figure itself links to it or says its name."""
    label = re.compile(rf"{re.escape(page.figures[figure])}(?!\w|[\s\u00a0](?:bis|ter))", re.IGNORECASE)
    prose = (block for block in page.blocks if block.figure != figure)
    return figure in page.targets or any(label.search(block.text) for block in prose)


def lengths(page: Page) -> list[str]:
    """Levels that are missing, or longer than what their title promises."""
    missing = [f"« {level.title} » (#{level.anchor}) is missing" for level in LEVELS if level.anchor not in page.words]
    if missing:
        return missing
    words = level_words(page.words)
    return [
        f"« {level.title} » (#{level.anchor}) has {words[level.anchor]} words, {reading_time(words[level.anchor])}: "
        f"{level.most} at most"
        for level in LEVELS
        if words[level.anchor] > level.most
    ]


_TYPED_NUMBER = re.compile(r"\d[\d\s\u202f\u00a0]*%|\d+,\d+|\b\d{1,3}[ \u202f\u00a0]\d{3}\b|\b\d{4,}\b")
_YEAR = re.compile(r"(?:19|20)\d\d")
_CITED = "\ufff9"


def typed_numbers(template: str) -> list[str]:
    """Percentages, decimals and thousands typed in a template's prose where a record should give them.

    Years are free, and so is a sentence that cites the work whose text prints the number, be it after its full stop.
    """
    body = re.sub(r"\A---\n.*?\n---\n|<#.*?#>|\]\([^()\s]*\)|arXiv:[\d.]+", "", template, flags=re.DOTALL)
    body = re.sub(r"<<\s*cite\(.*?>>|<%\s*call quotation.*?%>", _CITED, body, flags=re.DOTALL)
    # What the pass fills in goes first: it may stand inside a tag.
    plain = re.sub(r"<<.*?>>|<%.*?%>", "", body, flags=re.DOTALL)
    prose = re.sub(r"<[^>]*>|\{#.*?\}", "", plain, flags=re.DOTALL)
    sentences = re.split(r"(?<=[.!?])\s+|\n", re.sub(rf"([.!?])((?:\s*{_CITED})+)", r"\2\1", prose))
    found = (match[0].strip() for line in sentences if _CITED not in line for match in _TYPED_NUMBER.finditer(line))
    return [f"number typed by hand: {number}" for number in found if not _YEAR.fullmatch(number)]


def check(page: Page) -> dict[str, list[str]]:
    """Every check of a page, by name."""
    checks: dict[str, Callable[[], list[str]]] = {
        "spelling": lambda: spelling(page, known_words()),
        "typography": lambda: typography(block.text for block in page.blocks),
        "leftover notes": lambda: leftovers(page),
        "links": lambda: reachability(page),
        "length": lambda: lengths(page),
    }
    return {name: run() for name, run in checks.items()}
