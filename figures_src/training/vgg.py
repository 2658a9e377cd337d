"""Train a VGG-16 on CIFAR-10 as Santurkar et al. 2018 do, and probe it on the way (their figures 1 to 4).

Plain SGD at a fixed rate, no augmentation, no decay. Not said by them, and taken here: pixels are standardised by
the mean and the deviation of each colour over the training images; the last, smaller batch of an epoch is left out.
Not compiled: on a processor convolutions are most of a step, and torch.compile made it 5 % slower.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor
from torch.nn import functional

from figures_src.datasets import Dataset
from figures_src.networks.normalization import Normalization
from figures_src.networks.vgg import VGG
from figures_src.training.checkpoint import Checkpoint, run_key
from figures_src.training.deep_protocol import VggRun
from figures_src.training.descent import Call, Descent, Loss
from figures_src.training.loop import Arrays, never, nothing_to_tell, train_to_end
from figures_src.training.machine import Machine
from figures_src.training.precision import Precision, arithmetic, best_precision
from figures_src.training.probes import Parameters, covariate_shift, histogram, landscape
from figures_src.training.randomness import INITIAL, NOISE, PROBE, batch_rows, numpy_generator, torch_generator

LOOK_UP_STEPS = 10
EVALUATION_CHUNK = 1000
SCALARS = ("norm_squared", "weights_weights", "weights_gradient", "gradient_gradient")
CURVES = ("loss", "change_squared", "change_gradient")


class Photographs:
    """Images kept as the bytes they are, (N, 32, 32, 3): batches come out channels-last without a copy."""

    def __init__(self, dataset: Dataset, device: str):
        self.training = torch.from_numpy(dataset.train.images).to(device)
        self.test = torch.from_numpy(dataset.test.images).to(device)
        self.training_labels = torch.from_numpy(dataset.train.labels.astype(np.int64)).to(device)
        self.test_labels = torch.from_numpy(dataset.test.labels.astype(np.int64)).to(device)
        self._mean, self._deviation = (moment.to(device) for moment in _colours(dataset.train.images))

    def standardised(self, images: Tensor) -> Tensor:
        """Bytes (N, 32, 32, 3) to floats (N, 3, 32, 32) of mean 0 and variance 1 for each colour."""
        return images.float().sub_(self._mean).div_(self._deviation).permute(0, 3, 1, 2)


def _colours(images: np.ndarray) -> tuple[Tensor, Tensor]:
    """Mean and deviation of each channel, from the counts of each byte: exact, and without a copy in floats."""
    levels = np.arange(256)
    counts = np.stack([np.bincount(images[..., channel].ravel(), minlength=256) for channel in range(3)])
    mean = (counts @ levels) / counts.sum(axis=1)
    square = (counts @ levels**2) / counts.sum(axis=1)
    deviation = np.sqrt(square - mean**2)
    return torch.from_numpy(mean.astype(np.float32)), torch.from_numpy(deviation.astype(np.float32))


@dataclass(frozen=True)
class Batch:
    """A batch about to be learnt."""

    images: Tensor
    labels: Tensor


class Training:
    """One network under way: see ``figures_src.training.loop.Resumable``."""

    def __init__(self, run: VggRun, dataset: Dataset, device: str, precision: Precision):
        self.run, self.device, self.precision = run, device, precision
        self.photographs = Photographs(dataset, device)
        network = VGG(run.normalization, run.divisor, torch_generator(run.seed, INITIAL)).to(device)
        self.descent = Descent(network, run.learning_rate)
        self.network = network
        self.step, self.seconds = 0, 0.0
        self.arrays = _reserve(run)
        self.arrays["precision"] = np.array(str(precision))
        self._order: Iterator[Tensor] | None = None
        chosen = numpy_generator(0, PROBE).permutation(len(dataset.train.images))[: run.histogram_images]
        self._probe = self.photographs.standardised(self.photographs.training[torch.from_numpy(np.sort(chosen))])

    def advance(self) -> None:
        """Measure what is due, then learn one batch."""
        batch = self._next_batch()
        self._look(batch)
        logits: list[Tensor] = []
        loss, gradient = self.descent.gradient(self._loss(batch, logits))
        self._follow(float(loss), logits[0], batch.labels)
        self._probe_gradient(batch, gradient)
        self.descent.step(gradient)
        self.step += 1

    def finish(self) -> Arrays:
        """Measure after the last step, on the batch that would have come next."""
        batch = self._next_batch()
        self._look(batch)
        if self._due(self.run.shift_every) or self._due(self.run.landscape.every):
            here = self.descent.evaluate(self._loss(batch))
            _, gradient = here(self.descent.parameters, list(self.descent.parameters))
            self._probe_gradient(batch, gradient)
        return self.arrays

    def state(self) -> Arrays:
        """Everything needed to go on from here with the same bits."""
        arrays = {f"array.{name}": array for name, array in self.arrays.items()}
        return {"step": np.array(self.step), "seconds": np.array(self.seconds), **self.descent.state(), **arrays}

    def restore(self, state: Arrays) -> None:
        """Go back to a saved state."""
        self.step, self.seconds, self._order = int(state["step"]), float(state["seconds"]), None
        self.descent.restore(state)
        self.arrays = {name: state[f"array.{name}"].copy() for name in self.arrays}

    def _next_batch(self) -> Batch:
        if self._order is None:
            self._order = batch_rows(self.run, len(self.photographs.training), self.step)
        rows = next(self._order).to(self.device)
        images = self.photographs.standardised(self.photographs.training[rows])
        return Batch(images, self.photographs.training_labels[rows])

    def _loss(self, batch: Batch, logits: list[Tensor] | None = None) -> Loss:
        """Cross-entropy of the batch; the same noise however often it is asked for at one step."""

        def loss(network: Call) -> Tensor:
            with arithmetic(self.precision, self.device):
                output = network(batch.images, self._noise())
            if logits is not None:
                logits.append(output.detach())
            return functional.cross_entropy(output.float(), batch.labels)

        return loss

    def _noise(self) -> Generator | None:
        if self.run.normalization is not Normalization.NOISY:
            return None
        return torch_generator(self.run.seed, NOISE, self.step, device=self.device)

    def _due(self, every: int) -> bool:
        return self.step in self.run.schedule(every)

    def _follow(self, loss: float, logits: Tensor, labels: Tensor) -> None:
        """Add one batch to the mean of its window."""
        if self.step < self.run.replay_steps:
            self.arrays["replay_loss"][self.step] = loss
        window = self.step // self.run.accuracy_every
        if window < len(self.arrays["train_accuracy"]):
            accuracy = float((logits.argmax(dim=1) == labels).float().mean())
            self.arrays["train_accuracy"][window] += accuracy / self.run.accuracy_every
            self.arrays["train_loss"][window] += loss / self.run.accuracy_every

    def _look(self, batch: Batch) -> None:
        """Make the measurements that need no gradient."""
        if self._due(self.run.evaluate_every):
            row = self.step // self.run.evaluate_every
            self.arrays["test_accuracy"][row], self.arrays["test_loss"][row] = self._score()
        if self._due(self.run.histogram_every):
            self._take_histograms(self.step // self.run.histogram_every)

    @torch.no_grad()
    def _score(self) -> tuple[float, float]:
        """Accuracy and mean cross-entropy over the test images, with the population statistics."""
        self.network.eval()
        correct = loss = 0.0
        for images, labels in zip(
            torch.split(self.photographs.test, EVALUATION_CHUNK),
            torch.split(self.photographs.test_labels, EVALUATION_CHUNK),
            strict=True,
        ):
            with arithmetic(self.precision, self.device):
                logits = self.network(self.photographs.standardised(images)).float()
            correct += float((logits.argmax(dim=1) == labels).sum())
            loss += float(functional.cross_entropy(logits, labels, reduction="sum"))
        self.network.train()
        return correct / len(self.photographs.test), loss / len(self.photographs.test)

    @torch.no_grad()
    def _take_histograms(self, row: int) -> None:
        for column, layer in enumerate(self.run.histogram_layers):
            call = self.descent.elsewhere(self.descent.parameters)
            with arithmetic(self.precision, self.device):
                inputs = call(self._probe, self._noise(), layer)
            self._take_histogram(row, column, inputs)

    def _take_histogram(self, row: int, column: int, inputs: Tensor) -> None:
        """Write down the distribution of all that enters the ReLU of a layer, (N, C, H, W)."""
        counts, mean, deviation = histogram(inputs, self.run.histogram_bins)
        self.arrays["histogram_counts"][row, column] = counts
        self.arrays["histogram_mean"][row, column] = mean
        self.arrays["histogram_deviation"][row, column] = deviation

    def _probe_gradient(self, batch: Batch, gradient: Parameters) -> None:
        """Make the measurements that start from the gradient of the batch about to be learnt."""
        if self._due(self.run.shift_every):
            self._measure_shift(self.step // self.run.shift_every, batch, gradient)
        if self._due(self.run.landscape.every):
            self._measure_landscape(self.step // self.run.landscape.every, batch, gradient)

    def _measure_shift(self, row: int, batch: Batch, gradient: Parameters) -> None:
        evaluate = self.descent.evaluate(self._loss(batch))
        for column, layer in enumerate(self.run.shift_layers):
            previous = [name for number in range(1, layer) for name in self.network.layer_parameters(number)]
            weight = self.network.layer_parameters(layer)[0]
            shift = covariate_shift(
                self.descent.parameters, gradient, self.run.learning_rate, previous, weight, evaluate
            )
            self.arrays["shift_difference"][row, column] = shift.difference
            self.arrays["shift_cosine"][row, column] = shift.cosine
            self.arrays["shift_norm"][row, column] = shift.norm

    def _measure_landscape(self, row: int, batch: Batch, gradient: Parameters) -> None:
        parameters, evaluate = self.descent.parameters, self.descent.evaluate(self._loss(batch))
        weights = [name for name, parameter in parameters.items() if parameter.dim() > 1]
        detached = {name: parameter.detach() for name, parameter in parameters.items()}
        seen = landscape(detached, gradient, self.arrays["landscape_length"].tolist(), weights, evaluate)
        for name in (*CURVES, *SCALARS):
            self.arrays[f"landscape_{name}"][row] = getattr(seen, name)


def _reserve(run: VggRun) -> Arrays:
    """Arrays for what will be written down; rows not yet measured are NaN."""
    evaluations, shifts, histograms, landscapes = (
        len(run.schedule(every))
        for every in (run.evaluate_every, run.shift_every, run.histogram_every, run.landscape.every)
    )
    layers = (histograms, len(run.histogram_layers))
    shapes: dict[str, tuple[int, ...]] = {
        "replay_loss": (run.replay_steps,),
        "test_accuracy": (evaluations,),
        "test_loss": (evaluations,),
        "histogram_mean": layers,
        "histogram_deviation": layers,
        **{f"shift_{name}": (shifts, len(run.shift_layers)) for name in ("difference", "cosine", "norm")},
        **{f"landscape_{name}": (landscapes, run.landscape.lengths) for name in CURVES},
        **{f"landscape_{name}": (landscapes,) for name in SCALARS},
    }
    arrays = {name: np.full(shape, np.nan) for name, shape in shapes.items()}
    windows = np.zeros(run.steps // run.accuracy_every)
    return {
        **arrays,
        "train_accuracy": windows.copy(),
        "train_loss": windows.copy(),
        "histogram_counts": np.zeros((*layers, run.histogram_bins), dtype=np.int32),
        "landscape_length": run.landscape.multiples() * run.learning_rate,
    }


def train(
    run: VggRun,
    dataset: Dataset,
    machine: Machine,
    on_progress: Callable[[int], None] = nothing_to_tell,
    should_stop: Callable[[], bool] = never,
    kind: type[Training] = Training,
) -> tuple[Arrays, float]:
    """Train to the end, from the last checkpoint if there is one; return the arrays and the seconds it took.

    ``kind`` says what is measured on the way.

    Raises:
        Interrupted: ``should_stop`` said so; the state is on disk.
    """
    torch.set_num_threads(1)
    torch.backends.cudnn.deterministic = True
    precision = best_precision(machine.device)
    key = run_key(kind.__module__, run, dataset.sha256, machine.device, precision)
    return train_to_end(
        kind(run, dataset, machine.device, precision),
        run.steps,
        Checkpoint(machine.checkpoints / f"{key}.npz"),
        look_up_every=LOOK_UP_STEPS,
        save_every_seconds=machine.checkpoint_seconds,
        on_progress=on_progress,
        should_stop=should_stop,
    )
