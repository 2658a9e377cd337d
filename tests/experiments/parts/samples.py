"""Arrays of the parts of BN, written by hand."""

from collections.abc import Mapping

import numpy as np

from figures_src.experiments.parts.growing_bias import example
from figures_src.experiments.parts.runs import Part

SEEDS, RATES = 3, (0.01, 0.1)
DRIFTING = Part.DETACHED


def part_arrays(
    accuracy: Mapping[str, float], elsewhere: Mapping[str, float] | None = None, drift: float = 1.0
) -> dict[str, np.ndarray]:
    """Accuracies in per cent at the best rate, 0.1, but for the arms of ``elsewhere``, whose best rate is the other.

    ``elsewhere`` is what these reach at 0.1; others are five points less accurate at the rate that is not their best.
    ``drift``: how many times as far as those of BN the means go where statistics have no gradient.
    """
    elsewhere = elsewhere or {}
    cells = [(part, rate, seed) for seed in range(SEEDS) for part in Part for rate in RATES]

    def reached(part: Part, rate: float) -> float:
        if part in elsewhere:
            return elsewhere[part] if rate == RATES[1] else accuracy[part]
        return accuracy[part] - (0 if rate == RATES[1] else 5)

    found = np.array([(reached(part, rate) + seed - 1) / 100 for part, rate, seed in cells])
    return {
        "arm": np.array([str(part) for part, _, _ in cells]),
        "run_learning_rate": np.array([rate for _, rate, _ in cells]),
        "seed": np.array([seed for _, _, seed in cells]),
        **{f"{name}_accuracy": found.copy() for name in ("validation", "test", "recomputed")},
        "last_loss": np.ones(len(cells)),
        "kept_mean": np.array([drift if part is DRIFTING else 1.0 for part, _, _ in cells]),
        "kept_deviation": np.ones(len(cells)),
        **example(0.1, 10),
        "bias_step": np.arange(11),
    }
