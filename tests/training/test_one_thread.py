"""What every training of one run shares: one thread, and a checkpoint of its own."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from figures_src.training.loop import LOOK_UP_STEPS, Arrays
from figures_src.training.machine import Machine
from figures_src.training.one_thread import train_in_one_thread


@dataclass(frozen=True)
class Run:
    steps: int = 2


class Counting:
    """Counts its steps."""

    look_up_every = LOOK_UP_STEPS

    def __init__(self, run: Run, data: None, device: str):
        self.step, self.seconds = 0, 0.0
        self.threads = torch.get_num_threads()

    def advance(self) -> None:
        self.step += 1

    def finish(self) -> Arrays:
        return {"step": np.array(self.step), "threads": np.array(self.threads)}

    def state(self) -> Arrays:
        return {"step": np.array(self.step)}

    def restore(self, state: Arrays) -> None:
        self.step = int(state["step"])


class Another(Counting):
    """Trains the same runs in another way; it stands in another module."""

    __module__ = "elsewhere"


def test_a_training_begins_in_one_thread(tmp_path: Path) -> None:
    torch.set_num_threads(2)
    arrays, _ = train_in_one_thread(Counting, Run(), None, Machine(tmp_path))
    assert {name: int(array) for name, array in arrays.items()} == {"step": 2, "threads": 1}


def test_two_trainings_of_a_run_have_each_a_checkpoint(tmp_path: Path) -> None:
    for training in (Counting, Another, Counting):
        train_in_one_thread(training, Run(), None, Machine(tmp_path))
    assert len(list(tmp_path.glob("*.npz"))) == 2
