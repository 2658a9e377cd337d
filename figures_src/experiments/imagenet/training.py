"""Train an Inception on a tree of images, shared out among processes started by torchrun.

Every batch is cut into equal shares, one a process; gradients are averaged (DistributedDataParallel). Which images
make a batch, and how each is cropped, depends on (seed, step, image) alone: a run resumed in mid-epoch, after a
worker was killed, goes on with the batches it would have had. Images are decoded in worker processes.
"""

import math
import os
import signal
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, get_worker_info

from figures_src.datasets.errors import DatasetUnavailable
from figures_src.datasets.image_folder import MOST_DAMAGED, DamagedImage, Tree, centre_crop, decode, random_crop
from figures_src.experiments.inception.runs import DataParallel, InceptionRun
from figures_src.experiments.inception.training import Training
from figures_src.files import write_whole
from figures_src.processes import STOPS, deaf, leave_with, spawning
from figures_src.training import distributed
from figures_src.training.checkpoint import run_key
from figures_src.training.distributed import Place, SharedCheckpoint
from figures_src.training.loop import Arrays, Interrupted, never, nothing_to_tell, train_to_end
from figures_src.training.photographs import Batch
from figures_src.training.precision import Precision, arithmetic
from figures_src.training.randomness import CROP, batch_rows, numpy_generator
from figures_src.training.shared_memory import PREFETCH

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of each colour over ImageNet's training images, for pixels from 0 to 1: the usual constants."""
NO_LABEL = -1

Due = tuple[int, int]
"""Step at which an image is learnt, and its row in the split."""
Item = tuple[np.ndarray, int, list[str]]
Collated = tuple[Tensor, Tensor, list[str]]
"""Pixels, label, damaged files met on the way."""


@dataclass(frozen=True)
class Resources:
    """How the work is carried out, and no part of what it means."""

    checkpoints: Path
    workers: int = 0
    """Processes that decode images, for each process that learns."""
    checkpoint_seconds: float = 600.0
    look_up_every: int = 10
    should_stop: Callable[[], bool] = never
    """Whether this process was told to stop: all of them then do, after the same step."""
    patience: float = 300.0
    """Seconds to wait for a batch, the start of the processes that decode it included."""


@dataclass(frozen=True)
class Work:
    """What is trained on what, by which of the processes, and by what means."""

    run: InceptionRun
    spread: DataParallel
    tree: Tree
    place: Place
    resources: Resources
    precision: Precision

    @property
    def key(self) -> str:
        """Names its checkpoint."""
        return run_key(self.run, self.spread, self.tree.sha256, self.place.device, self.precision)


class InterruptedJudgement(Interrupted):
    """The run was asked to stop while it was judged: its state is not on disk yet."""


LOST = "a process that decodes images is lost ({}): run the same command to go on from the last checkpoint"


class DecodersLost(RuntimeError):
    """A process that decodes images died, or is stuck; the message says which, and what to do."""


class Learnt(Dataset[Item]):
    """Random patches of the training images; in place of a damaged file, the next sound one."""

    def __init__(self, tree: Tree, run: InceptionRun, spread: DataParallel):
        self.tree, self.run, self.spread = tree, run, spread

    def __getitem__(self, place: Due) -> Item:
        """The image of a row as it is learnt at a step."""
        step, first = place
        damaged: list[str] = []
        for row in (np.arange(first, first + MOST_DAMAGED) % len(self.tree.train)).tolist():
            try:
                image = decode(self.tree.path(self.tree.train, row))
            except DamagedImage as error:
                damaged.append(str(error))
                continue
            rng = numpy_generator(self.run.seed, CROP, step, row)
            side = self.run.side
            pixels = random_crop(image, side, rng) if self.spread.augmented else centre_crop(image, side)
            return pixels, int(self.tree.train.labels[row]), damaged
        raise DatasetUnavailable(f"{MOST_DAMAGED} damaged images in a row, up to {damaged[-1]}: is the disk whole?")


class Judged(Dataset[Item]):
    """Central squares of the validation images; a damaged file has no label, and counts for nothing."""

    def __init__(self, tree: Tree, side: int):
        self.tree, self.side = tree, side

    def __getitem__(self, row: int) -> Item:
        """The image of a row."""
        try:
            pixels = centre_crop(decode(self.tree.path(self.tree.val, row)), self.side)
        except DamagedImage as error:
            return np.zeros((self.side, self.side, 3), np.uint8), NO_LABEL, [str(error)]
        return pixels, int(self.tree.val.labels[row]), []


def shares(run: InceptionRun, images: int, first_step: int, place: Place) -> Iterator[list[Due]]:
    """What this process learns at each step, from the given one to the last."""
    orders = batch_rows(run, images, first_step)
    for step in range(first_step, run.steps):
        own = next(orders).view(place.processes, -1)[place.rank]
        yield [(step, row) for row in own.tolist()]


def judged_shares(images: int, place: Place, size: int) -> list[list[int]]:
    """Validation rows of this process, every one in exactly one process."""
    rows = list(range(place.rank, images, place.processes))
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def collate(items: Sequence[Item]) -> Collated:
    """Bytes (N, side, side, 3), labels (N,), and the damaged files met; what they take is shared memory already.

    Left to the queue, sharing would fail in a thread of its own, and the learner would wait for ever.
    """
    pixels, labels, damaged = zip(*items, strict=True)
    tensors = torch.from_numpy(np.stack(pixels)), torch.tensor(labels)
    if get_worker_info() is not None:
        for tensor in tensors:
            tensor.share_memory_()  # type: ignore[no-untyped-call]
    return *tensors, [name for names in damaged for name in names]


def begin_decoding(learner: int, _: int) -> None:
    """Prepare a process that decodes: it leaves with its learner, and signals to the whole group are for that one."""
    os.setpgid(0, 0)
    while pending := signal.sigpending() & set(STOPS):
        signal.sigwait(pending)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    leave_with(learner)


@contextmanager
def decoders_told() -> Iterator[None]:
    """Turn what PyTorch says of the processes that decode into one line: it may be raised anywhere in a step.

    Raises:
        DecodersLost: one of them died, is stuck, or met what it cannot read.
    """
    try:
        yield
    except RuntimeError as error:
        if "DataLoader" not in str(error):
            raise
        cause = str(error).strip().splitlines()[-1].removeprefix(f"{DatasetUnavailable.__module__}.")
        raise lost(cause) from error


def lost(cause: str) -> DecodersLost:
    """What is told of a process that decodes, once: PyTorch, which raises at each one that dies, is then silent."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    return DecodersLost(LOST.format(cause))


def handed_over(batches: Iterator[Collated]) -> Iterator[Collated]:
    """The batches of the processes that decode.

    Raises:
        DecodersLost: one of them died while it handed a batch over, which PyTorch does not tell as it tells of others.
    """
    try:
        yield from batches
    except (EOFError, ConnectionError, FileNotFoundError) as error:
        raise lost(f"it died while it handed a batch over, {type(error).__name__}") from error


class OnTree:
    """The images of a tree, this process's share of them: see ``figures_src.experiments.inception.training.Source``."""

    def __init__(self, work: Work):
        self.work, self.place = work, work.place
        self.damaged: set[str] = set()
        self.tell: Callable[[set[str]], None] = lambda damaged: None
        self._mean, self._deviation = (
            255 * torch.tensor(moment, device=self.place.device) for moment in (MEAN, DEVIATION)
        )

    def batches(self, first_step: int) -> Iterator[Batch]:
        """Shares of the batches from the given step on."""
        tree, run = self.work.tree, self.work.run
        return self._load(Learnt(tree, run, self.work.spread), shares(run, len(tree.train), first_step, self.place))

    @torch.no_grad()
    def score(self, network: nn.Module) -> tuple[float, float]:
        """Accuracy and mean cross-entropy over the sound validation images of all processes; NaN where there is none.

        Raises:
            InterruptedJudgement: a process was told to stop.
        """
        tree, run, resources = self.work.tree, self.work.run, self.work.resources
        distributed.share_statistics(network)
        network.eval()
        right = lost = judged = 0.0
        own = judged_shares(len(tree.val), self.place, self.work.spread.share(run.batch_size))
        for batch in self._load(Judged(tree, run.side), own):
            if resources.should_stop():
                break
            with arithmetic(self.work.precision, self.place.device):
                logits = network(batch.images).float()
            sound = batch.labels != NO_LABEL
            right += float((logits.argmax(dim=1) == batch.labels)[sound].sum())
            lost += float(functional.cross_entropy(logits, batch.labels, reduction="sum", ignore_index=NO_LABEL))
            judged += float(sound.sum())
        network.train()
        if distributed.anywhere(resources.should_stop(), self.place.device):
            raise InterruptedJudgement("while it was judged")
        right, lost, judged = distributed.totals([right, lost, judged], self.place.device)
        if not judged:
            warnings.warn("no validation image could be decoded: is the disk whole?", stacklevel=2)
            return math.nan, math.nan
        return right / judged, lost / judged

    def mean(self, loss: float, accuracy: float) -> tuple[float, float]:
        """Means over the processes, whose shares are equal."""
        loss, accuracy = (
            total / self.place.processes for total in distributed.totals([loss, accuracy], self.place.device)
        )
        return loss, accuracy

    def _load(self, images: Dataset[Item], rows: object) -> Iterator[Batch]:
        workers = self.work.resources.workers
        loader = DataLoader(
            images,
            batch_sampler=rows,  # type: ignore[arg-type]  # any iterable of rows will do
            num_workers=workers,
            collate_fn=collate,
            pin_memory=self.place.device == "cuda",
            timeout=self.work.resources.patience if workers else 0,
            prefetch_factor=PREFETCH if workers else None,
            worker_init_fn=partial(begin_decoding, os.getpid()),
            # A fork of a process with threads may hang; a fork server's workers outlive a killed learner.
            multiprocessing_context=spawning() if workers else None,
        )
        with deaf():
            batches = iter(loader)
        for pixels, labels, damaged in handed_over(batches) if workers else batches:
            self._warn(set(damaged) - self.damaged)
            yield Batch(self._standardised(pixels), labels.to(self.place.device, non_blocking=True))

    def _standardised(self, pixels: Tensor) -> Tensor:
        """Bytes (N, side, side, 3) to floats (N, 3, side, side), channels-last."""
        images = pixels.to(self.place.device, non_blocking=True).float()
        return images.sub_(self._mean).div_(self._deviation).permute(0, 3, 1, 2)

    def _warn(self, damaged: set[str]) -> None:
        for error in sorted(damaged):
            warnings.warn(f"damaged image skipped: {error}", stacklevel=2)
        if damaged:
            self.damaged |= damaged
            self.tell(self.damaged)


def begin(source: OnTree) -> Training:
    """The network before its first step, or before it is restored."""
    work, device = source.work, source.place.device
    learner = partial(distributed.learner, sync_bn=work.spread.sync_bn, device=device)
    training = Training(work.run, source, device, work.precision, learner)
    training.look_up_every = work.resources.look_up_every
    return training


def train(work: Work, on_progress: Callable[[int], None] = nothing_to_tell) -> tuple[Arrays, float]:
    """Train to the end, from the last checkpoint if there is one; every process returns the same arrays.

    The names of damaged files are among them; they are kept in files beside the checkpoint, which may be killed too.

    Raises:
        Disagreement: the tree differs between machines.
        ValueError: a batch cannot be shared out or is larger than the tree.
        DatasetUnavailable, DecodersLost: the tree is unreadable, or cannot be read any more.
        Interrupted: a process was told to stop; the state is on disk.
    """
    run, tree, place, resources, key = work.run, work.tree, work.place, work.resources, work.key
    work.spread.admit(run.batch_size, len(tree.train))
    distributed.same_everywhere(f"the tree {tree.root}", tree.sha256)
    torch.backends.cudnn.deterministic = True
    source = OnTree(work)
    kept = resources.checkpoints / f"{key}.damaged.{place.rank}.txt"
    source.damaged = _told(resources.checkpoints, key)
    source.tell = lambda damaged: write_whole(kept, "\n".join(sorted(damaged)).encode())
    training = begin(source)
    checkpoint = SharedCheckpoint(resources.checkpoints / f"{key}.npz")
    try:
        with decoders_told():
            arrays, seconds = train_to_end(
                training,
                run.steps,
                checkpoint,
                save_every_seconds=resources.checkpoint_seconds,
                on_progress=on_progress,
                should_stop=lambda: distributed.anywhere(resources.should_stop(), place.device),
            )
    except InterruptedJudgement:
        checkpoint.save(training.state())
        raise
    names = distributed.gathered(source.damaged)
    return {**arrays, "damaged": np.array(names, dtype=np.str_)}, seconds


def throughput(work: Work, warm_up: int) -> float:
    """Images that all processes together learn in a second, decoding included, over the steps after ``warm_up``."""
    run, training, began = work.run, begin(OnTree(work)), math.nan
    with decoders_told():
        while training.step < run.steps:
            if training.step == warm_up:
                began = time.monotonic()
            training.advance()
    return (run.steps - warm_up) * run.batch_size / (time.monotonic() - began)


def _told(folder: Path, key: str) -> set[str]:
    """Damaged files that the processes of this run had met before they were stopped."""
    lines = (path.read_text(encoding="utf-8").splitlines() for path in folder.glob(f"{key}.damaged.*.txt"))
    return {line for found in lines for line in found}
