"""Train a VGG-16 on CIFAR-10 as Santurkar et al. 2018 do, and probe it on the way (their figures 1 to 4).

Plain SGD at a fixed rate, no augmentation, no decay. Not said by them, and taken here: pixels are standardised by
the mean and the deviation of each colour over the training images; the last, smaller batch of an epoch is left out.
Not compiled: on a processor convolutions are most of a step, and torch.compile made it 5 % slower.
"""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import torch
from torch import Generator, Tensor
from torch.nn import functional

from figures_src.datasets import Dataset
from figures_src.experiments.vgg.runs import VggRun
from figures_src.networks.normalization import Normalization
from figures_src.networks.vgg import VGG
from figures_src.training.descent import Call, Descent, Loss, UnderWay
from figures_src.training.loop import Arrays
from figures_src.training.one_thread import train_in_one_thread
from figures_src.training.photographs import Batch, Photographs, accuracy_of, follow, in_best_precision, windows
from figures_src.training.precision import Precision, arithmetic
from figures_src.training.probes.gradients import Evaluate, Landscape, Parameters, histogram, landscape
from figures_src.training.randomness import INITIAL, NOISE, PROBE, batch_rows, numpy_generator, torch_generator

SCALARS = ("norm_squared", "weights_weights", "weights_gradient", "gradient_gradient")
CURVES = ("loss", "change_squared", "change_gradient")


class Training(UnderWay):
    """One network under way: see ``figures_src.training.loop.Resumable``."""

    def __init__(self, run: VggRun, dataset: Dataset, device: str, precision: Precision):
        self.run, self.device, self.precision = run, device, precision
        self.photographs = Photographs(dataset, device)
        self.network = self._initial_network().to(device)
        self.descent = Descent(self.network, run.learning_rate)
        self.probed = precision
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
        accuracy = accuracy_of(logits[0], batch.labels)
        follow(self.arrays, self.run.accuracy_every, self.step, float(loss), accuracy)
        self._probe_gradient(batch, gradient)
        self.descent.step(gradient)
        self.step += 1

    def finish(self) -> Arrays:
        """Measure after the last step, on the batch that would have come next."""
        batch = self._next_batch()
        self._look(batch)
        if self._due(self.run.shift_every) or self._due(self.run.landscape.every):
            self._probe_gradient(batch, self._probed_gradient(batch))
        return self.arrays

    def restore(self, state: Arrays) -> None:
        """Go back to a saved state."""
        super().restore(state)
        self._order = None

    def _initial_network(self) -> VGG:
        return VGG(self.run.normalization, self.run.divisor, torch_generator(self.run.seed, INITIAL))

    def _next_batch(self) -> Batch:
        if self._order is None:
            self._order = batch_rows(self.run, len(self.photographs.training), self.step)
        return self.photographs.batch(next(self._order).to(self.device))

    def _loss(self, batch: Batch, logits: list[Tensor] | None = None) -> Loss:
        """Cross-entropy of the batch; the same noise however often it is asked for at one step."""

        def loss(network: Call) -> Tensor:
            output = self._output(network, batch, self.precision)
            if logits is not None:
                logits.append(output.detach())
            return functional.cross_entropy(output.float(), batch.labels)

        return loss

    def _probed_loss(self, batch: Batch, *draw: int) -> Loss:
        """The same in the arithmetic of the probes; ``draw`` numbers another noise than the one of the step."""
        return lambda network: functional.cross_entropy(
            self._output(network, batch, self.probed, *draw).float(), batch.labels
        )

    def _output(self, network: Call, batch: Batch, precision: Precision, *draw: int) -> Tensor:
        with arithmetic(precision, self.device):
            return network(batch.images, self._noise(*draw))

    def _noise(self, *draw: int) -> Generator | None:
        if self.run.normalization is not Normalization.NOISY:
            return None
        return torch_generator(self.run.seed, NOISE, self.step, *draw, device=self.device)

    def _probed_gradient(self, batch: Batch) -> Parameters:
        here = self.descent.evaluate(self._probed_loss(batch))
        _, gradient = here(self.descent.parameters, list(self.descent.parameters))
        return gradient

    def _due(self, every: int) -> bool:
        return self.step in self.run.schedule(every)

    def _look(self, batch: Batch) -> None:
        """Make the measurements that need no gradient."""
        if self._due(self.run.evaluate_every):
            row = self.step // self.run.evaluate_every
            scored = self.photographs.score(self.network, self.precision, self.device)
            self.arrays["test_accuracy"][row], self.arrays["test_loss"][row] = scored
        if self._due(self.run.histogram_every):
            self._take_histograms(self.step // self.run.histogram_every)

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
            row, loss = self.step // self.run.shift_every, self._probed_loss(batch)
            self.write_shifts(row, self.network, self.run.shift_layers, gradient, loss)
        if self._due(self.run.landscape.every):
            self._measure_landscape(self.step // self.run.landscape.every, batch, gradient)

    def _measure_landscape(self, row: int, batch: Batch, gradient: Parameters) -> None:
        evaluate = self.descent.evaluate(self._probed_loss(batch))
        seen = self._walk(gradient, self.arrays["landscape_length"].tolist(), evaluate)
        for name in (*CURVES, *SCALARS):
            self.arrays[f"landscape_{name}"][row] = getattr(seen, name)

    def _walk(self, gradient: Parameters, lengths: Sequence[float], evaluate: Evaluate) -> Landscape:
        """What is met along the gradient from here."""
        parameters = {name: parameter.detach() for name, parameter in self.descent.parameters.items()}
        weights = [name for name, parameter in parameters.items() if parameter.dim() > 1]
        return landscape(parameters, gradient, lengths, weights, evaluate)


def _reserve(run: VggRun) -> Arrays:
    """Arrays for what will be written down; rows not yet measured are NaN."""
    evaluations, shifts, histograms, landscapes = (
        len(run.schedule(every))
        for every in (run.evaluate_every, run.shift_every, run.histogram_every, run.landscape.every)
    )
    layers = (histograms, len(run.histogram_layers))
    shapes: dict[str, tuple[int, ...]] = {
        "test_accuracy": (evaluations,),
        "test_loss": (evaluations,),
        "histogram_mean": layers,
        "histogram_deviation": layers,
        **{f"shift_{name}": (shifts, len(run.shift_layers)) for name in ("difference", "cosine", "norm")},
        **{f"landscape_{name}": (landscapes, run.landscape.lengths) for name in CURVES},
        **{f"landscape_{name}": (landscapes,) for name in SCALARS},
    }
    arrays = {name: np.full(shape, np.nan) for name, shape in shapes.items()}
    return {
        **arrays,
        **windows(run.steps, run.accuracy_every, run.replay_steps),
        "histogram_counts": np.zeros((*layers, run.histogram_bins), dtype=np.int32),
        "landscape_length": run.landscape.multiples() * run.learning_rate,
    }


train = partial(train_in_one_thread, in_best_precision(Training))
"""See `figures_src.training.one_thread.train_in_one_thread`."""
