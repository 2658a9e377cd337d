"""The numbers that the article quotes of the parts of BN; accuracies and their gaps are fractions of one."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from figures_src.experiments.estimates import Estimate, estimate
from figures_src.experiments.few_images.measures import at_best, at_edge, best_rate
from figures_src.experiments.parts.measures import gap
from figures_src.experiments.parts.runs import Part
from figures_src.records.record import Record

RECORD = "parts"


@dataclass(frozen=True)
class PartFacts:
    """Each arm at its own best rate, by the names of `figures_src.experiments.parts.runs.Part`."""

    seeds: int
    images: int
    """How many are learnt."""
    accuracy: Mapping[str, Estimate]
    rate: Mapping[str, float]
    against_whole: Mapping[str, Estimate]
    """Less the accuracy of BN."""
    against_none: Mapping[str, Estimate]
    """Less the accuracy without BN."""
    first_against_whole: Mapping[str, float]
    """What the first seed alone says of `against_whole`."""
    edges: tuple[str, ...]
    """Arms whose best rate is the lowest or the highest tried."""
    bias_steps: int
    bias_rate: float
    bias_move: float
    """What each step adds to the bias of the example."""
    bias_end: float
    """Where the bias is after the last step."""

    @property
    def ordered(self) -> tuple[str, ...]:
        """Names of the arms, the most accurate first."""
        return tuple(sorted(self.accuracy, key=lambda name: -self.accuracy[name].mean))


def part_facts(record: Record) -> PartFacts:
    """Numbers of the record."""
    arrays, config = record.arrays, record.config
    bias = arrays["growing_bias"]
    return PartFacts(
        seeds=len(config["seeds"]),
        images=config["learnt_images"],
        accuracy={str(part): _share(at_best(arrays, part)) for part in Part},
        rate={str(part): best_rate(arrays, part) for part in Part},
        against_whole={str(part): _share(gap(arrays, part, Part.WHOLE)) for part in Part if part is not Part.WHOLE},
        against_none={str(part): _share(gap(arrays, part, Part.WITHOUT)) for part in Part if part is not Part.WITHOUT},
        first_against_whole={str(part): float(gap(arrays, part, Part.WHOLE)[0]) / 100 for part in Part},
        edges=tuple(str(part) for part in Part if at_edge(arrays, part)),
        bias_steps=len(bias) - 1,
        bias_rate=config["bias_rate"],
        bias_move=float(bias[1] - bias[0]),
        bias_end=float(bias[-1]),
    )


def _share(values: np.ndarray) -> Estimate:
    return estimate(values / 100)
