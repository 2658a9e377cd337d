"""Make the laboratory notebook beside the article: see --help. The work is done in figures_src/notebook/build.py."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")  # which PYTHONSAFEPATH leaves out
from _environment import run  # starts the project's Python, before what another lacks

# isort: split
import logging
from pathlib import Path
from typing import Annotated

import typer

from figures_src.files import take_folder
from figures_src.notebook import build
from figures_src.notebook.pages import MissingText
from figures_src.records.store import DamagedRecord


def main(
    destination: Annotated[Path, typer.Option(help="Folder of the site.")] = build.ROOT / "_site" / "carnet",
    url: Annotated[str, typer.Option(help="Address at which the notebook will live.")] = "",
    sources: Annotated[Path, typer.Option(help="Folder of the Markdown and the drawings.")] = build.SOURCES,
) -> None:
    """Write the pages from the records, draw their curves, and build the site in strict mode."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    try:
        take_folder(destination, build.SIGN)
        if sources.resolve() != build.SOURCES:
            take_folder(sources, build.DRAWINGS)
        notebook = build.committed()
        with build.alone(sources):
            build.write_sources(notebook, sources, lambda name: print(f"drew {name}"))
            build.make_site(notebook, sources, build.Destination(destination, url))
    except (MissingText, DamagedRecord, build.NotebookFailed, ValueError) as error:
        sys.exit(f"build_notebook.py: {error}")
    print(f"{len(notebook.recorded)} experiments, in {destination}")


if __name__ == "__main__":
    run(lambda: typer.run(main))
