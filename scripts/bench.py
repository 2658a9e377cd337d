"""Speed of E1, of a loop of E5.5 and of the build, as ratios and limits of one run: see the README. Never a test."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")  # which PYTHONSAFEPATH leaves out
from _environment import run  # starts the project's Python, before what another lacks

# isort: split
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import torch
import typer
from rich.console import Console
from rich.table import Table
from timing import CORES, ROUNDS, by_turns, on_every_core, product_rate, seconds_per_step
from torch import nn

from figures_src.datasets import load_cifar10, load_mnist
from figures_src.experiments.mistakes.experiment import MISTAKES
from figures_src.experiments.mistakes.runs import GROUPS, Arm
from figures_src.experiments.mistakes.training import MistakeTraining
from figures_src.experiments.mnist.experiment import CURVES
from figures_src.experiments.mnist.runs import EnsembleRun
from figures_src.experiments.mnist.training import Training
from figures_src.processes import leave_with
from figures_src.training.machine import Machine
from figures_src.training.randomness import batch_rows

ROOT = Path(__file__).parents[1]
BUILD = "scripts/build_figures.py"
GRAPHS = ("gbn_2", "gbn_3", "gbn_4")
WARM_UP, PLAIN_STEPS, ENSEMBLE_STEPS = 100, 3000, 600
BATCH, SIZES = 60, (784, 100, 100, 100, 10)
ACCUMULATED, ACCUMULATED_STEPS = 128, 8
"""Images of an update whose gradient is added up, and updates that are timed."""
PROPORTIONAL = "/proc/{}/smaps_rollup"
"""Where Linux tells the memory of a process, a page that several share counted for its part."""


def step_flop() -> int:
    """Multiply-adds of one step, twice: forward, weights' gradient, and inputs' gradient but for the first layer."""
    products = [2 * BATCH * into * out for into, out in pairwise(SIZES)]
    return 3 * sum(products) - products[0]


def plain(batch_norm: bool) -> float:
    """The loop that anyone would write: nn.Sequential, torch.optim.SGD, one network, PyTorch's own threads."""
    images, labels = training_set()
    layers: list[nn.Module] = []
    for into, out in pairwise(SIZES[:-1]):
        layers += [nn.Linear(into, out), *([nn.BatchNorm1d(out)] if batch_norm else []), nn.Sigmoid()]
    network = nn.Sequential(*layers, nn.Linear(*SIZES[-2:]))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    loss = nn.CrossEntropyLoss()
    rows = torch.randint(0, len(images), (WARM_UP + PLAIN_STEPS, BATCH))

    def step(number: int) -> None:
        optimizer.zero_grad()
        loss(network(images[rows[number]]), labels[rows[number]]).backward()
        optimizer.step()

    return seconds_per_step(step, WARM_UP, PLAIN_STEPS)


def training_set() -> tuple[torch.Tensor, torch.Tensor]:
    """Binary MNIST as the experiment sees it, pixels in their own order."""
    train = load_mnist().train
    images = torch.from_numpy((train.images.reshape(len(train.images), -1) >= 128).astype("float32"))
    return images, torch.from_numpy(train.labels.astype("int64"))


def ensemble(run: EnsembleRun) -> Callable[[int], None]:
    """A step of an ensemble, as in the experiment."""
    training = Training(run, load_mnist())
    batches = batch_rows(run, len(training.pixels.training.images), 0)
    rows = [next(batches) for _ in range(WARM_UP + ENSEMBLE_STEPS)]
    return lambda number: training.sgd.step(rows[number])


def ensembles(run: EnsembleRun) -> float:
    """Seconds for one step of one network when every core trains an ensemble."""
    return on_every_core(ensemble, (run,), WARM_UP, ENSEMBLE_STEPS) / len(run.seeds)


def added_up() -> float:
    """Gradients of batches of 2 added up in a loop, as anyone would write it; PyTorch's own threads."""
    layers: list[nn.Module] = []
    into, size = 3, GROUPS[Arm.ACCUMULATED_BY_TWO]
    for out in MISTAKES.config.widths:
        layers += [nn.Conv2d(into, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU(), nn.MaxPool2d(2)]
        into = out
    network = nn.Sequential(*layers, nn.Flatten(), nn.Linear(4 * into, 10))
    optimizer, loss = torch.optim.SGD(network.parameters(), lr=0.1), nn.CrossEntropyLoss()
    images, labels = torch.randn(ACCUMULATED, 3, 32, 32), torch.randint(0, 10, (ACCUMULATED,))

    def step(number: int) -> None:
        optimizer.zero_grad()
        for few, answers in zip(torch.split(images, size), torch.split(labels, size), strict=True):
            (loss(network(few), answers) * size / ACCUMULATED).backward()
        optimizer.step()

    return seconds_per_step(step, 1, ACCUMULATED_STEPS)


def grouped() -> Callable[[int], None]:
    """The same update as the experiment makes it: groups of a batch side by side."""
    run = next(run for run in MISTAKES.config.runs() if run.kind is Arm.ACCUMULATED_BY_TWO)
    training = MistakeTraining(run, load_cifar10(), "cpu")
    return lambda _: training.advance()


def all_grouped() -> float:
    """Seconds for one such update when every core makes its own."""
    return on_every_core(grouped, (), 1, ACCUMULATED_STEPS)


def command(*arguments: str) -> float:
    """Wall seconds of the main command, the median of three."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run([sys.executable, BUILD, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def redraw(names: Sequence[str]) -> float:
    """Wall seconds to draw figures again in a copy of the tree, in every theme and layout."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("figures_src", "scripts", "assets", "_posts"):
            shutil.copytree(ROOT / name, Path(folder) / name)
        shutil.copy(ROOT / "_config.yml", folder)
        for name in names:
            (Path(folder) / "assets" / "figures" / f"{name}.csv").unlink()
        started = time.perf_counter()
        program = [sys.executable, str(Path(folder) / BUILD)]
        subprocess.run(program, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - started


def training_memory() -> float:
    """Peak memory in GiB of the two arms in training, all processes together, shared pages counted once."""
    with tempfile.TemporaryDirectory() as folder:
        process = get_context("spawn").Process(target=train_briefly, args=(os.getpid(), Path(folder)))
        process.start()
        peak = 0.0
        while process.is_alive():
            peak = max(peak, sum(proportional_set_size(pid) for pid in family(process.pid or 0)))
            time.sleep(0.05)
    return peak / 2**20


def train_briefly(parent: int, checkpoints: Path) -> None:
    """The long runs of E1, cut short: their memory does not depend on the number of steps."""
    leave_with(parent)
    config = replace(CURVES.config, steps=1000)
    with suppress(KeyboardInterrupt):  # the parent tells it
        CURVES.run(config, Machine(checkpoints, jobs=CORES))


def told_memory() -> str:
    """Memory of the training, where the system tells it."""
    return f"{training_memory():.2f} GiB" if Path(PROPORTIONAL.format("self")).exists() else "not told by this system"


def family(pid: int) -> list[int]:
    """A process and its children."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(int(child) for child in children)]


def proportional_set_size(pid: int) -> int:
    """Memory of a process in KiB; 0 once it has ended."""
    try:
        rollup = Path(PROPORTIONAL.format(pid)).read_text()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))


def main() -> None:
    """Print the table."""
    console = Console()
    rate = product_rate(torch.float32)
    limit = step_flop() / rate
    table = Table("one step of one network", "plain loop", "here", "ratio", "asked", "limit", "of the limit", box=None)
    for batch_norm, asked in ((False, 2.5), (True, 3.0)):
        run = replace(CURVES.config.runs()[0], batch_norm=batch_norm)
        theirs, ours, ratio = by_turns(partial(plain, batch_norm), partial(ensembles, run))
        table.add_row(
            "with BN" if batch_norm else "without BN",
            f"{theirs * 1e6:.0f} µs",
            f"{ours * 1e6:.0f} µs",
            f"{ratio:.2f} ×",
            f"≥ {asked} ×",
            f"{limit * 1e6:.0f} µs",
            f"{limit / ours:.0%}",
        )
    console.print(table)
    console.print(
        f"limit: {step_flop() / 1e6:.1f} MFLOP a step at {rate / 1e9:.0f} GFLOP/s, the rate of a 2048³ product "
        f"on {torch.get_num_threads()} threads; medians of {ROUNDS} rounds taken by turns"
    )
    theirs, ours, ratio = by_turns(added_up, all_grouped)
    console.print(
        f"{ACCUMULATED // 2} batches of 2 added up (E5.5): {theirs * 1e3:.0f} ms in a loop, {ours * 1e3:.0f} ms here, "
        f"{ratio:.2f} × (asked: ≥ 2 ×)"
    )
    console.print(f"build_figures.py with nothing to do: {command():.2f} s (asked: ≤ 0.5 s)")
    console.print(f"redrawing {', '.join(GRAPHS)}: {redraw(GRAPHS):.1f} s (asked: < 10 s)")
    console.print(f"memory of the training, all processes: {told_memory()} (asked: < 2 GiB)")


if __name__ == "__main__":
    run(lambda: typer.run(main))
