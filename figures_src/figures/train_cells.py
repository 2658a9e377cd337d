"""The numbers of the networks that a reader trains: what the page compares them with. Nothing is drawn here."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from figures_src.experiments.mnist_page.digits import of_record, served
from figures_src.experiments.mnist_page.measures import ARMS
from figures_src.records.record import Record

CHOICES = ("sigma", "learning_rate", "batch_size", "evaluation", "momentum")
"""What tells one setting from another."""
NAMES: Mapping[str, str] = {
    "default": "Réglage de départ",
    "fast": "Taux 10",
    "easy": "Écart-type 0,3, taux 1",
    "pairs": "Lots de 2",
    "pairs_by_batch": "Lots de 2, évalués par lot",
    "wide": "Écart-type 0,3",
}
"""What figures call each setting."""


def ends(record: Record, row: int, arm: int) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest accuracy of the seeds at each step, (T,) each: where one more network is expected."""
    accuracy = record.arrays["held_out_accuracy"][row, arm].astype(np.float64)
    return accuracy.min(axis=0), accuracy.max(axis=0)


def to_json(record: Record) -> bytes:
    """Sizes, steps at which networks are looked at, and the band of each recorded setting, in thousandths."""
    config = record.config
    sizes = {name: config[f"{name}_images"] for name in ("training", "held_out", "probe")}
    settings = [
        {name: setting[name] for name in CHOICES} | {name: _band(record, row, arm) for name, arm in ARMS.items()}
        for row, setting in enumerate(config["settings"])
    ]
    told: dict[str, Any] = {"sizes": sizes, "step": record.arrays["step"].tolist(), "settings": settings}
    return (json.dumps(told, separators=(",", ":")) + "\n").encode()


def to_digits(record: Record) -> bytes:
    """The digits that the networks of the record have learnt."""
    return served(of_record(record.arrays))


def _band(record: Record, row: int, arm: int) -> dict[str, list[int]]:
    low, high = (np.rint(1000 * bound).astype(int).tolist() for bound in ends(record, row, arm))
    return {"low": low, "high": high}
