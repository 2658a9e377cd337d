"""What MkDocs does to each page once it is HTML: say what is English, and let nothing in from outside."""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from figures_src.article.typography import typeset

POLICY = (
    "default-src 'none'; script-src 'self'{}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'self'"
)
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


MENDED = (
    ('<div class="doc doc-object', '<div lang="en" class="doc doc-object'),
    # Tables without a class would be wrapped by the theme's script, in a region that no keyboard reaches.
    ("<table>", '<table class="data">'),
    # What the HTML checker and axe find in the theme's own templates.
    (' tabindex=""', ""),
    ('type="checkbox" id="__drawer" autocomplete="off"', 'type="checkbox" id="__drawer"'),
    ('type="checkbox" id="__search" autocomplete="off"', 'type="checkbox" id="__search"'),
    ('data-md-component="search" role="dialog"', 'data-md-component="search" role="dialog" aria-label="Recherche"'),
)
UNUSED = ("404.html", "sitemap.xml.gz", "**/*.map", "**/lunr/*.js", "**/lunr/min/*.js", "drawings/*/digest.txt")
"""What no reader asks for: the whole site has a page of errors, and the search speaks French."""
USED = ("lunr.fr.min.js", "lunr.stemmer.support.min.js", "lunr.multi.min.js")


PREFIX_SEARCH = "?r:`${r}*`"
STEMMED_SEARCH = "?r:`${lunr.fr.stemmer(r.toLowerCase())}*`"
"""The theme looks for words that begin with what is typed, which no longer finds them once the index holds stems."""


def on_page_content(html: str, page: Any, config: Any, files: Any) -> str:
    """Give the table of contents the no-break spaces of the headings, which Markdown takes for ordinary ones."""
    if not page.file.src_uri.startswith("api/"):
        for item in _entries(page.toc):
            item.title = typeset(item.title)
    return html


def _entries(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        yield item
        yield from _entries(item.children)


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Mark English passages, mend the theme, then forbid all that does not come from this site."""
    for old, new in MENDED:
        output = output.replace(old, new)
    return with_policy(output)


def on_post_build(config: Any) -> None:
    """Drop the files that the notebook never serves, and teach the search French."""
    site = Path(config["site_dir"])
    for path in [path for pattern in UNUSED for path in site.glob(pattern)]:
        if path.name not in USED:
            path.unlink()
    for worker in site.glob("assets/javascripts/workers/*.js"):
        worker.write_text(with_stems(worker.read_text(encoding="utf-8")), encoding="utf-8")


def with_stems(worker: str) -> str:
    """The theme's search, cutting what is typed down to its French stem as the index has it.

    Raises:
        ValueError: another version of the theme searches in another way.
    """
    if worker.count(PREFIX_SEARCH) != 1:
        raise ValueError(f"the theme's search has changed: look for what became of {PREFIX_SEARCH} in its worker")
    return worker.replace(PREFIX_SEARCH, STEMMED_SEARCH)


def with_policy(page: str) -> str:
    """The page with a content security policy that names its own inline scripts by their digests."""
    digests = "".join(f" 'sha256-{_digest(script)}'" for script in dict.fromkeys(_INLINE_SCRIPT.findall(page)))
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY.format(digests)}">'
    return page.replace('<meta charset="utf-8">', f'<meta charset="utf-8">\n      {policy}', 1)


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
