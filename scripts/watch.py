"""Replay every record with the libraries that are installed, and say which verdict would change: see the README."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")  # which PYTHONSAFEPATH leaves out
from _environment import refuse, run  # starts the project's Python, before what another lacks

# isort: split
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from _options import command
from rich.console import Console
from rich.table import Table

from figures_src.commands import closest
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.processes import cores
from figures_src.records import replays, store
from figures_src.records.watch import Watched, watch
from figures_src.training.machine import Machine

WATCHED = ("torch", "matplotlib", "numpy", "scipy")


@dataclass(frozen=True)
class Asked:
    """The command line."""

    records: Annotated[list[str] | None, typer.Argument(metavar="[RECORD]…", help="Only these.")] = None
    jobs: Annotated[int, typer.Option(min=1, help="Processes at once; one per core if not given.")] = cores()
    data: Annotated[
        Path | None, typer.Option(envvar="BN_DATA", metavar="DIR", help="Your own copy of the data sets.")
    ] = None


def act(asked: Asked) -> None:
    """Replay records, judge them again; exit 1 if anything would change."""
    recorded = sorted(path.stem for path in store.RECORDS.glob("*.json"))
    try:
        names = [closest(name, recorded, "record") for name in asked.records or recorded]
    except KeyError as error:
        refuse(error.args[0])
    print(", ".join([f"Python {sys.version.split()[0]}", *(f"{name} {version(name)}" for name in WATCHED)]))
    print(f"on {replays.this_computer()}", flush=True)
    found = list(watched(names, asked))
    Console(width=120).print(table(found))
    for each in found:
        tell(each)
    if not all(each.same for each in found):
        raise SystemExit(1)
    print("no verdict would change")


def watched(names: Iterable[str], asked: Asked) -> Iterable[Watched]:
    """One record after the other, each with a folder of its own for what its runs save."""
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            yield watch(EXPERIMENTS[name], Machine(Path(folder), asked.data, jobs=asked.jobs))


def table(found: Iterable[Watched]) -> Table:
    """A line for each record."""
    made = Table("record", "networks replayed", "runs astray", "verdicts changed", "in doubt", box=None)
    for each in found:
        made.add_row(
            each.name, str(each.networks), str(len(each.astray)), str(len(each.changed)), str(len(each.doubtful))
        )
    return made


def tell(each: Watched) -> None:
    """Name what would change in a record."""
    for run_astray in each.astray:
        print(f"{each.name}: another training: {run_astray}")
    for prediction in each.changed:
        print(f"{each.name}: verdict would change: {prediction}")
    for prediction in each.doubtful:
        print(f"{each.name}: verdict in doubt, for runs are trained otherwise: {prediction}")


if __name__ == "__main__":
    run(lambda: typer.run(command(Asked, act)))
