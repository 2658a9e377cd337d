"""The numbers of the grid of σ and learning rates that the page shows one cell at a time; nothing is drawn here."""

import json
from typing import Any

import numpy as np

from figures_src.experiments.intervals import interval
from figures_src.experiments.mnist.measures import WITH_BN, WITHOUT_BN
from figures_src.records.record import Record

ARMS = {"without_bn": WITHOUT_BN, "with_bn": WITH_BN}


def to_json(record: Record) -> bytes:
    """The curves of every cell.

    ``cells`` go through the learning rates of the first σ, then of the next. Curves are test accuracies in
    hundredths of a percent, with the bounds of their 95 % interval; ``final`` and ``gap`` (with BN less without,
    paired by seed), a mean and its half-width, are fractions of one.
    """
    axes = {name: record.arrays[name].tolist() for name in ("step", "sigma", "learning_rate")}
    accuracy = record.arrays["test_accuracy"]
    cells = [cell(accuracy[place]) for place in np.ndindex(accuracy.shape[:2])]
    return (json.dumps({**axes, "cells": cells}, separators=(",", ":")) + "\n").encode()


def cell(accuracy: np.ndarray) -> dict[str, Any]:
    """Curves, final accuracies and gap of one cell, from its accuracies (arm, seed, step)."""
    accuracy = accuracy.astype(np.float64)
    gap = accuracy[WITH_BN, :, -1] - accuracy[WITHOUT_BN, :, -1]
    return {"gap": _estimate(gap), **{name: _arm(accuracy[arm]) for name, arm in ARMS.items()}}


def _arm(accuracy: np.ndarray) -> dict[str, Any]:
    over = interval(accuracy)
    curves = {"mean": over.mean, "low": over.low, "high": over.high}
    rounded = {name: np.rint(values * 10_000).astype(int).tolist() for name, values in curves.items()}
    return {**rounded, "final": _estimate(accuracy[:, -1])}


def _estimate(values: np.ndarray) -> list[float]:
    """Mean over seeds and half-width, with digits to spare for whoever rounds them again."""
    over = interval(values)
    return [round(float(over.mean), 7), round(float(over.half_width), 7)]
