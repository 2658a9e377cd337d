"""Arrays of E4 small enough to write by hand, shaped as the recorded ones are."""

from typing import Any

import numpy as np

from figures_src.experiments.batch_statistics import measures as experiment
from figures_src.experiments.cars.measures import DARKENED, FOGGED, ROTATED
from figures_src.experiments.cars_border import measures as border_measures
from figures_src.experiments.cars_border.runs import FOLLOWED, READINGS
from figures_src.experiments.shoes.measures import BATCH, BOOTS, EVALUATION, FAMILIAR, SHIFTED, STANDARD, TRAINING

Arrays = dict[str, np.ndarray]
LAYERS = np.array([0, 0, 1])
CELLS = [(arm, size, 0) for size in (2, 32, 256) for arm in (STANDARD, BATCH)] + [(BATCH, 256, 2)]


def shoes_arrays(moved: float = 0.11, shifted: float = 2.1, last: float = 1.2, plain: float = 0.6, lost: float = 6,
                 own: float = 2) -> Arrays:  # fmt: skip
    """Two seeds of each arm, two layers of two and one channels."""
    mean, distance = (np.zeros((4, 2, 4, 3)) for _ in range(2))
    recall = np.full((4, 2, 4), 0.97)
    mean[:, EVALUATION, BOOTS] = [moved, -moved, 3 * moved]
    distance[:, EVALUATION, FAMILIAR] = 0.1
    distance[:, EVALUATION, SHIFTED] = [0.1 * shifted, 0.1 * shifted, 1]
    distance[:, EVALUATION, BOOTS] = [0.5, 0.5, 0.5 * last]
    distance[[0, 2], EVALUATION, BOOTS, 2] = 0.5 * last * plain
    recall[:, EVALUATION, BOOTS] -= lost / 100
    recall[:, EVALUATION, SHIFTED] = recall[:, EVALUATION, BOOTS]
    recall[:, TRAINING, SHIFTED] = recall[:, EVALUATION, SHIFTED] + own / 100
    return {
        "arm": np.array([str(arm) for arm in (STANDARD, BATCH)] * 2),
        "seed": np.array([0, 0, 1, 1]),
        "layer_of_channel": LAYERS,
        "channel_mean": mean,
        "channel_distance": distance,
        "swap_distance": distance[:, :, BOOTS].copy(),
        "shoe_recall": recall,
        "accuracy": recall.copy(),  # clothes are told as well as shoes
    }


def cars_arrays(as_is: float = 90, lost: float = 20, back: float = 85, turned_back: float = 10, own: float = -0.5,
                plain: float = 6) -> Arrays:  # fmt: skip
    """Two seeds of each arm; points lost at the end, and the shares of them that recomputed statistics give back."""
    accuracy = np.full((4, 2, 3, 3), as_is / 100)
    accuracy[:, 0, :, -1] -= lost / 100
    shares = {ROTATED: turned_back, DARKENED: back, FOGGED: back}
    for shift, share in shares.items():
        accuracy[:, 1, shift, -1] -= lost / 100 * (1 - share / 100)
    accuracy[:, 1, :, 0] -= own / 100
    accuracy[[0, 2], 0, DARKENED, -1] = (as_is - plain) / 100
    return {
        "arm": np.array([str(arm) for arm in (STANDARD, BATCH)] * 2),
        "seed": np.array([0, 0, 1, 1]),
        "accuracy": accuracy,
        "strength": np.array([(30, 60), (0.5, 0.1), (0.5, 0.9)]),
    }


def border_arrays(lost: float = 40, back: float = 95, agreed: float = 99.8) -> Arrays:
    """Two seeds of each arm, all readings but the published one alike."""
    accuracy = np.full((4, len(READINGS), 2, 2), 0.9)
    accuracy[:, 0, :, border_measures.STRONGEST] = (90 - lost) / 100
    accuracy[:, 1:, :, border_measures.STRONGEST] = (90 - lost * (1 - back / 100)) / 100
    return {
        "arm": np.array([str(arm) for arm in (STANDARD, BATCH)] * 2),
        "seed": np.array([0, 0, 1, 1]),
        "reading": np.array([str(reading) for reading in READINGS]),
        "accuracy": accuracy,
        "agreement": np.full(accuracy.shape, agreed / 100),
        "followed_accuracy": np.full((4, len(FOLLOWED), 2, 6), 0.9),
    }


def statistics_arrays() -> Arrays:
    """Two seeds of each cell, seeds first as in the record; every network at 60 %, learnt images at 80 %."""
    runs = [cell for _ in range(2) for cell in CELLS]
    count = len(runs)
    return {
        "arm": np.array([str(arm) for arm, _, _ in runs]),
        "batch_size": np.array([size for _, size, _ in runs]),
        "group": np.array([group for _, _, group in runs]),
        "seed": np.repeat([0, 1], len(CELLS)),
        "estimate_accuracy": np.full((count, 2, 4), 0.6),
        "own_accuracy": np.full((count, 2), 0.6),
        "train_accuracy": np.full((count, 2), 0.8),
        "precise_accuracy": np.full((count, 4), 0.6),
        "precise_batches": np.array([1, 16, 64, 1024]),
    }


def lower(found: Arrays, name: str, cell: tuple[Any, ...], points: float, *place: int) -> None:
    """Take points off the accuracies of a cell, after the last update."""
    rows: Any = experiment.rows(found, *cell)
    found[name][rows, -1, *place] -= points / 100
