"""Quick presets, whichever experiments there are: so little work that a whole build takes minutes."""

from typing import Any

import pytest

from figures_src.experiments.registry import EXPERIMENTS
from figures_src.records import store

SECONDS = 10
"""Of computing, on one core, at the speed of the full record."""
SHARE = 1 / 100
MOST_RUNS = 20
"""Each of which has its own start, whatever its steps."""


def work(config: Any) -> int:
    """Updates of single networks."""
    return sum(run.steps * run.networks for run in config.runs())


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_quick_preset_is_little_work(name: str) -> None:
    experiment = EXPERIMENTS[name]
    share = work(experiment.quick) / work(experiment.config)
    assert type(experiment.quick) is type(experiment.config)
    assert len(experiment.quick.runs()) <= MOST_RUNS
    assert share <= SHARE
    if sidecar := store.load_sidecar(name):
        assert share * sidecar["seconds"] <= SECONDS


def test_a_quick_run_learns_and_is_judged_by_few_images_and_a_full_one_by_all() -> None:
    learnt, judging = store.images("quick") or (60_000, 10_000)
    assert (learnt, judging) <= (1000, 256)
    assert store.images("full") is None
