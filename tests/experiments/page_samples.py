"""Made-up networks of the page: two steps are enough for every reading."""

from dataclasses import asdict

import numpy as np

from figures_src.experiments.mnist.measures import WITH_BN
from figures_src.experiments.mnist_page import digits, measures
from figures_src.experiments.mnist_page.digits import Digits
from figures_src.experiments.mnist_page.experiment import MNIST_PAGE
from figures_src.experiments.mnist_page.runs import MnistPage
from figures_src.records.record import Record

SEEDS = 3
FINAL = {
    "default": (0.1, 0.85),
    "fast": (0.1, 0.88),
    "easy": (0.88, 0.88),
    "pairs": (0.6, 0.4),
    "pairs_by_batch": (0.6, 0.3),
    "wide": (0.75, 0.8),
}
"""Accuracies without and with BN in which every prediction is met."""
APART = 0.01
"""From one seed to the next."""


def arrays(final: dict[str, tuple[float, float]] = FINAL, spread: float = 10) -> dict[str, np.ndarray]:
    """All seeds alike, from the first step to the last."""
    steps = np.array(MnistPage().runs()[0].evaluation_steps())
    accuracy = np.zeros((len(measures.NAMES), 2, SEEDS, len(steps)))
    accuracy += np.array([final[name] for name in measures.NAMES])[:, :, None, None]
    percentiles = np.zeros((*accuracy.shape, 3)) + np.array([-0.5, 0, 0.5])
    percentiles[:, WITH_BN] *= spread
    return {"step": steps, "held_out_accuracy": accuracy, "layer_percentiles": percentiles}


def record() -> Record:
    """Seeds `APART` from each other, and four digits."""
    found = arrays()
    found["held_out_accuracy"] = found["held_out_accuracy"] + APART * np.arange(SEEDS)[:, None]
    pixels = np.random.default_rng(0).random((4, 784)) < 0.1
    shown = digits.kept(Digits(pixels, np.array([3, 1, 4, 1], dtype=np.uint8)))
    return Record("mnist_page", found | shown, {"config": asdict(MNIST_PAGE.config), "preset": "quick"})
