"""Arrays of the mistakes, written by hand: every network at 60 % but for what a test takes from it."""

from collections.abc import Mapping

import numpy as np

from figures_src.experiments.mistakes.measures import MISTAKES, NEW, OLD, READINGS
from figures_src.experiments.mistakes.runs import DOMAINS, TRAINED, Arm, Way

SEEDS, RATES = 3, (0.03, 0.1)
BEST = 0.1
TUNED_RATES = 2


def mistake_arrays(points: Mapping[str, float]) -> dict[str, np.ndarray]:
    """``points`` lost by a mistake, at the best rate of the right network and in its statistics alone.

    Networks trained at the other rate are five points less accurate.
    """
    cells: list[tuple[Arm, float, int]] = [
        (arm, rate, seed) for seed in range(SEEDS) for arm in TRAINED for rate in RATES
    ]
    cells += [(Arm.TUNED, BEST, seed) for seed in range(SEEDS)]
    arms, rates, seeds = (np.array(column) for column in zip(*cells, strict=True))
    right = 0.6 + 0.01 * (seeds - 1) - np.where(rates == BEST, 0, 0.05)
    lost = np.array([points.get(str(arm), 0.0) for arm in arms]) / 100
    reading = np.repeat(right[:, None], len(READINGS), axis=1)
    for place, name in enumerate(READINGS):
        reading[:, place] -= points.get(name, 0.0) / 100
    reading[arms != Arm.CORRECT] = np.nan
    tuned = np.full((len(cells), len(DOMAINS), len(Way), TUNED_RATES, 3), np.nan)
    tuned[arms == Arm.TUNED] = 0.5
    tuned[..., 0, :] -= 0.1  # the second rate is the best
    for name in MISTAKES:
        if "frozen" in name:
            way, _, domain = name.removesuffix("_old").rpartition("_")
            images = OLD if name.endswith("_old") else NEW
            tuned[:, DOMAINS.index(domain), list(Way).index(Way(way)), :, images] -= points.get(name, 0.0) / 100
    return {
        "arm": np.array([str(arm) for arm in arms]),
        "run_learning_rate": rates,
        "seed": seeds,
        "validation_accuracy": right - lost,
        "test_accuracy": right - lost,
        "recomputed_accuracy": right,
        "last_loss": np.ones(len(cells)),
        "reading_accuracy": reading,
        "tuned_accuracy": tuned,
        "tuned_rate": np.array([0.01, 0.03]),
    }
