"""Train one arm from its first step to its last, measuring on the way and surviving interruptions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from figures_src.datasets import Dataset
from figures_src.experiments.mnist.runs import EnsembleRun
from figures_src.experiments.mnist.sgd import Batches, EnsembleSGD
from figures_src.networks.perceptron import Architecture, PerceptronEnsemble
from figures_src.training.loop import Arrays
from figures_src.training.one_thread import train_in_one_thread
from figures_src.training.randomness import HELD_OUT, PROBE, batch_rows, numpy_generator

PERCENTILES = (15, 50, 85)
EVALUATION_CHUNK = 2000


@dataclass(frozen=True)
class Pixels:
    """Binary images with the pixels reordered: those that some training image lights come first."""

    training: Batches
    validation_images: Tensor
    validation_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    order: np.ndarray


def prepare(dataset: Dataset, run: EnsembleRun, device: str = "cpu") -> Pixels:
    """Binarise (Ioffe & Szegedy 2015, section 4.1), hold out the validation images, reorder the pixels."""
    images = dataset.train.images.reshape(len(dataset.train.images), -1) >= run.binary_threshold
    test = dataset.test.images.reshape(len(dataset.test.images), -1) >= run.binary_threshold
    shuffled = numpy_generator(0, HELD_OUT).permutation(len(images))
    held_out, kept = np.sort(shuffled[: run.validation_images]), np.sort(shuffled[run.validation_images :])
    lit = images[kept].any(axis=0)
    order = np.argsort(~lit, kind="stable")
    # A multiple of 16 floats is a cache line: odd row lengths cost the matrix product a fifth of its speed.
    used = min(-(-int(lit.sum()) // 16) * 16, images.shape[1])

    def pixels(chosen: np.ndarray, columns: np.ndarray) -> Tensor:
        # order="C": picking columns leaves numpy with rows scattered over memory, which a batch cannot afford.
        return torch.from_numpy(chosen[:, columns].astype(np.float32, order="C")).to(device)

    def labels(chosen: np.ndarray) -> Tensor:
        return torch.from_numpy(chosen.astype(np.int64)).to(device)

    training = Batches(pixels(images[kept], order[:used]), labels(dataset.train.labels[kept]), used)
    return Pixels(
        training,
        pixels(images[held_out], order),
        labels(dataset.train.labels[held_out]),
        pixels(test, order),
        labels(dataset.test.labels),
        order,
    )


@dataclass
class Measurements:
    """What is written down along the way, one row per measured step."""

    run: EnsembleRun
    arrays: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Reserve the arrays; rows not yet measured are NaN."""
        run, seeds = self.run, len(self.run.seeds)
        evaluations, coarse, dense = (
            len(steps) for steps in (run.evaluation_steps(), run.percentile_steps(), run.dense_range())
        )
        shapes: dict[str, tuple[int, ...]] = {
            "replay_loss": (seeds, run.replay_steps),
            "test_accuracy": (seeds, evaluations),
            "test_loss": (seeds, evaluations),
            "validation_accuracy": (seeds, evaluations if run.validation_images else 0),
        }
        for name, count in (("percentiles", coarse), ("dense", dense)):
            shapes |= {f"unit_{name}": (seeds, count, 3), f"layer_{name}": (seeds, count, 3)}
            shapes |= {f"layer_{name}_change": (seeds, max(count - 1, 0), 3)}
        for name, shape in shapes.items():
            self.arrays.setdefault(name, np.full(shape, np.nan, dtype=np.float32))


class Training:
    """One arm under way: networks, data, measurements, and the step reached."""

    look_up_every = 100

    def __init__(self, run: EnsembleRun, dataset: Dataset, device: str = "cpu"):
        self.run, self.device = run, device
        self.pixels = prepare(dataset, run, device)
        classes = int(dataset.train.labels.max()) + 1
        architecture = Architecture(len(self.pixels.order), run.hidden, classes, run.batch_norm, run.eps, run.momentum)
        self.ensemble = PerceptronEnsemble(architecture, run.sigma, run.seeds, device)
        self.ensemble.permute_inputs(self.pixels.order)
        self.sgd = EnsembleSGD(self.ensemble, self.pixels.training, run.batch_size, run.learning_rate)
        self.step = 0
        self.seconds = 0.0
        self.measurements = Measurements(run)
        self._previous: dict[str, np.ndarray] = {}
        self._order: Iterator[Tensor] | None = None
        probe = np.sort(numpy_generator(0, PROBE).permutation(len(self.pixels.test_images))[: run.probe_images])
        self._probe = self.pixels.test_images[torch.from_numpy(probe).to(device)]

    def advance(self) -> None:
        """Measure what is due, then learn one batch."""
        rows = self._next_rows()
        self.measure(rows)
        self.sgd.step(rows.to(self.device))
        self.step += 1

    def finish(self) -> Arrays:
        """Measure after the last step."""
        self.measure(self._next_rows())
        return self.measurements.arrays

    def _next_rows(self) -> Tensor:
        if self._order is None:
            self._order = batch_rows(self.run, len(self.pixels.training.images), self.step)
        return next(self._order)

    @torch.no_grad()
    def measure(self, rows: Tensor) -> None:
        """Write down what is due at this step; ``rows`` are those of the batch about to be learnt."""
        arrays, run, step = self.measurements.arrays, self.run, self.step
        if step < run.replay_steps:
            arrays["replay_loss"][:, step] = self._batch_loss(rows)
        if step in run.evaluation_steps():
            self._evaluate(run.evaluation_steps().index(step))
        due = [name for name, steps in self._percentile_schedules() if step in steps]
        if due:
            percentiles = self._percentiles()
            for name in due:
                self._write_percentiles(name, percentiles)

    def state(self) -> dict[str, np.ndarray]:
        """Everything needed to go on from here with the same numbers."""
        tensors = {f"network.{name}": tensor.cpu().numpy() for name, tensor in self.ensemble.state()}
        arrays = {f"array.{name}": array for name, array in self.measurements.arrays.items()}
        previous = {f"previous.{name}": array for name, array in self._previous.items()}
        return {"step": np.array(self.step), "seconds": np.array(self.seconds), **tensors, **arrays, **previous}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go back to a saved state."""
        self.step, self.seconds, self._order = int(state["step"]), float(state["seconds"]), None
        for name, tensor in self.ensemble.state():
            tensor.copy_(torch.from_numpy(state[f"network.{name}"]))
        for key, array in state.items():
            group, _, name = key.partition(".")
            if group in ("array", "previous"):
                target = self.measurements.arrays if group == "array" else self._previous
                target[name] = array.copy()

    def _percentile_schedules(self) -> tuple[tuple[str, range], ...]:
        return ("percentiles", self.run.percentile_steps()), ("dense", self.run.dense_range())

    def _batch_loss(self, rows: Tensor) -> np.ndarray:
        lit = self.pixels.training.lit
        seeds = len(self.run.seeds)
        images = torch.zeros(seeds, self.run.batch_size, len(self.pixels.order), device=self.device)
        images[:, :, :lit] = self.pixels.training.images[rows].view(seeds, -1, lit)
        logits = self.ensemble.logits(images, population=False)
        return _cross_entropy(logits, self.pixels.training.labels[rows].view(seeds, -1))

    def _evaluate(self, row: int) -> None:
        arrays, pixels = self.measurements.arrays, self.pixels
        arrays["test_accuracy"][:, row], arrays["test_loss"][:, row] = self._score(
            pixels.test_images, pixels.test_labels
        )
        if self.run.validation_images:
            arrays["validation_accuracy"][:, row], _ = self._score(pixels.validation_images, pixels.validation_labels)

    def _score(self, images: Tensor, labels: Tensor) -> tuple[np.ndarray, np.ndarray]:
        """Accuracy and mean cross-entropy of each network, with the population statistics."""
        correct = loss = np.zeros(len(self.run.seeds))
        for chunk, answers in zip(
            torch.split(images, EVALUATION_CHUNK), torch.split(labels, EVALUATION_CHUNK), strict=True
        ):
            logits = self.ensemble.logits(chunk, population=True)
            correct = correct + (logits.argmax(dim=-1) == answers).sum(dim=1).cpu().numpy()
            loss = loss + len(chunk) * _cross_entropy(logits, answers.expand(len(logits), -1))
        return correct / len(images), loss / len(images)

    def _percentiles(self) -> np.ndarray:
        """Percentiles over the probe taken as one batch, (S, 3, width)."""
        population = self.run.probe_population
        inputs = self.ensemble.sigmoid_inputs(self._probe, population=population).mT.cpu().numpy()
        ranks = [(len(self._probe) - 1) * percentile // 100 for percentile in PERCENTILES]
        return np.partition(inputs, ranks, axis=-1)[..., ranks].swapaxes(1, 2)

    def _write_percentiles(self, name: str, percentiles: np.ndarray) -> None:
        arrays = self.measurements.arrays
        row = dict(self._percentile_schedules())[name].index(self.step)
        arrays[f"unit_{name}"][:, row] = percentiles[:, :, self.run.unit]
        arrays[f"layer_{name}"][:, row] = percentiles.mean(axis=2)
        if row:
            change = np.abs(percentiles - self._previous[name]).mean(axis=2)
            arrays[f"layer_{name}_change"][:, row - 1] = change
        self._previous[name] = percentiles


def _cross_entropy(logits: Tensor, labels: Tensor) -> np.ndarray:
    """Mean over the images of each network: logits (S, N, classes), labels (S, N) → (S,)."""
    losses = functional.cross_entropy(logits.transpose(1, 2), labels, reduction="none")
    return losses.mean(dim=1).cpu().numpy()


train = partial(train_in_one_thread, Training)
"""See `figures_src.training.one_thread.train_in_one_thread`."""
