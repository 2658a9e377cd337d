"""The forms that the article sets apart from its text, for Jinja's `call` blocks: what they hold is Markdown.

Each is an HTML block that Markdown opens (`markdown="1"`) or, for quotations, one line; blank lines around it let it
stand anywhere in a template.
"""

import re
import textwrap
import unicodedata
from collections.abc import Callable, Sequence
from html import escape

from figures_src.article.references import REFERENCES, cite

Caller = Callable[[], str]
"""The inside of a `call` block."""


def remark(caller: Caller) -> str:
    """A remark beside the argument.

    Raises:
        ValueError: nothing is inside.
    """
    return _block(
        'aside class="remark" role="note" aria-label="Remarque"', '<p class="remark-title">Remarque</p>', caller
    )


def noted(caller: Caller) -> str:
    """One to three blocks and the remark that ends them: a wide screen puts the remark in the margin beside them.

    Raises:
        ValueError: nothing is inside.
    """
    return _block('div class="noted"', "", caller)


def box(title: str, id: str = "", *, caller: Caller) -> str:
    """A titled box; without `id`, its anchor is made from the title.

    Raises:
        ValueError: nothing is inside, or the title has no letter to make an anchor of.
    """
    anchor = id or slug(title)
    opening = f'aside class="box" role="note" id="{anchor}" aria-labelledby="{anchor}-titre"'
    return _block(opening, f'<p class="box-title" id="{anchor}-titre">{title}</p>', caller)


def folded(title: str, *, printed: bool = False, caller: Caller) -> str:
    """What only some readers want, closed until they open it; on paper, with the address where they can.

    ``printed``: on paper it stands open, since the text leads to it by numbers that no one can follow there.

    Raises:
        ValueError: nothing is inside.
    """
    return _block(
        f'details class="folded{" printed" if printed else ""}"',
        f'<summary class="folded-title" markdown="span">{title}</summary>',
        caller,
        how="block",
    )


def quotation(key: str, place: str = "", author: str = "", *, translated: bool = True, caller: Caller) -> str:
    """A block quotation, attributed and linked; guillemets are put around what is inside.

    Args:
        key: the work quoted.
        place: where in the work.
        author: who speaks; the authors of the work if not given.
        translated: whether to say that the translation is ours.
        caller: the paragraphs quoted.

    Raises:
        KeyError: no such work among the references.
        ValueError: nothing is inside.
    """
    source = cite(key, place)
    work = REFERENCES[key]
    lines = [" ".join(lines.split()) for lines in re.split(r"\n\s*\n", _inside(caller))]
    text = "\n".join(lines).removeprefix("«").removesuffix("»").strip()
    body = "".join(f'<p markdown="span">{line}</p>' for line in f"« {text} »".split("\n"))
    ours = ", notre traduction" if translated else ""
    return (
        f'\n\n<figure class="quotation"><blockquote cite="{escape(work.url)}">{body}</blockquote>'
        f"<figcaption>{author or work.people} {source}{ours}</figcaption></figure>\n\n"
    )


def hypothesis(number: int, name: str, origin: str, chain: Sequence[str], *, caller: Caller) -> str:
    """One explanation of why batch normalization works: a chain of causes, named and dated.

    Raises:
        ValueError: nothing is inside, or the chain has fewer than two links.
    """
    if len(chain) < 2:
        raise ValueError(f"hypothesis {number}: a chain of causes needs two links or more")
    anchor = f"hypothese-{number}"
    links = "".join(f"<li>{link}</li>" for link in chain)
    head = (
        f'<p class="hypothesis-title" id="{anchor}-titre"><span class="hypothesis-number">Hypothèse {number}</span> '
        f'{name}</p>\n<p class="hypothesis-origin">{origin}</p>\n<ol class="chain">{links}</ol>'
    )
    return _block(f'div class="hypothesis" role="group" id="{anchor}" aria-labelledby="{anchor}-titre"', head, caller)


def _block(opening: str, head: str, caller: Caller, how: str = "1") -> str:
    """``how`` is "block" for elements that kramdown does not take for blocks by itself."""
    tag = opening.split()[0]
    return f'\n\n<{opening} markdown="{how}">\n{head}\n\n{_inside(caller)}\n\n</{tag}>\n\n'


def _inside(caller: Caller) -> str:
    """The text of a block without the indentation of its template, which Markdown would read as code."""
    text = textwrap.dedent(caller()).strip()
    if not text:
        raise ValueError("a call block is empty: write what it should say, or remove it")
    return text


def slug(title: str) -> str:
    """An anchor from a title: "Méthodes du 2e ordre" gives "methodes-du-2e-ordre".

    Raises:
        ValueError: the title has no letter nor digit.
    """
    plain = unicodedata.normalize("NFKD", re.sub(r"<[^>]*>", "", title)).encode("ascii", "ignore").decode().lower()
    if not (words := re.findall(r"[a-z0-9]+", plain)):
        raise ValueError(f"no anchor can be made of the title {title!r}: give an id")
    return "-".join(words)
