"""What a cluster of Dask costs, beside processes of one machine, and what 100 workers would do: see the README."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")  # which PYTHONSAFEPATH leaves out
from _environment import refuse, run  # starts the project's Python, before what another lacks

# isort: split
import heapq
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import chain, repeat
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from timing import by_turns

from figures_src.experiments.deep_linear.experiment import TRAINER
from figures_src.experiments.deep_linear.runs import LinearRun
from figures_src.networks.normalization import Normalization
from figures_src.records import store
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all

WORKERS, MANY = 2, 100
STEPS, RUNS = 1000, 6


def seconds_to_train(scheduler: str = "") -> float:
    """Of one sweep from its first word to its last result: here, or by the workers of a scheduler."""
    runs = [
        LinearRun(normalization=Normalization.BATCH, learning_rate=1e-6, seed=seed, steps=STEPS) for seed in range(RUNS)
    ]
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(Path(folder), jobs=WORKERS, scheduler=scheduler)
        started = time.perf_counter()
        train_all("on a cluster" if scheduler else "here", runs, machine, TRAINER)
        return time.perf_counter() - started


def seconds_on_a_cluster() -> float:
    """The same with workers that have just been started, as the processes of a pool have."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=":0", memory_limit=0) as cluster:
        return seconds_to_train(cluster.scheduler_address)


def makespan(runs: Sequence[float], workers: int) -> float:
    """Seconds until the last of these runs ends, the longest ones handed out first."""
    free = [0.0] * workers
    for seconds in sorted(runs, reverse=True):
        heapq.heapreplace(free, free[0] + seconds)
    return max(free)


def recorded() -> dict[str, list[float]]:
    """Seconds of each run by record: sidecars tell their sum, so that all runs of a record count alike."""
    sidecars = {path.stem: store.load_sidecar(path.stem) for path in sorted(store.RECORDS.glob("*.json"))}
    return {
        name: list(repeat(told["seconds"] / len(told["runs"]), len(told["runs"])))
        for name, told in sidecars.items()
        if told
    }


def on_paper(workers: int) -> tuple[float, float]:
    """Seconds for all records by so many workers: one record after the other, as the build goes, and all at once."""
    records = recorded()
    in_turn = sum(makespan(runs, workers) for runs in records.values())
    return in_turn, makespan(list(chain.from_iterable(records.values())), workers)


def main() -> None:
    """Print both."""
    if not find_spec("distributed"):
        refuse("Dask is not here; `.venv/bin/pip install -r requirements-cluster.txt` brings it")
    console = Console()
    here, there, ratio = by_turns(seconds_to_train, seconds_on_a_cluster)
    console.print(
        f"{RUNS} runs by {WORKERS} processes here: {here:.1f} s; by {WORKERS} workers of one thread: {there:.1f} s; "
        f"efficiency {ratio:.1%} (asked: ≥ 95 %)"
    )
    table = Table("workers", "one record after the other", "all at once", box=None)
    for workers in (1, WORKERS, MANY):
        table.add_row(str(workers), *(f"{seconds / 3600:.2f} h" for seconds in on_paper(workers)))
    console.print("all records, on paper, from the seconds in their sidecars:", table)


if __name__ == "__main__":
    run(lambda: typer.run(main))
