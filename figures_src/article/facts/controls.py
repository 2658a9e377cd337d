"""The numbers that the article quotes from the controls of E3, on VGG and on linear problems.

Accuracies and their differences are fractions of one; steps count updates. Ratios are over pairs of seeds
(`figures_src.experiments.intervals.paired_ratio`), and quantities those of the experiments' ``measures``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from figures_src.article.facts.covariate import Arm, Turn, arm_facts
from figures_src.article.facts.santurkar import Quotient
from figures_src.experiments import shifts
from figures_src.experiments.arrays import Arrays, rows_of, within
from figures_src.experiments.estimates import Estimate, estimate
from figures_src.experiments.intervals import Ratio, geometric_mean, paired_ratio
from figures_src.experiments.linear_problems import measures as problems
from figures_src.experiments.shifts import EARLY
from figures_src.experiments.vgg import measures as vgg
from figures_src.experiments.vgg.landscape import band_width, change_along, loss_along
from figures_src.experiments.vgg_controls import measures
from figures_src.experiments.vgg_controls.measures import MATCHED_LOSS, WAYS
from figures_src.experiments.vgg_controls.predictions import SECOND_HALF
from figures_src.networks.normalization import Normalization
from figures_src.records.record import Record

STANDARD, BATCH, NOISY = Normalization.NONE, Normalization.BATCH, Normalization.NOISY
RECORDS = CONTROLS, LOW, GRID, TUNED, LENGTHS, LINEAR = (
    "vgg_controls",
    "vgg_low_rate",
    "vgg_initial_grid",
    "vgg_initial",
    "vgg_lengths",
    "linear_problems",
)
WINDOWS = (measures.START, EARLY, (5000, 10_000), (10_000, 15_000))
"""Steps over which the bands are compared: BN has learnt nearly everything well before the last ones."""
LAYER = 9
"""Of the linear problems: the one of the predictions."""


@dataclass(frozen=True)
class BandWindow:
    """Bands of losses over some steps; without BN over with, unless a name says otherwise."""

    after: int
    until: int
    along: Ratio
    """Along a step: at lengths that follow the rate and the gradient."""
    scaled: Ratio
    """The same over ‖g‖²: to first order a step along g changes the loss by as much."""
    distance: Ratio
    """Up to a distance that is the same for all networks."""
    farther: Ratio
    """The same up to twice as far."""
    held: Ratio
    """Along a step, noisy BN over BN, with one draw of noise."""
    fresh: Ratio
    """The same with a draw at each length."""
    noisy_distance: Ratio
    """At fixed distances, noisy BN over BN."""


@dataclass(frozen=True)
class MatchedFacts:
    """Bands at the same training loss, without BN over with."""

    level: float
    along: Ratio
    reach: float
    """Up to which the fixed distances go."""
    distance: Ratio
    farthest: float
    farther: Ratio
    """Up to ``farthest``."""
    noisy_along: Ratio
    """Noisy BN over BN."""
    noisy_distance: Ratio


@dataclass(frozen=True)
class Plateau:
    """Effective β after the early steps: medians over probes, geometric means over seeds."""

    usual: Quotient
    """Lengths from half of the rate on, as published."""
    growth: Mapping[str, Ratio]
    """By arm: shorter lengths counted in, over the usual one."""
    shortened: float
    """How many times shorter the shortest length is."""
    edge: float
    """2/η, near which the curvature stays at the edge of stability."""


@dataclass(frozen=True)
class LandscapeFacts:
    """What is met along a step, over all steps, with a penalty λ‖W‖² in the loss or without.

    Bands are geometric means over seeds, so that their quotient is the mean ratio of the seeds.
    """

    loss_band: Quotient
    gradient_band: Quotient
    first_loss: Quotient
    """Middle of the band of losses at the first step, as the published curves are read."""


@dataclass(frozen=True)
class ShiftFacts:
    """What the shift does to the gradient of one layer at one rate, over the early steps."""

    turn: Mapping[str, Turn]
    """By arm."""
    raw: Ratio
    """‖G − G′‖, BN over none."""
    relative: Ratio
    """‖G − G′‖ / ‖G‖, likewise."""
    cosine: Estimate
    """BN less none."""


@dataclass(frozen=True)
class InitialFacts:
    """Networks that start from He weights, at several rates."""

    seeds: int
    steps: int
    rates: tuple[float, ...]
    best: Mapping[str, Mapping[float, float]]
    """Highest training accuracy, by arm and rate."""
    steps_to_good: Mapping[str, tuple[float, ...]]
    """By arm, one a rate; infinite where the accuracy is never reached."""

    def soonest(self, arm: str) -> float:
        """Fewest steps of an arm over the rates."""
        return min(self.steps_to_good[arm])

    def latest(self, arm: str) -> float:
        """Most steps of an arm over the rates; infinite where one of them fails."""
        return max(self.steps_to_good[arm])

    def best_rate(self, arm: str) -> float:
        """The rate at which an arm is the most accurate."""
        return max(self.best[arm], key=self.best[arm].__getitem__)


@dataclass(frozen=True)
class TunedFacts:
    """Networks that start from He weights, each at the best rate that the grid has found for it."""

    seeds: int
    steps: int
    rate: Mapping[str, float]
    best: Mapping[str, Estimate]
    """Highest training accuracy."""
    highest: Mapping[str, float]
    """That of the best seed."""
    steps_to_good: Mapping[str, tuple[float, ...]]
    """One a seed; infinite where the accuracy is never reached."""
    mean_steps: Mapping[str, float]
    times: Ratio
    """BN over none; bounded where the network without BN is not done by the last step."""


@dataclass(frozen=True)
class ProblemsFacts:
    """The linear problems under one factor before the sum of squared errors."""

    ratios: tuple[float, ...]
    """‖G − G′‖ with BN over without, medians over the steps: one a problem, smallest first."""
    relative: float
    """The same over ‖G‖: median of the problems."""
    halved: int
    """Problems that BN ends with at most half of the loss."""

    @property
    def median(self) -> float:
        """Of the problems."""
        return float(np.median(self.ratios))

    @property
    def below_one(self) -> int:
        """Problems in which the distance is smaller with BN."""
        return sum(ratio < 1 for ratio in self.ratios)


@dataclass(frozen=True)
class ControlFacts:
    """The controls of E3, in numbers."""

    seeds: int
    reduced_precision: bool
    """Whether the networks learnt in bfloat16; their probes never are."""
    arms: Mapping[str, Arm]
    """At the matched rate."""
    speed: Ratio
    """Steps to the good training accuracy, BN over none."""
    noise_cost: Ratio
    """The same, noisy BN over BN."""
    noise_toll: float | None
    """Share of the steps that BN saves which the noise takes back; None where an arm never gets there."""
    accuracy: Mapping[str, Mapping[str, Estimate]]
    """Last test accuracy, by arm, then by way of judging that the arm has."""
    noisy_gain: Mapping[str, Estimate]
    """Last test accuracy of noisy BN without noise less that of another arm, statistics taken again in both."""
    kept_gain: Estimate
    """Last test accuracy of noisy BN with its noise, less without BN."""
    moving_cost: Estimate
    """Of noisy BN: statistics taken again without noise, less moving averages taken under it."""
    windows: tuple[BandWindow, ...]
    matched: MatchedFacts
    plateau: Plateau
    landscape: LandscapeFacts
    penalised: LandscapeFacts
    penalty: float
    shift: Mapping[tuple[float, int], ShiftFacts]
    """By learning rate and layer."""
    slow: Mapping[str, Arm]
    """At the low rate."""
    slow_steps: int
    initial: InitialFacts
    tuned: TunedFacts
    lengths: Mapping[float, Mapping[str, float]]
    """At other rates, by arm: the plateau of the effective β with shorter lengths over the usual one (one seed)."""
    problems: Mapping[float, ProblemsFacts]
    """By factor."""
    problem_count: int
    layer: int
    """Of the linear problems."""


def control_facts(
    controls: Record, low: Record, grid: Record, tuned: Record, lengths: Record, linear: Record
) -> ControlFacts:
    """Numbers of the six records."""
    arrays = controls.arrays
    landscape, penalised = (_landscape(arrays, l2) for l2 in (0, vgg.L2))
    return ControlFacts(
        seeds=len(controls.config["seeds"]),
        reduced_precision="bfloat16" in controls.sidecar.get("precision", ""),
        arms={str(arm): arm_facts(arrays, arm, vgg.MATCHED) for arm in Normalization},
        speed=vgg.times_ratio(arrays, BATCH, STANDARD),
        noise_cost=vgg.times_ratio(arrays, NOISY, BATCH),
        noise_toll=_noise_toll(arrays),
        accuracy=_accuracies(arrays),
        noisy_gain={str(arm): estimate(_judged(arrays, NOISY) - _judged(arrays, arm)) for arm in (STANDARD, BATCH)},
        kept_gain=estimate(_accuracy(arrays, NOISY, "moving_noisy") - _judged(arrays, STANDARD)),
        moving_cost=estimate(_judged(arrays, NOISY) - _accuracy(arrays, NOISY, "moving")),
        windows=tuple(_window(arrays, window) for window in WINDOWS if window[0] < arrays["landscape_step"][-1]),
        matched=_matched(arrays),
        plateau=_plateau(arrays),
        landscape=landscape,
        penalised=penalised,
        penalty=vgg.L2,
        shift=_shifts(arrays, vgg.MATCHED) | _shifts(low.arrays, vgg.LOW),
        slow={str(arm): arm_facts(low.arrays, arm, vgg.LOW) for arm in Normalization},
        slow_steps=low.config["steps"],
        initial=_initial(grid),
        tuned=_tuned(tuned),
        lengths=_lengths(lengths.arrays),
        problems={float(factor): _problems(linear.arrays, factor) for factor in linear.arrays["loss_factor"]},
        problem_count=len(linear.config["seeds"]),
        layer=LAYER,
    )


def _noise_toll(arrays: Arrays) -> float | None:
    standard, with_bn, noisy = (vgg.steps_to(arrays, arm, vgg.MATCHED).mean() for arm in (STANDARD, BATCH, NOISY))
    toll = (noisy - with_bn) / (standard - with_bn) if np.isfinite([standard, with_bn, noisy]).all() else np.nan
    return float(toll) if np.isfinite(toll) else None


def _accuracy(arrays: Arrays, arm: str, way: str) -> np.ndarray:
    return measures.final_accuracy(arrays, arm, vgg.MATCHED, way) / 100


def _judged(arrays: Arrays, arm: str) -> np.ndarray:
    """By statistics taken again without noise, or as it stands where an arm has none: one a seed."""
    return _accuracy(arrays, arm, "moving" if arm is STANDARD else "recomputed")


def _accuracies(arrays: Arrays) -> dict[str, dict[str, Estimate]]:
    found = {arm: {way: _accuracy(arrays, arm, way) for way in WAYS} for arm in Normalization}
    return {
        str(arm): {way: estimate(values) for way, values in ways.items() if np.isfinite(values).all()}
        for arm, ways in found.items()
    }


def _window(arrays: Arrays, window: tuple[int, int]) -> BandWindow:
    along, distance = measures.rate_bands(arrays), measures.distance_bands(arrays)

    def mean(values: np.ndarray, arm: Normalization) -> np.ndarray:
        return measures.in_window(arrays, values, arm, vgg.MATCHED, window)

    def without_over_with(values: np.ndarray) -> Ratio:
        return paired_ratio(mean(values, STANDARD), mean(values, BATCH))

    return BandWindow(
        *window,
        along=without_over_with(along),
        scaled=without_over_with(measures.scaled(arrays, along)),
        distance=without_over_with(distance),
        farther=without_over_with(measures.distance_bands(arrays, measures.FARTHEST)),
        held=paired_ratio(mean(along, NOISY), mean(along, BATCH)),
        fresh=paired_ratio(mean(measures.rate_bands(arrays, fresh=True), NOISY), mean(along, BATCH)),
        noisy_distance=paired_ratio(mean(distance, NOISY), mean(distance, BATCH)),
    )


def _matched(arrays: Arrays) -> MatchedFacts:
    def band(values: np.ndarray, arm: Normalization) -> np.ndarray:
        return measures.at_matched_loss(arrays, values, arm, vgg.MATCHED, MATCHED_LOSS)

    along, distance = measures.rate_bands(arrays), measures.distance_bands(arrays)
    farther = measures.distance_bands(arrays, measures.FARTHEST)
    return MatchedFacts(
        level=MATCHED_LOSS,
        along=paired_ratio(band(along, STANDARD), band(along, BATCH)),
        reach=measures.REACH,
        distance=paired_ratio(band(distance, STANDARD), band(distance, BATCH)),
        farthest=measures.FARTHEST,
        farther=paired_ratio(band(farther, STANDARD), band(farther, BATCH)),
        noisy_along=paired_ratio(band(along, NOISY), band(along, BATCH)),
        noisy_distance=paired_ratio(band(distance, NOISY), band(distance, BATCH)),
    )


def _plateau(arrays: Arrays) -> Plateau:
    known = within(arrays["landscape_step"], measures.LATE).any()

    def medians(arm: Normalization, smallest: float) -> np.ndarray:
        """One a seed; not numbers where the run ends before the window."""
        seeds = rows_of(arrays, arm, vgg.MATCHED)
        found = measures.median_beta(arrays, arm, vgg.MATCHED, smallest, measures.LATE) if known else np.nan
        return np.broadcast_to(found, seeds.shape)

    usual, shorter = measures.PUBLISHED_LENGTHS, measures.SMALLEST_LENGTH
    both = Quotient(*(geometric_mean(medians(arm, usual)) for arm in (STANDARD, BATCH)))
    growth = {str(arm): paired_ratio(medians(arm, shorter), medians(arm, usual)) for arm in Normalization}
    return Plateau(both, growth, usual / shorter, 2 / vgg.MATCHED)


def _landscape(arrays: Arrays, l2: float) -> LandscapeFacts:
    line = measures.published_line(arrays)
    rows = [rows_of(arrays, arm, vgg.MATCHED) for arm in (STANDARD, BATCH)]
    met = loss_along(line, l2)[:, 0]
    first = (met.min(axis=-1) + met.max(axis=-1)) / 2

    def over(values: np.ndarray) -> Quotient:
        return Quotient(*(geometric_mean(values[row].mean(axis=1)) for row in rows))

    return LandscapeFacts(
        loss_band=over(band_width(loss_along(line, l2))),
        gradient_band=over(band_width(change_along(line, l2))),
        first_loss=Quotient(*(float(first[row].mean()) for row in rows)),
    )


def _shifts(arrays: Arrays, rate: float) -> dict[tuple[float, int], ShiftFacts]:
    return {(rate, layer): _shift(arrays, rate, layer) for layer in arrays["shift_layer"].tolist()}


def _shift(arrays: Arrays, rate: float, layer: int) -> ShiftFacts:
    def early(name: str, arm: Normalization) -> np.ndarray:
        return shifts.shift(arrays, name, arm, shifts.Place(rate, layer))

    def ratio(name: str) -> Ratio:
        return paired_ratio(early(name, BATCH), early(name, STANDARD))

    turn = {
        str(arm): Turn(geometric_mean(early("relative", arm)), float(early("cosine", arm).mean()))
        for arm in Normalization
    }
    cosine = estimate(early("cosine", BATCH) - early("cosine", STANDARD))
    return ShiftFacts(turn, ratio("difference"), ratio("relative"), cosine)


def _initial(grid: Record) -> InitialFacts:
    arrays = grid.arrays
    rates = tuple(np.unique(arrays["run_learning_rate"]).tolist())
    arms = {str(arm): [arm_facts(arrays, arm, rate) for rate in rates] for arm in (STANDARD, BATCH)}
    return InitialFacts(
        seeds=len(grid.config["seeds"]),
        steps=grid.config["steps"],
        rates=rates,
        best={arm: {rate: each.best for rate, each in zip(rates, found, strict=True)} for arm, found in arms.items()},
        steps_to_good={
            arm: tuple(float("inf") if each.steps_to_good is None else each.steps_to_good for each in found)
            for arm, found in arms.items()
        },
    )


def _tuned(record: Record) -> TunedFacts:
    arrays = record.arrays
    rates = {str(arm): measures.best_rate(arrays, arm, vgg.ACCURACY) for arm in (STANDARD, BATCH)}
    steps = {arm: measures.steps_to(arrays, arm, rate, vgg.ACCURACY) for arm, rate in rates.items()}
    last = float(arrays["accuracy_step"][-1])
    return TunedFacts(
        seeds=len(record.config["seeds"]),
        steps=record.config["steps"],
        rate=rates,
        best={arm: estimate(_best(arrays, arm, rate)) for arm, rate in rates.items()},
        highest={arm: float(_best(arrays, arm, rate).max()) for arm, rate in rates.items()},
        steps_to_good={arm: tuple(found.tolist()) for arm, found in steps.items()},
        mean_steps={arm: float(found.mean()) for arm, found in steps.items()},
        times=paired_ratio(steps[BATCH], steps[STANDARD], last),
    )


def _lengths(arrays: Arrays) -> dict[float, dict[str, float]]:
    def growth(arm: Normalization, rate: float) -> float:
        shorter, usual = (
            measures.median_beta(arrays, arm, rate, smallest, SECOND_HALF)
            for smallest in (measures.SMALLEST_LENGTH, measures.PUBLISHED_LENGTHS)
        )
        return paired_ratio(shorter, usual).value

    rates = np.unique(arrays["run_learning_rate"]).tolist()
    return {rate: {str(arm): growth(arm, rate) for arm in (STANDARD, BATCH)} for rate in rates}


def _best(arrays: Arrays, arm: str, rate: float) -> np.ndarray:
    """Highest training accuracy, one a seed."""
    return np.asarray(arrays["train_accuracy"][rows_of(arrays, arm, rate)].max(axis=1))


def _problems(arrays: Arrays, factor: float) -> ProblemsFacts:
    ratios = np.sort(problems.shift_ratios(arrays, factor, LAYER))
    relative = problems.shift_ratios(arrays, factor, LAYER, relative=True)
    halved = int((problems.loss_ratios(arrays, factor) <= problems.BENEFIT).sum())
    return ProblemsFacts(tuple(ratios.tolist()), float(np.median(relative)), halved)
