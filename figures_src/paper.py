"""Print the article of a built site as a tagged PDF, by a browser: what its readers would print themselves."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARTICLE = "normalisation-par-lots.html"
SECONDS = 180
PRINTS = 5
"""At most. One print in twenty cuts a link elsewhere than all the others: what came twice is what all would see."""
NOWHERE = "article.invalid"
"""The host of a site that does not know where it will live."""
MEND = (
    "Chromium, which prints the article, is missing: run `bash scripts/install_tools.sh chromium`, "
    "or `make site PAPER=no`"
)
OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
    "--export-tagged-pdf",
)
EDITION = re.compile(r'<meta name="citation_online_date" content="(\d{4})/(\d{2})/(\d{2})">')
SCRIPTS = re.compile(r"<script [^>]*src=[^>]*></script>")
PRELOAD = '<link rel="preload" as="font" type="font/woff2" crossorigin href="{}">'
DATES = re.compile(rb"/(CreationDate|ModDate) \(D:(\d{14})")

NODES = re.compile(rb"\(node(\d{8})\)")


class PaperFailed(Exception):
    """The browser did not print the article."""


def print_article(site: Path, base_path: str, url: str = "") -> Path:
    """Write the PDF beside the article of a site that lives under ``base_path`` of ``url``, and return its path.

    Links on paper lead to where the site will live: the browser is told that its host is this machine.

    Raises:
        FileNotFoundError: there is no browser, or no article.
        ValueError: the article does not tell its edition.
        PaperFailed: the browser stopped, or took more than `SECONDS`.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise FileNotFoundError(MEND)
    article = next(site.rglob(ARTICLE), None)
    if article is None:
        raise FileNotFoundError(f"{site} has no {ARTICLE}: run `make figures`, which writes the article")
    edition = EDITION.search(article.read_text(encoding="utf-8"))
    if edition is None:
        raise ValueError(f"{article} does not tell the date of its edition: mend _includes/head.html")
    handler = type("OnPaperUnder", (OnPaper,), {"base_path": base_path})
    target, date = article.with_suffix(".pdf"), "".join(edition.groups())
    seen: set[bytes] = set()
    with tempfile.TemporaryDirectory(prefix="paper-") as folder, served(site, handler) as address:
        host = urlsplit(url).netloc or NOWHERE
        moved = f"--host-resolver-rules=MAP {host} {urlsplit(address).netloc}"
        for turn in range(PRINTS):
            made = Path(folder) / f"{turn}.pdf"
            profile = Path(folder) / str(turn)
            _print(browser, f"http://{host}{base_path}/{article.relative_to(site).as_posix()}", made, profile, moved)
            printed = settled(made.read_bytes(), date.encode())
            if printed in seen:
                break
            seen.add(printed)
        target.write_bytes(printed)
    return target


def settled(pdf: bytes, date: bytes) -> bytes:
    """The same article gives the same bytes: nothing changes its length, so that every object stays where it is.

    Dates of the printing become that of the edition. Cells that tables name are numbered in their order: the browser
    counts on from whatever it did before.
    """
    ranks: dict[bytes, bytes] = {}

    def numbered(found: re.Match[bytes]) -> bytes:
        return b"(node%b)" % ranks.setdefault(found[1], b"%08d" % len(ranks))

    return NODES.sub(numbered, DATES.sub(rb"/\1 (D:%b000000" % date, pdf))


def _print(browser: str, address: str, made: Path, profile: Path, moved: str) -> None:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # which root cannot have
    command = [
        browser,
        *OPTIONS,
        *sandbox,
        moved,
        f"--user-data-dir={profile}",
        f"--print-to-pdf={made}",
        address,
    ]
    try:
        process = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise PaperFailed(f"{browser} did not print the article within {SECONDS} s: try again, or --no-paper") from None
    if process.returncode or not made.is_file():
        raise PaperFailed(f"{process.stderr[-2000:]}\n{browser} did not print the article: --no-paper leaves it out")


class Quiet(SimpleHTTPRequestHandler):
    """Files of a site that lives under a path; what is fetched is nobody's news."""

    base_path = ""

    def translate_path(self, path: str) -> str:
        """The file of an address."""
        return super().translate_path(path.removeprefix(self.base_path))

    def log_message(self, format: str, *_: object) -> None:
        """Say nothing."""


class OnPaper(Quiet):
    """The same, with what Chromium's command line cannot be told.

    The size of the paper, in the style. Every font, in the head: the browser prints once all that it was asked for
    there has come, and does not wait for a font that a line of the text is the first to need. And no script: what
    scripts add is for screens, and whether it has come in time would show.
    """

    size = "A4"

    def do_GET(self) -> None:
        """Send a file."""
        path = Path(self.translate_path(self.path))
        if path.suffix not in (".css", ".html") or not path.is_file():
            return super().do_GET()
        if path.suffix == ".css":
            return self._send("text/css", path.read_text(encoding="utf-8") + f"@page {{ size: {self.size} }}")
        fonts = sorted((Path(self.directory) / "assets" / "fonts").glob("*.woff2"))
        asked = "".join(PRELOAD.format(f"{self.base_path}/assets/fonts/{font.name}") for font in fonts)
        page = SCRIPTS.sub("", path.read_text(encoding="utf-8"))
        return self._send("text/html", page.replace("</head>", f"{asked}</head>", 1))

    def _send(self, kind: str, text: str) -> None:
        content = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    """One that does not mind a browser that leaves before all has come."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Tell of what is a fault."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def served(site: Path, handler: type[Quiet] = Quiet) -> Iterator[str]:
    """The address of a server of this folder, on this machine alone, as long as the block lasts."""
    with Server(("127.0.0.1", 0), partial(handler, directory=str(site))) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
