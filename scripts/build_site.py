"""Build the site with the notebook in it, or preview it: see --help. The work is done in figures_src/jekyll.py."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")  # which PYTHONSAFEPATH leaves out
from _environment import refuse, run  # starts the project's Python, before what another lacks

# isort: split
import os
import subprocess
from pathlib import Path
from typing import Annotated

import typer

from figures_src import jekyll
from figures_src.files import take_folder
from figures_src.paper import print_article


def main(
    url: Annotated[str, typer.Option(envvar="SITE_URL", help="Scheme and host of the site.")] = "",
    base_path: Annotated[str, typer.Option(envvar="BASE_PATH", help="Path of the site on its host.")] = "",
    destination: Annotated[Path, typer.Option(help="Folder of the site.")] = jekyll.SITE,
    notebook: Annotated[bool, typer.Option(help="Build the notebook too.")] = True,
    paper: Annotated[bool, typer.Option(help="Print the article as a PDF too.")] = True,
    serve: Annotated[str | None, typer.Option(metavar="PORT", help="Preview the site on this port instead.")] = None,
) -> None:
    """Build the site, and in it the notebook; REPOSITORY in the environment is where readers report errors."""
    try:
        if serve is not None:
            jekyll.serve(port_of(serve))
        address = jekyll.Address.parse(url, base_path, os.environ.get("REPOSITORY", ""))
        if destination.resolve() != jekyll.SITE:
            take_folder(destination, jekyll.SIGN)
        print(jekyll.build(destination, address, paper), end="", flush=True)
        if paper:
            print(f"printed {print_article(destination.resolve(), address.base_path, address.url).name}", flush=True)
    except ValueError as error:
        refuse(str(error))
    if notebook:
        raise SystemExit(build_notebook(destination, address))


def build_notebook(destination: Path, address: jekyll.Address) -> int:
    """Have the notebook built in its folder of the site; its exit status."""
    command = [sys.executable, str(jekyll.ROOT / "scripts" / "build_notebook.py")]
    options = ["--destination", str(destination / jekyll.NOTEBOOK), "--url", address.under(jekyll.NOTEBOOK)]
    return subprocess.run([*command, *options], check=False).returncode


def port_of(text: str) -> int:
    """Read the number of a port.

    Raises:
        ValueError: it is none.
    """
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1 << 16):
        raise ValueError(f"PORT={text}: write a number from 1 to 65535, as PORT=4001")
    return int(text)


if __name__ == "__main__":
    run(lambda: typer.run(main))
