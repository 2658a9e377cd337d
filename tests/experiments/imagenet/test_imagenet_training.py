"""The road to ImageNet, for real: two processes on loopback, JPEG files made from CIFAR-10, a worker killed."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from figures_src.datasets import load_cifar10
from figures_src.datasets.image_folder import read_tree
from figures_src.experiments.imagenet.training import (
    Collated,
    DecodersLost,
    InterruptedJudgement,
    Learnt,
    Resources,
    Work,
    handed_over,
    judged_shares,
    shares,
    train,
)
from figures_src.experiments.inception.runs import DataParallel, InceptionRun
from figures_src.networks.inception_plan import Activation
from figures_src.networks.normalization import Normalization
from figures_src.records import store
from figures_src.training.checkpoint import Checkpoint
from figures_src.training.distributed import Place, joined
from figures_src.training.loop import Interrupted
from figures_src.training.precision import Precision

ROOT = Path(__file__).parents[3]
TORCHRUN = [sys.executable, "-m", "torch.distributed.run"]
SMALL = ["--network", "small", "--side", "32", "--batch-size", "8", "--device", "cpu", "--workers", "1"]
STEPS = 40
PATIENCE = 600
STARTED: "list[subprocess.Popen[str]]" = []
CLASSES, TRAIN, VAL = 3, 10, 4
DAMAGED = ("train/class1/3.JPEG", "val/class2/0.JPEG")
RUN = InceptionRun("bn_x5", Normalization.BATCH, Activation.RELU, 0.05, seed=1, steps=9, batch_size=8)

GRADIENTS = """
import sys
from pathlib import Path
import torch
from torch.nn import functional
from figures_src.datasets.image_folder import read_tree
from figures_src.networks.inception_plan import Activation
from figures_src.networks.normalization import Normalization
from figures_src.experiments.imagenet import training as imagenet
from figures_src.training import distributed
from figures_src.experiments.inception.training import build
from figures_src.experiments.inception.runs import InceptionRun, DataParallel
from figures_src.training.precision import Precision

if __name__ == "__main__":
    torch.set_num_threads(1)
    tree, resources = read_tree(Path(sys.argv[1])), imagenet.Resources(Path(sys.argv[2]))
    with distributed.joined("cpu") as place:
        for normalization, sync_bn in ((Normalization.NONE, False), (Normalization.BATCH, True),
                                       (Normalization.BATCH, False)):
            run = InceptionRun("test", normalization, Activation.RELU, 0.05, 1, steps=3, batch_size=8, classes=3)
            spread = DataParallel(place.processes, sync_bn)
            alone = distributed.Place(0, 1, "cpu")
            shared, whole = (imagenet.OnTree(imagenet.Work(run, spread, tree, at, resources, Precision.FLOAT32))
                             for at in (place, alone))
            whole, training = next(whole.batches(0)), imagenet.begin(shared)
            plain = build(run, "cpu")
            loss = functional.cross_entropy(plain(whole.images), whole.labels)
            loss.backward()
            training.advance()  # the first momentum is the gradient
            momenta = [training.optimizer.state[p]["momentum_buffer"] for p in training.network.parameters()]
            pairs = list(zip(momenta, [p.grad for p in plain.parameters()], strict=True))
            apart = sum(float((a - b).square().sum()) for a, b in pairs) ** 0.5
            length = sum(float(b.square().sum()) for _, b in pairs) ** 0.5
            statistics = dict(training.network.named_buffers())
            off = max([float((statistics[name] - b).abs().max()) for name, b in plain.named_buffers()], default=0.0)
            if place.leads:
                print("RESULT", normalization, sync_bn, apart / length, off,
                      abs(training.arrays["replay_loss"][0] - loss.item()))
"""

STATISTICS = """
import copy
import torch
from torch import distributed as dist, nn
from figures_src.training import distributed


def run(place):
    # In a function, so that nothing of the learner outlives the group of processes it speaks to.
    network = nn.Sequential(nn.Conv2d(3, 2, 1), nn.BatchNorm2d(2))
    for parameter in network.parameters():
        nn.init.constant_(parameter, 0.5)
    alone = copy.deepcopy(network)
    learner = distributed.learner(network, False, "cpu")
    for step in range(3):
        share = torch.randn(4, 3, 2, 2, generator=torch.Generator().manual_seed(10 * step + place.rank))
        learner(share).square().mean().backward()
        alone(share)
    own, followed = network[1].running_mean.clone(), alone[1].running_mean
    distributed.share_statistics(network)
    found = [None] * place.processes
    dist.all_gather_object(found, [each.tolist() for each in (own, followed, network[1].running_mean)])
    if place.leads:
        print("RESULT", found)


if __name__ == "__main__":
    torch.set_num_threads(1)
    with distributed.joined("cpu") as place:
        run(place)
"""


DECODERS = """
import multiprocessing
import os
import resource
import sys
import time
from pathlib import Path
from figures_src.datasets.image_folder import read_tree
from figures_src.networks.inception_plan import Activation
from figures_src.networks.normalization import Normalization
from figures_src.experiments.imagenet import training as imagenet
from figures_src.training import distributed
from figures_src.experiments.inception.runs import DataParallel, InceptionRun
from figures_src.training.precision import Precision

root, fault = Path(sys.argv[1]), sys.argv[2]
if fault == "stuck":  # in the processes that decode too, which read this file again
    imagenet.Learnt.__getitem__ = lambda *_: time.sleep(600)
if __name__ == "__main__":
    tree = read_tree(root)
    if fault == "no room":
        # As where shared memory is full: what is written there may not grow.
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    run = InceptionRun("test", Normalization.BATCH, Activation.RELU, 0.05, 1, steps=100, batch_size=8, classes=3)
    resources = imagenet.Resources(root, workers=1, patience=5 if fault == "stuck" else 300)
    alone = distributed.Place(0, 1, "cpu")
    source = imagenet.OnTree(imagenet.Work(run, DataParallel(), tree, alone, resources, Precision.FLOAT32))
    try:
        with imagenet.decoders_told():
            for _ in source.batches(0):
                if fault == "killed":
                    multiprocessing.active_children()[0].kill()
    except imagenet.DecodersLost as error:
        print("RESULT", error)
"""


def build_tree(root: Path) -> None:
    """Three classes of CIFAR-10 as JPEG files, two of them cut in half."""
    cifar = load_cifar10().train
    for label in range(CLASSES):
        rows = np.flatnonzero(cifar.labels == label)
        for split, chosen in (("train", rows[:TRAIN]), ("val", rows[TRAIN : TRAIN + VAL])):
            folder = root / split / f"class{label}"
            folder.mkdir(parents=True)
            for number, row in enumerate(chosen):
                Image.fromarray(cifar.images[row]).save(folder / f"{number}.JPEG", quality=95)
    for name in DAMAGED:
        content = (root / name).read_bytes()
        (root / name).write_bytes(content[: len(content) // 2])


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    build_tree(root)
    return root


def documented() -> list[list[str]]:
    """The commands that the README gives."""
    text = (ROOT / "README.md").read_text().replace("\\\n", " ")
    return [shlex.split(line) for line in re.findall(r"^.*\.venv/bin/\S+ .*train_imagenet\.py .*$", text, re.MULTILINE)]


def fitted(command: list[str], tree: Path, work: Path) -> list[str]:
    """A documented command, on a small tree and with a small network: options said again win."""
    places = {".venv/bin/torchrun": TORCHRUN, ".venv/bin/python": [sys.executable], "/data/imagenet": [str(tree)]}
    words = [word for given in command for word in places.get(given, [given])]
    if "--nproc-per-node" in words:
        words[words.index("--nproc-per-node") + 1] = "2"
    folders = ["--checkpoints", str(work / "checkpoints"), "--records", str(work / "records")]
    return ["env", *words, *SMALL, "--evaluate-every", "40", "--save-every", "0", *folders]


def start(command: list[str], start_new_session: bool = False) -> "subprocess.Popen[str]":
    # As under torchrun: threads that wait for each other on a busy machine cost more than they give.
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=alone,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=start_new_session,
    )
    STARTED.append(process)
    return process


@pytest.fixture(scope="module", autouse=True)
def _nothing_is_left_running() -> Iterator[None]:
    yield
    for process in STARTED:
        if process.poll() is None:
            process.terminate()  # torchrun then ends its own workers
            process.communicate(timeout=PATIENCE)


def finished(process: "subprocess.Popen[str]") -> str:
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, output
    return output


def training(tree: Path, work: Path) -> "subprocess.Popen[str]":
    (command,) = (
        command for command in documented() if "--max-restarts" in command and "--rdzv-endpoint" not in command
    )
    return start([*fitted(command, tree, work), "--steps", str(STEPS)])


def children(pid: int) -> list[int]:
    """Processes started by any thread of a process."""
    found = (path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    return [int(child) for pids in found for child in pids]


def learners(pid: int) -> list[int]:
    return [child for child in children(pid) if b"train_imagenet" in Path(f"/proc/{child}/cmdline").read_bytes()]


def saved(work: Path) -> list[Path]:
    return list((work / "checkpoints").glob("*.npz"))


@pytest.fixture(scope="module")
def whole(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    work = tmp_path_factory.mktemp("whole")
    return work, finished(training(tree, work))


@pytest.mark.whole
def test_damaged_images_are_named_skipped_and_counted(whole: tuple[Path, str], tree: Path) -> None:
    work, output = whole
    record = store.load("imagenet_bn_x5", work / "records")
    assert [line.partition(":")[0] for line in record.arrays["damaged"]] == [str(tree / name) for name in DAMAGED]
    assert all(f"damaged image skipped: {tree / name}" in output for name in DAMAGED)
    assert "2 damaged image(s) skipped" in output
    # One of the 12 validation images counts for nothing: accuracies are elevenths.
    elevenths = record.arrays["test_accuracy"][0] * 11
    np.testing.assert_allclose(elevenths, np.round(elevenths), atol=1e-9)


@pytest.mark.whole
def test_the_record_tells_how_it_came_to_be(whole: tuple[Path, str], tree: Path) -> None:
    work, _ = whole
    sidecar = json.loads((work / "records" / "imagenet_bn_x5.json").read_text())
    assert sidecar["config"]["spread"] == {"processes": 2, "sync_bn": False, "augmented": True}
    assert sidecar["common"]["learning_rate"] == pytest.approx(0.0075)
    assert sidecar["dataset_sha256"] == read_tree(tree).sha256
    assert (sidecar["jobs"], sidecar["threads"]) == (2, 1)
    record = store.load("imagenet_bn_x5", work / "records")
    assert record.arrays["test_accuracy"].shape == (1, 2)
    assert np.isfinite(record.arrays["replay_loss"]).all()
    assert np.unique(record.arrays["replay_loss"]).size == 20


@pytest.mark.whole
def test_a_killed_worker_and_the_run_ends_with_the_same_numbers(
    whole: tuple[Path, str], tree: Path, tmp_path: Path
) -> None:
    process = training(tree, tmp_path)
    deadline = time.monotonic() + PATIENCE
    while not saved(tmp_path):
        assert time.monotonic() < deadline, "no checkpoint came"
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.01)
    os.kill(learners(process.pid)[-1], signal.SIGKILL)
    state = Checkpoint(saved(tmp_path)[0]).load()
    assert state is not None
    assert 0 < state["step"] < STEPS, "the kill came too late to prove anything"
    output = finished(process)
    assert len(re.findall(r"^step [\d,]+ of 40", output, re.MULTILINE)) >= 2
    one, other = (Checkpoint(saved(work)[0]).load() for work in (whole[0], tmp_path))
    assert one is not None
    assert other is not None
    assert set(one) == set(other)
    for name in set(one) - {"seconds"}:
        np.testing.assert_array_equal(other[name], one[name], err_msg=name)
    records = [store.load("imagenet_bn_x5", work / "records").arrays for work in (whole[0], tmp_path)]
    for name, array in records[0].items():
        np.testing.assert_array_equal(records[1][name], array, err_msg=name)


@pytest.mark.whole
@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("no room", "unable to"),
        ("stuck", "timed out after 5 seconds"),
        ("killed", "Killed|handed a batch over|exited unexpectedly"),
    ],
)
def test_the_loss_of_a_decoding_process_is_told(tree: Path, tmp_path: Path, fault: str, cause: str) -> None:
    """A batch that found no room used to be lost in silence, and the learner waited for ever."""
    shutil.copytree(tree, tmp_path / "tree")
    program = tmp_path / "decoders.py"
    program.write_text(DECODERS)
    output = finished(start([sys.executable, str(program), str(tmp_path / "tree"), fault]))
    (line,) = (line for line in output.splitlines() if line.startswith("RESULT"))
    assert re.search(cause, line)
    assert "run the same command to go on" in line


@pytest.mark.parametrize("error", [EOFError(), ConnectionResetError(), FileNotFoundError()])
def test_a_batch_lost_on_its_way_is_told(error: Exception) -> None:
    def batches() -> Iterator[Collated]:
        yield torch.zeros(1), torch.zeros(1), []
        raise error

    handed = handed_over(batches())
    next(handed)
    with pytest.raises(DecodersLost, match=r"handed a batch over.*run the same command to go on"):
        next(handed)


@pytest.mark.whole
@pytest.mark.parametrize(("number", "learners"), [(signal.SIGTERM, 1), (signal.SIGINT, 2)])
def test_a_signal_to_the_whole_group_writes_the_checkpoint(
    tree: Path, tmp_path: Path, number: signal.Signals, learners: int
) -> None:
    """As a terminal and a batch system send them: to torchrun, learners and decoding processes at once."""
    process = alone_in_its_group(tree, tmp_path, learners)
    until_progress(process)
    below = descendants(process.pid)
    assert len(below) >= learners
    os.killpg(process.pid, number)
    output, _ = process.communicate(timeout=PATIENCE)
    assert output.count("stopping: the checkpoint is written first") == 1
    assert "process that decodes images is lost" not in output
    assert process.returncode == (130 if learners == 1 else 1), output
    state = Checkpoint(saved(tmp_path)[0]).load()
    assert state is not None
    assert 0 < state["step"] < FOREVER
    wait_until_gone(below)


@pytest.mark.whole
def test_all_leave_with_a_killed_torchrun(tree: Path, tmp_path: Path) -> None:
    process = alone_in_its_group(tree, tmp_path, 2)
    until_progress(process)
    below = descendants(process.pid)
    assert len(below) >= 4, "two learners, each with one process that decodes"
    process.kill()
    process.communicate()
    wait_until_gone(below)


@pytest.mark.whole
def test_decoding_processes_leave_with_a_learner_killed_at_their_start(tree: Path, tmp_path: Path) -> None:
    """PyTorch's own watch takes whoever is the parent when it begins for the learner."""
    process = alone_in_its_group(tree, tmp_path, 1)
    deadline = time.monotonic() + PATIENCE
    while not (below := [pid for pid in descendants(process.pid) if b"spawn_main" in cmdline(pid)]):
        assert time.monotonic() < deadline, "no decoding process came"
        time.sleep(0.01)
    time.sleep(1.5)  # it has read what it is to do, and imports what it needs
    process.kill()
    process.communicate()
    wait_until_gone(below)


@pytest.mark.whole
def test_torchrun_tells_a_refusal_once_and_does_not_try_again(tmp_path: Path) -> None:
    command = [*TORCHRUN, "--standalone", "--nproc-per-node", "2", "--max-restarts", "3"]
    script = [str(ROOT / "scripts" / "train_imagenet.py"), str(tmp_path / "nowhere"), "--checkpoints", str(tmp_path)]
    process = start(["env", "TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1", *command, *script, "--records", str(tmp_path)])
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert output.count("train_imagenet.py: ") == 1
    assert f"{tmp_path / 'nowhere'}/train is not a folder" in output


FOREVER = 100_000


def alone_in_its_group(tree: Path, work: Path, learners: int) -> "subprocess.Popen[str]":
    """A long training that writes no checkpoint by itself."""
    torchrun = [*TORCHRUN, "--standalone", "--nproc-per-node", str(learners)] if learners > 1 else [sys.executable]
    folders = ["--checkpoints", str(work / "checkpoints"), "--records", str(work / "records")]
    long = ["--arm", "bn_x5", "--steps", str(FOREVER), "--save-every", "100000", "--evaluate-every", "0"]
    script = str(ROOT / "scripts" / "train_imagenet.py")
    return start([*torchrun, script, str(tree), *SMALL, *long, *folders], start_new_session=True)


def until_progress(process: "subprocess.Popen[str]") -> None:
    """Until a step is learnt: the first line tells where the training starts."""
    assert process.stdout is not None
    read = ""
    while not re.search(r"step [1-9][\d,]* of", read):
        line = process.stdout.readline()
        assert line, read
        read += line


def cmdline(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def descendants(pid: int) -> list[int]:
    """What a process started, and what these did, but for Python's trackers, which end with the last pipe."""
    below = [child for child in children(pid) if b"resource_tracker" not in cmdline(child)]
    return [*below, *(one for child in below for one in descendants(child))]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until_gone(pids: list[int], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while left := [(pid, cmdline(pid)) for pid in pids if alive(pid)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


@pytest.mark.whole
def test_two_processes_have_the_gradient_of_one(tree: Path, tmp_path: Path) -> None:
    """Without BN, and with statistics of all processes; with those of each share they must differ."""
    program = tmp_path / "gradients.py"
    program.write_text(GRADIENTS)
    command = [*TORCHRUN, "--standalone", "--nproc-per-node", "2", str(program), str(tree), str(tmp_path)]
    lines = [line.split()[1:] for line in finished(start(command)).splitlines() if line.startswith("RESULT")]
    apart = {(arm, sync == "True"): [float(number) for number in rest] for arm, sync, *rest in lines}
    for arm in (("without_bn", False), ("with_bn", True)):
        gradient, statistics, loss = apart[arm]
        assert gradient < 1e-4
        assert statistics < 1e-5
        assert loss < 1e-5
    assert apart["with_bn", False][0] > 0.1, "else the comparison would see nothing"


@pytest.mark.whole
def test_each_process_follows_its_own_statistics_until_they_are_shared(tmp_path: Path) -> None:
    program = tmp_path / "statistics.py"
    program.write_text(STATISTICS)
    output = finished(start([*TORCHRUN, "--standalone", "--nproc-per-node", "2", str(program)]))
    (line,) = (line for line in output.splitlines() if line.startswith("RESULT"))
    first, second = json.loads(line.removeprefix("RESULT "))
    for own, followed, shared in (first, second):
        np.testing.assert_allclose(own, followed, rtol=1e-6)
        assert shared == first[0]
    assert np.abs(np.subtract(first[0], second[0])).min() > 1e-3, "else the comparison would see nothing"


@pytest.mark.whole
def test_the_documented_measure_tells_what_a_run_costs(tree: Path, tmp_path: Path) -> None:
    (command,) = (command for command in documented() if "--measure" in command)
    words = fitted(command, tree, tmp_path)
    words[words.index("--measure") + 1] = "2"
    output = finished(start(words))
    speed = float(re.findall(r"^([\d.]+) images/s over \d process", output, re.MULTILINE)[0])
    hours = re.findall(r"^bn_x5: 67 M images, 52 epochs, ([\d,]+) h", output, re.MULTILINE)[0]
    assert int(hours.replace(",", "")) == pytest.approx(67_200_000 / speed / 3600, rel=0.05)


def test_a_missing_class_folder_is_told_before_torch_is_imported(tree: Path, tmp_path: Path) -> None:
    broken = tmp_path / "tree"
    shutil.copytree(tree, broken)
    shutil.rmtree(broken / "val" / "class1")
    done = refusal(str(broken))
    assert done == f"train_imagenet.py: train and val must hold the same classes: {broken / 'val'} lacks class1\n"


def test_misspelt_names_are_refused_with_the_nearest(tree: Path) -> None:
    assert "did you mean 'bn_x5'" in refusal(str(tree), "--arm", "bnx5")
    assert "did you mean 'small'" in refusal(str(tree), "--network", "smal")
    assert "say --steps" in refusal(str(tree), "--arm", "bn_x5_sigmoid")


@pytest.mark.parametrize("wanted", [("--steps", "2"), ("--measure", "2")])
def test_a_batch_larger_than_the_tree_is_refused(tree: Path, wanted: tuple[str, str]) -> None:
    told = refusal(str(tree), *wanted, "--batch-size", "64")
    assert told == "train_imagenet.py: a batch of 64 is more than the 30 images there are: choose 30 or less\n"


def refusal(*arguments: str, before: str = "", **variables: str) -> str:
    """What a command that is refused says, ``before`` which a line is run; torch must not have been imported."""
    program = (
        f"{before}\nimport sys, runpy, atexit\n"
        "atexit.register(lambda: 'torch' in sys.modules and print('TORCH WAS IMPORTED', file=sys.stderr))\n"
        "runpy.run_path('scripts/train_imagenet.py', run_name='__main__')"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert "TORCH WAS IMPORTED" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("option", ["checkpoints", "records"])
def test_a_folder_that_cannot_be_written_is_refused_before_the_training(
    tree: Path, tmp_path: Path, option: str
) -> None:
    (tmp_path / "file").touch()
    folders = {"checkpoints": tmp_path / "fine", "records": tmp_path / "fine", option: tmp_path / "file" / "folder"}
    options = [word for name, folder in folders.items() for word in (f"--{name}", str(folder))]
    told = refusal(str(tree), "--steps", "2", *options)
    assert told.startswith(f"train_imagenet.py: nothing can be written in {tmp_path / 'file' / 'folder'} (")
    assert f"say --{option}" in told
    assert not list(tmp_path.glob("fine/*"))


def test_too_little_shared_memory_is_refused_before_torch_is_imported(tree: Path, tmp_path: Path) -> None:
    huge = ["--side", str(10**6), "--workers", "8", "--checkpoints", str(tmp_path), "--records", str(tmp_path)]
    assert "or say --workers 0" in refusal(str(tree), "--steps", "2", "--batch-size", "8", *huge)


def test_shared_memory_that_cannot_be_written_is_refused_before_torch_is_imported(tree: Path, tmp_path: Path) -> None:
    nothing_written = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
    folders = ["--checkpoints", str(tmp_path), "--records", str(tmp_path)]
    told = refusal(str(tree), "--steps", "2", *folders, before=nothing_written)
    assert "/dev/shm gives none (File too large)" in told
    assert "or say --workers 0" in told


def test_restarts_at_the_addresses_of_dead_processes_are_refused(tree: Path) -> None:
    """A restarted process may read them in the store that torchrun shares, and wait for ever (pytorch#135712)."""
    told = refusal(str(tree), TORCHELASTIC_MAX_RESTARTS="3", TORCHELASTIC_USE_AGENT_STORE="True")
    assert "say TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1 before torchrun" in told


def test_shares_cut_each_batch_and_resume_in_mid_epoch() -> None:
    run, images = RUN, 27
    cut = [list(shares(run, images, 0, Place(rank, 2, "cpu"))) for rank in (0, 1)]
    assert [len(found) for found in cut] == [9, 9]
    for step, (left, right) in enumerate(zip(*cut, strict=True)):
        assert {at for at, _ in left + right} == {step}
        assert len({row for _, row in left + right}) == 8
    assert len({row for half in cut for due in half[:3] for _, row in due}) == 24, "an epoch sees no image twice"
    assert list(shares(run, images, 4, Place(1, 2, "cpu"))) == cut[1][4:]


def test_every_validation_image_is_judged_once() -> None:
    rows = [row for rank in range(3) for chunk in judged_shares(11, Place(rank, 3, "cpu"), 2) for row in chunk]
    assert sorted(rows) == list(range(11))


def test_the_next_sound_image_stands_in_for_a_damaged_one(tree: Path) -> None:
    found = read_tree(tree)
    learnt = Learnt(found, RUN, DataParallel())
    row = next(row for row in range(len(found.train)) if found.path(found.train, row) == tree / DAMAGED[0])
    pixels, label, damaged = learnt[5, row]
    assert damaged[0].startswith(str(tree / DAMAGED[0]))
    assert (len(damaged), label) == (1, 1)
    sound, _, none = learnt[5, row + 1]
    np.testing.assert_array_equal(pixels, sound)
    assert none == []
    assert not np.array_equal(learnt[6, row + 1][0], sound), "another step, another patch"


class Told:
    """Told to stop at the n-th question, and at all that follow."""

    def __init__(self, n: int):
        self.left = n

    def __call__(self) -> bool:
        self.left -= 1
        return self.left <= 0


def learnt(tree: Path, work: Path, should_stop: Told) -> dict[str, np.ndarray]:
    torch.manual_seed(0)
    run = replace(RUN, steps=3, evaluate_every=2, classes=CLASSES)
    resources = Resources(work, look_up_every=1, should_stop=should_stop)
    with joined("cpu") as place:
        return train(Work(run, DataParallel(), read_tree(tree), place, resources, Precision.FLOAT32))[0]


@pytest.mark.filterwarnings("ignore:damaged image skipped", "ignore:Grad strides do not match")
@pytest.mark.slow
def test_a_run_stopped_while_it_is_judged_ends_with_the_same_numbers(tree: Path, tmp_path: Path) -> None:
    whole = learnt(tree, tmp_path / "whole", Told(1000))
    # Asked once at first, three times at each judgement of two batches, and after each step.
    with pytest.raises(InterruptedJudgement):
        learnt(tree, tmp_path / "stopped", Told(7))
    state = Checkpoint(next((tmp_path / "stopped").glob("*.npz"))).load()
    assert state is not None
    assert state["step"] == 2
    resumed = learnt(tree, tmp_path / "stopped", Told(1000))
    assert set(resumed) == set(whole)
    for name, array in whole.items():
        np.testing.assert_array_equal(resumed[name], array, err_msg=name)


def test_a_run_told_to_stop_before_it_begins_leaves_its_checkpoint_alone(tree: Path, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        learnt(tree, tmp_path, Told(1))
    assert not list(tmp_path.glob("*.npz"))


@pytest.mark.filterwarnings("ignore:damaged image skipped", "ignore:Grad strides do not match")
def test_validation_images_that_become_unreadable_do_not_cost_the_training(tree: Path, tmp_path: Path) -> None:
    shutil.copytree(tree, tmp_path / "tree")
    found = read_tree(tmp_path / "tree")
    shutil.rmtree(tmp_path / "tree" / "val")
    run = replace(RUN, steps=1, evaluate_every=1, classes=CLASSES)
    with joined("cpu") as place, pytest.warns(UserWarning, match="no validation image could be decoded"):
        arrays, _ = train(Work(run, DataParallel(), found, place, Resources(tmp_path), Precision.FLOAT32))
    assert np.isnan(arrays["test_accuracy"]).all()
    assert len(arrays["damaged"]) >= CLASSES * VAL
    assert np.isfinite(arrays["replay_loss"][0])
