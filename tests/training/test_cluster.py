"""Real schedulers and workers of Dask on this machine: killed, refused, stopped, started again."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from figures_src.training.machine import Machine, Maker
from figures_src.training.version import CODE, refusal

ROOT = Path(__file__).parents[2]

TOY = """
import os, time
from dataclasses import dataclass
import numpy as np
from figures_src.datasets import DatasetUnavailable
from figures_src.training.loop import carry_out
from figures_src.training.trainer import Trainer

@dataclass(frozen=True)
class ToyRun:
    seed: int
    steps: int = 80
    networks: int = 1
    @property
    def label(self): return f"toy {self.seed}"

class Toy:
    look_up_every = 1
    def __init__(self, run): self.step, self.seconds, self.value = 0, 0.0, float(run.seed)
    def advance(self):
        time.sleep(0.02)
        self.value = np.sin(self.value * 1.7 + self.step)
        self.step += 1
    def finish(self): return {"value": np.array(self.value)}
    def state(self): return {"step": np.array(self.step), "value": np.array(self.value)}
    def restore(self, state): self.step, self.value = int(state["step"]), float(state["value"])

def load(folder):
    if "TOY_WITHOUT_DATA" in os.environ:
        raise DatasetUnavailable("nowhere to be had")
    return "data"

def train(run, data, machine, report, should_stop):
    sat = []
    def told(step):
        if not sat:
            with (machine.checkpoints.parent / "sittings.txt").open("a") as file:
                file.write(f"{run.seed} {step} {os.getpid()}\\n")
        sat.append(step)
        report(step)
    return carry_out(Toy(run), run.steps, f"toy{run.seed}", machine, told, should_stop)

TRAINER = Trainer(load, train)
RUNS = [ToyRun(seed) for seed in range(5)]
"""

PROGRAM = """
import sys
from pathlib import Path
import numpy as np
from toy import RUNS, TRAINER
from figures_src.training.machine import Machine
from figures_src.training.pool import train_all

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    machine = Machine(folder / "checkpoints", checkpoint_seconds=0, jobs=2, scheduler=sys.argv[2])
    try:
        results = train_all("toys", RUNS, machine, TRAINER)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        sys.exit(f"{type(error).__name__}: {error}")
    np.savez(folder / "result.npz", value=[arrays["value"] for arrays, _ in results])
"""

RECORDING = """
import sys
from pathlib import Path
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.records import produce, store
from figures_src.training.machine import Machine

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    store.QUICK_RECORDS = folder
    machine = Machine(folder / "checkpoints", checkpoint_seconds=0, jobs=2, scheduler=sys.argv[2])
    produce.produce(EXPERIMENTS["dln"], "quick", machine)
"""


class Cluster:
    """A scheduler and workers, each a process of its own; what a test leaves of them is ended."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.started: list[subprocess.Popen[bytes]] = []
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        (folder / "toy.py").write_text(TOY)

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def scheduler(self) -> "subprocess.Popen[bytes]":
        """Without the project: it hands on what it does not read."""
        words = ["scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard"]
        process = self._start(words, "")
        wait_until(self._answers)
        return process

    def worker(self, *words: str, project: Path | str = ROOT, **environment: str) -> "subprocess.Popen[bytes]":
        named = ["worker", self.address, "--no-nanny", "--no-dashboard", "--nthreads", "1", *words]
        path = f"{project or self._nowhere()}{os.pathsep}{self.folder}"
        return self._start([*named, "--local-directory", str(self.folder)], path, **environment)

    def client(self, folder: Path, program: str = PROGRAM, scheduler: bool = True) -> "subprocess.Popen[str]":
        folder.mkdir(exist_ok=True)
        (self.folder / "program.py").write_text(program)
        command = [sys.executable, str(self.folder / "program.py"), str(folder), self.address if scheduler else ""]
        process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)  # type: ignore[arg-type]
        return process

    def end(self) -> None:
        for process in self.started:
            process.kill()
            process.communicate()

    def _nowhere(self) -> Path:
        """A folder that hides the project from a Python whose environment was made for it."""
        folder = self.folder / "nowhere"
        folder.mkdir(exist_ok=True)
        (folder / "sitecustomize.py").write_text(
            "import os, sys\n"
            "sys.path[:] = [path for path in sys.path if not os.path.isdir(os.path.join(path, 'figures_src'))]\n"
        )
        return folder

    def _start(self, words: list[str], path: str, **environment: str) -> "subprocess.Popen[bytes]":
        with (self.folder / "dask.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *words],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": path, **environment},
                stdout=log,
                stderr=log,
            )
        self.started.append(process)
        return process

    def _answers(self) -> bool:
        with socket.socket() as tried:
            return tried.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    yield made
    made.end()


def wait_until(condition: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def told(process: "subprocess.Popen[str]", status: int = 0) -> str:
    _, errors = process.communicate(timeout=120)
    assert process.returncode == status, errors
    return errors


def sittings(folder: Path) -> list[tuple[int, int, int]]:
    """Run, the step where its worker took it up, and the worker."""
    path = folder / "sittings.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(int(run), int(step), int(pid)) for run, step, pid in map(str.split, lines)]


def kept(folder: Path) -> int:
    return len(list((folder / "checkpoints" / "kept").glob("*.npz")))


def at_rest(folder: Path) -> bool:
    """Whether no run makes a step: each of them is saved."""

    def saved() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in (folder / "checkpoints").glob("*.npz")}

    before = saved()
    time.sleep(0.5)
    return bool(before) and before == saved()


def alone(cluster: Cluster) -> np.ndarray:
    """What one machine gives, without steps to wait for: a toy is a function of its seed."""
    spare = cluster.folder / "alone"
    quick = TOY.replace("time.sleep(0.02)", "pass")
    (cluster.folder / "toy.py").write_text(quick)
    told(cluster.client(spare, scheduler=False))
    return np.load(spare / "result.npz")["value"]


@pytest.fixture
def another_version(tmp_path: Path) -> Path:
    """The project with one more line in what trains."""
    copy = tmp_path / "another"
    shutil.copytree(ROOT / "figures_src", copy / "figures_src", ignore=shutil.ignore_patterns("*.npz", "__pycache__"))
    with (copy / "figures_src" / "training" / "loop.py").open("a") as file:
        file.write("\nLATER = 1\n")
    return copy


@pytest.mark.whole
def test_the_record_is_that_of_one_machine_and_says_who_made_it(
    cluster: Cluster, another_version: Path, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    alone = cluster.client(here, RECORDING, scheduler=False)
    told(alone)
    cluster.scheduler()
    workers = [cluster.worker() for _ in range(2)]
    cluster.worker("--name", "old", project=another_version)
    asked = cluster.client(there, RECORDING)
    wait_until(lambda: kept(there) >= 2)
    workers[0].kill()
    said = told(asked)
    assert "is refused: its training code is another" in said
    assert "died" in said
    assert (here / "dln.npz").read_bytes() == (there / "dln.npz").read_bytes()
    sidecars = [json.loads((folder / "dln.json").read_text()) for folder in (here, there)]
    assert "workers" not in sidecars[0]
    [maker] = sidecars[1]["workers"]
    processor = sidecars[0]["processor"]
    assert maker == {"host": socket.gethostname(), "processor": processor, "workers": 2, "runs": 8}
    for name in ("key", "verdicts", "processor", "libraries", "precision"):
        assert sidecars[0][name] == sidecars[1][name], name


@pytest.mark.whole
def test_the_run_of_a_dead_worker_goes_on_elsewhere_and_a_restarted_scheduler_is_waited_for(
    cluster: Cluster, tmp_path: Path
) -> None:
    folder = tmp_path / "toys"
    scheduler = cluster.scheduler()
    workers = {process.pid: process for process in (cluster.worker(), cluster.worker())}
    cluster.worker(TOY_WITHOUT_DATA="yes")
    cluster.worker(project="")
    asked = cluster.client(folder)
    wait_until(lambda: len(list((folder / "checkpoints").glob("toy*.npz"))) == 2)
    run, _, pid = sittings(folder)[0]
    workers[pid].kill()
    wait_until(lambda: [each[0] for each in sittings(folder)].count(run) == 2)
    resumed = [(step, by) for number, step, by in sittings(folder) if number == run]
    assert resumed[0] == (0, pid)
    assert resumed[1][0] > 0, "the run started over"
    assert resumed[1][1] != pid
    wait_until(lambda: kept(folder) >= 2)
    scheduler.kill()
    scheduler.wait()
    done = kept(folder)
    before = len(sittings(folder))
    cluster.scheduler()
    cluster.worker()
    said = told(asked)
    assert "nowhere to be had" in said
    assert "lacks figures_src" in said
    assert "was lost" in said
    again = {number for number, _, _ in sittings(folder)[before:]}
    assert len(again) <= 5 - done, "what was kept is trained again"
    assert np.load(folder / "result.npz")["value"].tolist() == alone(cluster).tolist()


@pytest.mark.whole
def test_ctrl_c_saves_and_the_same_command_goes_on(cluster: Cluster, tmp_path: Path) -> None:
    folder = tmp_path / "toys"
    cluster.scheduler()
    for _ in range(2):
        cluster.worker()
    asked = cluster.client(folder)
    wait_until(lambda: kept(folder) >= 1 and len(sittings(folder)) >= 3)
    os.killpg(asked.pid, signal.SIGINT)
    said = told(asked, 130)
    assert "checkpoint" in said
    done, before = kept(folder), sittings(folder)
    assert done < 5
    assert at_rest(folder), "a worker went on for nobody"
    last = cluster.client(folder)
    assert f"{done} of 5 runs are kept" in told(last)
    after = sittings(folder)[len(before) :]
    assert len(after) == 5 - done, "a run that is kept was trained again"
    unfinished = {run for run, _, _ in before} & {run for run, _, _ in after}
    assert unfinished
    assert all(step > 0 for run, step, _ in after if run in unfinished), "a run started over"
    assert list((folder / "checkpoints").glob("*.npz")) == [], "checkpoints are left to runs that are kept"
    assert np.load(folder / "result.npz")["value"].tolist() == alone(cluster).tolist()


@pytest.mark.whole
def test_workers_stop_when_who_asked_is_gone(cluster: Cluster, tmp_path: Path) -> None:
    folder = tmp_path / "toys"
    cluster.scheduler()
    cluster.worker()
    asked = cluster.client(folder)
    wait_until(lambda: any((folder / "checkpoints").glob("*.npz")))
    assert not at_rest(folder)
    asked.kill()
    wait_until(lambda: at_rest(folder), 10)
    assert kept(folder) < 5


@pytest.mark.whole
def test_a_cluster_of_unfit_workers_and_one_that_is_not_there_are_told_at_once(
    cluster: Cluster, tmp_path: Path
) -> None:
    (tmp_path / "none").mkdir()
    absent = Cluster(tmp_path / "none")
    asked = absent.client(tmp_path / "none")
    cluster.scheduler()
    cluster.worker("--nthreads", "2")
    said = told(cluster.client(tmp_path / "threads"), 1)
    assert "every worker" in said
    assert "--nthreads 1" in said
    assert sittings(tmp_path / "threads") == []
    assert "no scheduler answers" in told(asked, 1)


def test_one_library_of_another_version_is_named() -> None:
    asked = {"python": "3.11.2", "torch": "2.13.0", CODE: "a" * 64}
    assert refusal(asked, asked) == ""
    assert "torch 2.12.0, not 2.13.0" in refusal(asked, {**asked, "torch": "2.12.0"})
    assert "commit" in refusal(asked, {**asked, CODE: "b" * 64})
    assert "start it again" in refusal(asked, {**asked, "stale": "its code has changed since it started"})


@pytest.mark.slow
def test_nothing_of_dask_is_imported_where_no_scheduler_is_named() -> None:
    program = (
        "import sys, figures_src.records.produce, figures_src.training.one_thread, figures_src.training.pool\n"
        "sys.exit(any(name.partition('.')[0] in ('dask', 'distributed') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(
    ("words", "named"),
    [(["--scheduler", "host:8786"], "tcp://"), (["--scheduler", "tcp://h:1", "--device", "cuda"], "--device")],
)
@pytest.mark.slow
def test_an_address_that_cannot_be_used_is_refused_before_anything(words: list[str], named: str) -> None:
    command = [sys.executable, str(ROOT / "scripts" / "build_figures.py"), "--check", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert named in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_machine_that_asks_writes_down_who_trained() -> None:
    assert Machine(Path("c")) == Machine(Path("c"), makers={"run": Maker("address", "node", "processor")})
