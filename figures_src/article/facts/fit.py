"""The numbers that the article quotes from the control on groups, whose networks have all learnt their images.

Accuracies and their differences are fractions of one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from figures_src.experiments.estimates import Estimate, estimate
from figures_src.experiments.statistics_to_fit import measures
from figures_src.experiments.statistics_to_fit.measures import BN, GROUPED, MODERATE, PLAIN, PLAIN_SMALL, SMALL
from figures_src.experiments.statistics_to_fit.predictions import samples
from figures_src.records.record import Record

RECORD = "statistics_to_fit"
CELLS = {
    "whole": BN,
    "grouped": GROUPED,
    "moderate": MODERATE,
    "plain": PLAIN,
    "small": SMALL,
    "plain_small": PLAIN_SMALL,
}


@dataclass(frozen=True)
class FitFacts:
    """Test accuracies at the same accuracy on the images learnt, and at the best of those set aside."""

    seeds: int
    images: int
    """How many are learnt."""
    fit: float
    """The accuracy on them at which each network stops."""
    batch_size: int
    group: int
    moderate_group: int
    fitted: float
    """Share of the networks that get there."""
    accuracy: Mapping[str, Estimate]
    """On new images, by `CELLS`, where the images learnt are known."""
    grouped: Estimate
    """Statistics over the whole batch less statistics over two images, where the images learnt are known."""
    grouped_best: Estimate
    """The same at the best of the images set aside."""
    moderate: Estimate
    """Statistics over eight images less statistics over the whole batch."""
    moderate_best: Estimate
    plain: Estimate
    """With batch normalization less without."""
    small_batch: int
    small: Estimate
    """The same with the smallest batches."""


def fit_facts(record: Record) -> FitFacts:
    """Numbers of the record."""
    arrays, config = record.arrays, record.config
    found = {name: estimate(np.asarray(values) / 100) for name, values in samples(arrays).items() if name != "fitted"}
    return FitFacts(
        seeds=len(config["seeds"]),
        images=config["learnt_images"],
        fit=config["fit_accuracy"],
        batch_size=BN[1],
        group=GROUPED[2],
        moderate_group=MODERATE[2],
        fitted=float((arrays["fitted_row"] >= 0).mean()),
        accuracy={name: estimate(measures.at_fit(arrays, cell) / 100) for name, cell in CELLS.items()},
        small_batch=SMALL[1],
        small=estimate((measures.at_fit(arrays, SMALL) - measures.at_fit(arrays, PLAIN_SMALL)) / 100),
        **{name: found[name] for name in ("grouped", "grouped_best", "moderate", "moderate_best", "plain")},
    )
