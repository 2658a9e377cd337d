"""What an experiment is: a frozen configuration, the data it reads, predictions, and a way to run it."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from figures_src.intervals import half_width

Arrays = Mapping[str, np.ndarray]


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

    @property
    def undecided(self) -> bool:
        """Whether the interval holds the bound, so that these seeds do not settle the matter."""
        return self.half_width is not None and abs(self.measured - self.bound) < self.half_width


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
    return Verdict(
        prediction, threshold, float(measured), bound, decimals, unit, bool(compare(measured, bound)), spread
    )


def judge_mean(
    prediction: str, threshold: str, samples: np.ndarray, bound: float, decimals: int = 2, unit: str = "×"
) -> Verdict:
    """Compare the mean over seeds; its absolute value where the threshold says "en valeur absolue"."""
    mean = float(np.mean(samples))
    measured = abs(mean) if threshold.endswith("en valeur absolue") else mean
    return judge(prediction, threshold, measured, bound, decimals, unit, samples)


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
