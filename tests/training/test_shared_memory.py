"""What decoding processes need of shared memory: counted, and refused where it is not there."""

from pathlib import Path

import pytest

from figures_src.training import shared_memory
from figures_src.training.shared_memory import Decoding

BATCH = 32 * 224**2 * 3 + 4096
"""Pixels fill whole pages; 32 labels take one."""


def test_every_batch_under_way_is_counted() -> None:
    # Two made ahead by each of four workers and one in use, of the batches to learn and of those that judge.
    assert Decoding(learners=1, workers=4, images=32, side=224).needed() == 2 * (2 * 4 + 1) * BATCH
    assert Decoding(learners=8, workers=4, images=32, side=224).needed() == 8 * 2 * 9 * BATCH
    assert Decoding(learners=8, workers=0, images=32, side=224).needed() == 0


def test_too_little_is_refused_with_what_would_fit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shared_memory, "_free", lambda memory: 64 * 2**20)
    with pytest.raises(ValueError, match=r"need 86\.8 MB .* has 67\.1 MB free: .* --shm-size=1g\), or say --workers 2"):
        Decoding(1, 4, 32, 224).admit(tmp_path)
    Decoding(1, 2, 32, 224).admit(tmp_path)
    with pytest.raises(ValueError, match="say --workers 0"):
        Decoding(8, 4, 32, 224).admit(tmp_path)


def test_what_is_free_is_asked_of_the_system(tmp_path: Path) -> None:
    Decoding(1, 1, 2, 32).admit(tmp_path)
    with pytest.raises(ValueError, match="give the container more"):
        Decoding(1, 1, 10**6, 10**5).admit(tmp_path)


def test_a_system_without_such_a_folder_is_not_asked(tmp_path: Path) -> None:
    Decoding(1, 1, 10**6, 10**5).admit(tmp_path / "nowhere")
