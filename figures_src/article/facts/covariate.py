"""The numbers that the article quotes from E3, and its predictions beside the curves of Santurkar et al. 2018.

Accuracies are fractions of one; steps count updates. An arm of which a seed never reaches an accuracy has no number
of steps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from figures_src.article.facts.santurkar import Quotient, SanturkarFacts, santurkar_facts
from figures_src.article.predictions import Check, checks_of
from figures_src.experiments import shifts
from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.deep_linear import measures as dln
from figures_src.experiments.deep_linear.runs import LinearRun
from figures_src.experiments.intervals import geometric_mean
from figures_src.experiments.prediction import Verdict
from figures_src.experiments.shifts import Place
from figures_src.experiments.vgg import measures as vgg
from figures_src.experiments.vgg.predictions import LANDSCAPE, SHIFT, SPEED
from figures_src.experiments.vgg_channels.measures import channel_moves
from figures_src.networks.normalization import Normalization
from figures_src.published import load
from figures_src.records.record import Record

STANDARD, BATCH, NOISY = Normalization.NONE, Normalization.BATCH, Normalization.NOISY


@dataclass(frozen=True)
class Arm:
    """Networks of one kind at one learning rate."""

    steps_to_good: float | None
    """Mean over seeds."""
    best: float
    """Highest training accuracy, mean over seeds."""
    test: float
    """Last accuracy on the test images, with the statistics of the training: mean over seeds."""


@dataclass(frozen=True)
class Turn:
    """What the shift does to one layer's gradient in one arm, over the first third of the steps."""

    relative: float
    """‖G − G′‖ / ‖G‖, geometric mean over seeds."""
    cosine: float
    """Mean over seeds."""


@dataclass(frozen=True)
class LinearFacts:
    """The deep linear network at one learning rate."""

    shift: tuple[Quotient, Quotient]
    """‖G − G′‖ of each layer: medians over the first third of the steps, geometric means over seeds."""
    shift_by_seed: tuple[tuple[float, ...], tuple[float, ...]]
    """With over without, of each layer: one a seed, smallest first."""
    turn: tuple[Mapping[str, Turn], Mapping[str, Turn]]
    """Of each layer, by arm."""
    final_loss: Quotient
    """Geometric means over seeds."""
    first_loss: tuple[float, float]
    """The lowest and the highest over seeds and arms."""
    cosine: float
    """Without batch normalization: the lowest, over seeds and layers, of the medians over steps."""


@dataclass(frozen=True)
class CovariateFacts:
    """E3, in numbers."""

    divisor: int
    steps: int
    batch_size: int
    seeds: int
    arms: Mapping[str, Mapping[float, Arm]]
    """By arm, then by learning rate."""
    shift: Mapping[tuple[float, int], Quotient]
    """‖G − G′‖ by learning rate and layer: medians over the first third of the steps, geometric means over seeds."""
    linear: Mapping[float, LinearFacts]
    linear_sum: Mapping[float, LinearFacts]
    linear_layers: tuple[int, ...]
    linear_seeds: int
    probe_every: int
    """Steps between two looks at single channels."""
    moves: Mapping[str, Mapping[int, float]]
    """How far a channel's mean moves between two looks, in its deviations: by arm, then by layer."""


def covariate_facts(convolutional: Record, channels: Record, linear: Record, linear_sum: Record) -> CovariateFacts:
    """Numbers of the four records."""
    arrays, config = convolutional.arrays, convolutional.config
    return CovariateFacts(
        divisor=config["divisor"],
        steps=config["steps"],
        batch_size=config["batch_size"],
        seeds=len(config["compared_seeds"]),
        arms={str(arm): {rate: arm_facts(arrays, arm, rate) for rate in _rates(arrays, arm)} for arm in Normalization},
        shift=_shift(arrays),
        linear=_linear(linear.arrays),
        linear_sum=_linear(linear_sum.arrays),
        linear_layers=tuple(linear.arrays["shift_layer"].tolist()),
        linear_seeds=len(linear.config["seeds"]),
        probe_every=channels.config["histogram_every"],
        moves={str(arm): _moves(channels.arrays, arm) for arm in Normalization},
    )


def checks(
    convolutional: tuple[Verdict, ...],
    channels: tuple[Verdict, ...],
    linear: tuple[Verdict, ...],
    linear_first: tuple[Verdict, ...],
) -> dict[str, list[Check]]:
    """The predictions that each graph shows, with what the same measures give on the published curves."""
    paper = santurkar_facts()
    found = checks_of(convolutional, published=published_vgg(paper))
    last = checks_of(linear, linear_first, published_dln(paper))
    return {
        "noise": [*(found[name] for name in SPEED), *checks_of(channels).values()],
        "shift": [*(found[name] for name in SHIFT), *last.values()],
        "landscape": [found[name] for name in LANDSCAPE],
    }


def published_vgg(paper: SanturkarFacts) -> Mapping[str, float]:
    """By the names of `experiments.vgg.predictions`."""
    standard, with_bn, noisy = (_steps(paper.noise[str(arm)].steps_to_good) for arm in (STANDARD, BATCH, NOISY))
    stressed = paper.rates[vgg.HIGH]
    beta = [load("santurkar2018_fig4c_beta").where(arm=str(arm)) for arm in (STANDARD, BATCH)]
    usual = [float(np.median(curve["effective_beta_smoothness"])) for curve in beta]
    return {
        "steps": with_bn / standard,
        "high_rate": 100 * stressed[str(STANDARD)].best,
        "high_rate_with_bn": 100 * stressed[str(BATCH)].best,
        "noisy_not_faster": noisy / with_bn,
        "noise_cost": noisy / with_bn,
        "noisy_against_standard": noisy / standard,
        "early_shift": paper.layer("vgg", vgg.LOW, vgg.SHIFT_LAYER).l2.ratio,
        "loss_band": paper.loss_band.gain,
        "gradient_band": paper.gradient_band.gain,
        "early_beta": paper.smoothness.early_max.gain,
        "usual_beta": usual[0] / usual[1],
    }


def published_dln(paper: SanturkarFacts) -> Mapping[str, float]:
    """By the names of `experiments.deep_linear.predictions`.

    The cosines without BN lie under the figure's line at 1.
    """
    shifts = [paper.layer("dln", dln.LOW, layer).l2.ratio for layer in LinearRun.shift_layers]
    return {"shift": min(shifts), "final_loss": paper.final_loss[dln.LOW].gain}


def _steps(steps: int | None) -> float:
    return np.inf if steps is None else steps


def _rates(arrays: Arrays, arm: str) -> list[float]:
    return sorted(set(arrays["run_learning_rate"][arrays["arm"] == str(arm)].tolist()))


def arm_facts(arrays: Arrays, arm: str, rate: float) -> Arm:
    """Of the networks of an arm at a rate, in any record of E3 on VGG."""
    steps, rows = vgg.steps_to(arrays, arm, rate), rows_of(arrays, arm, rate)
    return Arm(
        steps_to_good=float(steps.mean()) if np.isfinite(steps).all() else None,
        best=float(arrays["train_accuracy"][rows].max(axis=1).mean()),
        test=float(arrays["test_accuracy"][rows, -1].mean()),
    )


def _shift(arrays: Arrays) -> dict[tuple[float, int], Quotient]:
    cells = product((vgg.MATCHED, vgg.LOW), arrays["shift_layer"].tolist())
    return {cell: _shift_at(arrays, *cell) for cell in cells}


def _shift_at(arrays: Arrays, rate: float, layer: int) -> Quotient:
    return Quotient(
        *(geometric_mean(shifts.early_shifts(arrays, arm, Place(rate, layer))) for arm in (STANDARD, BATCH))
    )


def _turn(arrays: Arrays, arm: str, place: Place) -> Turn:
    relative = geometric_mean(shifts.early_relative_shifts(arrays, arm, place))
    return Turn(relative, float(shifts.early_cosines(arrays, arm, place).mean()))


def _moves(arrays: Arrays, arm: str) -> dict[int, float]:
    return dict(zip(arrays["histogram_layer"].tolist(), channel_moves(arrays, arm).tolist(), strict=True))


def _linear(arrays: Arrays) -> dict[float, LinearFacts]:
    return {rate: _linear_at(arrays, rate) for rate in (dln.HIGH, dln.LOW)}


def _linear_at(arrays: Arrays, rate: float) -> LinearFacts:
    rows = [rows_of(arrays, arm, rate) for arm in (STANDARD, BATCH)]
    losses = arrays["train_loss"]
    first, second = (_shift_at(arrays, rate, layer) for layer in arrays["shift_layer"].tolist())
    starts = losses[np.concatenate(rows), 0]
    first_seeds, second_seeds = (_by_seed(arrays, rate, layer) for layer in arrays["shift_layer"].tolist())
    return LinearFacts(
        shift=(first, second),
        shift_by_seed=(first_seeds, second_seeds),
        turn=(_linear_turns(arrays, rate, 0), _linear_turns(arrays, rate, 1)),
        final_loss=Quotient(*(geometric_mean(losses[row, -1]) for row in rows)),
        first_loss=(float(starts.min()), float(starts.max())),
        cosine=float(np.median(arrays["shift_cosine"][rows[0]], axis=1).min()),
    )


def _linear_turns(arrays: Arrays, rate: float, layer: int) -> dict[str, Turn]:
    place = Place(rate, int(arrays["shift_layer"][layer]))
    return {str(arm): _turn(arrays, arm, place) for arm in (STANDARD, BATCH)}


def _by_seed(arrays: Arrays, rate: float, layer: int) -> tuple[float, ...]:
    with_bn, without = (shifts.early_shifts(arrays, arm, Place(rate, layer)) for arm in (BATCH, STANDARD))
    return tuple(np.sort(with_bn / without).tolist())
