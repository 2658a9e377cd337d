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
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from figures_src.datasets import load_cifar10
from figures_src.datasets.image_folder import read_tree
from figures_src.networks.inception_plan import Activation
from figures_src.networks.normalization import Normalization
from figures_src.records import store
from figures_src.training.checkpoint import Checkpoint
from figures_src.training.distributed import Place
from figures_src.training.imagenet import Learnt, judged_shares, shares
from figures_src.training.inception_protocol import DataParallel, InceptionRun

ROOT = Path(__file__).parents[2]
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
from figures_src.training import distributed, imagenet
from figures_src.training.inception import Training, build
from figures_src.training.inception_protocol import InceptionRun, DataParallel
from figures_src.training.precision import Precision

if __name__ == "__main__":
    torch.set_num_threads(1)
    tree, resources = read_tree(Path(sys.argv[1])), imagenet.Resources(Path(sys.argv[2]))
    with distributed.joined("cpu") as place:
        for normalization, sync_bn in ((Normalization.NONE, False), (Normalization.BATCH, True),
                                       (Normalization.BATCH, False)):
            run = InceptionRun("test", normalization, Activation.RELU, 0.05, 1, 3, batch_size=8, classes=3)
            spread = DataParallel(place.processes, sync_bn)
            source = imagenet.OnTree(tree, run, spread, place, resources, Precision.FLOAT32)
            alone = distributed.Place(0, 1, "cpu")
            whole = next(imagenet.OnTree(tree, run, spread, alone, resources, Precision.FLOAT32).batches(0))
            learner = lambda network: distributed.learner(network, sync_bn, "cpu")
            training = Training(run, source, "cpu", Precision.FLOAT32, learner)
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


def start(command: list[str]) -> "subprocess.Popen[str]":
    # As under torchrun: threads that wait for each other on a busy machine cost more than they give.
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        command, cwd=ROOT, env=alone, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
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


@pytest.mark.slow
def test_damaged_images_are_named_skipped_and_counted(whole: tuple[Path, str], tree: Path) -> None:
    work, output = whole
    record = store.load("imagenet_bn_x5", work / "records")
    assert [line.partition(":")[0] for line in record.arrays["damaged"]] == [str(tree / name) for name in DAMAGED]
    assert all(f"damaged image skipped: {tree / name}" in output for name in DAMAGED)
    assert "2 damaged image(s) skipped" in output
    # One of the 12 validation images counts for nothing: accuracies are elevenths.
    elevenths = record.arrays["test_accuracy"][0] * 11
    np.testing.assert_allclose(elevenths, np.round(elevenths), atol=1e-9)


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


def refusal(*arguments: str, **variables: str) -> str:
    """What a command that is refused says; torch must not have been imported."""
    program = (
        "import sys, runpy, atexit\n"
        "atexit.register(lambda: 'torch' in sys.modules and print('TORCH WAS IMPORTED', file=sys.stderr))\n"
        "runpy.run_path('scripts/train_imagenet.py', run_name='__main__')"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert "TORCH WAS IMPORTED" not in done.stderr
    return done.stderr


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
