"""Archive the commit that is checked out, as an RO-Crate: see --help. The work is done in figures_src/archive/."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")  # which PYTHONSAFEPATH leaves out
from _environment import refuse, run  # starts the project's Python, before what another lacks

# isort: split
from pathlib import Path
from typing import Annotated

import typer

from figures_src import build
from figures_src.archive import citation as citations
from figures_src.archive.crate import Contents, archive
from figures_src.archive.editions import Edition, editions
from figures_src.archive.history import snapshot
from figures_src.archive.processes import processes
from figures_src.files import write_whole

NAME = "normalisation-par-lots"


def main(
    destination: Annotated[Path, typer.Option(help="Folder of the archive.")] = build.ROOT / "build" / "archive",
    zenodo: Annotated[bool, typer.Option("--zenodo", help="Only write .zenodo.json, from CITATION.cff.")] = False,
) -> None:
    """Write the archive, and say where."""
    try:
        told, citation = read()
    except ValueError as error:
        refuse(str(error))
    target = build.ROOT / citations.ZENODO
    if zenodo:
        write_whole(target, citations.zenodo(citation))
        return
    if not target.is_file() or target.read_bytes() != citations.zenodo(citation):
        refuse(f"{citations.ZENODO} is not what CITATION.cff gives: {citations.MEND}")
    kept = snapshot(build.ROOT)
    article = build.FULL.post.relative_to(build.ROOT).as_posix()
    contents = Contents(kept, citation, told, tuple(processes(kept)), article)
    path = destination / f"{NAME}-{citation.version}-{kept.commit[:12]}.zip"
    write_whole(path, archive(contents))
    print(f"{path}: {len(kept.files)} files, {len(contents.processes)} processes, {path.stat().st_size / 1e6:.1f} MB")


def read() -> tuple[tuple[Edition, ...], citations.Citation]:
    """Editions and citation, which agree."""
    told = editions((build.ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    citation = citations.parse((build.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    citations.agree(citation, told[0])
    return told, citation


if __name__ == "__main__":
    run(lambda: typer.run(main))
