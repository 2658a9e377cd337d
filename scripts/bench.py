"""Ratios and limits, measured in one run: see the Performance section of the README. Never a test."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from torch import nn

from figures_src.datasets import load_mnist
from figures_src.experiments.mnist import CURVES
from figures_src.training.ensemble import Training
from figures_src.training.machine import Machine
from figures_src.training.protocol import EnsembleRun
from figures_src.training.randomness import batch_rows

ROOT = Path(__file__).parents[1]
BUILD = "scripts/build_figures.py"
GRAPHS = ("gbn_2", "gbn_3", "gbn_4")
ROUNDS, WARM_UP, PLAIN_STEPS, ENSEMBLE_STEPS = 5, 100, 3000, 600
BATCH, SIZES = 60, (784, 100, 100, 100, 10)


@dataclass(frozen=True)
class Cost:
    """Seconds for one step of one network, by round."""

    seconds: list[float]

    @property
    def median(self) -> float:
        """The middle round."""
        return statistics.median(self.seconds)


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

    return seconds_per_step(step, PLAIN_STEPS)


def training_set() -> tuple[torch.Tensor, torch.Tensor]:
    """Binary MNIST as the experiment sees it, pixels in their own order."""
    train = load_mnist().train
    images = torch.from_numpy((train.images.reshape(len(train.images), -1) >= 128).astype("float32"))
    return images, torch.from_numpy(train.labels.astype("int64"))


def seconds_per_step(step: Callable[[int], None], steps: int) -> float:
    """Mean over the steps that follow the warm-up."""
    for number in range(WARM_UP):
        step(number)
    started = time.perf_counter()
    for number in range(WARM_UP, WARM_UP + steps):
        step(number)
    return (time.perf_counter() - started) / steps


def ensemble_process(run: EnsembleRun, together: Barrier, results: "SimpleQueue[float]") -> None:
    """Seconds for one step of one network of an ensemble, in a process of one thread as in the experiment."""
    torch.set_num_threads(1)
    training = Training(run, load_mnist())
    batches = batch_rows(run, len(training.pixels.training.images), 0)
    rows = [next(batches) for _ in range(WARM_UP + ENSEMBLE_STEPS)]
    together.wait()
    seconds = seconds_per_step(lambda number: training.sgd.step(rows[number]), ENSEMBLE_STEPS)
    results.put(seconds / len(run.seeds))


def ensembles(run: EnsembleRun) -> float:
    """Seconds for one step of one network when every core trains an ensemble."""
    cores, context = len(os.sched_getaffinity(0)), get_context("spawn")
    together, results = context.Barrier(cores), context.SimpleQueue()
    processes = [context.Process(target=ensemble_process, args=(run, together, results)) for _ in range(cores)]
    for process in processes:
        process.start()
    costs = [results.get() for _ in processes]
    for process in processes:
        process.join()
    return statistics.mean(costs) / cores


def compare(batch_norm: bool) -> tuple[Cost, Cost]:
    """Plain loop and ensembles by turns; every core is used by both."""
    run = replace(CURVES.config.runs()[0], batch_norm=batch_norm)
    rounds = [(plain(batch_norm), ensembles(run)) for _ in range(ROUNDS)]
    return Cost([theirs for theirs, _ in rounds]), Cost([ours for _, ours in rounds])


def product_rate() -> float:
    """FLOP/s of the machine's float32 matrix product, all threads, on matrices that fill its caches."""
    matrix = torch.rand(2048, 2048)
    matrix @ matrix
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        matrix @ matrix
        times.append(time.perf_counter() - started)
    return 2 * 2048**3 / statistics.median(times)


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
        environment = {**os.environ, "PYTHONPATH": folder}
        program = [sys.executable, str(Path(folder) / BUILD)]
        subprocess.run(program, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - started


def training_memory() -> float:
    """Peak memory in GiB of the two arms in training, all processes together, shared pages counted once."""
    with tempfile.TemporaryDirectory() as folder:
        process = get_context("spawn").Process(target=train_briefly, args=(Path(folder),))
        process.start()
        peak = 0.0
        while process.is_alive():
            peak = max(peak, sum(proportional_set_size(pid) for pid in family(process.pid or 0)))
            time.sleep(0.05)
    return peak / 2**20


def train_briefly(checkpoints: Path) -> None:
    """The long runs of E1, cut short: their memory does not depend on the number of steps."""
    config = replace(CURVES.config, steps=1000)
    CURVES.run(config, Machine(checkpoints, jobs=len(os.sched_getaffinity(0))))


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
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))


def main() -> None:
    """Print the table."""
    console = Console()
    rate = product_rate()
    limit = step_flop() / rate
    table = Table("one step of one network", "plain loop", "here", "ratio", "asked", "limit", "of the limit", box=None)
    for batch_norm, asked in ((False, 2.5), (True, 3.0)):
        theirs, ours = compare(batch_norm)
        ratio = statistics.median(a / b for a, b in zip(theirs.seconds, ours.seconds, strict=True))
        table.add_row(
            "with BN" if batch_norm else "without BN",
            f"{theirs.median * 1e6:.0f} µs",
            f"{ours.median * 1e6:.0f} µs",
            f"{ratio:.2f} ×",
            f"≥ {asked} ×",
            f"{limit * 1e6:.0f} µs",
            f"{limit / ours.median:.0%}",
        )
    console.print(table)
    console.print(
        f"limit: {step_flop() / 1e6:.1f} MFLOP a step at {rate / 1e9:.0f} GFLOP/s, the rate of a 2048³ product "
        f"on {torch.get_num_threads()} threads; medians of {ROUNDS} rounds taken by turns"
    )
    console.print(f"build_figures.py with nothing to do: {command():.2f} s (asked: < 1.5 s)")
    console.print(f"redrawing {', '.join(GRAPHS)}: {redraw(GRAPHS):.1f} s (asked: < 10 s)")
    console.print(f"memory of the training, all processes: {training_memory():.2f} GiB (asked: < 2 GiB)")


if __name__ == "__main__":
    main()
