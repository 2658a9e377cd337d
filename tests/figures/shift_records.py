"""Small made-up records of the shape of experiment E4's, from declared seeds: fixtures, never shown to a reader."""

import numpy as np
from scipy.stats import norm

from figures_src.records.record import Record

SEEDS = 4
WIDTHS = (4, 6, 6, 8)
SIZES, GROUPS = (2, 4, 8, 16, 32, 64, 128, 256), (2, 8, 32)
BINS, REACH = 60, 6.0


def arms() -> dict[str, np.ndarray]:
    return {
        "arm": np.array(["without_bn", "with_bn"] * SEEDS),
        "seed": np.repeat(np.arange(SEEDS), 2),
    }


def bell(mean: float | np.ndarray, deviation: float | np.ndarray) -> np.ndarray:
    """Counts of 10 000 values in the bins of a record."""
    return np.rint(10_000 * np.diff(norm.cdf(np.linspace(-REACH, REACH, BINS + 1), mean, deviation))).astype(int)


def shoes() -> Record:
    """Boots drift more from layer to layer, sneakers a little, familiar images not at all."""
    rng = np.random.default_rng(20210408)
    runs, channels = 2 * SEEDS, sum(WIDTHS)
    layer = np.repeat(np.arange(len(WIDTHS)), WIDTHS)
    drift = np.array([0.02, 0.3, 0.2, 0.5])[:, None] * (1 + 0.4 * layer)
    distance = np.abs(drift * (1 + 0.1 * rng.standard_normal((runs, 2, 4, channels))))
    signs = np.where(np.arange(channels) % 2, 1, -1)
    recall = np.array([0.97, 0.80, 0.97, 0.80]) + 0.01 * rng.standard_normal((runs, 2, 4))
    recall[:, 1, 1] += 0.08
    typical = [[bell(drift[group, layer == n][0], 1 + 0.1 * group) for n in range(4)] for group in range(4)]
    for array in (recall, distance):
        array[0::2, 1] = np.nan  # without BN there is no mode of training
    arrays = arms() | {
        "layer_of_channel": layer,
        "channel_distance": distance,
        "swap_distance": distance[:, :, 3],
        "channel_mean": drift * signs * np.ones((runs, 2, 1, 1)),
        "shoe_recall": recall,
        "histogram": np.array([[typical] * 2] * runs),
        "typical_histogram": np.array([[typical] * 2] * runs),
        "typical_channel": np.ones((runs, len(WIDTHS)), dtype=int),
        "pictures_sneakers": rng.integers(0, 256, (6, 28, 28), dtype=np.uint8),
        "pictures_boots": rng.integers(0, 256, (6, 28, 28), dtype=np.uint8),
    }
    return Record("shift_shoes", arrays, {"config": {}, "common": {"reach": REACH}, "preset": "quick"})


def cars() -> Record:
    """All shifts cost; recomputed statistics give most of it back, rotations excepted."""
    rng = np.random.default_rng(20210409)
    strength = np.linspace(0, 1, 6)
    lost = np.stack([0.30 * strength, 0.36 * strength**2, 0.42 * strength**2])
    left = np.stack([0.28 * strength, 0.05 * strength**2, 0.1 * strength**2])
    accuracy = 0.92 - np.stack([lost, left]) + 0.01 * rng.standard_normal((2 * SEEDS, 2, 3, 6))
    accuracy[0::2, 0] -= 0.04
    accuracy[0::2, 1] = np.nan
    arrays = arms() | {
        "accuracy": accuracy,
        "strength": np.array([(10, 20, 30, 45, 60), (0.75, 0.5, 0.35, 0.2, 0.1), (0.2, 0.4, 0.6, 0.75, 0.9)]),
        "pictures": rng.integers(0, 256, (3, 6, 32, 32, 3), dtype=np.uint8),
    }
    return Record("shift_cars", arrays, {"config": {}, "common": {}, "preset": "quick"})


def statistics() -> Record:
    """Small batches cost the fast average, large ones the slow one; the gap to the test grows with the size."""
    rng = np.random.default_rng(20210410)
    cells = [(arm, size, 0) for size in SIZES for arm in ("without_bn", "with_bn")]
    cells += [("with_bn", 256, group) for group in GROUPS]
    runs = [cell for _ in range(SEEDS) for cell in cells]
    over = np.array([group or size for _, size, group in runs])
    doublings = np.log2(over)
    plain = np.array([arm == "without_bn" for arm, _, _ in runs])
    base = 0.55 - 0.002 * (doublings - 5) ** 2
    fast, slow, cumulative = 0.06 / doublings, 0.004 * doublings, 0.01 * doublings
    estimates = base[:, None] - np.stack([fast, slow, cumulative, 0 * fast], axis=1)
    noise = 0.004 * rng.standard_normal((len(runs), 1))
    batches = np.array([1, 4, 16, 64, 256, 1024])
    images = np.array([size for _, size, _ in runs])[:, None] * batches
    tried = np.where(images <= 8192, base[:, None] - 0.1 / np.sqrt(images), np.nan)
    estimates[plain] = 0.5
    arrays = {
        "arm": np.array([arm for arm, _, _ in runs]),
        "batch_size": np.array([size for _, size, _ in runs]),
        "group": np.array([group for _, _, group in runs]),
        "seed": np.repeat(np.arange(SEEDS), len(cells)),
        "estimate_accuracy": (estimates + noise)[:, None],
        "own_accuracy": np.where(plain, np.nan, base - 0.08 / doublings + noise[:, 0])[:, None],
        "train_accuracy": np.where(plain, 0.72, base + 0.05 * doublings)[:, None],
        "precise_accuracy": np.where(plain[:, None], np.nan, tried + noise),
        "precise_batches": batches,
    }
    config = {"precise_images": 8192, "images_seen": 120_000, "learnt_images": 4000}
    return Record("batch_statistics", arrays, {"config": config, "common": {}, "preset": "quick"})


def records() -> dict[str, Record]:
    return {record.name: record for record in (shoes(), cars(), statistics())}
