"""Predictions on the border of darkened and fogged images, written before the run.

Two trials came first. One, of three seeds, was of fog alone, in the published reading, without rounding, with the
input standardised anew, and with the pixels of the edge repeated. The other showed every reading to one network of 40
updates, whose accuracy is that of a beginner: what it says of agreement may carry over. What either showed is marked.
"""

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.cars_border import measures
from figures_src.experiments.cars_border.measures import DARKENED, FOGGED
from figures_src.experiments.cars_border.runs import (
    BATCH,
    PUBLISHED,
    RECOMPUTED,
    REPEATED,
    STANDARD,
    Border,
    Reading,
    Rounding,
    Standardisation,
    Statistics,
)
from figures_src.experiments.prediction import Bound, Prediction, Verdict, by_name

DARK, FOG = "Obscurité la plus forte", "Brouillard le plus épais"
MIDDLE = 3
"""Place of the third strength of five, the images as they are first."""
SHARE = "part de la perte rendue"
EXACT = REPEATED._replace(rounding=Rounding.REALS)
UNROUNDED = RECOMPUTED._replace(rounding=Rounding.REALS)
ANEW = RECOMPUTED._replace(standardisation=Standardisation.SHOWN)
INPUT_ONLY = Reading(standardisation=Standardisation.SHOWN)
BORDER_ONLY = Reading(border=Border.REPLICATE)
REFLECTED = Reading(Statistics.RECOMPUTED, Border.REFLECT)
AVERAGED = Reading(Statistics.RECOMPUTED, Border.MEAN)


def _both(name: str, quantity: str, bound: Bound, pilots: tuple[bool, bool]) -> list[Prediction]:
    """The same of darkness and of fog."""
    pairs = zip(("dark", "fog"), (DARK, FOG), pilots, strict=True)
    return [Prediction(f"{name}_{short}", f"{shift} : {quantity}", bound, pilot) for short, shift, pilot in pairs]


PREDICTIONS = by_name(
    [
        *_both("repeated", f"{SHARE} par des statistiques recalculées et un bord répété",
               Bound("≥", 80, "%", decimals=0), (True, True)),
        *_both("reflected", f"{SHARE} par des statistiques recalculées et un bord en miroir",
               Bound("≥", 80, "%", decimals=0), (False, False)),
        *_both("averaged", f"{SHARE} par des statistiques recalculées et un bord à la moyenne de l’image",
               Bound("≥", 80, "%", decimals=0), (False, False)),
        *_both("anew", f"{SHARE} par des statistiques recalculées et une entrée standardisée sur les images montrées",
               Bound("≥", 90, "%", decimals=0), (False, True)),
        *_both("input_only", f"{SHARE} par la seule entrée standardisée sur les images montrées",
               Bound("≥", 90, "%", decimals=0), (False, False)),
        *_both("border_only", f"{SHARE} par le seul bord répété, statistiques de l’entraînement",
               Bound("≤", 25, "%", decimals=0), (False, False)),
        *_both("rounding", "ce que coûte l’arrondi, statistiques recalculées et bord de zéros",
               Bound("≤", 2, "points", absolute=True, decimals=1), (False, True)),
        *_both("rounding_repeated", "ce que coûte l’arrondi, statistiques recalculées et bord répété",
               Bound("≤", 2, "points", absolute=True, decimals=1), (False, False)),
        *_both("exact", "réponses inchangées sans arrondi, statistiques recalculées et bord répété",
               Bound("≥", 99.5, "%", decimals=2), (True, True)),
        *_both("inexact", "réponses inchangées sans arrondi, statistiques recalculées et bord de zéros",
               Bound("≤", 90, "%", decimals=1), (True, True)),
        *_both("plain_input", f"sans BN, {SHARE} par l’entrée standardisée sur les images montrées",
               Bound("≥", 90, "%", decimals=0), (False, False)),
        Prediction("middle", "Lumière à la troisième force : précision perdue, statistiques recalculées et bord de "
                   "zéros", Bound("≤", 3, "points", decimals=1)),
        Prediction("price_repeated", "Images telles quelles : ce que coûte le bord répété, statistiques recalculées",
                   Bound("≤", 2, "points", decimals=1), pilot=True),
        Prediction("price_reflected", "Images telles quelles : ce que coûte le bord en miroir, statistiques "
                   "recalculées", Bound("≤", 3, "points", decimals=1)),
    ]
)  # fmt: skip


def verdicts(arrays: Arrays) -> tuple[Verdict, ...]:
    """The predictions, each with what was measured."""
    found = {name: _samples(arrays, name) for name in PREDICTIONS}
    return tuple(PREDICTIONS[name].judge_mean(samples) for name, samples in found.items())


GIVEN_BACK = {
    "repeated": (BATCH, REPEATED),
    "reflected": (BATCH, REFLECTED),
    "averaged": (BATCH, AVERAGED),
    "anew": (BATCH, ANEW),
    "input_only": (BATCH, INPUT_ONLY),
    "border_only": (BATCH, BORDER_ONLY),
    "plain_input": (STANDARD, INPUT_ONLY),
}
ROUNDED = {"rounding": (UNROUNDED, RECOMPUTED), "rounding_repeated": (EXACT, REPEATED)}
KEPT = {"exact": EXACT, "inexact": UNROUNDED}


def _samples(arrays: Arrays, name: str) -> np.ndarray:
    """What a prediction speaks of, one per seed."""
    if name == "middle":
        by_strength = measures.followed(arrays, BATCH, DARKENED, RECOMPUTED)
        published = measures.followed(arrays, BATCH, DARKENED, PUBLISHED)
        return np.asarray(published[:, measures.AS_IS] - by_strength[:, MIDDLE])
    if name.startswith("price"):
        reading = REPEATED if name == "price_repeated" else REFLECTED
        return measures.price(arrays, BATCH, reading, RECOMPUTED)
    what, _, short = name.rpartition("_")
    shift = {"dark": DARKENED, "fog": FOGGED}[short]
    if what in GIVEN_BACK:
        arm, reading = GIVEN_BACK[what]
        return measures.given_back(arrays, arm, shift, reading)
    if what in ROUNDED:
        return measures.gain(arrays, BATCH, shift, *ROUNDED[what])
    return measures.agreement(arrays, BATCH, shift, KEPT[what])
