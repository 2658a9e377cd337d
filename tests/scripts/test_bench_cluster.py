"""What many workers would do, on paper."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import bench_cluster

    yield bench_cluster
    del sys.modules["bench_cluster"], sys.modules["timing"]


def test_runs_are_shared_out(bench):
    assert bench.makespan([3, 3, 3], 2) == 6
    assert bench.makespan([1, 4, 2, 3], 2) == 5
    assert bench.makespan([1, 4, 2, 3], 1) == 10
    assert bench.makespan([1, 4, 2, 3], 100) == 4


def test_every_record_is_counted_and_no_number_of_workers_beats_the_longest_run(bench):
    records = bench.recorded()
    assert len(records) > 20
    in_turn, at_once = bench.on_paper(1)
    assert in_turn == pytest.approx(at_once) == pytest.approx(sum(map(sum, records.values())))
    in_turn, at_once = bench.on_paper(100)
    assert at_once >= max(map(max, records.values()))
    assert in_turn >= sum(map(max, records.values()))
