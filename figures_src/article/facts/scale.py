"""The numbers that the article quotes from the experiment on scale: angles and lengths of weights before a BN."""

from dataclasses import dataclass

import numpy as np

from figures_src.experiments.estimates import Estimate, estimate
from figures_src.experiments.scale import measures
from figures_src.experiments.scale.measures import BATCH, CLOSE, INERTIA, NEAR, STANDARD
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
    """The same without BN, at the rates at which every seed learns."""
    growth: Estimate
    """Without decay, the largest distance to 1 of what ‖W‖² gained over the squares of the steps, with BN."""
    growth_without: Estimate
    """Without BN, at the smallest rate, that quotient in the layer where it is smallest."""
    growth_range: tuple[float, float]
    """Without BN, its smallest and largest means over seeds, by rate and layer."""
    farthest: Estimate
    """Largest distance of an angle to theory's, in parts of it, with BN."""
    farthest_inertia: Estimate
    product: Estimate
    """Of networks that share ηλ, the largest angle over the smallest."""
    layers_settled: int
    """Layers of the settled cells."""
    near: int
    """Those whose angle, as a mean over seeds, is within ``nearness`` of theory's, with BN."""
    near_inertia: int
    near_without: int
    nearness: float
    close: float
    """How far from theory the angle of one seed counts as on its line, in parts of it."""
    share: Estimate
    """The fraction of the layers that are on the line, with BN."""
    share_without: Estimate


def scale_facts(record: Record) -> ScaleFacts:
    """Numbers of the record."""
    arrays, config = record.arrays, record.config
    settled = measures.settled(arrays, BATCH)
    expected = np.degrees(measures.theory(measures.products(arrays, BATCH)))[settled]
    grown = measures.growth(arrays, STANDARD).mean(axis=0)
    near = {run: measures.near_theory(arrays, run) for run in measures.RUNS}
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
        cosine=estimate(measures.cosines(arrays, BATCH)),
        cosine_without=estimate(measures.learning_cosines(arrays, STANDARD)),
        growth=estimate(measures.worst_growth(arrays, BATCH)),
        growth_without=estimate(measures.slow_growth(arrays, STANDARD)),
        growth_range=(float(grown.min()), float(grown.max())),
        farthest=estimate(measures.worst_deviation(arrays, BATCH)),
        farthest_inertia=estimate(measures.worst_deviation(arrays, INERTIA)),
        product=estimate(measures.same_product(arrays, BATCH)),
        layers_settled=near[BATCH].size,
        near=int(near[BATCH].sum()),
        near_inertia=int(near[INERTIA].sum()),
        near_without=int(near[STANDARD].sum()),
        nearness=NEAR,
        close=CLOSE,
        share=estimate(measures.on_the_line(arrays, BATCH) / 100),
        share_without=estimate(measures.on_the_line(arrays, STANDARD) / 100),
    )
