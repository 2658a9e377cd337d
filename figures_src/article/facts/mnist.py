"""The named numbers that the article's sentences quote, from records and published curves; numpy only.

Accuracies and their differences are fractions of one; steps count updates. Axes of the records' arrays are
learning rate (L), arm (A: without, then with batch normalization), seed (S), then time and percentile.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from figures_src.article.facts import border as facts_border
from figures_src.article.facts import controls as facts_controls
from figures_src.article.facts import covariate as facts_covariate
from figures_src.article.facts import depth as facts_depth
from figures_src.article.facts import fit as facts_fit
from figures_src.article.facts import foretold as facts_foretold
from figures_src.article.facts import imagenet as facts_imagenet
from figures_src.article.facts import inception as facts_inception
from figures_src.article.facts import mistakes as facts_mistakes
from figures_src.article.facts import page as facts_page
from figures_src.article.facts import parts as facts_parts
from figures_src.article.facts import places as facts_places
from figures_src.article.facts import practice as facts_practice
from figures_src.article.facts import rates as facts_rates
from figures_src.article.facts import santurkar as facts_santurkar
from figures_src.article.facts import scale as facts_scale
from figures_src.article.facts import shift as facts_shift
from figures_src.article.predictions import checks_of
from figures_src.experiments.estimates import Compared, Estimate, compare, estimate
from figures_src.experiments.intervals import COVERAGE, paired_ratio
from figures_src.experiments.mnist.measures import (
    EARLY_STEPS,
    GOOD_ACCURACY,
    GROWTH_STEP,
    MATCHED,
    STATISTICS,
    WITH_BN,
    WITHOUT_BN,
    best_cell,
    first_step,
    growth,
    median_reach,
    roughness,
    row_of,
    width,
)
from figures_src.published import load
from figures_src.records.record import Record

ARMS = ("without_bn", "with_bn")
CONTROL = -1
"""Row of the larger learning rate, which checks what the comparison owes to the first."""
EARLY_STEP = 4_000
"""Where E1 predicts that the advance of batch normalization is large."""
MILESTONES = (4_000, 10_000, 20_000, 30_000)
PREDICTING = ("mnist_curves", "mnist_statistics")
"""Records of E1 that hold predictions, in the order of the table."""
SMOOTHING = ("vgg", "vgg_channels", "dln", "dln_sum")
"""Records of E3; the last is the first protocol of the one before it, and its verdicts stand beside those."""
READING_ERROR = 300
"""Steps: how exactly the published curve of MNIST could be read off (`published/README.md`)."""


@dataclass(frozen=True)
class Comparison:
    """Both arms at one learning rate."""

    learning_rate: float
    early: Compared
    final: Compared
    milestones: Mapping[int, Compared]
    steps_to_good: Mapping[str, int | None]
    """First measured step at which the mean over seeds reaches `GOOD_ACCURACY`; None when it never does."""


@dataclass(frozen=True)
class CurvesFacts:
    """Test accuracy of the long runs."""

    seeds: int
    steps: int
    sigma: float
    batch_size: int
    early_step: int
    matched: Comparison
    control: Comparison
    crossed: Estimate
    """Final accuracy without batch normalization at the larger rate, less with it at the matched rate."""


@dataclass(frozen=True)
class SignalFacts:
    """What enters the last hidden sigmoid, at the matched learning rate."""

    unit: int
    probe_images: int
    width_step: int
    swing_step: int
    first_width: Compared
    last_width: Compared
    growth: float
    layer_growth: float
    """With batch normalization, 85th less 15th percentile, last step over `width_step`: mean ratio of the seeds."""
    median_reach: Compared
    """Largest distance of the unit's median from zero after `width_step` steps."""
    median_swing: Compared
    """Highest less lowest median of the unit over the first `swing_step` steps."""


@dataclass(frozen=True)
class StatisticsFacts:
    """The early signal under both statistics; by variant of `experiments.mnist.measures.STATISTICS`."""

    dense_steps: int
    learning_rate: float
    change: Mapping[str, Estimate]
    """Mean absolute change of the median from one step to the next, mean of the layer's units."""
    relative_change: Mapping[str, Estimate]
    """The same, over the layer's width at the same step."""
    against: Mapping[str, tuple[Estimate, Estimate]]
    """Change and relative change of each variant with batch normalization, less those without."""
    path: Mapping[str, float]
    """Way of the percentiles over the early steps without, over that of each variant with: mean ratio of the seeds."""


@dataclass(frozen=True)
class Cell:
    """A place of the grid and what both arms reach there."""

    sigma: float
    learning_rate: float
    accuracy: Compared
    steps_to_good: Mapping[str, int | None]
    """First measured step at which the mean over seeds reaches `GOOD_ACCURACY`; None when it never does."""


@dataclass(frozen=True)
class GridFacts:
    """Every σ with every learning rate."""

    seeds: int
    steps: int
    every: int
    """Steps between two measures."""
    validation_images: int
    sigmas: tuple[float, ...]
    learning_rates: tuple[float, ...]
    cells: tuple[Cell, ...]
    best: Mapping[str, Cell]
    """The cell in which each arm has its best mean final validation accuracy."""
    best_gap: Estimate
    """Test accuracy with, at its own best, less without, at its own best."""

    @property
    def leads(self) -> int:
        """Number of cells in which batch normalization is ahead, its interval leaving zero out."""
        return sum(cell.accuracy.gap.sign > 0 for cell in self.cells)

    @property
    def trails(self) -> int:
        """Number of cells in which it is behind, its interval leaving zero out."""
        return sum(cell.accuracy.gap.sign < 0 for cell in self.cells)

    @property
    def soonest(self) -> Mapping[str, int | None]:
        """Fewest steps to `GOOD_ACCURACY` of each arm, over the cells; None when none of them reaches it."""
        steps = {arm: [cell.steps_to_good[arm] for cell in self.cells] for arm in ARMS}
        return {arm: min((step for step in found if step is not None), default=None) for arm, found in steps.items()}

    def in_corner(self, arm: str) -> bool:
        """Whether the best cell of an arm has both an outermost σ and an outermost rate."""
        best = self.best[arm]
        ends = (self.sigmas[0], self.sigmas[-1]), (self.learning_rates[0], self.learning_rates[-1])
        return best.sigma in ends[0] and best.learning_rate in ends[1]

    def at_edge(self, arm: str) -> bool:
        """Whether the best cell of an arm has an outermost σ or rate, so that a better one may lie beyond."""
        best = self.best[arm]
        ends = (self.sigmas[0], self.sigmas[-1]), (self.learning_rates[0], self.learning_rates[-1])
        return best.sigma in ends[0] or best.learning_rate in ends[1]

    def at_rate(self, learning_rate: float) -> tuple[Cell, ...]:
        """The cells of one learning rate, by growing σ."""
        return tuple(cell for cell in self.cells if math.isclose(cell.learning_rate, learning_rate))


@dataclass(frozen=True)
class PublishedAccuracy:
    """A published curve of test accuracy (Ioffe & Szegedy 2015, figure 1a)."""

    step: np.ndarray
    accuracy: np.ndarray

    @property
    def final(self) -> float:
        """Accuracy where the curve, as drawn in the paper, ends."""
        return float(self.accuracy[-1])

    def at(self, step: float) -> float | None:
        """Accuracy at `step`, between two points read off; None beyond the curve's ends."""
        inside = self.step[0] - READING_ERROR <= step <= self.step[-1] + READING_ERROR
        return float(np.interp(step, self.step, self.accuracy)) if inside else None


def gather(records: Mapping[str, Record]) -> dict[str, Any]:
    """Everything that the templates may name.

    Raises:
        KeyError: a record or one of its arrays is missing.
    """
    curves, grid = records["mnist_curves"], records["mnist_grid"]
    shifting = {name: records[name].verdicts for name in facts_shift.RECORDS}
    return {
        "curves": curves_facts(curves),
        "signal": signal_facts(curves),
        "statistics": statistics_facts(records["mnist_statistics"]),
        "grid": grid_facts(grid),
        "rates": facts_rates.rates_facts(records[facts_rates.RECORD]),
        "live": facts_page.page_facts(records[facts_page.RECORD]),
        "scale": facts_scale.scale_facts(records[facts_scale.RECORD]),
        "depth": facts_depth.depth_facts(*(records[name] for name in facts_depth.RECORDS)),
        "parts": facts_parts.part_facts(records[facts_parts.RECORD]),
        "places": facts_places.place_facts(records[facts_places.RECORD]),
        "mistakes": facts_mistakes.mistake_facts(records[facts_mistakes.RECORD]),
        "published": published_accuracy(),
        "predictions": {
            "mnist": tuple(check for name in PREDICTING for check in checks_of(records[name].verdicts).values()),
            **facts_covariate.checks(*(records[name].verdicts for name in SMOOTHING)),
            **facts_shift.checks(shifting),
            "inception": facts_inception.checks(records["inception"].verdicts),
            "parts": list(checks_of(records[facts_parts.RECORD].verdicts).values()),
        },
        "fit": facts_fit.fit_facts(records[facts_fit.RECORD]),
        "foretold": facts_foretold.foretold_facts(records),
        "border": facts_border.border_facts(records[facts_border.RECORD]),
        "controls": facts_controls.control_facts(*(records[name] for name in facts_controls.RECORDS)),
        "covariate": facts_covariate.covariate_facts(*(records[name] for name in SMOOTHING)),
        "reduced_inception": facts_inception.inception_facts(records["inception"], records["inception_grid"]),
        "network": tuple(curves.sidecar["common"]["hidden"]),
        "run": curves.sidecar["common"],
        "good_accuracy": GOOD_ACCURACY,
        "confidence": COVERAGE,
        **facts_imagenet.gather(),
        **facts_practice.gather(),
        **facts_santurkar.gather(),
        **facts_shift.gather(records),
    }


def curves_facts(record: Record) -> CurvesFacts:
    """Numbers of the long runs."""
    arrays, config = record.arrays, record.config
    final = arrays["test_accuracy"][..., -1]
    return CurvesFacts(
        seeds=len(config["seeds"]),
        steps=config["steps"],
        sigma=config["sigma"],
        batch_size=config["batch_size"],
        early_step=_step(arrays["step"], EARLY_STEP),
        matched=_comparison(arrays, MATCHED),
        control=_comparison(arrays, CONTROL),
        crossed=estimate(final[CONTROL, WITHOUT_BN] - final[MATCHED, WITH_BN]),
    )


def _comparison(arrays: Mapping[str, np.ndarray], rate: int) -> Comparison:
    step, accuracy = arrays["step"], arrays["test_accuracy"][rate]
    return Comparison(
        learning_rate=float(arrays["learning_rate"][rate]),
        early=_pair_at(accuracy, step, EARLY_STEP),
        final=_pair(accuracy[..., -1]),
        milestones={until: _pair_at(accuracy, step, until) for until in MILESTONES if until < step[-1]},
        steps_to_good={
            arm: first_step(step, curve.mean(axis=0), GOOD_ACCURACY) for arm, curve in zip(ARMS, accuracy, strict=True)
        },
    )


def signal_facts(record: Record) -> SignalFacts:
    """Numbers of the percentiles: widths are those of the layer, medians those of the unit."""
    arrays, config = record.arrays, record.config
    step, unit = arrays["percentile_step"], arrays["unit_percentiles"][MATCHED]
    widths, medians = width(arrays["layer_percentiles"][MATCHED]), unit[..., 1]
    early = medians[..., : row_of(step, EARLY_STEPS) + 1]
    return SignalFacts(
        unit=config["unit"],
        probe_images=config["probe_images"],
        width_step=_step(step, GROWTH_STEP),
        swing_step=_step(step, EARLY_STEPS),
        first_width=_pair(widths[..., 0]),
        last_width=_pair(widths[..., -1]),
        growth=growth(arrays, "unit_percentiles").value,
        layer_growth=growth(arrays, "layer_percentiles").value,
        median_reach=_pair(median_reach(arrays)),
        median_swing=_pair(np.ptp(early, axis=-1)),
    )


def statistics_facts(record: Record) -> StatisticsFacts:
    """Numbers of the early signal under both statistics."""
    change, relative = roughness(record.arrays)
    without, *variants = range(len(STATISTICS))
    paths = record.arrays["layer_percentiles_change"].sum(axis=2).mean(axis=-1)
    return StatisticsFacts(
        dense_steps=record.config["dense_steps"],
        learning_rate=record.config["learning_rate"],
        change={name: estimate(change[i]) for i, name in enumerate(STATISTICS)},
        relative_change={name: estimate(relative[i]) for i, name in enumerate(STATISTICS)},
        against={
            STATISTICS[i]: (estimate(change[i] - change[without]), estimate(relative[i] - relative[without]))
            for i in variants
        },
        path={STATISTICS[i]: paired_ratio(paths[without], paths[i]).value for i in variants},
    )


def grid_facts(record: Record) -> GridFacts:
    """Numbers of the grid; the best cell of an arm is chosen on validation images, and judged on test images."""
    arrays, config = record.arrays, record.config
    sigmas, rates = arrays["sigma"], arrays["learning_rate"]
    accuracy = arrays["test_accuracy"][..., -1].astype(float)
    cells = {
        (i, j): Cell(float(sigma), float(rate), _pair(accuracy[i, j]), _soon(arrays, i, j))
        for i, sigma in enumerate(sigmas)
        for j, rate in enumerate(rates)
    }
    best = [best_cell(arrays, arm) for arm in range(len(ARMS))]
    at_best = [accuracy[i, j, arm] for arm, (i, j) in enumerate(best)]
    return GridFacts(
        seeds=len(config["seeds"]),
        steps=config["steps"],
        every=int(arrays["step"][1] - arrays["step"][0]),
        validation_images=config["validation_images"],
        sigmas=tuple(sigmas.tolist()),
        learning_rates=tuple(rates.tolist()),
        cells=tuple(cells.values()),
        best={arm: cells[place] for arm, place in zip(ARMS, best, strict=True)},
        best_gap=estimate(at_best[WITH_BN] - at_best[WITHOUT_BN]),
    )


def _soon(arrays: Mapping[str, np.ndarray], sigma: int, rate: int) -> dict[str, int | None]:
    curves = arrays["test_accuracy"][sigma, rate].mean(axis=1)
    return {arm: first_step(arrays["step"], curve, GOOD_ACCURACY) for arm, curve in zip(ARMS, curves, strict=True)}


def published_accuracy() -> dict[str, PublishedAccuracy]:
    """The paper's two curves, by arm."""
    curves = load("ioffe2015_fig1a_test_accuracy")
    rows = {arm: curves.where(arm=arm) for arm in ARMS}
    return {arm: PublishedAccuracy(row["step"], row["test_accuracy"]) for arm, row in rows.items()}


def _pair(samples: np.ndarray) -> Compared:
    """(A, S) → both arms and their difference."""
    return compare(*np.asarray(samples, dtype=float))


def _pair_at(samples: np.ndarray, steps: np.ndarray, step: int) -> Compared:
    """(A, S, T) → both arms at one step."""
    return _pair(samples[..., row_of(steps, step)])


def _step(steps: np.ndarray, step: int) -> int:
    return int(steps[row_of(steps, step)])
