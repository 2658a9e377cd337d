"""Processes that work for this one: no more than asked, told once to stop, gone when it is; belongs to no room."""

import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future, InvalidStateError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context, resource_tracker
from multiprocessing.context import SpawnContext
from types import FrameType, TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")
Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]

REFRESH_SECONDS = 0.2
INSIST_SECONDS = 1.0
"""A second Ctrl-C sooner than this is the first one, heard twice: from the terminal, and from a program in between."""
GRACE_SECONDS = 120
"""For a process that was told to save its work: it may wait for a lock that a killed one holds."""
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_parent: int
_told = False
_idle = threading.Event()
_idle.set()


class WorkerKilled(Exception):
    """A process of a pool disappeared; what it had saved is on disk."""


def cores() -> int:
    """Cores that this process may use, where the system tells that; otherwise how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Cancellable(Future[T]):
    """One that may be cancelled before its pool breaks, and is then done, as all the others are.

    There Python stops at it until 3.11 (cpython#108974), and later leaves those that wait for it to wait for ever.
    """

    def set_exception(self, exception: BaseException | None) -> None:
        try:
            super().set_exception(exception)
        except InvalidStateError:
            self.set_running_or_notify_cancel()


class _Pool(ProcessPoolExecutor):
    """One whose processes hear no signal before they know what to do with it: until then it would be a traceback.

    Python's own looks at the processes that it watches over before it starts the one that a task asks for: that one
    could die unseen. A task of nothing, which may follow every other one, makes it look again.
    """

    def submit(self, function: Callable[..., T], /, *arguments: Any, **named: Any) -> Future[T]:
        with deaf():
            submitted = super().submit(function, *arguments, **named)
            submitted.__class__ = _Cancellable
            super().submit(_nothing)
            return submitted


def _nothing() -> None:
    """See `_Pool`."""


@contextmanager
def deaf() -> Iterator[None]:
    """Within the block, signals wait, as they will in the processes that it starts."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def spawning() -> SpawnContext:
    """How processes are started here. The tracker of multiprocessing is one: closing the terminal must not kill it."""
    with deaf():
        resource_tracker.ensure_running()
    return get_context("spawn")


@contextmanager
def pool(
    workers: int, kind: str, initializer: Callable[..., None] | None = None, *arguments: Any
) -> Iterator[ProcessPoolExecutor]:
    """So many processes, each after its ``initializer``; whatever ends the block early ends them.

    Raises:
        WorkerKilled: one of them was killed; ``kind`` says what they do.
    """
    with _Pool(workers, spawning(), _begin, (os.getpid(), initializer, arguments)) as executor:
        try:
            yield executor
        except BaseException as error:
            end_all()
            executor.shutdown(cancel_futures=True)
            if isinstance(error, BrokenProcessPool):
                raise WorkerKilled(f"a {kind} process was killed; run the same command to go on") from error
            raise


def end_all(*, at_once: bool = False) -> None:
    """Have the processes that this one started leave, ``at_once`` or when their work is saved."""
    for child in active_children():
        child.kill() if at_once else child.terminate()


def leave_with(parent: int) -> None:
    """End this process when ``parent`` is gone, at once or when its work is saved: no queue would tell it.

    What then goes wrong in a thread of its own, for want of that parent, is told to nobody.
    """
    global _parent
    _parent = parent
    sys.excepthook = _unless_orphaned(sys.excepthook)
    threading.Thread(target=_watch_the_parent, daemon=True).start()


@contextmanager
def at_work() -> Iterator[None]:
    """Within the block, this process leaves only once the work ends, which has to ask `should_leave`."""
    _idle.clear()
    try:
        yield
    finally:
        _idle.set()
        if _told:
            os._exit(1)


def should_leave() -> bool:
    """Whether this process was told to stop, or works for nobody."""
    return _told or orphaned()


def orphaned() -> bool:
    """Whether the process that this one works for is gone."""
    return os.getppid() != _parent


def _unless_orphaned(tell: Hook) -> Hook:
    def told(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        time.sleep(REFRESH_SECONDS)  # the connections of a process close a moment before it is gone
        if not orphaned():
            tell(kind, error, trace)

    return told


def _begin(parent: int, initializer: Callable[..., None] | None, arguments: tuple[Any, ...]) -> None:
    """Prepare a process of a pool. Ctrl-C is for its parent alone; other signals may be for it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _leave)
    warnings.formatwarning = lambda message, *_: f"{message}\n"  # a user needs no line of code
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    leave_with(parent)
    if initializer:
        initializer(*arguments)


def _leave(number: int, frame: FrameType | None) -> None:
    global _told
    _told = True
    if _idle.is_set():
        os._exit(1)
    signal.alarm(GRACE_SECONDS)


def _watch_the_parent() -> None:
    while not orphaned():
        time.sleep(REFRESH_SECONDS)
    _idle.wait(GRACE_SECONDS)
    os._exit(1)


class RememberSignals:
    """Within the block, what would stop this process is remembered instead of tearing its pool down.

    A handler may run while its own process holds the lock of the workers' event, and would wait for it for ever: it
    sets an attribute, and whoever watches the runs sets the event.
    """

    def __init__(self) -> None:
        self.heard = False
        self.insisted = False
        self._first = 0.0
        self._old: dict[int, Any] = {}

    def __enter__(self) -> Self:
        heeded = [number for number in STOPS if signal.getsignal(number) != signal.SIG_IGN]
        self._old = {number: signal.signal(number, self._hear) for number in heeded}
        return self

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if not self.heard:
            self._first = time.monotonic()
        elif number == signal.SIGINT and time.monotonic() - self._first > INSIST_SECONDS:
            self.insisted = True
        self.heard = True

    def __exit__(self, *_: object) -> None:
        for number, handler in self._old.items():
            signal.signal(number, handler)
