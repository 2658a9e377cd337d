"""What the benchmarks share: every core at once, and what happens when one of them fails."""

import os
import sys
from collections.abc import Iterator
from operator import methodcaller
from pathlib import Path
from types import ModuleType

import pytest

from figures_src.processes import WorkerKilled

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def timing(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Two processes, whatever the machine has; they find the module by the path they inherit."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import timing

    monkeypatch.setattr(timing, "CORES", 2)
    yield timing
    del sys.modules["timing"]


@pytest.mark.slow
def test_every_core_makes_its_own_steps(timing):
    assert 0 < timing.on_every_core(methodcaller, ("bit_length",), 1, 10) < 1


@pytest.mark.slow
def test_the_fault_of_one_process_is_told_though_the_other_waits_for_it(timing, tmp_path):
    """Both make one folder: the first then waits where all meet, and the second never comes."""
    with pytest.raises(FileExistsError):
        timing.on_every_core(os.mkdir, (tmp_path / "once",), 0, 1)


@pytest.mark.slow
def test_a_killed_process_is_told(timing):
    with pytest.raises(WorkerKilled):
        timing.on_every_core(os.abort, (), 0, 1)
