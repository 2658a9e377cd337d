"""What the first seed chose is what the other seeds were trained at: on the committed records."""

from collections.abc import Callable
from typing import Any

import pytest

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.mistakes import measures as mistakes
from figures_src.experiments.parts import measures as parts
from figures_src.experiments.places import measures as places
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.records import store

Needed = Callable[[Arrays], tuple[tuple[str, float], ...]]
NEEDED = {"mistakes": mistakes.needed, "parts": parts.needed, "places": places.needed}


def cells(config: Any, seed: int) -> list[tuple[str, float]]:
    return [(run.arm, run.learning_rate) for run in config.runs() if run.seed == seed and run.arm != "fine_tuned"]


@pytest.mark.parametrize("name", NEEDED)
def test_the_first_seed_is_trained_at_every_rate_and_the_others_where_it_says(name: str) -> None:
    config = EXPERIMENTS[name].config
    first, *others = config.seeds
    tried = cells(config, first)
    assert len(tried) == len(set(tried)) == len({arm for arm, _ in tried}) * len(config.learning_rates)
    assert len(others) == 4
    assert all(cells(config, seed) == list(config.kept) for seed in others)
    arrays = store.load(name).arrays
    chosen = arrays["seed"] == first
    assert set(NEEDED[name]({key: array[chosen] for key, array in arrays.items() if len(array) == len(chosen)})) == set(
        config.kept
    )
