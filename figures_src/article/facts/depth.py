"""The numbers that the article quotes from the experiments on depth: gradients at initialization, depths that learn."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from figures_src.experiments.depth import measures, theory
from figures_src.experiments.depth.measures import (
    PLAIN_BATCH,
    PLAIN_STANDARD,
    RESIDUAL_BATCH,
    RESIDUAL_STANDARD,
)
from figures_src.experiments.depth.runs import GAUSSIAN
from figures_src.experiments.estimates import Estimate, estimate
from figures_src.records.record import Record

RECORDS = INITIAL, LADDER = "depth_initial", "depth_training_long"
ARMS = {
    "plain": {"without_bn": PLAIN_STANDARD, "with_bn": PLAIN_BATCH},
    "residual": {"without_bn": RESIDUAL_STANDARD, "with_bn": RESIDUAL_BATCH},
}
ACTIVATION = "relu"


@dataclass(frozen=True)
class Growth:
    """By what the squared norm of the gradient is multiplied a layer, towards the input."""

    measured: Estimate
    theory: float

    @property
    def error(self) -> float:
        """Distance of the mean to theory, in parts of it."""
        return abs(self.measured.mean / self.theory - 1)


@dataclass(frozen=True)
class Depths:
    """Greatest depths that learn, one a seed."""

    least: int
    """At which every seed learns; 0 where none is."""
    most: int
    """At which some seed learns."""


@dataclass(frozen=True)
class DepthFacts:
    """Gradients of networks at initialization, and what depth learns; builds are plain or residual."""

    seeds: int
    layers: int
    width: int
    batch_size: int
    limit: float
    """π/(π − 1)."""
    growth: Mapping[str, Growth]
    """With BN and no shortcut, on digits, by activation."""
    linear: Mapping[int, Growth]
    """Of linear layers on Gaussian inputs, by batch size."""
    relu: Mapping[int, Growth]
    """Of ReLUs on Gaussian inputs, by batch size."""
    plain_without: Growth
    """ReLUs without BN nor shortcut; theory's is 1."""
    residual_without: Growth
    """ReLUs without BN, with shortcuts; 2 was predicted."""
    residual_explained: float
    """What it should have been: `figures_src.experiments.depth.theory.residual_without_bn`."""
    residual_whole: Estimate
    """With BN and shortcuts: log₁₀ of the norm at the first layer over that of the last."""
    residual_theory: float
    """The same as theory has it."""
    deepest: Mapping[str, Mapping[str, Depths]]
    """By build, then by arm."""
    accuracy: Mapping[str, Mapping[str, Mapping[int, Estimate]]]
    """On the test, at the rate chosen, by build, arm and depth."""
    gap: Mapping[str, Mapping[int, Estimate]]
    """The same with BN less without, by build and depth, over pairs of seeds."""
    plain_cost: Estimate
    """That of plain networks, at the depth that every residual network with BN learns; not measured where none is."""
    learning_seeds: int
    """How many learn at the greatest depth, with BN and shortcuts."""
    depths: tuple[int, ...]
    steps: int
    learnt: float
    """Test accuracy from which on a network has learnt."""


def depth_facts(initial: Record, ladder: Record) -> DepthFacts:
    """Numbers of both records."""
    arrays, config = initial.arrays, initial.config
    whole = measures.whole_growth(arrays, measures.row(arrays, RESIDUAL_BATCH, ACTIVATION))
    depths = tuple(ladder.config["depths"])
    found = {build: {arm: _accuracies(ladder, name) for arm, name in arms.items()} for build, arms in ARMS.items()}
    gap = {
        build: {depth: estimate(arms["with_bn"][depth] - arms["without_bn"][depth]) for depth in depths}
        for build, arms in found.items()
    }
    deepest = {build: {arm: _depths(ladder, name) for arm, name in arms.items()} for build, arms in ARMS.items()}
    return DepthFacts(
        seeds=len(config["seeds"]),
        layers=config["depth"],
        width=config["width"],
        batch_size=config["batch_size"],
        limit=theory.large_batch(ACTIVATION),
        growth={name: _digits(initial, name) for name in config["activations"]},
        linear=_gaussian(initial, "linear"),
        relu=_gaussian(initial, "relu"),
        plain_without=_growth(initial, measures.row(arrays, PLAIN_STANDARD, ACTIVATION), 1.0),
        residual_without=_growth(initial, measures.row(arrays, RESIDUAL_STANDARD, ACTIVATION), 2.0),
        residual_explained=theory.residual_without_bn(),
        residual_whole=estimate(whole / (2 * np.log(10))),
        residual_theory=measures.residual_theory(ACTIVATION, config["depth"]) / (2 * np.log(10)),
        deepest=deepest,
        accuracy={
            build: {arm: {depth: estimate(each[depth]) for depth in depths} for arm, each in arms.items()}
            for build, arms in found.items()
        },
        gap=gap,
        plain_cost=gap["plain"].get(deepest["residual"]["with_bn"].least, estimate([np.nan])),
        learning_seeds=int((measures.deepest(ladder.arrays, RESIDUAL_BATCH) == max(depths)).sum()),
        depths=depths,
        steps=ladder.config["steps"],
        learnt=measures.LEARNT,
    )


def _growth(record: Record, row: int, expected: float) -> Growth:
    return Growth(estimate(measures.growth(record.arrays, row)), expected)


def _digits(record: Record, activation: str) -> Growth:
    size = record.config["batch_size"]
    exact = {"linear": theory.linear, "relu": theory.relu}.get(activation)
    expected = exact(size) if exact else theory.large_batch(activation)
    return _growth(record, measures.row(record.arrays, PLAIN_BATCH, activation), expected)


def _gaussian(record: Record, activation: str) -> dict[int, Growth]:
    exact = {"linear": theory.linear, "relu": theory.relu}[activation]
    sizes = measures.batch_sizes(record.arrays, activation).tolist()
    rows = {size: measures.row(record.arrays, PLAIN_BATCH, activation, GAUSSIAN, size) for size in sizes}
    return {size: _growth(record, row, exact(size)) for size, row in rows.items()}


def _accuracies(record: Record, arm: str) -> dict[int, np.ndarray]:
    return {depth: measures.test_accuracies(record.arrays, arm, depth) for depth in record.config["depths"]}


def _depths(record: Record, arm: str) -> Depths:
    found = measures.deepest(record.arrays, arm)
    return Depths(int(found.min()), int(found.max()))
