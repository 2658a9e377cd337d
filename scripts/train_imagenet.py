"""Train one arm of BN-Inception on a tree of images, under torchrun: see --help, and the README."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")  # which PYTHONSAFEPATH leaves out
from _environment import refuse, run  # starts the project's Python, before what another lacks

# isort: split
import os
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from _options import command

from figures_src.commands import closest

if TYPE_CHECKING:
    from figures_src.datasets.image_folder import Tree
    from figures_src.experiments.imagenet.experiment import ImageNetProtocol
    from figures_src.experiments.imagenet.training import Work
    from figures_src.experiments.inception.runs import DataParallel
    from figures_src.training.distributed import Place
    from figures_src.training.torchrun import Stop

CHOICES = {"device": ("cpu", "cuda", "auto"), "precision": ("auto", "float32")}
FOLDER = Path(__file__).parents[1] / "build" / "imagenet"
WARM_UP = 5
SHARED_STORE = "TORCHELASTIC_USE_AGENT_STORE"
"""Set by torchrun where processes meet in the store of its agent, which keeps what the dead have written."""
SPEAK_EVERY = 30
SHARED_MEMORY = "/dev/shm"


@dataclass(frozen=True)
class Asked:
    """The command line."""

    tree: Annotated[Path, typer.Argument(metavar="TREE", help="Folder of train/CLASS/*.JPEG and val/CLASS/*.JPEG.")]
    arm: Annotated[str, typer.Option(help="Network and multiple of the learning rate.")] = "bn_baseline"
    steps: Annotated[int | None, typer.Option(min=1, help="Updates; the paper's, if not given.")] = None
    batch_size: Annotated[int, typer.Option(min=2, help="Images of an update, over all processes.")] = 32
    learning_rate: Annotated[float, typer.Option(help="Base rate, which the arm multiplies.")] = 0.0015
    seed: Annotated[int, typer.Option(help="Of initial weights, order and crops.")] = 0
    network: Annotated[str, typer.Option(help="bn_inception, or small to try things out.")] = "bn_inception"
    side: Annotated[int, typer.Option(min=32, help="Pixels of a crop's side.")] = 224
    evaluate_every: Annotated[int, typer.Option(min=0, help="Updates between two validations; 0 for none.")] = 20_000
    sync_bn: Annotated[bool, typer.Option("--sync-bn", help="Statistics of all processes together.")] = False
    no_augmentation: Annotated[bool, typer.Option("--no-augmentation", help="Central squares alone.")] = False
    measure: Annotated[int, typer.Option(min=0, help="Only time so many updates, and tell what a run costs.")] = 0
    workers: Annotated[int, typer.Option(min=0, help="Decoding processes, for each process that learns.")] = 4
    checkpoints: Annotated[Path, typer.Option(help="On a disk that all machines share.")] = FOLDER / "checkpoints"
    records: Annotated[Path, typer.Option(help="Where the record is written.")] = FOLDER / "records"
    save_every: Annotated[float, typer.Option(min=0, help="Seconds between two checkpoints.")] = 600
    device: Annotated[str, typer.Option(help="cpu, cuda or auto.")] = "auto"
    precision: Annotated[str, typer.Option(help="auto: bfloat16 where it is native; or float32.")] = "auto"


def among(kind: str, name: str, known: list[str]) -> None:
    """Refuse a name that does not exist, and name the nearest one that does."""
    try:
        closest(name, known, kind)
    except KeyError as error:
        refuse(f"{error.args[0]} ({', '.join(known)})")


def main(asked: Asked) -> None:
    """Train one arm and write its record; a killed process goes on from the last checkpoint."""
    from figures_src.experiments.inception.runs import DataParallel
    from figures_src.training.shared_memory import Decoding
    from figures_src.training.torchrun import learners_here

    check(asked)
    spread = DataParallel(int(os.environ.get("WORLD_SIZE", "1")), asked.sync_bn, not asked.no_augmentation)
    if not asked.measure:
        try_folders(asked.checkpoints, asked.records)
    if asked.workers:
        try_shared_memory()
    try:
        Decoding(learners_here(), asked.workers, spread.share(asked.batch_size), asked.side).admit()
        found = listed(asked.tree)
        spread.admit(asked.batch_size, len(found.train))
    except ValueError as error:
        refuse(str(error))
    carry_out(protocol_of(asked, len(found.classes), spread), found, asked)


def check(asked: Asked) -> None:
    """Refuse what could not end well, before anything is read."""
    from figures_src.experiments.imagenet.experiment import PUBLISHED_STEPS
    from figures_src.experiments.inception.measures import ARMS
    from figures_src.networks.bn_inception import PLANS

    if os.environ.get("TORCHELASTIC_MAX_RESTARTS", "0") != "0" and os.environ.get(SHARED_STORE) == "True":
        refuse(
            "processes that torchrun starts again may wait for ever at the addresses of dead ones "
            "(pytorch#135712): say TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1 before torchrun, or --max-restarts 0"
        )
    among("arm", asked.arm, list(ARMS))
    among("network", asked.network, list(PLANS))
    for option, value in (("device", asked.device), ("precision", asked.precision)):
        among(option, value, list(CHOICES[option]))
    if asked.steps is None and not asked.measure and asked.arm not in PUBLISHED_STEPS:
        refuse(f"the paper gives no number of updates for {asked.arm}: say --steps")


def protocol_of(asked: Asked, classes: int, spread: "DataParallel") -> "ImageNetProtocol":
    """What the arm means; to measure, without validations."""
    from figures_src.experiments.imagenet.experiment import PUBLISHED_STEPS, ImageNetProtocol

    return ImageNetProtocol(
        arm=asked.arm,
        base_learning_rate=asked.learning_rate,
        steps=asked.measure + WARM_UP if asked.measure else asked.steps or PUBLISHED_STEPS[asked.arm],
        seed=asked.seed,
        batch_size=asked.batch_size,
        network=asked.network,
        side=asked.side,
        classes=classes,
        evaluate_every=0 if asked.measure else asked.evaluate_every,
        spread=spread,
    )


def try_folders(checkpoints: Path, records: Path) -> None:
    """Refuse a folder that could not be written when hours of learning are to be kept."""
    from figures_src.files import try_folder
    from figures_src.training.torchrun import speaks_for_machine

    leads = os.environ.get("RANK", "0") == "0"
    for option, folder, used in (("checkpoints", checkpoints, speaks_for_machine()), ("records", records, leads)):
        try:
            if used:
                try_folder(folder)
        except OSError as error:
            refuse(f"nothing can be written in {folder} ({error.strerror}): say --{option} ANOTHER_FOLDER")


def try_shared_memory() -> None:
    """Refuse to start processes that decode where they could share nothing: no folder, or one that is read-only."""
    try:
        get_context("fork").Lock()
    except OSError as error:
        refuse(
            "the processes that decode images need shared memory, and "
            f"{SHARED_MEMORY} gives none ({error.strerror}): mount one that can be written, or say --workers 0"
        )


def listed(folder: Path) -> "Tree":
    """The tree, verified before torch is imported."""
    from figures_src.datasets.errors import DatasetUnavailable
    from figures_src.datasets.image_folder import read_tree

    try:
        return read_tree(folder)
    except DatasetUnavailable as error:
        refuse(str(error))


def carry_out(protocol: "ImageNetProtocol", tree: "Tree", asked: Asked) -> None:
    """Join the other processes, and train or measure."""
    import torch

    from figures_src.experiments.imagenet.training import Resources, Work
    from figures_src.training.distributed import joined
    from figures_src.training.precision import Precision, best_precision
    from figures_src.training.torchrun import speak_up

    speak_up()
    warnings.formatwarning = lambda message, *_: f"{message}\n"  # a user needs no line of code
    # Kernels of one position have strides without meaning, on which PyTorch's two readings differ.
    warnings.filterwarnings("ignore", message="Grad strides do not match bucket view strides")
    device = asked.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    precision = best_precision(device) if asked.precision == "auto" else Precision.FLOAT32
    # A step on a processor may last seconds, and torchrun gives a process that it stops half a minute.
    look_up_every = 1 if device == "cpu" else Resources.look_up_every
    resources = Resources(asked.checkpoints, asked.workers, asked.save_every, look_up_every)
    with joined(device) as place:
        act = tell_cost if asked.measure else record
        (run,) = protocol.runs()
        act(protocol, Work(run, protocol.spread, tree, place, resources, precision), asked)


def tell_cost(_: "ImageNetProtocol", work: "Work", __: Asked) -> None:
    """Time some updates, and say what the paper's number of them would take."""
    from figures_src.experiments.imagenet.experiment import PUBLISHED_STEPS, full_run_cost
    from figures_src.experiments.imagenet.training import throughput

    speed = throughput(work, WARM_UP)
    if not work.place.leads:
        return
    print(f"{speed:.1f} images/s over {work.place.processes} process(es)")
    for arm in PUBLISHED_STEPS:
        cost = full_run_cost(arm, speed)
        print(f"{arm}: {cost.images / 1e6:.0f} M images, {cost.epochs:.0f} epochs, {cost.hours:,.0f} h")


def record(protocol: "ImageNetProtocol", work: "Work", asked: Asked) -> None:
    """Train to the end; the first process writes the record."""
    import torch

    from figures_src.experiments.assembly import assemble
    from figures_src.experiments.imagenet.experiment import experiment
    from figures_src.experiments.imagenet.training import train
    from figures_src.records.produce import commit_now, keep
    from figures_src.training.machine import Machine
    from figures_src.training.torchrun import Stop

    commit, place, resources = commit_now(), work.place, work.resources
    with Stop() as stop, told(place, stop):
        heeding = replace(work, resources=replace(resources, should_stop=lambda: stop.heard))
        arrays, seconds = train(heeding, speaker(work.run.steps, place))
    if not place.leads:
        return
    damaged = arrays.pop("damaged")
    outcome = assemble([work.run], [(arrays, seconds)])
    outcome.arrays["damaged"] = damaged
    machine = Machine(resources.checkpoints, device=place.device, jobs=place.processes, threads=torch.get_num_threads())
    named = experiment(protocol, work.tree.sha256, lambda *_: outcome)
    kept = keep(named, "full", machine, outcome, commit, asked.records)
    print(f"{len(damaged)} damaged image(s) skipped; record written: {asked.records / kept.name}.json")


@contextmanager
def told(place: "Place", stop: "Stop") -> Iterator[None]:
    """Tell in one line what ends a training before its time."""
    from figures_src.datasets.errors import DatasetUnavailable
    from figures_src.experiments.imagenet.training import DecodersLost
    from figures_src.training.distributed import Disagreement
    from figures_src.training.loop import Interrupted
    from figures_src.training.torchrun import STOPPED, speaks_for_machine

    try:
        yield
    except Interrupted as error:
        raise SystemExit(STOPPED) from error
    except Disagreement as error:
        if speaks_for_machine():
            refuse(str(error))
        raise SystemExit(2) from error
    except (DatasetUnavailable, DecodersLost, OSError) as error:
        print(f"train_imagenet.py: process {place.rank}: {error}", file=sys.stderr)
        raise SystemExit(1) from error
    except RuntimeError as error:
        if stop.heard:  # the other processes are gone: whatever waits for them fails
            raise SystemExit(1) from error
        raise


def speaker(steps: int, place: "Place") -> Callable[[int], None]:
    """Progress, told by the first process alone: soon, then less and less often, down to twice a minute."""
    began = told = time.monotonic()
    first = last = None

    def tell(step: int) -> None:
        nonlocal first, last, told
        first, now = step if first is None else first, time.monotonic()
        soon = step not in (first, steps) and now - told < min(1 + told - began, SPEAK_EVERY)
        if not place.leads or soon or step == last:
            return
        last, told = step, now
        left = f", {(steps - step) * (now - began) / (step - first) / 3600:.1f} h left" if step > first else ""
        print(f"step {step:,} of {steps:,}{left}", file=sys.stderr, flush=True)

    return tell


if __name__ == "__main__":
    from figures_src.training.torchrun import one_of_many

    with one_of_many():
        run(lambda: typer.run(command(Asked, main)))
