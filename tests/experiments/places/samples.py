"""Arrays of the two places of BN, written by hand."""

from collections.abc import Mapping

import numpy as np

SEEDS, RATES = 3, (0.03, 0.1)


def place_arrays(accuracy: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Accuracies in per cent at the rate 0.1, five points less at the other."""
    cells = [(arm, rate, seed) for seed in range(SEEDS) for arm in accuracy for rate in RATES]
    found = np.array([(accuracy[arm] - (0 if rate == RATES[1] else 5) + seed) / 100 for arm, rate, seed in cells])
    return {
        "arm": np.array([arm for arm, _, _ in cells]),
        "run_learning_rate": np.array([rate for _, rate, _ in cells]),
        "seed": np.array([seed for _, _, seed in cells]),
        **{f"{name}_accuracy": found.copy() for name in ("validation", "test", "recomputed")},
    }
