"""Train one run in one thread: what is asked of PyTorch, the name of the checkpoint, then the loop."""

from collections.abc import Callable
from typing import Any

import torch

from figures_src.datasets import Dataset
from figures_src.training.checkpoint import run_key
from figures_src.training.loop import Arrays, Resumable, carry_out, never, nothing_to_tell
from figures_src.training.machine import Machine
from figures_src.training.precision import best_precision


def train_in_one_thread(
    begin: Callable[[Any, Any, str], Resumable],
    run: Any,
    data: Dataset | None,
    machine: Machine,
    on_progress: Callable[[int], None] = nothing_to_tell,
    should_stop: Callable[[], bool] = never,
) -> tuple[Arrays, float]:
    """Train to the end, from the last checkpoint if there is one; return the arrays and the seconds it took.

    ``begin(run, data, device)`` is the training before its first step; an experiment that draws its data has None.

    Raises:
        Interrupted: ``should_stop`` said so; the state is on disk.
        ValueError: another device than the processor was asked for, and the training knows no other.
    """
    torch.set_num_threads(1)
    torch.backends.cudnn.deterministic = True
    training = begin(run, data, machine.device)
    read = "" if data is None else data.sha256
    key = run_key(type(training).__module__, run, read, machine.device, best_precision(machine.device))
    return carry_out(training, run.steps, key, machine, on_progress, should_stop)
