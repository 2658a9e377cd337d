"""The numbers of E2 that the article's sentences quote: a small Inception on CIFAR-10, beside the paper's on ImageNet.

Accuracies are fractions of one, of test images unless a name says otherwise; steps count updates.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from figures_src.article.facts.imagenet import imagenet_facts
from figures_src.article.predictions import Check, checks_of
from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.inception import measures as inception
from figures_src.experiments.inception.measures import ARMS, Arm
from figures_src.experiments.intervals import Ratio
from figures_src.experiments.prediction import Verdict
from figures_src.networks.bn_inception import PLANS
from figures_src.networks.inception_plan import parameters
from figures_src.records.record import Record

CHANCE = 0.001
"""Accuracy of the paper's sigmoids without batch normalization: 1 in 1 000 (section 4.2.2)."""


@dataclass(frozen=True)
class ArmFacts:
    """One network at its learning rate: means over its seeds."""

    learning_rate: float
    seeds: int
    best: float
    """Highest accuracy along the way: mean of the seeds' own."""
    final: float
    """Accuracy over the last eighth of the training."""
    reached: int
    """Seeds that get to the level at all."""
    steps: int | None
    """Updates until the level, mean of the seeds; None where one of them never gets there."""
    times: Ratio
    """These updates over those of the network without batch normalization, by seed."""
    flat: bool
    """Whether the curve has come to its end."""


@dataclass(frozen=True)
class FixedLevel:
    """A level chosen before the last seeds were trained."""

    level: float
    times: Ratio
    """Updates of BN at the same rate over those without, by seed."""
    fewer: Mapping[str, Ratio]
    """How many times fewer updates than without BN each arm with it needs, by seed."""


@dataclass(frozen=True)
class InceptionFacts:
    """E2 at a reduced scale, in numbers."""

    steps: int
    batch_size: int
    parameters: Mapping[str, int]
    """Without and with batch normalization."""
    threshold: float
    """The level: highest point of the mean curve of the network without batch normalization."""
    fixed: FixedLevel
    faster: Ratio
    """Updates to the same level, BN at five times the rate over BN, by the seeds that both have."""
    arms: Mapping[str, ArmFacts]
    """By the names of the published files, then the two that fail there."""
    grid: Mapping[float, float]
    """By learning rate: best validation accuracy without batch normalization."""
    base_rate: float
    validation_images: int

    @property
    def at_edge(self) -> bool:
        """Whether the base rate is the lowest or the highest of those tried."""
        return self.base_rate in (min(self.grid), max(self.grid))


def inception_facts(record: Record, grid: Record) -> InceptionFacts:
    """Numbers of the two records."""
    plan, config = PLANS[record.config["network"]], record.config
    counts = {
        arm: parameters(plan, int(record.sidecar["common"]["classes"]), batch_norm=batch_norm)
        for arm, batch_norm in (("without_bn", False), ("with_bn", True))
    }
    return InceptionFacts(
        steps=config["steps"],
        batch_size=config["batch_size"],
        parameters=counts,
        threshold=inception.threshold(record.arrays),
        fixed=FixedLevel(
            inception.FIXED_LEVEL,
            _times(record.arrays, inception.BN),
            {
                arm.name: _times(record.arrays, arm).inverse
                for arm in inception.PUBLISHED
                if arm is not inception.STANDARD
            },
        ),
        faster=inception.times_ratio(record.arrays, inception.BN_X5, inception.BN, inception.FIXED_LEVEL),
        arms={name: _arm(record.arrays, name) for name in ARMS},
        grid=_grid(grid.arrays),
        base_rate=config["base_learning_rate"],
        validation_images=grid.config["validation_images"],
    )


def _times(arrays: Arrays, arm: Arm) -> Ratio:
    """Updates to the fixed level over those without BN."""
    return inception.times_ratio(arrays, arm, inception.STANDARD, inception.FIXED_LEVEL)


def checks(verdicts: tuple[Verdict, ...]) -> list[Check]:
    """The predictions, with what the same measures give on the published numbers where the paper has them."""
    return list(checks_of(verdicts, published=published()).values())


def published() -> Mapping[str, float]:
    """By the names of the predictions; accuracies in points and percent. Not printed: the others."""
    arms = imagenet_facts().variants
    standard, bn, faster, fastest, sigmoid = (
        arms[name] for name in ("inception", "bn_baseline", "bn_x5", "bn_x30", "bn_x5_sigmoid")
    )
    assert standard.steps is not None
    assert bn.steps is not None
    assert faster.steps is not None
    return {
        "steps": bn.steps / standard.steps,
        "faster_steps": faster.steps / bn.steps,
        "fastest_best": 100 * (fastest.best - standard.best),
        "sigmoids": 100 * sigmoid.best,
        "sigmoids_without_bn": 100 * CHANCE,
    }


def _arm(arrays: Arrays, name: str) -> ArmFacts:
    arm, rows = ARMS[name], rows_of(arrays, name)
    level = inception.threshold(arrays)
    steps = inception.steps_to(arrays, arm, level)
    reached = int(np.isfinite(steps).sum())
    return ArmFacts(
        learning_rate=float(arrays["run_learning_rate"][rows[0]]),
        seeds=len(rows),
        best=float(inception.best_accuracy(arrays, arm).mean()),
        final=float(inception.final_accuracy(arrays, arm).mean()),
        reached=reached,
        steps=round(float(steps.mean())) if reached == len(rows) else None,
        times=inception.times_ratio(arrays, arm, inception.STANDARD, level),
        flat=inception.flat(arrays, arm),
    )


def _grid(arrays: Arrays) -> dict[float, float]:
    rates, best = arrays["run_learning_rate"], arrays["validation_accuracy"].max(axis=1)
    return {float(rate): float(best[rates == rate].mean()) for rate in np.unique(rates)}
