"""Have Jekyll build the site, or serve it: where it reads, what it serves beside the page, where the page will live.

Jekyll reads a folder made for it, which holds the page's skin as links and copies of the files that the article links
to. It then watches that skin, not the thousands of folders of the tools installed beside it.
"""

import fcntl
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from figures_src import ruby

ROOT = Path(__file__).parents[1]
PACKAGE = Path(__file__).parent
SITE = ROOT / "_site"
BUILD = ROOT / "build"
NOTEBOOK = "carnet"
SIGN = "feed.xml"
"""Each site has it."""
CONFIG = "_config.yml"
ADDRESS = "_address.yml"
FOLDERS = (
    "_includes",
    "_layouts",
    "_plugins",
    "_posts",
    "_sass",
    "pages",
    *(f"assets/{name}" for name in ("css", "figures", "fonts", "js", "jupyter", "plays")),
)
"""What Jekyll reads as it stands."""
HOST = "127.0.0.1"
TRACE = re.compile(r"^\S+:\d+:in .*exit \(SystemExit\)\n.*", re.MULTILINE | re.DOTALL)
"""What Ruby adds to a fault that Jekyll has told in its own words."""
MEND = "Jekyll is missing: run `bash scripts/install_tools.sh jekyll`"


class SiteFailed(Exception):
    """Jekyll could not build the site, or serve it."""


@dataclass(frozen=True)
class Address:
    """Where the site lives: a host without a final slash, and a path that is empty or begins with a slash."""

    url: str = ""
    base_path: str = ""
    repository: str = ""
    """Where its sources are, and readers report what is wrong in it; no final slash."""

    @classmethod
    def parse(cls, url: str, base_path: str, repository: str = "") -> "Address":
        """Read an address as people write it, with slashes too many or too few.

        Raises:
            ValueError: it is no address of a site; the message says how to write one.
        """
        return cls(_url(url), _base_path(base_path), _repository(repository))

    def under(self, folder: str) -> str:
        """The address of a folder of the site; empty when the host is not known."""
        return f"{self.url}{self.base_path}/{folder}/" if self.url else ""


def _url(text: str) -> str:
    read = re.fullmatch(r"(https?://[\w.-]+(?::\d+)?)/*([^\s/].*)?", text.strip(), re.ASCII)
    if text.strip() and not read:
        raise ValueError(f"SITE_URL={text}: write a scheme and a host, as https://name.github.io")
    if read and read[2]:
        raise ValueError(f"SITE_URL={text}: write {read[1]} alone, and what follows it apart: BASE_PATH=/{read[2]}")
    return read[1] if read else ""


def _base_path(text: str) -> str:
    names = [name for name in text.strip().split("/") if name]
    if not all(re.fullmatch(r"[\w.~-]*[\w~-][\w.~-]*", name, re.ASCII) for name in names):
        raise ValueError(f"BASE_PATH={text}: write a path of plain letters and digits, as /repository")
    return "".join(f"/{name}" for name in names)


def _repository(text: str) -> str:
    plain = text.strip().rstrip("/").removesuffix(".git")
    if plain and not re.fullmatch(r"https?://[\w.-]+(?::\d+)?(/[\w.~-]+)+", plain, re.ASCII):
        raise ValueError(f"REPOSITORY={text}: write its page on the web, as https://github.com/name/repository")
    return plain


def build(destination: Path, address: Address, paper: bool = False) -> str:
    """Build the site under ``destination``, where a notebook is left alone, and return what Jekyll said.

    ``paper``: pages lead to the article as a PDF, which will be printed from them.

    Raises:
        SiteFailed: Jekyll stopped; the message holds what it said.
        FileNotFoundError: there is no Jekyll.
    """
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="site-", dir=BUILD) as folder:
        _write_sources(Path(folder), address, paper)
        command = _command("build", "--disable-disk-cache", "--destination", str(destination.resolve()))
        result = subprocess.run(
            command,
            cwd=folder,
            env=ruby.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    said = result.stdout + result.stderr
    if result.returncode:
        raise SiteFailed(f"{TRACE.sub('', said)}\nJekyll stopped: mend what it says above, then run again")
    return said


def serve(port: int) -> None:
    """Become Jekyll's server, which builds the site again at each change, beside the notebook of the last build.

    Raises:
        SiteFailed: the port is taken, or not ours.
        FileNotFoundError: there is no Jekyll.
    """
    if refusal := _refusal(port):
        raise SiteFailed(f"port {port}: {refusal}. Choose another one: make serve PORT={_another(port)}")
    folder = BUILD / "serve" / str(port)
    folder.mkdir(parents=True, exist_ok=True)
    if not _hold(folder):
        raise SiteFailed(
            f"port {port}: another preview is about to use it. Choose another one: make serve PORT={_another(port)}"
        )
    for path in ("sources", "site"):
        shutil.rmtree(folder / path, ignore_errors=True)
    sources, destination = folder / "sources", folder / "site"
    _write_sources(sources, Address(f"http://{HOST}:{port}"))
    destination.mkdir()
    if (SITE / NOTEBOOK).is_dir():
        (destination / NOTEBOOK).symlink_to(SITE / NOTEBOOK)
    os.chdir(sources)
    reload = ("--livereload", "--livereload-port", str(_free_port()))
    command = _command("serve", "--host", HOST, "--port", str(port), "--destination", str(destination), *reload)
    os.execvpe(command[0], command, ruby.environment())


def _command(verb: str, *options: str) -> list[str]:
    if not shutil.which("jekyll"):
        raise FileNotFoundError(MEND)
    return ["jekyll", verb, "--config", f"{CONFIG},{ADDRESS}", *options]


def _write_sources(folder: Path, address: Address, paper: bool = False) -> None:
    """Lay out what Jekyll reads: a link to each folder of the skin, a copy of each file that the article links to."""
    (folder / "assets").mkdir(parents=True)
    for name in FOLDERS:
        (folder / name).symlink_to(ROOT / name)
    for name in (CONFIG, "favicon.svg"):
        shutil.copy(ROOT / name, folder)
    code = [PACKAGE / "batchnorm.py", *(PACKAGE / "figures").glob("[!_]*.py")]
    for path in code:
        copy = folder / "assets" / "code" / path.relative_to(PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    told = {
        "url": address.url,
        "baseurl": address.base_path,
        "sources_url": address.repository,
        "paper": paper,
    }
    # Strings of JSON are strings of YAML.
    (folder / ADDRESS).write_text("".join(f"{key}: {json.dumps(told[key])}\n" for key in told), encoding="utf-8")


def _hold(folder: Path) -> bool:
    """Whether no other process serves from this folder; it is then held as long as this one lives, as Jekyll too."""
    held = os.open(folder, os.O_RDONLY)
    os.set_inheritable(held, True)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return False
    return True


def _refusal(port: int) -> str:
    """Why the system does not give this port; empty when it does."""
    with closing(socket.socket()) as listener:
        # As the server does: a port that was just left is free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except (OSError, OverflowError) as error:
            return getattr(error, "strerror", None) or str(error)
    return ""


def _another(port: int) -> int:
    """The next port, where that is one that anybody may take."""
    return port + 1 if port + 1 in range(1024, 1 << 16) else 4001


def _free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])
