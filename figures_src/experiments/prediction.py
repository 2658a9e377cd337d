"""A prediction, written before the run: what is measured, and the bound that it must keep, each written once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from figures_src import french
from figures_src.experiments.experiment import Verdict, judge
from figures_src.intervals import Ratio

SIGNS = ("≥", "≤", ">", "<")
RATIO = "×"
"""The unit of a ratio: it is shown before the number where it is measured, and not at all in a bound."""
AFTER_TRIAL = " (prédiction écrite après un essai)"
"""Ends the words of a prediction whose outcome a trial had shown: it is counted apart."""


@dataclass(frozen=True)
class Bound:
    """``value`` as it stands after ``op``; the bound's own French text follows from it.

    Raises:
        ValueError: ``op`` is none of `SIGNS`.
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
        if self.op not in SIGNS:
            raise ValueError(f"{self.op!r} compares nothing: choose among {' '.join(SIGNS)}")

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

    def judge(self, measured: float, samples: np.ndarray | None = None) -> Verdict:
        """Compare what was measured; ``samples``, one per seed, give its interval."""
        value = abs(float(measured)) if self.bound.absolute else float(measured)
        words = self.quantity + AFTER_TRIAL if self.pilot else self.quantity
        bound = self.bound
        return judge(words, str(bound), value, bound.value, bound.decimals, bound.unit, samples)

    def judge_ratio(self, ratio: Ratio) -> Verdict:
        """Compare a ratio over pairs of seeds, by its own interval."""
        verdict = self.judge(ratio.value)
        return replace(verdict, low=ratio.low, high=ratio.high, side=ratio.side, seeds=ratio.seeds)

    def judge_mean(self, samples: np.ndarray) -> Verdict:
        """Compare the mean over seeds of ``samples``, one per seed."""
        return self.judge(float(np.mean(samples)), samples)


def by_name(predictions: Iterable[Prediction]) -> Mapping[str, Prediction]:
    """Predictions by their names.

    Raises:
        ValueError: two have the same name.
    """
    listed = list(predictions)
    found = {prediction.name: prediction for prediction in listed}
    if len(found) != len(listed):
        raise ValueError("two predictions have the same name: give each one of its own")
    return found
