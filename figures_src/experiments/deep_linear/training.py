"""Train the deep linear network of Santurkar et al. 2018, section 2.2, and measure its covariate shift."""

from functools import partial

import numpy as np
import torch
from torch import Tensor

from figures_src.experiments.deep_linear.runs import LinearRun
from figures_src.networks.linear import DeepLinear
from figures_src.training.descent import Call, Descent, UnderWay
from figures_src.training.loop import Arrays
from figures_src.training.one_thread import train_in_one_thread
from figures_src.training.probes.gradients import Parameters
from figures_src.training.randomness import DATA, INITIAL, numpy_generator, torch_generator


def draws(run: LinearRun) -> tuple[np.ndarray, np.ndarray]:
    """Inputs x (N, width) and A (width, width), Gaussian; drawn anew for each seed, the same for both arms."""
    rng = numpy_generator(run.seed, DATA)
    return rng.standard_normal((run.examples, run.width)), rng.standard_normal((run.width, run.width))


def problem(run: LinearRun) -> tuple[Tensor, Tensor]:
    """Inputs x (N, width) and targets A·x."""
    x, a = draws(run)
    return torch.from_numpy(x), torch.from_numpy(x @ a.T)


class Training(UnderWay):
    """One network under way: see ``figures_src.training.loop.Resumable``."""

    look_up_every = 100

    def __init__(self, run: LinearRun, _: None = None, device: str = "cpu"):
        self.run = run
        self.x, self.targets = (tensor.to(device) for tensor in problem(run))
        network = DeepLinear(run.normalization, run.depth, run.width, torch_generator(run.seed, INITIAL)).to(device)
        self.network, self.descent = network, Descent(network, run.learning_rate)
        shifts = (len(run.schedule(run.shift_every)), len(run.shift_layers))
        self.arrays: Arrays = {
            "precision": np.array("float64"),
            "replay_loss": np.full(run.replay_steps, np.nan),
            "train_loss": np.full(len(run.schedule(run.loss_every)), np.nan),
            **{f"shift_{name}": np.full(shifts, np.nan) for name in ("difference", "cosine", "norm")},
        }

    def advance(self) -> None:
        """Measure what is due, then take one step."""
        loss, gradient = self.descent.gradient(self._loss)
        self._measure(float(loss), gradient)
        self.descent.step(gradient)
        self.step += 1

    def finish(self) -> Arrays:
        """Measure after the last step."""
        here = self.descent.evaluate(self._loss)
        loss, gradient = here(self.descent.parameters, list(self.descent.parameters))
        self._measure(float(loss), gradient)
        return self.arrays

    def _loss(self, network: Call) -> Tensor:
        """Half the sum of squared errors, or the sum: the published losses are far too large for a mean."""
        return self.run.loss_factor * (network(self.x) - self.targets).square().sum()

    def _measure(self, loss: float, gradient: Parameters) -> None:
        run, step = self.run, self.step
        if step < run.replay_steps:
            self.arrays["replay_loss"][step] = loss
        if step in run.schedule(run.loss_every):
            self.arrays["train_loss"][step // run.loss_every] = loss
        if step in run.schedule(run.shift_every):
            self.write_shifts(step // run.shift_every, self.network, run.shift_layers, gradient, self._loss)


train = partial(train_in_one_thread, Training)
"""See `figures_src.training.one_thread.train_in_one_thread`."""
