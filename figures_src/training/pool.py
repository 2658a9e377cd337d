"""Run several arms at once, one process and one thread each, with a progress bar and a clean stop.

One thread a process keeps the numbers of a run the same whatever the number of cores or jobs; on networks this
small two processes of one thread are also faster than one process of two.
"""

import sys
from collections.abc import Sequence
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from figures_src import processes
from figures_src.processes import REFRESH_SECONDS, RememberSignals
from figures_src.training.loop import Interrupted
from figures_src.training.machine import Machine
from figures_src.training.trainer import Result, Run, Trainer

_progress: "SimpleQueue[tuple[int, int]]"
_stop: Event


def _start_worker(progress: "SimpleQueue[tuple[int, int]]", stop: Event) -> None:
    global _progress, _stop
    _progress, _stop = progress, stop


def _should_stop() -> bool:
    return _stop.is_set() or processes.should_leave()


def _report(index: int, step: int) -> None:
    if not processes.orphaned():
        _progress.put((index, step))


def _work(index: int, run: Run, machine: Machine, trainer: Trainer) -> Result:
    with processes.at_work():
        return trainer(run, machine, partial(_report, index), _should_stop)


def train_all(title: str, runs: Sequence[Run], machine: Machine, trainer: Trainer) -> list[Result]:
    """Train every run that the machine does not hold, and return the results in the order of the runs.

    Raises:
        KeyboardInterrupt: after every worker has saved its state.
        WorkerKilled: a worker died; run again to go on from the checkpoints.
        ClusterFailed: the machine names a scheduler, which cannot have the runs trained.
    """
    lacking = [run for run in runs if run not in machine.held]
    train = _on_the_cluster if machine.scheduler else _train
    trained = train(title, lacking, replace(machine, held={}), trainer) if lacking else []
    found = {**machine.held, **dict(zip(lacking, trained, strict=True))}
    return [found[run] for run in runs]


def _on_the_cluster(title: str, runs: Sequence[Run], machine: Machine, trainer: Trainer) -> list[Result]:
    from figures_src.training.cluster import train_on_cluster  # brings Dask, which is there for who asked for it

    return train_on_cluster(title, runs, machine, trainer)


def _train(title: str, runs: Sequence[Run], machine: Machine, trainer: Trainer) -> list[Result]:
    if trainer.load:
        trainer.load(machine.data)  # fetched and verified once, before any worker asks for it
    context = processes.spawning()
    progress: SimpleQueue[tuple[int, int]] = context.SimpleQueue()
    stop = context.Event()
    with (
        Bar(title, runs) as bar,
        RememberSignals() as signals,
        processes.pool(min(machine.jobs, len(runs)), "training", _start_worker, progress, stop) as pool,
    ):
        futures = [pool.submit(_work, index, run, machine, trainer) for index, run in enumerate(runs)]
        _watch(futures, progress, stop, signals, bar)
        return _results(futures, signals)


def _watch(
    futures: Sequence["Future[Result]"],
    progress: "SimpleQueue[tuple[int, int]]",
    stop: Event,
    signals: RememberSignals,
    bar: "Bar",
) -> None:
    unfinished: set[Future[Result]] = set(futures)
    while unfinished:
        _, unfinished = wait(unfinished, timeout=REFRESH_SECONDS)
        while not progress.empty():
            bar.advance(*progress.get())
        if signals.heard or any(future.done() and future.exception() for future in futures):
            stop.set()
            for future in unfinished:
                future.cancel()
            _wait_for_checkpoints(unfinished, signals)
            return


def _wait_for_checkpoints(unfinished: set["Future[Result]"], signals: RememberSignals) -> None:
    if signals.heard:
        told = "stopping: each run writes its checkpoint first (Ctrl-C again does not wait for it)"
        print(told, file=sys.stderr, flush=True)
    while unfinished and not signals.insisted:
        _, unfinished = wait(unfinished, timeout=REFRESH_SECONDS)
    if signals.insisted:
        processes.end_all(at_once=True)


def _results(futures: Sequence["Future[Result]"], signals: RememberSignals) -> list[Result]:
    failures = [f.exception() for f in futures if f.done() and not f.cancelled()]
    for error in failures:
        if error and not isinstance(error, Interrupted | BrokenProcessPool):
            raise error
    if signals.heard:
        raise KeyboardInterrupt
    return [future.result() for future in futures]


class Bar(Progress):
    """A line for all runs, network steps a second and the time left, and one for each run under way."""

    def __init__(self, title: str, runs: Sequence[Run]):
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:3.0f} %"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(elapsed_when_finished=True),
            speed_estimate_period=60,
        )
        self._runs = runs
        self._lines: dict[int, TaskID] = {}
        self._reached: dict[int, int] = {}
        total = sum(run.steps * run.networks for run in runs)
        self._line: TaskID = self.add_task(title, total=total, rate="")

    def advance(self, index: int, step: int) -> None:  # type: ignore[override]
        """Move to the step reached by one run; the first one told is where its checkpoint left it."""
        run, before = self._runs[index], self._reached.get(index)
        self._reached[index] = step
        if before is None:
            # Taken off the totals, lest a resumed run look like a burst of speed.
            self.update(self._line, total=(self.tasks[0].total or 0) - step * run.networks)
            self._lines[index] = self.add_task(f"  {run.label}", total=run.steps - step, rate="")
        else:
            super().advance(self._line, (step - before) * run.networks)
            super().advance(self._lines[index], step - before)
        if step == run.steps:
            self.update(self._lines[index], visible=False)
        speed = self.tasks[0].speed
        self.update(self._line, rate=f"{speed:,.0f} network steps/s" if speed else "")
