"""Real processes on the real MNIST: killed, interrupted, resumed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from figures_src.processes import INSIST_SECONDS
from figures_src.training.checkpoint import Checkpoint

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("hangups_heard")]

PROGRAM = """
import sys
from pathlib import Path
import numpy as np
from figures_src.training.machine import Machine
from figures_src.networks.normalization import Normalization
from figures_src.experiments.deep_linear.experiment import TRAINER as LINEAR
from figures_src.experiments.deep_linear.runs import LinearRun
from figures_src.experiments.mnist.experiment import TRAINER as ENSEMBLE
from figures_src.experiments.mnist.runs import EnsembleRun
from figures_src.experiments.vgg.experiment import TRAINER as VGG
from figures_src.experiments.vgg.runs import LandscapeProbe, VggRun
from figures_src.processes import WorkerKilled
from figures_src.training.pool import train_all

PLAIN, BATCH = Normalization.NONE, Normalization.BATCH
if __name__ == "__main__":
    folder = Path(sys.argv[1])
    runs, trainer = RUNS
    try:
        results = train_all("test", runs, Machine(folder / "checkpoints", jobs=2, checkpoint_seconds=0), trainer)
    except KeyboardInterrupt:
        sys.exit(130)
    except WorkerKilled as error:
        sys.exit(str(error))
    arrays = {f"{i}.{name}": array for i, (result, _) in enumerate(results) for name, array in result.items()}
    np.savez(folder / "result.npz", **arrays)
"""

ENSEMBLES = (
    "[EnsembleRun(bn, 0.1, 0.5, (0, 1), 1500, 500, percentiles_every=500, dense_steps=3) for bn in (0, 1)], ENSEMBLE"
)
DEEP = (
    "[VggRun(bn, 0.1, 0, steps=60, divisor=32, accuracy_every=20, evaluate_every=0, shift_every=20, "
    "histogram_every=20, landscape=LandscapeProbe(20, 2)) for bn in (PLAIN, Normalization.NOISY)], VGG"
)
LINEARS = (
    "[LinearRun(normalization=bn, learning_rate=1e-6, seed=0, steps=700, shift_every=20) for bn in (PLAIN, BATCH)], "
    "LINEAR"
)


def start(folder: Path, runs: str = ENSEMBLES) -> "subprocess.Popen[str]":
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "program.py"
    program.write_text(PROGRAM.replace("RUNS", runs))
    # A session of its own, so that a Ctrl-C can be sent to the whole group as a terminal does.
    return subprocess.Popen(
        [sys.executable, str(program), str(folder)], start_new_session=True, stderr=subprocess.PIPE, text=True
    )


def wait_until(condition: Callable[[], bool], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def both_saved(folder: Path) -> bool:
    return len(list((folder / "checkpoints").glob("*.npz"))) == 2


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def steps_reached(folder: Path) -> list[int]:
    saved = [Checkpoint(path).load() for path in sorted((folder / "checkpoints").glob("*.npz"))]
    return [int(state["step"]) for state in saved if state]


def result(folder: Path, runs: str = ENSEMBLES) -> dict[str, np.ndarray]:
    process = start(folder, runs)
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors
    return dict(np.load(folder / "result.npz"))


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    return result(tmp_path_factory.mktemp("whole"))


def check_resumed(folder: Path, uninterrupted: dict[str, np.ndarray], runs: str = ENSEMBLES, steps: int = 1500) -> None:
    reached = steps_reached(folder)
    assert len(reached) == 2
    assert 0 < min(reached) < steps, "the kill came too late to prove anything"
    resumed = result(folder, runs)
    assert set(resumed) == set(uninterrupted)
    for name, array in uninterrupted.items():
        np.testing.assert_array_equal(resumed[name], array, err_msg=name)


@pytest.mark.whole
@pytest.mark.parametrize(("runs", "steps"), [(DEEP, 60), (LINEARS, 700)], ids=["vgg", "linear"])
def test_kill_9_of_a_deep_run(tmp_path: Path, runs: str, steps: int) -> None:
    """Every probe of E3 is on, so that none of its measurements may be lost or made twice."""
    process = start(tmp_path / "killed", runs)
    wait_until(lambda: both_saved(tmp_path / "killed"))
    workers = children(process.pid)
    process.kill()
    process.communicate()
    wait_until(lambda: not any(alive(pid) for pid in workers))
    check_resumed(tmp_path / "killed", result(tmp_path / "whole", runs), runs, steps)


def test_kill_9_of_the_parent(tmp_path: Path, uninterrupted: dict[str, np.ndarray]) -> None:
    process = start(tmp_path)
    wait_until(lambda: both_saved(tmp_path))
    workers = children(process.pid)
    process.kill()
    process.communicate()
    wait_until(lambda: not any(alive(pid) for pid in workers))
    check_resumed(tmp_path, uninterrupted)


def test_kill_9_of_a_worker(tmp_path: Path, uninterrupted: dict[str, np.ndarray]) -> None:
    process = start(tmp_path)
    wait_until(lambda: both_saved(tmp_path))
    os.kill(children(process.pid)[-1], signal.SIGKILL)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "run the same command to go on" in errors
    check_resumed(tmp_path, uninterrupted)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_all_saves_and_stops_every_process(
    tmp_path: Path, request: pytest.FixtureRequest, number: signal.Signals
) -> None:
    process = start(tmp_path)
    wait_until(lambda: both_saved(tmp_path))
    workers = children(process.pid)
    os.killpg(process.pid, number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.count("\n") == 1, "one line says that it was heard"
    wait_until(lambda: not any(alive(pid) for pid in workers), seconds=10)
    assert all(0 < step < 1500 for step in steps_reached(tmp_path))
    if number is signal.SIGINT:  # to the others it is the same
        check_resumed(tmp_path, request.getfixturevalue("uninterrupted"))


STUBBORN = """
import os, sys, time
from collections import namedtuple
from pathlib import Path
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all
from figures_src.training.trainer import Trainer

Run = namedtuple("Run", "steps networks label")

def train(run, data, machine, report, should_stop):
    machine.checkpoints.touch()
    time.sleep(120)

if __name__ == "__main__":
    runs = [Run(steps=1, networks=1, label="stubborn")]
    try:
        train_all("test", runs, Machine(Path(sys.argv[1]) / "begun"), Trainer(None, train))
    except KeyboardInterrupt:
        sys.exit(130)
"""


def test_ctrl_c_is_told_at_once_and_a_second_one_waits_for_nothing(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(STUBBORN)
    command = [sys.executable, str(program), str(tmp_path)]
    with subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE, text=True) as process:
        wait_until((tmp_path / "begun").exists)
        os.killpg(process.pid, signal.SIGINT)
        assert process.stderr is not None
        assert "checkpoint" in process.stderr.readline()
        time.sleep(INSIST_SECONDS + 0.5)
        assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)
        assert process.stderr.read() == ""
        assert process.wait(20) == 130
