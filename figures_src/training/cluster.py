"""Train runs on the workers of a Dask scheduler, one run at a time each; brings ``distributed``, an extra.

Who asks hands out the runs himself, one to each worker that has nothing to do: a worker is questioned before its
first one, whenever it joins, and the run of a worker that dies goes to the next one. What arrives is kept at once.
"""

import logging
import pickle
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any
from uuid import uuid4

import dask
from distributed import Client, Future
from distributed.client import ClosedClientError

from figures_src.datasets import DatasetUnavailable
from figures_src.processes import GRACE_SECONDS, REFRESH_SECONDS, RememberSignals
from figures_src.training import worker
from figures_src.training.kept import kept_by
from figures_src.training.loop import Interrupted
from figures_src.training.machine import Machine, Maker
from figures_src.training.pool import Bar
from figures_src.training.trainer import Result, Run, Trainer
from figures_src.training.version import at_first, kernels, refusal
from figures_src.training.worker import Call

CONNECT_SECONDS = 10
LOOK_SECONDS = 1.0
"""Between two looks at which workers there are."""
RETURN_SECONDS = 600
"""For a scheduler that was lost to come back."""
GATHER_SECONDS = 60
"""For a result to come from its worker, which may have died once it was done."""
MOST_DEATHS = 3
"""Of workers at one run, before it is the run that is suspected."""
LOST = (OSError, CancelledError, TimeoutError, ClosedClientError)
"""What Dask raises where a scheduler or a worker went away."""

Told = tuple[str, int, int]
"""What a worker tells on the way: see `figures_src.training.worker`."""


class ClusterFailed(Exception):
    """The scheduler or its workers cannot have the runs trained; what is done is kept."""


def train_on_cluster(title: str, runs: Sequence[Run], machine: Machine, trainer: Trainer) -> list[Result]:
    """Train every run that is not kept from before, and return the results in the order of the runs.

    Raises:
        KeyboardInterrupt: after the workers have saved their states.
        ClusterFailed: no scheduler answers, every worker is refused, or one run kills its workers.
    """
    asked = dict(at_first())
    kept = kept_by(machine, trainer, {**asked, **kernels()})
    found = {run: known for run in dict.fromkeys(runs) if (known := kept.load(run))}
    lacking = [run for run in dict.fromkeys(runs) if run not in found]
    if found and lacking:
        print(f"{title}: {len(found)} of {len(runs)} runs are kept from before", file=sys.stderr, flush=True)

    def keep(index: int, result: Result, maker: Maker) -> None:
        kept.save(lacking[index], result, maker)
        found[lacking[index]] = (result, maker)

    if lacking:
        job = _Job(lacking, worker.portable(machine), trainer, asked, keep)
        with Bar(title, lacking) as bar, RememberSignals() as signals, _quiet():
            _Sweep(machine.scheduler, job, signals, bar).carry_out()
    machine.makers.update({run: maker for run, (_, maker) in found.items()})
    return [found[run][0] for run in runs]


@dataclass(frozen=True)
class _Job:
    """What is to be trained, of which version, and what is done with each result."""

    runs: Sequence[Run]
    machine: Machine
    trainer: Trainer
    asked: dict[str, str]
    keep: Callable[[int, Result, Maker], None]


@dataclass
class _State:
    """Where a sweep is: runs by their places, workers by their addresses."""

    waiting: deque[int]
    under_way: dict[str, tuple[int, "Future[Any]"]] = field(default_factory=dict)
    questioned: dict[str, "Future[Any]"] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    fit: set[str] = field(default_factory=set)
    deaths: Counter[int] = field(default_factory=Counter)
    begun: set[int] = field(default_factory=set)

    def unfinished(self) -> bool:
        return bool(self.waiting or self.under_way)

    def take_back(self, address: str) -> int:
        """Have the run of a worker wait for another one, before all others: it may have a checkpoint."""
        index, _ = self.under_way.pop(address)
        self.waiting.appendleft(index)
        return index

    def keep_only(self, present: set[str]) -> None:
        """Forget workers that have gone: another one may come at their address."""
        self.fit &= present
        self.questioned = {address: future for address, future in self.questioned.items() if address in present}
        self.refused = {address: why for address, why in self.refused.items() if address in present}

    def forget_workers(self) -> None:
        """Those of a scheduler that was lost; it may come back with others."""
        for address in list(self.under_way):
            self.take_back(address)
        self.questioned, self.refused, self.fit = {}, {}, set()


class _Sweep:
    """The runs of one experiment, from the first connection to the last result."""

    def __init__(self, address: str, job: _Job, signals: RememberSignals, bar: Bar):
        self._address, self._job, self._signals, self._bar = address, job, signals, bar
        self._state = _State(deque(range(len(job.runs))))
        # Steps and endings come from threads of Dask's.
        self._heard: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._client: Client
        self._topic = f"training-{uuid4()}"
        self._looked = 0.0
        self._present: set[str] = set()
        self._told_to_wait = False

    def carry_out(self) -> None:
        """Train all runs.

        Raises:
            KeyboardInterrupt, ClusterFailed: see `train_on_cluster`.
        """
        self._client = self._connected(CONNECT_SECONDS)
        try:
            while self._state.unfinished() and not self._signals.heard:
                try:
                    self._hand_out()
                except LOST:
                    self._come_back()
                self._listen()
            if self._signals.heard:
                raise KeyboardInterrupt
            self._clear()
        except BaseException:
            self._stop()
            raise
        finally:
            with suppress(*LOST):
                self._client.close(timeout=1)

    def _hand_out(self) -> None:
        """See who is there, and give runs to those that have none."""
        if self._client.status != "running":
            raise OSError(f"{self._address} does not answer")
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self._look()
        for address in sorted(self._state.fit - set(self._state.under_way)):
            if self._state.waiting:
                self._give(address)

    def _connected(self, seconds: float) -> Client:
        """Ask the scheduler until it answers.

        Raises:
            ClusterFailed: it does not, for so long.
            KeyboardInterrupt: Ctrl-C was heard.
        """
        deadline = time.monotonic() + seconds
        while True:
            try:
                client = Client(self._address, timeout=CONNECT_SECONDS, set_as_default=False)
                client.subscribe_topic(self._topic, self._hear)
                return client
            except (*LOST, TypeError, ValueError) as error:
                if self._signals.heard:
                    raise KeyboardInterrupt from error
                # What TLS lacks, or an address has too much, does not come by waiting.
                if time.monotonic() > deadline or isinstance(error, TypeError | ValueError):
                    raise ClusterFailed(
                        f"no scheduler answers at {self._address} ({error}): start one with `.venv/bin/dask scheduler` "
                        "or name another, and run the same command; what is done is kept"
                    ) from error
                time.sleep(REFRESH_SECONDS)

    def _come_back(self) -> None:
        """Wait for a scheduler that was lost; runs under way go on from their checkpoints, where those are shared."""
        self._say(f"the scheduler at {self._address} was lost: waiting for it (Ctrl-C stops; what is done is kept)")
        with suppress(*LOST):
            self._client.close(timeout=1)
        self._state.forget_workers()
        self._present = set()
        self._client = self._connected(RETURN_SECONDS)
        self._say("the scheduler is back")

    def _look(self) -> None:
        """See which workers have come, to be questioned, and which have gone, whose runs wait again."""
        threads: dict[str, int] = dict(self._client.nthreads())
        self._looked, self._present = time.monotonic(), set(threads)
        state = self._state
        for address in [address for address in state.under_way if address not in threads]:
            self._bury(address)
        state.keep_only(self._present)
        known = state.fit | set(state.refused) | set(state.questioned)
        for address in sorted(self._present - known):
            self._question(address, threads[address])
        if not self._present and not self._told_to_wait:
            self._told_to_wait = True
            self._say(f"no worker yet: `.venv/bin/dask worker --nthreads 1 {self._address}` starts one")

    def _bury(self, address: str) -> None:
        _, future = self._state.under_way[address]
        index = self._state.take_back(address)
        self._state.deaths[index] += 1
        with suppress(*LOST):
            future.cancel()
        self._say(f"worker {address} died; {self._job.runs[index].label} goes to another")
        if self._state.deaths[index] == MOST_DEATHS:
            raise ClusterFailed(
                f"{MOST_DEATHS} workers died at the run {self._job.runs[index].label}: they may lack memory "
                "(dask worker --memory-limit); what is done is kept, run the same command to go on"
            )

    def _question(self, address: str, threads: int) -> None:
        if threads != 1:
            self._refuse(address, f"it has {threads} threads, and a run takes one: start it with --nthreads 1")
            return
        future = self._submitted(Call(worker.introduce, kernels()), address)
        self._state.questioned[address] = future
        self._when_done(future, lambda: self._judge(address, future))

    def _judge(self, address: str, future: "Future[Any]") -> None:
        """Take a worker in, or refuse it."""
        if address not in self._state.questioned or self._state.questioned[address] is not future:
            return  # of a scheduler that was lost
        del self._state.questioned[address]
        try:
            told = future.result(timeout=GATHER_SECONDS)
        except ModuleNotFoundError as error:
            lacking = error.name or error
            self._refuse(address, f"it lacks {lacking}: start it with the Python of a checkout of this project")
        except Exception as error:
            if future.status == "error":
                self._refuse(address, f"it cannot say what it is ({type(error).__name__}: {error})")
        else:
            if why := refusal(self._job.asked, told):
                self._refuse(address, why)
            else:
                self._state.fit.add(address)

    def _refuse(self, address: str, why: str) -> None:
        """Give no work to a worker.

        Raises:
            ClusterFailed: there is no other.
        """
        self._state.refused[address] = why
        self._state.fit.discard(address)
        self._say(f"worker {address} is refused: {why}")
        if self._present <= set(self._state.refused):
            raise ClusterFailed(f"every worker of {self._address} is refused; {address}: {why}")

    def _give(self, address: str) -> None:
        index, job = self._state.waiting[0], self._job
        call = Call(worker.train, index, job.runs[index], job.machine, job.trainer, self._topic)
        future = self._submitted(call, address)
        self._state.waiting.popleft()  # once it is sent: a scheduler that is lost takes no run along
        self._state.under_way[address] = (index, future)
        self._when_done(future, lambda: self._take(address, future))

    def _take(self, address: str, future: "Future[Any]") -> None:
        """Keep a result; a run that its worker could not have, or had to leave, waits again."""
        if address not in self._state.under_way or self._state.under_way[address][1] is not future:
            return  # taken back already
        index, _ = self._state.under_way[address]
        try:
            result, maker = future.result(timeout=GATHER_SECONDS)
        except DatasetUnavailable as error:
            self._state.take_back(address)
            self._refuse(address, f"it has no data: {error}")
        except (Interrupted, *LOST) as error:
            if future.status == "error" and not isinstance(error, Interrupted):
                raise  # not the way here is wrong, but the training: its disk is full
            self._state.take_back(address)
            self._state.fit.discard(address)  # it leaves, or is questioned again
        else:
            self._job.keep(index, result, maker)
            del self._state.under_way[address]
            self._bar.advance(index, self._job.runs[index].steps)

    def _submitted(self, call: Call, address: str) -> "Future[Any]":
        return self._client.submit(pickle.loads, pickle.dumps(call), workers=[address], pure=False)

    def _when_done(self, future: "Future[Any]", act: Callable[[], None]) -> None:
        future.add_done_callback(lambda _: self._heard.put(act))

    def _hear(self, event: tuple[float, Told]) -> None:
        told = event[1]
        self._heard.put(lambda: self._follow(*told))

    def _follow(self, what: str, index: int, step: int) -> None:
        if what == worker.BEGUN:
            self._state.begun.add(index)
        elif what == worker.ENDED:
            self._state.begun.discard(index)
        elif any(index == other for other, _ in self._state.under_way.values()):
            self._bar.advance(index, step)

    def _listen(self) -> None:
        with suppress(Empty):
            self._heard.get(timeout=REFRESH_SECONDS)()
            while True:
                self._heard.get_nowait()()

    def _stop(self) -> None:
        """Cancel what is under way, and wait until it is saved; another Ctrl-C does not wait."""
        state = self._state
        if not state.under_way or self._client.status != "running":
            return
        if self._signals.heard:
            self._say("stopping: each run writes its checkpoint first (Ctrl-C again does not wait for it)")
        waited = {address: index for address, (index, _) in state.under_way.items()}
        deadline = time.monotonic() + GRACE_SECONDS
        with suppress(*LOST):
            # What has just ended is still taken in.
            self._client.cancel([future for _, future in state.under_way.values() if not future.done()])
            while waited and time.monotonic() < deadline and not self._signals.insisted:
                self._listen()
                present = self._client.nthreads()
                waited = {where: index for where, index in waited.items() if where in present and index in state.begun}

    def _clear(self) -> None:
        """Have checkpoints removed that are needed no more, also where no folder is shared."""
        with suppress(*LOST):
            done = [self._submitted(Call(worker.forget, self._job.machine), address) for address in self._state.fit]
            for future in done:
                future.result(timeout=CONNECT_SECONDS)  # and no longer: one that dies now would never answer

    def _say(self, what: str) -> None:
        print(what, file=sys.stderr, flush=True)


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask's own messages are for who runs the cluster: what matters here is said in one line each."""
    logger = logging.getLogger("distributed")
    before, settings = logger.level, {"distributed.comm.timeouts.connect": f"{CONNECT_SECONDS}s"}
    logger.setLevel(logging.CRITICAL)
    try:
        with dask.config.set(settings):
            yield
    finally:
        logger.setLevel(before)
