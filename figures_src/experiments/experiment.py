"""What an experiment is: a frozen configuration, the data it reads, predictions, and a way to run it."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np

from figures_src.intervals import Ratio, half_width

Arrays = Mapping[str, np.ndarray]


class Standing(StrEnum):
    """What may be said of a prediction, in the words of the page."""

    MET = "tenue"
    FAILED = "démentie"
    OPEN = "indécise"
    LONE = "une graine"
    """On the expected side, in one network: nothing tells how far another would be from it."""


@dataclass(frozen=True)
class Verdict:
    """A prediction written before the run, and what the run said."""

    prediction: str
    """In French, as the page shows it."""
    threshold: str
    """The bound, in French, as the page shows it."""
    measured: float
    bound: float
    """The bound as a number."""
    decimals: int
    unit: str
    met: bool
    """What the measured value says, as the prediction was worded."""
    half_width: float | None = None
    """Half of the measured value's 95 % interval over seeds, where there is one."""
    low: float | None = None
    high: float | None = None
    """The same interval of a ratio, whose ends are not as far from it."""
    side: str = ""
    """"<" or ">" where the measured value only bounds the quantity, because some run never got there."""
    seeds: int | None = None
    """Networks, or pairs of them, behind the measured value; None in records that do not say."""

    @property
    def undecided(self) -> bool:
        """Whether the interval holds the bound, so that these seeds do not settle the matter.

        A value that only bounds the quantity settles nothing but the contrary of what was predicted.
        """
        if self.side:
            return not self._refuted_by_bound
        if self.low is not None and self.high is not None:
            return self.low < self.bound < self.high
        return self.half_width is not None and abs(self.measured - self.bound) < self.half_width

    @property
    def standing(self) -> Standing:
        """Whether the prediction is met, failed, left open by its interval, or judged on one seed."""
        if self.undecided:
            return Standing.OPEN
        if not self.met:
            return Standing.FAILED
        return Standing.LONE if self.seeds == 1 else Standing.MET

    @property
    def _refuted_by_bound(self) -> bool:
        upwards = any(sign in self.threshold for sign in "≥>")
        return self.side == ("<" if upwards else ">") and not self.met


COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "≥": operator.ge,
    "≤": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def judge(
    prediction: str,
    threshold: str,
    measured: float,
    bound: float,
    decimals: int = 2,
    unit: str = "×",
    samples: np.ndarray | None = None,
) -> Verdict:
    """Compare what was measured with the bound, as the sign in the threshold says.

    ``samples``, one per seed, give the interval where they are two or more, all finite. What is not a number is
    never met.

    Raises:
        ValueError: the threshold holds no sign.
    """
    compare = next((compare for sign, compare in COMPARISONS.items() if sign in threshold), None)
    if compare is None:
        raise ValueError(f"the threshold {threshold!r} must hold one of {' '.join(COMPARISONS)}")
    known = samples is not None and len(samples) > 1 and bool(np.isfinite(samples).all())
    spread = float(half_width(np.asarray(samples))) if known else None
    met = bool(compare(measured, bound))
    seeds = None if samples is None else len(samples)
    return Verdict(prediction, threshold, float(measured), bound, decimals, unit, met, spread, seeds=seeds)


def judge_mean(
    prediction: str, threshold: str, samples: np.ndarray, bound: float, decimals: int = 2, unit: str = "×"
) -> Verdict:
    """Compare the mean over seeds; its absolute value where the threshold says "en valeur absolue"."""
    mean = float(np.mean(samples))
    measured = abs(mean) if threshold.endswith("en valeur absolue") else mean
    return judge(prediction, threshold, measured, bound, decimals, unit, samples)


def judge_ratio(prediction: str, threshold: str, ratio: Ratio, bound: float, decimals: int = 2) -> Verdict:
    """Compare a ratio over pairs of seeds, by the interval of `figures_src.intervals.paired_ratio`."""
    verdict = judge(prediction, threshold, ratio.value, bound, decimals)
    return replace(verdict, low=ratio.low, high=ratio.high, side=ratio.side, seeds=ratio.seeds)


@dataclass(frozen=True)
class Outcome:
    """What a run leaves: arrays by name, and the seconds of computing they took, summed over processes."""

    arrays: dict[str, np.ndarray]
    seconds: float
    precision: str = "float32"
    """The arithmetic of the training, in the sidecar and not in the key: a machine may have no other."""
    origin: Mapping[str, Any] = field(default_factory=dict)
    """What the sidecar says of runs that were taken over from the record before."""


@dataclass(frozen=True)
class Experiment:
    """A row of the registry. ``protocol`` is raised by a person when the meaning of the protocol changes."""

    name: str
    question: str
    """In French, as the page and the notebook show it."""
    config: Any
    quick: Any
    """The same configuration type, cut down to minutes; never published."""
    protocol: int
    dataset: str
    dataset_sha256: str
    run: Callable[[Any, Any], Outcome]
    verdicts: Callable[[Arrays], tuple[Verdict, ...]]
    replay: Callable[[Any, Any], Outcome]
    """Train the first few steps of every run again: the array ``replay_loss`` of a record, and nothing else."""
    first_protocol: str = ""
    """Name of the experiment that judged the same predictions before, in the same order; empty where none did."""
