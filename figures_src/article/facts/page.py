"""The numbers that the article quotes from the networks of its page; accuracies and gaps are fractions of one."""

from collections.abc import Mapping
from dataclasses import dataclass

from figures_src.experiments.estimates import Compared, Estimate, compare, estimate
from figures_src.experiments.mnist.measures import WITH_BN, WITHOUT_BN
from figures_src.experiments.mnist_page import measures
from figures_src.experiments.mnist_page.measures import NAMES, RECORD
from figures_src.figures import train_cells
from figures_src.records.record import Record

__all__ = ["RECORD", "PageFacts", "page_facts"]


@dataclass(frozen=True)
class PageFacts:
    """What the record says of the settings that the page proposes."""

    seeds: int
    steps: int
    training_images: int
    held_out_images: int
    names: Mapping[str, str]
    """What the page calls each setting."""
    final: Mapping[str, Compared]
    """By setting: accuracy at the last step on the images held out."""
    early_step: int
    early: Compared
    """At the default setting, at that step."""
    by_batch: Estimate
    """With BN and batches of two: accuracy by batches of two less by the moving averages, same networks."""


def page_facts(record: Record) -> PageFacts:
    """Numbers of the record."""
    arrays, config = record.arrays, record.config
    with_bn = {name: measures.accuracy(arrays, name, WITH_BN) / 100 for name in NAMES}
    without = {name: measures.accuracy(arrays, name, WITHOUT_BN) / 100 for name in NAMES}
    early = [measures.accuracy(arrays, "default", arm, measures.EARLY_STEP) / 100 for arm in (WITHOUT_BN, WITH_BN)]
    return PageFacts(
        seeds=len(config["seeds"]),
        steps=config["steps"],
        training_images=config["training_images"],
        held_out_images=config["held_out_images"],
        names=train_cells.NAMES,
        final={name: compare(without[name], with_bn[name]) for name in NAMES},
        early_step=measures.EARLY_STEP,
        early=compare(*early),
        by_batch=estimate(with_bn["pairs_by_batch"] - with_bn["pairs"]),
    )
