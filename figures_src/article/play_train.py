"""The figure in which a reader trains both networks, as the page has it before any script runs."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from figures_src import french
from figures_src.experiments.mnist_page.measures import ARMS, RECORD
from figures_src.experiments.mnist_page.runs import (
    BATCH_SIZES,
    DEFAULT,
    LEARNING_RATES,
    MOMENTA,
    SIGMAS,
    TRIED,
    Setting,
)
from figures_src.figures.train_cells import CHOICES, ends
from figures_src.records.record import Record

__all__ = ["RECORD", "train"]

ARM_CLASSES = {"without_bn": "without-bn", "with_bn": "with-bn"}
ARM_WORDS = {"without_bn": "sans BN", "with_bn": "avec BN"}
MARKS = (0.0, 0.25, 0.5, 0.75, 1.0)
TOP, DEEP = 0.04, 0.84
"""Where the frame of the curves begins and how deep it is, as fractions of the drawing; the script draws within it."""
SIGNAL_TOP, SIGNAL_DEEP = 0.16, 0.84
"""The same for the frame of a signal."""
SIGNAL = 40.0
"""Half of what the frame of the signal shows; heights are hyperbolic arcsines, for signals of a tenth and of thirty."""
SIGNAL_MARKS = (-10.0, -1.0, 1.0, 10.0)
CHOSEN = {
    "learning_rate": ("Taux d’apprentissage", LEARNING_RATES),
    "sigma": ("Écart-type initial", SIGMAS),
    "batch_size": ("Taille du lot", BATCH_SIZES),
    "momentum": ("Poids du nouveau lot", MOMENTA),
}


def train(record: Record) -> dict[str, Any]:
    """The default setting, with the band of its seeds, before the first step."""
    steps = record.arrays["step"]
    return {
        "selects": [_select(name, label, values) for name, (label, values) in CHOSEN.items()],
        "evaluation": DEFAULT.evaluation,
        "tried": {setting.name: _try(setting) for setting in TRIED},
        "steps": int(steps[-1]),
        "marks": [(_percent(TOP + DEEP * (1 - mark)), french.percent(mark, 0)) for mark in MARKS],
        "arms": [_arm(record, steps / steps[-1], name) for name in ARMS],
        "signal_marks": [
            (_percent(SIGNAL_TOP + SIGNAL_DEEP * (1 - signal_height(mark))), french.number(mark))
            for mark in SIGNAL_MARKS
        ],
    }


def _select(name: str, label: str, values: Sequence[float]) -> dict[str, Any]:
    now = getattr(DEFAULT, name)
    return {"name": name, "label": label, "choices": " ".join(map(str, values)), "now": now,
            "shown": french.shortest(now)}  # fmt: skip


def _try(setting: Setting) -> dict[str, str]:
    """What a button asks for, as the script reads it, and in words."""
    return {
        "choices": " ".join(str(getattr(setting, name)) for name in CHOICES),
        "rate": french.shortest(setting.learning_rate),
        "sigma": french.shortest(setting.sigma),
        "batch": french.shortest(setting.batch_size),
    }


def _arm(record: Record, along: np.ndarray, name: str) -> dict[str, str]:
    low, high = ends(record, 0, ARMS[name])
    return {"name": name, "css": ARM_CLASSES[name], "words": ARM_WORDS[name], "band": band(along, low, high)}


def band(along: np.ndarray, low: np.ndarray, high: np.ndarray) -> str:
    """The "d" of what lies between two curves, in a frame of 1000 by 100; heights are accuracies, to a thousandth."""
    there = [f"{1000 * x:.1f} {100 - 100 * y:.1f}" for x, y in zip(along, high, strict=True)]
    back = [f"{1000 * x:.1f} {100 - 100 * y:.1f}" for x, y in zip(along[::-1], low[::-1], strict=True)]
    return f"M{'L'.join([*there, *back])}Z"


def signal_height(value: float) -> float:
    """Height of a signal in its frame: 0 at the bottom, 1 at the top."""
    return float(np.clip(np.arcsinh(value) / np.arcsinh(SIGNAL), -1, 1) + 1) / 2


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.2f}%"
