"""The numbers that the article quotes from the control on the border of shifted images; shares and fractions of one."""

from dataclasses import dataclass

import numpy as np

from figures_src.experiments.cars_border import measures
from figures_src.experiments.cars_border.measures import FOGGED
from figures_src.experiments.cars_border.runs import RECOMPUTED, REPEATED, Reading, Rounding, Standardisation
from figures_src.experiments.estimates import Estimate, estimate
from figures_src.networks.normalization import Normalization
from figures_src.records.record import Record

RECORD = "cars_border"
BATCH = Normalization.BATCH


@dataclass(frozen=True)
class BorderFacts:
    """What each way of judging gives back of what the thickest fog costs a network with BN, the weights being equal."""

    seeds: int
    zeros: Estimate
    """Statistics recomputed, the border filled with zeros: the published way."""
    repeated: Estimate
    """The same, edge pixels repeated."""
    inputs: Estimate
    """Pixels standardised by the images shown, nothing recomputed."""
    rounding: Estimate
    """Accuracy that bytes cost, statistics recomputed and edge pixels repeated."""
    price: Estimate
    """Accuracy that repeated edge pixels cost on images as they are, statistics recomputed."""


def border_facts(record: Record) -> BorderFacts:
    """Numbers of the fog; those of darkness are the same to the rounding."""
    arrays = record.arrays

    def given_back(reading: Reading) -> Estimate:
        return _share(measures.given_back(arrays, BATCH, FOGGED, reading))

    exact = REPEATED._replace(rounding=Rounding.REALS)
    return BorderFacts(
        seeds=len(record.config["seeds"]),
        zeros=given_back(RECOMPUTED),
        repeated=given_back(REPEATED),
        inputs=given_back(Reading(standardisation=Standardisation.SHOWN)),
        rounding=_share(measures.gain(arrays, BATCH, FOGGED, exact, REPEATED)),
        price=_share(measures.price(arrays, BATCH, REPEATED, RECOMPUTED)),
    )


def _share(values: np.ndarray) -> Estimate:
    return estimate(values / 100)
