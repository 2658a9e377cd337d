"""What a worker of Dask does for this project: it says what it is, trains a run, and stops when told to.

Nothing here is sent by value: a worker has the project, of the same version, or is refused.
"""

import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from distributed import get_worker
from distributed.core import Status

from figures_src.processes import REFRESH_SECONDS
from figures_src.training.machine import Machine, Maker, processor
from figures_src.training.trainer import Result, Run, Trainer
from figures_src.training.version import introduction

ROOT = Path(__file__).parents[2]
BEGUN, STEP, ENDED = "begun", "step", "ended"
"""What is told on the way, with the place of the run, and the step that it reached."""


class Call:
    """A function of this project and what to call it with; unpickling one calls it.

    ``pickle.loads`` is then all that Dask's scheduler has to know: it needs no copy of the project, and a worker that
    has none fails in a task, as an error that names the module.
    """

    def __init__(self, function: Callable[..., Any], *arguments: Any):
        self._called = function, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self._called


def introduce(kernels: Mapping[str, str]) -> dict[str, str]:
    """See `figures_src.training.version.introduction`; Dask then looks no more every 10 ms at what runs here."""
    asked = get_worker()
    asked.loop.add_callback(_stop_profiling, asked)
    return introduction(kernels)


def _stop_profiling(asked: Any) -> None:
    for name in ("profile", "profile-cycle"):
        if name in asked.periodic_callbacks:
            asked.periodic_callbacks[name].stop()


def train(index: int, run: Run, machine: Machine, trainer: Trainer, topic: str) -> tuple[Result, Maker]:
    """Train one run, and tell on the way how far it is.

    Raises:
        Interrupted: its client has gone or cancelled it, or this worker is about to close; the state is on disk.
        DatasetUnavailable: this worker cannot have the data.
    """
    task = _Task(index, topic)
    task.tell(BEGUN, 0)
    try:
        result = trainer(run, here(machine), task.report, task.should_stop)
        return result, Maker(get_worker().address, socket.gethostname(), processor())
    finally:
        task.tell(ENDED, 0)


def forget(machine: Machine) -> None:
    """Remove the checkpoints of runs that are all kept by their client."""
    for path in here(machine).checkpoints.glob("*.npz"):
        path.unlink(missing_ok=True)  # another worker may share the folder


def portable(machine: Machine) -> Machine:
    """What is sent of a machine: folders of the checkout are those of the worker's own, which may be the same."""
    inside = machine.checkpoints.is_relative_to(ROOT)
    checkpoints = machine.checkpoints.relative_to(ROOT) if inside else machine.checkpoints
    return replace(machine, checkpoints=checkpoints, data=machine.data and machine.data.absolute(), held={}, makers={})


def here(machine: Machine) -> Machine:
    """A machine as it was sent, on this worker: its data may be elsewhere, and ``BN_DATA`` or a fetch then gives it."""
    shared = machine.data if machine.data and machine.data.is_dir() else None
    return replace(machine, checkpoints=ROOT / machine.checkpoints, data=shared)


class _Task:
    """The run that this thread of the worker is at."""

    def __init__(self, index: int, topic: str):
        self._worker = get_worker()
        self._key = self._worker.get_current_task()
        self._index, self._topic = index, topic
        self._told = 0.0

    def tell(self, what: str, step: int) -> None:
        self._worker.log_event(self._topic, [what, self._index, step])

    def report(self, step: int) -> None:
        """Tell a step, not more often than it is looked at; the first one says where a checkpoint left the run."""
        if time.monotonic() - self._told > REFRESH_SECONDS:
            self._told = time.monotonic()
            self.tell(STEP, step)

    def should_stop(self) -> bool:
        """Whether nobody waits for this run any more, as the worker has heard, or the worker itself leaves."""
        state = self._worker.state.tasks.get(self._key)
        wanted = state is not None and state.state in ("executing", "long-running")
        return not wanted or self._worker.status not in (Status.running, Status.paused)
