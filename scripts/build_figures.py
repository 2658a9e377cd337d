"""Make every figure of the article, and the article: see --help. The work is done in figures_src/build.py."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")  # which PYTHONSAFEPATH leaves out
from _environment import refuse, run  # starts the project's Python, before what another lacks

# isort: split
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from _options import command
from typer.exceptions import TyperException

from figures_src.commands import BUILD, closest
from figures_src.processes import cores

if TYPE_CHECKING:
    from figures_src.build import Place, State

DEVICES = ("cpu", "cuda", "auto")
LISTS = ("--only", "--retrain", "--seal")
SCHEDULER = r"(tcp|tls)://([^\s:/]+|\[[0-9a-f:]+\]):\d+"


@dataclass(frozen=True)
class Asked:
    """The command line."""

    only: Annotated[list[str] | None, typer.Option(metavar="ID…", help="Only these figures.")] = None
    retrain: Annotated[
        list[str] | None, typer.Option(metavar="EXPERIMENT…", help="Train again, though a record exists.")
    ] = None
    seal: Annotated[
        list[str] | None, typer.Option(metavar="EXPERIMENT…", help="Seal records made before sidecars were sealed.")
    ] = None
    quick: Annotated[bool, typer.Option("--quick", help="Minutes instead of hours, in build/quick.")] = False
    draft: Annotated[
        bool,
        typer.Option("--draft", help="Only the post, in build/draft, with the sentences marked that records deny."),
    ] = False
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if anything is stale.")] = False
    why: Annotated[bool, typer.Option("--why", help="Write nothing; say why each figure is stale.")] = False
    show: Annotated[bool, typer.Option("--list", help="Write nothing; list figures and experiments.")] = False
    jobs: Annotated[int, typer.Option(min=1, help="Processes at once; one per core if not given.")] = cores()
    device: Annotated[str, typer.Option(help="cpu, cuda or auto; only training uses it.")] = "cpu"
    data: Annotated[
        Path | None, typer.Option(envvar="BN_DATA", metavar="DIR", help="Your own copy of the data sets.")
    ] = None
    scheduler: Annotated[
        str, typer.Option(envvar="BN_SCHEDULER", metavar="ADDRESS", help="Train on the workers of this Dask scheduler.")
    ] = ""


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line, verified."""

    ids: list[str]
    retrain: list[str] = field(default_factory=list)
    preset: str = "full"
    jobs: int = 1
    device: str = "cpu"
    data: Path | None = None
    scheduler: str = ""

    def records(self) -> list[str]:
        """What the figures named are drawn from; with all of them, what the article quotes too."""
        from figures_src.catalogue import FIGURES, QUOTED

        shown = [name for figure in self.ids for name in FIGURES[figure].needs]
        return list(dict.fromkeys([*shown, *(QUOTED if len(self.ids) == len(FIGURES) else ())]))


def among(kind: str, names: list[str], known: list[str]) -> None:
    """Refuse a name that does not exist, and name the nearest one that does."""
    try:
        for name in names:
            closest(name, known, kind)
    except KeyError as error:
        refuse(f"{error.args[0]} (--list shows them all)")


def build(asked: Asked) -> None:
    """Train what has no record, redraw what is stale, write the post."""
    from figures_src.catalogue import FIGURES
    from figures_src.experiments.registry import EXPERIMENTS

    only, retrain, seal = asked.only or [], asked.retrain or [], asked.seal or []
    among("figure", only, list(FIGURES))
    among("experiment", [*retrain, *seal], list(EXPERIMENTS))
    among("device", [asked.device], list(DEVICES))
    if asked.data and not asked.data.is_dir():
        refuse(f"--data {asked.data}: there is no such folder")
    refuse_scheduler(asked)
    preset = "quick" if asked.quick else "full"
    options = Options(only or list(FIGURES), retrain, preset, asked.jobs, asked.device, asked.data, asked.scheduler)
    if asked.show:
        list_all()
    elif seal:
        seal_records(seal, preset)
    elif asked.draft:
        write_draft()
    elif asked.check or asked.why:
        report(options, failing=asked.check)
    else:
        make(options)


def refuse_scheduler(asked: Asked) -> None:
    """Refuse an address that is none, or that could not be used, whether or not there is anything to train."""
    if asked.scheduler and not re.fullmatch(SCHEDULER, asked.scheduler):
        refuse(f"--scheduler {asked.scheduler}: not an address, as tcp://host:8786 is")
    if asked.scheduler and asked.device != "cpu":
        refuse("--scheduler: its workers train on processors, leave --device out")
    if asked.scheduler and not find_spec("distributed"):
        refuse("--scheduler: Dask is not here; `.venv/bin/pip install -r requirements-cluster.txt` brings it")


def list_all() -> None:
    """Print the catalogue and the registry."""
    from rich.console import Console
    from rich.table import Table

    from figures_src.catalogue import FIGURES
    from figures_src.experiments.registry import EXPERIMENTS
    from figures_src.records.growth import share
    from figures_src.records.store import is_fresh

    figures = Table("figure", "kind", "needs", box=None)
    for figure in FIGURES.values():
        figures.add_row(figure.id, f"{figure.kind} {figure.number}", ", ".join(figure.needs) or "nothing")
    experiments = Table("experiment", "data", "record", box=None)
    for experiment in EXPERIMENTS.values():
        held = (
            "fresh"
            if is_fresh(experiment, "full")
            else ", ".join(filter(None, ["to be trained", share(experiment, "full")]))
        )
        experiments.add_row(experiment.name, experiment.dataset, held)
    Console().print(figures, "", experiments)


def seal_records(names: list[str], preset: str) -> None:
    """Seal what is not, and print what was."""
    from figures_src import build as house
    from figures_src.experiments.registry import EXPERIMENTS
    from figures_src.records.produce import seal

    with house.lock(lambda pid: print(f"another build (process {pid}) is at work: waiting for it to end")):
        for name in names:
            print(f"{name}: {'sealed' if seal(EXPERIMENTS[name], preset) else 'sealed already, and whole'}")


def write_draft() -> None:
    """Write the draft, and print where it is and what it marks."""
    from figures_src import build as house

    if lacking := house.lacking(house.FULL):
        refuse(f"--draft: no {lacking}; run {BUILD} first")
    denied = house.make_draft()
    print(f"{house.DRAFT.relative_to(house.ROOT)}: {denied} sentences marked « non vérifié ici »")


def report(options: Options, failing: bool) -> None:
    """Say what a build would do; with ``failing``, exit 1 if that is anything at all."""
    from figures_src import build as house
    from figures_src.experiments.registry import EXPERIMENTS
    from figures_src.records.changes import reason
    from figures_src.records.produce import is_judged

    place = house.QUICK if options.preset == "quick" else house.FULL
    stale = {name: reason(EXPERIMENTS[name], options.preset) for name in options.records()}
    lines = [f"{name}: no fresh record ({why})" for name, why in stale.items() if why]
    fresh = [name for name, why in stale.items() if not why]
    lines += [f"{name}: verdicts changed" for name in fresh if not is_judged(EXPERIMENTS[name], options.preset)]
    states = house.examine(place, options.ids)
    lines += [f"{state.name}: {', '.join(state.reasons)}" for state in states if state.reasons]
    lines += house.orphans(place)
    print("\n".join(lines) if lines else "everything is up to date")
    if lines and failing:
        raise SystemExit(1)


def make(options: Options) -> None:
    """Bring records, figures and post up to date, and print what was done."""
    from figures_src import build as house
    from figures_src import imports

    place = house.QUICK if options.preset == "quick" else house.FULL
    with house.lock(lambda pid: print(f"another build (process {pid}) is at work: waiting for it to end")):
        trained = train(options)
        states = house.examine(place, options.ids)
        stale = [state for state in states if state.reasons and state.name != house.POST]
        if stale:
            house.make_figures(place, stale, options.jobs, lambda name: print(f"drew {name}"))
        post = house.examine(place, [])[-1] if stale else states[-1]
        summary(trained, states[:-1], write_post(place, post))
        imports.remember()


def write_post(place: "Place", state: "State") -> tuple[str, str]:
    """Write the post if it is stale and all it rests on is there; say what was done, and why."""
    from figures_src import build as house

    if state.reasons and (lacking := house.lacking(place)):
        return "not written", f"no {lacking}"
    if state.reasons:
        house.make_post(place, state)
    return done_to(state)


def train(options: Options) -> dict[str, str]:
    """Run the experiments that have no fresh record, or were asked for; say what became of each."""
    from figures_src import build as house
    from figures_src.experiments.registry import EXPERIMENTS
    from figures_src.records.changes import warning
    from figures_src.records.produce import produce
    from figures_src.records.store import is_fresh

    needed = dict.fromkeys(options.records() + options.retrain)
    unasked = [name for name in needed if name not in options.retrain]
    fresh = {name for name in unasked if is_fresh(EXPERIMENTS[name], options.preset)}
    stale = (EXPERIMENTS[name] for name in unasked if name not in fresh)
    for told in filter(None, (warning(experiment, options.preset) for experiment in stale)):
        print(told, flush=True)
    done: dict[str, str] = {}
    for name in needed:
        if name in fresh:
            done[name] = keep(name, options.preset)
            continue
        from figures_src.training.machine import Machine

        protocol = f"protocol{EXPERIMENTS[name].protocol}"
        checkpoints = house.ROOT / "build" / "checkpoints" / options.preset / name / protocol
        device = resolve(options.device)
        machine = Machine(checkpoints, options.data, device, options.jobs, scheduler=options.scheduler)
        record = produce(EXPERIMENTS[name], options.preset, machine, anew=name in options.retrain)
        done[name] = f"trained, {record.sidecar['seconds']:.0f} s of computing"
    return done


def keep(name: str, preset: str) -> str:
    """Leave a fresh record as it is, but for verdicts that today's code finds otherwise."""
    from figures_src import build as house
    from figures_src.experiments.registry import EXPERIMENTS
    from figures_src.files import write_whole
    from figures_src.records.produce import is_judged, judge_again, judgement

    remembered = house.ROOT / "build" / "judged" / preset / name
    if remembered.is_file() and remembered.read_text() == judgement(EXPERIMENTS[name], preset):
        return "record up to date"
    judged = is_judged(EXPERIMENTS[name], preset)
    if not judged:
        judge_again(EXPERIMENTS[name], preset)
    write_whole(remembered, judgement(EXPERIMENTS[name], preset).encode())
    return "record up to date" if judged else "record up to date, verdicts written again"


def resolve(device: str) -> str:
    """Turn "auto" into what this machine has."""
    if device == "cpu":
        return device
    import torch

    if device == "cuda" and not torch.cuda.is_available():
        refuse("--device cuda: PyTorch sees no CUDA device here; use --device auto")
    return "cuda" if torch.cuda.is_available() else "cpu"


def done_to(state: "State") -> tuple[str, str]:
    """What a build does to a product, and why."""
    return "made" if state.reasons else "up to date", ", ".join(state.reasons)


def summary(trained: dict[str, str], states: "Iterable[State]", post: tuple[str, str]) -> None:
    """A table of everything looked at and what was done to it."""
    from rich.console import Console
    from rich.table import Table

    table = Table("what", "done", "why", box=None)
    for name, what in trained.items():
        table.add_row(name, what, "")
    for state in states:
        table.add_row(state.name, *done_to(state))
    table.add_row("post", *post)
    Console().print(table)


def spread(arguments: list[str]) -> list[str]:
    """Let --only and --retrain take several names: `--only a b` becomes `--only a --only b`."""
    spread_out: list[str] = []
    option = ""
    for argument in arguments:
        if argument.startswith("-"):
            option = argument if argument in LISTS else ""
        elif option and spread_out[-1] != option:
            spread_out.append(option)
        spread_out.append(argument)
    return spread_out


def main() -> int:
    """Run the command; what was typed wrong is told in one line."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(command(Asked, build))
    try:
        # Typer turns Ctrl-C into a returned status.
        return typer.main.get_command(app).main(spread(sys.argv[1:]), standalone_mode=False) or 0
    except TyperException as error:
        told = getattr(error, "format_message", error.__str__)()
        refuse(told.replace("\n", " "))


if __name__ == "__main__":
    run(main)
