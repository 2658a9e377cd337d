"""The numbers that the article quotes from the control on rates: MNIST, rates from 1 to 30; fractions of one."""

from collections.abc import Mapping
from dataclasses import dataclass

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.estimates import Estimate, estimate
from figures_src.experiments.intervals import Ratio
from figures_src.experiments.mnist.measures import WITH_BN, WITHOUT_BN
from figures_src.experiments.mnist_rates import measures
from figures_src.experiments.mnist_rates.measures import BETTER, GOOD
from figures_src.experiments.mnist_rates.predictions import MIDDLE, SMALLEST
from figures_src.records.record import Record

RECORD = "mnist_rates"
ARMS = {"without_bn": WITHOUT_BN, "with_bn": WITH_BN}


@dataclass(frozen=True)
class Fastest:
    """The cell in which an arm reaches `GOOD` soonest, chosen on the images set aside."""

    sigma: float
    learning_rate: float
    steps: float
    """Mean of the seeds, on the test images."""


@dataclass(frozen=True)
class RatesFacts:
    """Each arm at its own fastest setting; ratios are of updates, with BN over without, by seed."""

    seeds: int
    steps: int
    rates: tuple[float, ...]
    sigmas: tuple[float, ...]
    good: float
    better: float
    fastest: Mapping[str, Fastest]
    times: Ratio
    better_times: Ratio
    small_times: Ratio
    """From the smallest initial weights."""
    middle_times: Ratio
    """From initial weights of 0.1."""
    best_gap: Estimate
    """Last accuracy of each arm at its own best cell, with less without."""
    usable: Mapping[float, Mapping[str, int]]
    """By rate and arm: how many initial scales let every seed reach `GOOD`."""


def rates_facts(record: Record) -> RatesFacts:
    """Numbers of the record."""
    arrays = record.arrays
    return RatesFacts(
        seeds=arrays["test_accuracy"].shape[3],
        steps=int(arrays["step"][-1]),
        rates=tuple(arrays["learning_rate"].tolist()),
        sigmas=tuple(arrays["sigma"].tolist()),
        good=GOOD,
        better=BETTER,
        fastest={name: _fastest(arrays, arm) for name, arm in ARMS.items()},
        times=measures.own_ratio(arrays, GOOD),
        better_times=measures.own_ratio(arrays, BETTER),
        small_times=measures.own_ratio(arrays, GOOD, SMALLEST),
        middle_times=measures.own_ratio(arrays, GOOD, MIDDLE),
        best_gap=estimate(measures.best_gap(arrays) / 100),
        usable=_usable(arrays),
    )


def _fastest(arrays: Arrays, arm: int) -> Fastest:
    cell = measures.fastest(arrays, arm, GOOD)
    if cell is None:
        return Fastest(float("nan"), float("nan"), float("inf"))
    steps = measures.steps_to(arrays, arm, GOOD)[cell]
    return Fastest(float(arrays["sigma"][cell[0]]), float(arrays["learning_rate"][cell[1]]), float(steps.mean()))


def _usable(arrays: Arrays) -> dict[float, dict[str, int]]:
    reached = {name: measures.reached_by_all(arrays, arm, GOOD).sum(axis=0) for name, arm in ARMS.items()}
    return {
        float(rate): {name: int(counts[column]) for name, counts in reached.items()}
        for column, rate in enumerate(arrays["learning_rate"])
    }
