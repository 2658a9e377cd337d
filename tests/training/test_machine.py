"""What a run is given to learn from: read and verified once, as long as the runs of a process ask for the same."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from figures_src.datasets import Dataset, Images
from figures_src.training.machine import Machine


def images(count: int) -> Images:
    return Images(np.zeros((count, 2, 2), dtype=np.uint8), np.zeros(count, dtype=np.uint8))


def test_a_process_reads_again_only_what_the_run_before_did_not_learn_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def load(folder: Path | None) -> Dataset:
        asked.append(f"one from {folder}")
        return Dataset("one", images(5), images(3), "digest")

    def other(folder: Path | None) -> Dataset:
        asked.append("other")
        return Dataset("other", images(5), images(3), "digest")

    machine = Machine(tmp_path)
    assert machine.dataset(load) is machine.dataset(load)
    assert asked == ["one from None"]
    few = replace(machine, images=(2, 1)).dataset(load)
    assert (len(few.train.images), len(few.test.images)) == (2, 1)
    assert len(machine.dataset(load).train.images) == 5
    assert asked == ["one from None"]
    machine.dataset(other)
    replace(machine, data=tmp_path).dataset(load)
    monkeypatch.setenv("BN_CACHE", str(tmp_path / "cache"))
    replace(machine, data=tmp_path).dataset(load)
    assert asked[1:] == ["other", f"one from {tmp_path}", f"one from {tmp_path}"]
