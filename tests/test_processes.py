"""Real processes, killed and told to stop: none outlives its parent, none ends in a traceback."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from figures_src import processes

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("hangups_heard")]

PROGRAM = """
import os
import sys
import time
from pathlib import Path
from figures_src.processes import WorkerKilled, at_work, pool, should_leave

def draw(folder):
    (folder / f"{os.getpid()}.begun").touch()
    time.sleep(60)

def train(folder):
    with at_work():
        (folder / f"{os.getpid()}.begun").touch()
        while not should_leave():
            time.sleep(0.01)
        time.sleep(0.3)
        (folder / f"{os.getpid()}.saved").touch()

if __name__ == "__main__":
    try:
        with pool(2, "drawing") as workers:
            list(workers.map(globals()[sys.argv[1]], [Path(sys.argv[2])] * 2))
    except KeyboardInterrupt:
        sys.exit(130)
    except WorkerKilled as error:
        sys.exit(str(error))
else:
    time.sleep(0.5)  # as long as heavier modules take to import
"""


@contextmanager
def start(folder: Path, work: str) -> Iterator["subprocess.Popen[str]"]:
    """A session of its own, so that a signal can be sent to the whole group as a terminal does."""
    program = folder / "program.py"
    program.write_text(PROGRAM)
    command = [sys.executable, str(program), work, str(folder)]
    with subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)  # else the end of the block would wait for it
            raise


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def workers(folder: Path, state: str = "begun") -> list[int]:
    return [int(path.stem) for path in folder.glob(f"*.{state}")]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def check_all_gone(folder: Path) -> None:
    wait_until(lambda: not any(alive(pid) for pid in workers(folder)), seconds=20)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("work", ["draw", "train"])
def test_workers_leave_when_their_parent_is_killed(tmp_path: Path, number: signal.Signals, work: str) -> None:
    with start(tmp_path, work) as process:
        wait_until(lambda: len(workers(tmp_path)) == 2)
        process.send_signal(number)
        assert process.wait(60) == -number
    check_all_gone(tmp_path)
    if work == "train":
        assert sorted(workers(tmp_path, "saved")) == sorted(workers(tmp_path))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("work", ["draw", "train"])
def test_a_signal_to_all_processes_saves_and_is_no_traceback(tmp_path: Path, number: signal.Signals, work: str) -> None:
    with start(tmp_path, work) as process:
        wait_until(lambda: len(workers(tmp_path)) == 2)
        os.killpg(process.pid, number)
        _, errors = process.communicate(timeout=60)
    check_all_gone(tmp_path)
    assert "Traceback" not in errors
    if work == "train":
        assert sorted(workers(tmp_path, "saved")) == sorted(workers(tmp_path))


def test_a_worker_that_is_still_starting_makes_no_traceback_of_ctrl_c(tmp_path: Path) -> None:
    with start(tmp_path, "draw") as process:
        tree = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        wait_until(lambda: len(tree.read_text().split()) == 3)  # with the tracker of multiprocessing
        time.sleep(0.2)
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert workers(tmp_path) == []
    assert errors == ""


@pytest.mark.parametrize("started", [min, max], ids=["first", "last"])
def test_a_killed_worker_is_told_in_a_line(tmp_path: Path, started: Callable[[list[int]], int]) -> None:
    """The last one too, which Python's own pool watches only when something else happens."""
    with start(tmp_path, "draw") as process:
        wait_until(lambda: len(workers(tmp_path)) == 2)
        os.kill(started(workers(tmp_path)), signal.SIGKILL)
        _, errors = process.communicate(timeout=30)
    check_all_gone(tmp_path)
    assert process.returncode == 1
    assert errors.count("\n") == 1
    assert "drawing process was killed" in errors


def test_a_killed_worker_is_told_though_a_task_had_been_cancelled() -> None:
    def cancel_and_kill() -> None:
        with processes.pool(1, "training") as pool:
            futures = [pool.submit(time.sleep, 60) for _ in range(4)]
            wait_until(futures[0].running)
            assert futures[-1].cancel()
            processes.end_all(at_once=True)
            assert not wait(futures, timeout=30).not_done
            futures[0].result()

    with pytest.raises(processes.WorkerKilled):
        cancel_and_kill()


LOSING = """
import os
import sys
from figures_src import processes

processes.leave_with(int(sys.argv[1]))
with processes.at_work():
    try:
        raise ConnectionResetError("by peer")
    except ConnectionResetError:
        sys.excepthook(*sys.exc_info())  # as the thread does that hands batches over
"""


@pytest.mark.parametrize(("parent", "told"), [(os.getpid(), 1), (1, 0)], ids=["alive", "gone"])
def test_a_connection_lost_with_the_parent_is_no_traceback(parent: int, told: int) -> None:
    process = subprocess.run([sys.executable, "-c", LOSING, str(parent)], capture_output=True, text=True, check=False)
    assert process.stderr.count("ConnectionResetError: by peer") == told
    assert process.stderr.count("Traceback") == told


def test_cores_are_counted_where_the_system_does_not_say_which_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert processes.cores() == 7


def test_a_signal_heard_under_the_lock_of_the_workers_event_is_remembered() -> None:
    """The handler may run anywhere in this process: whatever takes a lock there may wait for itself."""
    before = signal.getsignal(signal.SIGTERM)
    stop: Any = multiprocessing.get_context("spawn").Event()
    with processes.RememberSignals() as signals:
        assert not signals.heard
        with stop._cond:
            signal.raise_signal(signal.SIGTERM)
        assert signals.heard
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_second_ctrl_c_insists_unless_it_is_the_first_one_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with processes.RememberSignals() as signals:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        assert signals.heard
        assert not signals.insisted
        monkeypatch.setattr(processes, "INSIST_SECONDS", -1.0)
        signal.raise_signal(signal.SIGHUP)
        assert not signals.insisted
        signal.raise_signal(signal.SIGINT)
        assert signals.insisted


def test_a_signal_that_nohup_turned_off_stays_off() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with processes.RememberSignals() as signals:
        signal.raise_signal(signal.SIGHUP)
    assert not signals.heard
    signal.signal(signal.SIGHUP, before)
