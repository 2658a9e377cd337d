"""A prediction, written before the run: what is measured, and the bound that it must keep, each written once."""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol, TypeVar

import numpy as np

from figures_src import french
from figures_src.experiments.intervals import Ratio, half_width


class Standing(StrEnum):
    """What may be said of a prediction, in the words of the page."""

    MET = "tenue"
    FAILED = "démentie"
    OPEN = "indécise"
    LONE = "une graine"
    """On the expected side, in one network: nothing tells how far another would be from it."""


COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "≥": operator.ge,
    "≤": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
UPWARDS = ("≥", ">")
"""What is measured must be large."""
RATIO = "×"
"""The unit of a ratio: it is shown before the number where it is measured, and not at all in a bound."""
AFTER_TRIAL = " (prédiction écrite après un essai)"
"""Ends the words of a prediction whose outcome a trial had shown: it is counted apart."""


@dataclass(frozen=True)
class Verdict:
    """A prediction written before the run, and what the run said: a row of the sidecar of a record."""

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
    name: str = ""
    """That of the prediction; empty, as the two below, in a sidecar that is to be judged again."""
    op: str = ""
    """How the measured value must stand to the bound: one of `COMPARISONS`."""
    pilot: bool = False
    """Whether a trial had shown the outcome when the prediction was written."""

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
        return self.side == ("<" if self.op in UPWARDS else ">") and not self.met


@dataclass(frozen=True)
class Bound:
    """``value`` as it stands after ``op``; the bound's own French text follows from it.

    Raises:
        ValueError: ``op`` is none of `COMPARISONS`.
    """

    op: str
    value: float
    unit: str = RATIO
    absolute: bool = False
    """Whether it is the absolute value of what is measured that is compared."""
    decimals: int = 2
    """Of what is measured, where it is shown."""

    def __post_init__(self) -> None:
        """Refuse a sign that compares nothing."""
        if self.op not in COMPARISONS:
            raise ValueError(f"{self.op!r} compares nothing: choose among {' '.join(COMPARISONS)}")

    def __str__(self) -> str:
        number = f"{self.op} {french.shortest(self.value)}"
        unit = french.plural(self.value, "point") if self.unit == "points" else self.unit.removeprefix(RATIO)
        return " ".join(part for part in (number, unit, "en valeur absolue" if self.absolute else "") if part)


@dataclass(frozen=True)
class Prediction:
    """Looked up by ``name`` everywhere; ``quantity`` is what is measured, in French, as the page shows it."""

    name: str
    quantity: str
    bound: Bound
    pilot: bool = False
    """Whether it was written after a trial had shown the outcome: told, and counted apart."""

    def judge(self, measured: float, samples: np.ndarray | None = None, seeds: int | None = None) -> Verdict:
        """Compare what was measured; what is not a number is never met.

        ``samples``, one per seed, give the interval where they are two or more, all finite. ``seeds`` are those behind
        a value that is no mean over them.
        """
        bound, value = self.bound, abs(float(measured)) if self.bound.absolute else float(measured)
        known = samples is not None and len(samples) > 1 and bool(np.isfinite(samples).all())
        return Verdict(
            prediction=self.quantity + AFTER_TRIAL if self.pilot else self.quantity,
            threshold=str(bound),
            measured=value,
            bound=bound.value,
            decimals=bound.decimals,
            unit=bound.unit,
            met=bool(COMPARISONS[bound.op](value, bound.value)),
            half_width=float(half_width(np.asarray(samples))) if known else None,
            seeds=seeds if samples is None else len(samples),
            name=self.name,
            op=bound.op,
            pilot=self.pilot,
        )

    def judge_ratio(self, ratio: Ratio) -> Verdict:
        """Compare a ratio over pairs of seeds, by its own interval."""
        verdict = self.judge(ratio.value, seeds=ratio.seeds)
        return replace(verdict, low=ratio.low, high=ratio.high, side=ratio.side)

    def judge_mean(self, samples: np.ndarray) -> Verdict:
        """Compare the mean over seeds of ``samples``, one per seed."""
        return self.judge(float(np.mean(samples)), samples)


class Named(Protocol):
    """What can be looked up."""

    @property
    def name(self) -> str:
        """No two have the same."""
        ...


AnyNamed = TypeVar("AnyNamed", bound=Named)


def by_name(items: Iterable[AnyNamed]) -> Mapping[str, AnyNamed]:
    """Predictions or verdicts by the names of the predictions, in their order.

    Raises:
        ValueError: two have the same name.
    """
    listed = list(items)
    found = {item.name: item for item in listed}
    if len(found) != len(listed):
        raise ValueError("two predictions have the same name: give each one of its own")
    return found
