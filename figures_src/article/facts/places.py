"""The numbers that the article quotes of the two places of BN; accuracies and their gaps are fractions of one."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from figures_src.experiments.estimates import Estimate, estimate
from figures_src.experiments.few_images.measures import at_best, at_edge, best_rate
from figures_src.experiments.places.measures import gap, gap_at_equal_rate
from figures_src.experiments.places.runs import NETWORKS, Architecture, Place, arm_of
from figures_src.records.record import Record

RECORD = "places"


@dataclass(frozen=True)
class PlaceFacts:
    """Each network at its own best rate; by architecture, then by place where two are named."""

    seeds: int
    images: int
    """How many are learnt."""
    accuracy: Mapping[str, Mapping[str, Estimate]]
    rate: Mapping[str, Mapping[str, float]]
    after: Mapping[str, Estimate]
    """BN after the activation less BN before."""
    after_at_equal_rate: Mapping[str, Estimate]
    """The same at the best rate of BN before."""
    gain: Mapping[str, Mapping[str, Estimate]]
    """BN in a place less none."""
    edges: tuple[str, ...]
    """Networks whose best rate is the lowest or the highest tried."""


def place_facts(record: Record) -> PlaceFacts:
    """Numbers of the record."""
    arrays, config = record.arrays, record.config
    arms = [arm_of(*network) for network in NETWORKS]
    return PlaceFacts(
        seeds=len(config["seeds"]),
        images=config["learnt_images"],
        accuracy={str(of): {str(at): _share(at_best(arrays, arm_of(of, at))) for at in Place} for of in Architecture},
        rate={str(of): {str(at): best_rate(arrays, arm_of(of, at)) for at in Place} for of in Architecture},
        after={str(of): _share(gap(arrays, of, Place.AFTER, Place.BEFORE)) for of in Architecture},
        after_at_equal_rate={str(of): _share(gap_at_equal_rate(arrays, of)) for of in Architecture},
        gain={
            str(of): {str(at): _share(gap(arrays, of, at, Place.NOWHERE)) for at in (Place.BEFORE, Place.AFTER)}
            for of in Architecture
        },
        edges=tuple(arm for arm in arms if at_edge(arrays, arm)),
    )


def _share(values: np.ndarray) -> Estimate:
    return estimate(values / 100)
