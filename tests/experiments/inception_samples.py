"""Arrays of E2 small enough to write by hand, shaped as the recorded ones are."""

import numpy as np

from figures_src.experiments.inception.measures import (
    ARMS,
    BN,
    BN_SIGMOID,
    BN_X5,
    BN_X30,
    PUBLISHED,
    STANDARD,
    STANDARD_SIGMOID,
    STANDARD_X5,
    Arm,
)
from figures_src.experiments.inception.runs import STILL_FINITE

STEPS = np.arange(0, 22_001, 400)


def curve(best: float, arrival: float) -> np.ndarray:
    """Accuracy that rises straight to its best, and stays there."""
    return np.minimum(0.1 + (best - 0.1) * STEPS / arrival, best)


FAVOURABLE = {
    STANDARD: curve(0.722, 16_400),
    BN: curve(0.727, 8000),
    BN_X5: curve(0.73, 1600),
    BN_X30: curve(0.748, 2400),
    BN_SIGMOID: curve(0.698, 12_000),
    STANDARD_X5: np.full(len(STEPS), 0.1),
    STANDARD_SIGMOID: np.full(len(STEPS), 0.12),
}


def arrays(curves: dict[Arm, np.ndarray], further: tuple[int, ...] = ()) -> dict[str, np.ndarray]:
    """Three seeds of the published arms, .1 % apart, one of the others, in an order of their own.

    The two arms that are compared at the same rate have ``further`` seeds.
    """
    rows = [(arm, seed) for seed in (2, 0, 1) for arm in ARMS.values() if arm in PUBLISHED or seed == 0]
    rows += [(arm, seed) for seed in further for arm in (STANDARD, BN)]
    return {
        "arm": np.array([arm.name for arm, _ in rows]),
        "seed": np.array([seed for _, seed in rows]),
        "run_learning_rate": np.array([0.01 * arm.factor for arm, _ in rows]),
        "diverged_at": np.full(len(rows), STILL_FINITE),
        "evaluation_step": STEPS,
        "test_accuracy": np.stack([curves[arm] + 0.001 * (seed - 1) * (arm in PUBLISHED) for arm, seed in rows]),
    }


def grid_arrays() -> dict[str, np.ndarray]:
    """Three rates, the middle one the best on images set aside."""
    return {
        "run_learning_rate": np.array([0.005, 0.01, 0.02]),
        "validation_accuracy": np.array([[0.5, 0.6], [0.7, 0.65], [0.6, 0.55]]),
    }
