"""The numbers that the article quotes from the experiment on scale: angles and lengths of weights before a BN."""

from dataclasses import dataclass

import numpy as np

from figures_src.experiments.estimates import Estimate, estimate
from figures_src.experiments.intervals import Ratio, paired_ratio
from figures_src.experiments.scale import measures
from figures_src.experiments.scale.measures import BATCH, CLOSE, INERTIA, STANDARD
from figures_src.records.record import Record

RECORD = "scale"


@dataclass(frozen=True)
class ScaleFacts:
    """What theory says of weights before a BN, and what was measured, with BN and without; one value a seed."""

    seeds: int
    steps: int
    layers: int
    width: int
    inertia: float
    rates: tuple[float, ...]
    settled: int
    """Cells that had the time to reach their equilibrium, of those of the run with BN and no momentum."""
    cells: int
    """All of them."""
    degrees: tuple[float, float]
    """Smallest and largest angle that theory gives in the settled cells."""
    cosine: Estimate
    """|cos(W, ∇W)| with BN, median."""
    cosine_without: Estimate
    cosine_ratio: Ratio
    """The same without BN over with."""
    growth: Estimate
    """Without decay, the largest distance to 1 of what ‖W‖² gained over the squares of the steps, with BN."""
    growth_without: Estimate
    """Without BN, at the smallest rate, that quotient in the layer where it is smallest."""
    farthest: Estimate
    """Largest distance of an angle to theory's, in parts of it, with BN."""
    farthest_inertia: Estimate
    product: Estimate
    """Of networks that share ηλ, the largest angle over the smallest."""
    close: float
    """How far from theory an angle counts as on its line, in parts of it."""
    share: Estimate
    """Fraction of the layers on the line, with BN."""
    share_without: Estimate


def scale_facts(record: Record) -> ScaleFacts:
    """Numbers of the record."""
    arrays, config = record.arrays, record.config
    settled = measures.settled(arrays, BATCH)
    expected = np.degrees(measures.theory(measures.products(arrays, BATCH)))[settled]
    cosines = {run: measures.cosines(arrays, run) for run in (STANDARD, BATCH)}
    return ScaleFacts(
        seeds=len(config["seeds"]),
        steps=config["steps"],
        layers=config["depth"],
        width=config["width"],
        inertia=config["inertia"],
        rates=tuple(measures.rates(arrays, BATCH).tolist()),
        settled=int(settled.sum()),
        cells=int(settled.size),
        degrees=(float(expected.min()), float(expected.max())),
        cosine=estimate(cosines[BATCH]),
        cosine_without=estimate(cosines[STANDARD]),
        cosine_ratio=paired_ratio(cosines[STANDARD], cosines[BATCH]),
        growth=estimate(measures.worst_growth(arrays, BATCH)),
        growth_without=estimate(measures.slow_growth(arrays, STANDARD)),
        farthest=estimate(measures.worst_deviation(arrays, BATCH)),
        farthest_inertia=estimate(measures.worst_deviation(arrays, INERTIA)),
        product=estimate(measures.same_product(arrays, BATCH)),
        close=CLOSE,
        share=estimate(measures.on_the_line(arrays, BATCH) / 100),
        share_without=estimate(measures.on_the_line(arrays, STANDARD) / 100),
    )
