"""Pass a batch through networks that were never trained, and bring its gradients back."""

import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from figures_src.datasets import Dataset
from figures_src.experiments.depth.runs import DIGITS, InitialRun
from figures_src.networks.ensemble import Architecture, Ensemble
from figures_src.networks.normalization import Normalization
from figures_src.training.ensemble import CLASSES, Digits, cross_entropies, half_size
from figures_src.training.loop import Arrays, Interrupted, never, nothing_to_tell
from figures_src.training.machine import Machine, processor_only
from figures_src.training.randomness import DATA, INITIAL, torch_generator

PRECISION = torch.float64


def batch(run: InitialRun, seed: int, digits: Digits | None) -> tuple[Tensor, Tensor]:
    """Images (1, inputs, m) and labels (1, m) of one seed; without digits, Gaussian draws."""
    drawn = torch_generator(seed, DATA)
    if digits is not None:
        rows = torch.randperm(len(digits.labels), generator=drawn)[: run.batch_size]
        return digits.images[rows].T[None], digits.labels[rows][None]
    images = torch.randn(1, run.width, run.batch_size, generator=drawn, dtype=PRECISION)
    return images, torch.randint(CLASSES, (1, run.batch_size), generator=drawn)


def look(run: InitialRun, seed: int, digits: Digits | None) -> tuple[float, np.ndarray]:
    """Loss at initialization, and ln ‖∂L/∂x_l‖² of what leaves each layer, (depth,): not numbers if not asked for."""
    images, labels = batch(run, seed, digits)
    normalized = run.normalization is Normalization.BATCH
    shape = Architecture(
        images.shape[1], run.width, run.depth, CLASSES, normalized, run.activation, residual=run.residual
    )
    signals: list[Tensor] = []
    with torch.set_grad_enabled(run.gradients):
        network = Ensemble(shape, 1, [torch_generator(seed, INITIAL)], PRECISION)
        loss = cross_entropies(network.logits(images, signals=signals), labels).sum()
    if not run.gradients:
        return float(loss), np.full(run.depth, np.nan)
    found = torch.autograd.grad(loss, signals)
    squares = torch.stack([gradient.square().sum() for gradient in found])
    return float(loss.detach()), squares.log().numpy()


def train(
    run: InitialRun,
    dataset: Dataset,
    machine: Machine,
    on_progress: Callable[[int], None] = nothing_to_tell,
    should_stop: Callable[[], bool] = never,
) -> tuple[Arrays, float]:
    """Look at one network a seed; nothing is trained, and nothing kept of a run that is stopped.

    Raises:
        Interrupted: ``should_stop`` said so.
        ValueError: another device than the processor was asked for.
    """
    processor_only(machine.device, "gradients at initialization are taken in float64")
    torch.set_num_threads(1)
    started = time.monotonic()
    digits = half_size(dataset, PRECISION)[0] if run.source == DIGITS else None
    losses, logs = [], []
    for number, seed in enumerate(run.seeds):
        if should_stop():
            raise Interrupted(f"before seed {seed}")
        loss, squares = look(run, seed, digits)
        losses.append([loss])
        logs.append(squares)
        on_progress((number + 1) * run.depth)
    arrays = {"replay_loss": np.array(losses), "log_squared_gradient": np.stack(logs)}
    return arrays | {"precision": np.array("float64")}, time.monotonic() - started
