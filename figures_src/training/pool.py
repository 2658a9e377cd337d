"""Run several arms at once, one process and one thread each, with a progress bar and a clean stop.

One thread a process keeps the numbers of a run the same whatever the number of cores or jobs; on networks this
small two processes of one thread are also faster than one process of two.
"""

import multiprocessing
import os
import signal
import threading
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from types import FrameType
from typing import Any, Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from figures_src.training.loop import Interrupted
from figures_src.training.machine import Machine
from figures_src.training.trainers import Result, Run, Trainer

REFRESH_SECONDS = 0.2


class WorkerKilled(Exception):
    """A process of the pool disappeared; what it had saved is on disk."""


_progress: "SimpleQueue[tuple[int, int]]"
_stop: Event
_parent: int
_idle = threading.Event()


def _start_worker(progress: "SimpleQueue[tuple[int, int]]", stop: Event, parent: int) -> None:
    """Make the parent the only one to hear Ctrl-C: it asks the workers to save and leave."""
    global _progress, _stop, _parent
    _progress, _stop, _parent = progress, stop, parent
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.formatwarning = lambda message, *_: f"{message}\n"  # a user needs no line of code
    _idle.set()
    threading.Thread(target=_leave_with_the_parent, daemon=True).start()


def _leave_with_the_parent() -> None:
    """End the process of a worker whose parent was killed; the pool's own queue would hold it for ever."""
    while os.getppid() == _parent:
        time.sleep(REFRESH_SECONDS)
    _idle.wait()
    os._exit(1)


def _orphaned_or_stopped() -> bool:
    return _stop.is_set() or os.getppid() != _parent


def _work(index: int, run: Run, machine: Machine, trainer: Trainer) -> Result:
    def report(step: int) -> None:
        if os.getppid() == _parent:
            _progress.put((index, step))

    _idle.clear()
    try:
        return trainer.train(run, machine, report, _orphaned_or_stopped)
    finally:
        _idle.set()


def train_all(title: str, runs: Sequence[Run], machine: Machine, trainer: Trainer) -> list[Result]:
    """Train every run that the machine does not hold, and return the results in the order of the runs.

    Raises:
        KeyboardInterrupt: after every worker has saved its state.
        WorkerKilled: a worker died; run again to go on from the checkpoints.
    """
    lacking = [run for run in runs if run not in machine.held]
    trained = _train(title, lacking, replace(machine, held={}), trainer) if lacking else []
    found = {**machine.held, **dict(zip(lacking, trained, strict=True))}
    return [found[run] for run in runs]


def _train(title: str, runs: Sequence[Run], machine: Machine, trainer: Trainer) -> list[Result]:
    if trainer.load:
        trainer.load(machine.data)  # fetched and verified once, before any worker asks for it
    context = multiprocessing.get_context("spawn")
    progress: SimpleQueue[tuple[int, int]] = context.SimpleQueue()
    stop = context.Event()
    workers = min(machine.jobs, len(runs))
    with (
        _Bar(title, runs) as bar,
        _RememberSignals() as signals,
        ProcessPoolExecutor(workers, context, _start_worker, (progress, stop, os.getpid())) as pool,
    ):
        futures = [pool.submit(_work, index, run, machine, trainer) for index, run in enumerate(runs)]
        _watch(futures, progress, stop, signals, bar)
        return _results(futures, signals)


def _watch(
    futures: Sequence["Future[Result]"],
    progress: "SimpleQueue[tuple[int, int]]",
    stop: Event,
    signals: "_RememberSignals",
    bar: "_Bar",
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
            wait(unfinished)
            return


def _results(futures: Sequence["Future[Result]"], signals: "_RememberSignals") -> list[Result]:
    failures = [f.exception() for f in futures if f.done() and not f.cancelled() and f.exception()]
    killed = next((error for error in failures if isinstance(error, BrokenProcessPool)), None)
    if killed:
        raise WorkerKilled("a training process was killed; run the same command to go on from its checkpoint")
    for error in failures:
        if error and not isinstance(error, Interrupted):
            raise error
    if signals.heard:
        raise KeyboardInterrupt
    return [future.result() for future in futures]


class _RememberSignals:
    """Within the block, Ctrl-C and SIGTERM are remembered instead of tearing the pool down.

    A handler may run while its own process holds the lock of the workers' event, and would wait for it for ever: it
    sets an attribute, and whoever watches the runs sets the event.
    """

    def __init__(self) -> None:
        self.heard = False
        self._old: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._old = {number: signal.signal(number, self._hear) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.heard = True

    def __exit__(self, *_: object) -> None:
        for number, handler in self._old.items():
            signal.signal(number, handler)


class _Bar(Progress):
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
