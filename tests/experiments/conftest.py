"""What tests of experiments share."""

from collections.abc import Sequence

import pytest

from figures_src.training import pool
from figures_src.training.machine import Machine
from figures_src.training.trainer import Result, Run, Trainer


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train without a pool, whose processes would import torch for longer than small networks take to train."""

    def train(title: str, runs: Sequence[Run], machine: Machine, trainer: Trainer) -> list[Result]:
        if trainer.load:
            trainer.load(machine.data)
        results = [trainer(run, machine, lambda step: None, lambda: False) for run in runs]
        if trainer.load:
            given, read = machine.dataset(trainer.load), machine.dataset(lambda folder: trainer.load(folder))
            for split in ("train", "test"):
                assert (getattr(given, split).images == getattr(read, split).images).all(), "a run wrote to its data"
        return results

    monkeypatch.setattr(pool, "_train", train)
