"""What a run of the control on the border is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from figures_src.experiments.cars.runs import CarsRun, WeatherProtocol
from figures_src.networks.normalization import Normalization

STANDARD, BATCH = Normalization.NONE, Normalization.BATCH
SHIFTS = ("darkened", "fogged")
"""The two shifts of the cars that are affine in the pixels."""


class Statistics(StrEnum):
    """Whose means and variances a network with BN is evaluated with."""

    POPULATION = "population"
    """Those of the images learnt, under the border of the evaluation."""
    RECOMPUTED = "recomputed"
    """Those of the images shown."""


class Border(StrEnum):
    """What stands around the input of every convolution, at evaluation only: all networks learnt with zeros."""

    ZEROS = "zeros"
    REPLICATE = "replicate"
    """The pixels of the edge, once more."""
    REFLECT = "reflect"
    MEAN = "mean"
    """Each channel's mean over the image at hand."""


class Standardisation(StrEnum):
    """Whose mean and deviation of each colour the pixels are standardised by."""

    LEARNT = "learnt"
    SHOWN = "shown"


class Rounding(StrEnum):
    """What the pixels of a shifted image are."""

    BYTES = "bytes"
    REALS = "reals"
    """The values of the formula, neither rounded nor clipped."""


class Reading(NamedTuple):
    """One way of showing images to a network whose weights are final."""

    statistics: Statistics = Statistics.POPULATION
    border: Border = Border.ZEROS
    standardisation: Standardisation = Standardisation.LEARNT
    rounding: Rounding = Rounding.BYTES

    def __str__(self) -> str:
        return " ".join(self)


PUBLISHED = Reading()
"""That of the experiment ``shift_cars`` before statistics are recomputed."""
RECOMPUTED = Reading(Statistics.RECOMPUTED)
REPEATED = Reading(Statistics.RECOMPUTED, Border.REPLICATE)
FOLLOWED = (PUBLISHED, RECOMPUTED, REPEATED)
"""Readings at every strength; the others at the greatest alone."""
READINGS = (
    *FOLLOWED,
    Reading(border=Border.REPLICATE),
    Reading(Statistics.RECOMPUTED, Border.REFLECT),
    Reading(Statistics.RECOMPUTED, Border.MEAN),
    RECOMPUTED._replace(rounding=Rounding.REALS),
    REPEATED._replace(rounding=Rounding.REALS),
    Reading(standardisation=Standardisation.SHOWN),
    RECOMPUTED._replace(standardisation=Standardisation.SHOWN),
    Reading(standardisation=Standardisation.SHOWN, rounding=Rounding.REALS),
)


@dataclass(frozen=True, kw_only=True)
class BorderRun(CarsRun):
    """A network of ``shift_cars``, shown darkness and fog in every one of the ``readings``."""

    angles: tuple[float, ...] = ()
    readings: tuple[Reading, ...] = READINGS


@dataclass(frozen=True, kw_only=True)
class BorderProtocol(WeatherProtocol):
    """The settings of ``shift_cars``, but rotation."""

    run_type = BorderRun
