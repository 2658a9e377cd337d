"""The numbers that the article quotes from E3, and its predictions beside the curves of Santurkar et al. 2018.

Accuracies are fractions of one; steps count updates. An arm of which a seed never reaches an accuracy has no number
of steps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from figures_src.article.estimates import Estimate, estimate
from figures_src.article.facts_santurkar import Pair, SanturkarFacts, band_gain, santurkar_facts
from figures_src.article.predictions import Check, checks_of
from figures_src.experiments import dln, vgg
from figures_src.experiments.assembly import rows_of
from figures_src.experiments.experiment import Arrays, Verdict
from figures_src.experiments.vgg import Place
from figures_src.experiments.vgg_channels import channel_moves
from figures_src.intervals import Ratio, geometric_mean
from figures_src.networks.normalization import Normalization
from figures_src.published import load
from figures_src.records.store import Record
from figures_src.training.landscape import band_width, change_along, effective_beta, loss_along

STANDARD, BATCH, NOISY = Normalization.NONE, Normalization.BATCH, Normalization.NOISY
SPEED, SHIFT, LANDSCAPE = slice(0, 6), slice(6, 7), slice(7, 11)
"""Places of the verdicts on VGG that belong to graphs 6, 7 and 8."""
WINDOWS = ((0, 1000), (0, 5000), (5000, 10_000), (10_000, 15_000))
"""Steps over which the bands are compared: BN has learnt nearly everything well before the last ones."""


@dataclass(frozen=True)
class Arm:
    """Networks of one kind at one learning rate."""

    steps_to_good: float | None
    """Mean over seeds."""
    every_steps: tuple[float, ...]
    """One a seed, infinite where the accuracy is never reached."""
    best: float
    """Highest training accuracy, mean over seeds."""
    test: tuple[float, ...]
    """Last test accuracy, one a seed."""

    @property
    def test_estimate(self) -> Estimate:
        """Its mean and interval; two seeds or more."""
        return estimate(self.test)


@dataclass(frozen=True)
class LandscapeFacts:
    """What is met along the gradient, at the matched rate, with a penalty λ‖W‖² in the loss or without.

    Bands are geometric means over seeds, so that their quotient is the mean ratio of the seeds.
    """

    loss_band: Pair
    gradient_band: Pair
    early_beta: Pair
    late_beta: Pair
    first_loss: Pair
    """Middle of the band of losses at the first step, as the published curves are read."""


@dataclass(frozen=True)
class BandWindow:
    """The band of losses over some steps, ours and the published one."""

    after: int
    until: int
    ratio: Ratio
    """Without over with, by seed."""
    published: float

    @property
    def decided(self) -> bool:
        """Whether the interval leaves 1 out."""
        return self.ratio.sign != 0


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

    shift: tuple[Pair, Pair]
    """‖G − G′‖ of each layer: medians over the first third of the steps, geometric means over seeds."""
    shift_by_seed: tuple[tuple[float, ...], tuple[float, ...]]
    """With over without, of each layer: one a seed, smallest first."""
    turn: tuple[Mapping[str, Turn], Mapping[str, Turn]]
    """Of each layer, by arm."""
    least_gain: float
    """Final loss without over with, in the seed where it is least."""
    final_loss: Pair
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
    noise_toll: float | None
    """Share of the steps that BN saves, up to 90 %, which the noise takes back."""
    shift: Mapping[tuple[float, int], Pair]
    """‖G − G′‖ by learning rate and layer: medians over the first third of the steps, geometric means over seeds."""
    turn: Mapping[tuple[float, int], Mapping[str, Turn]]
    """By learning rate and layer, then by arm trained there."""
    speed: Ratio
    """Steps to 90 % with BN over without, at the matched rate."""
    noise_cost: Ratio
    """The same of noisy BN over BN."""
    noisy_test_gap: Estimate | None
    """Last test accuracy without BN less with noisy BN; None where it is of one seed."""
    windows: tuple[BandWindow, ...]
    band: Mapping[str, float]
    """Mean width of the band of losses by arm, over all steps: geometric mean over seeds."""
    scaled_band: Ratio
    """The band over ‖g‖² in the first of `WINDOWS`, without over with: bands at equal gradients."""
    reduced_precision: bool
    """Whether networks and probes were computed in bfloat16."""
    landscape: LandscapeFacts
    penalised: LandscapeFacts
    penalty: float
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
    landscape, penalised = (_landscape(arrays, l2) for l2 in (0, vgg.L2))
    return CovariateFacts(
        divisor=config["divisor"],
        steps=config["steps"],
        batch_size=config["batch_size"],
        seeds=len(config["compared_seeds"]),
        arms={str(arm): {rate: _arm(arrays, arm, rate) for rate in _rates(arrays, arm)} for arm in Normalization},
        noise_toll=_noise_toll(arrays),
        shift=_shift(arrays),
        turn=_turns(arrays),
        speed=vgg.times_ratio(arrays, BATCH, STANDARD),
        noise_cost=vgg.times_ratio(arrays, NOISY, BATCH),
        noisy_test_gap=_noisy_test_gap(arrays),
        windows=_windows(arrays),
        band={str(arm): _band(arrays, arm) for arm in Normalization},
        scaled_band=vgg.band_ratio(arrays, _scaled_band(arrays), WINDOWS[0]),
        reduced_precision="bfloat16" in convolutional.sidecar.get("precision", ""),
        landscape=landscape,
        penalised=penalised,
        penalty=vgg.L2,
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
    rows = [Check(verdict, published) for verdict, published in zip(convolutional, published_vgg(paper), strict=True)]
    both = zip(checks_of(linear, linear_first), published_dln(paper), strict=True)
    last = [replace(check, published=published) for check, published in both]
    return {
        "noise": [*rows[SPEED], *map(Check, channels)],
        "shift": [*rows[SHIFT], *last],
        "landscape": rows[LANDSCAPE],
    }


def published_vgg(paper: SanturkarFacts) -> tuple[float | None, ...]:
    """In the order of the verdicts of `experiments.vgg`."""
    standard, with_bn, noisy = (_steps(paper.noise[str(arm)].steps_to_good) for arm in (STANDARD, BATCH, NOISY))
    stressed = paper.rates[vgg.HIGH]
    beta = [load("santurkar2018_fig4c_beta").where(arm=str(arm)) for arm in (STANDARD, BATCH)]
    usual = [float(np.median(curve["effective_beta_smoothness"])) for curve in beta]
    return (
        with_bn / standard,
        100 * stressed[str(STANDARD)].best,
        100 * stressed[str(BATCH)].best,
        noisy / with_bn,
        noisy / with_bn,
        noisy / standard,
        paper.layer("vgg", vgg.LOW, vgg.SHIFT_LAYER).l2.ratio,
        paper.loss_band.gain,
        paper.gradient_band.gain,
        paper.smoothness.early_max.gain,
        usual[0] / usual[1],
    )


def published_dln(paper: SanturkarFacts) -> tuple[float | None, ...]:
    """In the order of the verdicts of `experiments.dln`; the cosines without BN lie under the figure's line at 1."""
    shifts = [paper.layer("dln", dln.LOW, layer).l2.ratio for layer in dln.DLN.config.shift_layers]
    return min(shifts), None, paper.final_loss[dln.LOW].gain


def _steps(steps: int | None) -> float:
    return np.inf if steps is None else steps


def _rates(arrays: Arrays, arm: str) -> list[float]:
    return sorted(set(arrays["run_learning_rate"][arrays["arm"] == str(arm)].tolist()))


def _arm(arrays: Arrays, arm: str, rate: float) -> Arm:
    steps, rows = vgg.steps_to(arrays, arm, rate), rows_of(arrays, arm, rate)
    return Arm(
        steps_to_good=float(steps.mean()) if np.isfinite(steps).all() else None,
        every_steps=tuple(steps.tolist()),
        best=float(arrays["train_accuracy"][rows].max(axis=1).mean()),
        test=tuple(arrays["test_accuracy"][rows, -1].tolist()),
    )


def _noise_toll(arrays: Arrays) -> float | None:
    standard, with_bn, noisy = (vgg.steps_to(arrays, arm, vgg.MATCHED).mean() for arm in (STANDARD, BATCH, NOISY))
    toll = (noisy - with_bn) / (standard - with_bn) if np.isfinite([standard, with_bn, noisy]).all() else np.nan
    return float(toll) if np.isfinite(toll) else None


def _shift(arrays: Arrays) -> dict[tuple[float, int], Pair]:
    cells = product((vgg.MATCHED, vgg.LOW), arrays["shift_layer"].tolist())
    return {cell: _shift_at(arrays, *cell) for cell in cells}


def _shift_at(arrays: Arrays, rate: float, layer: int) -> Pair:
    return Pair(*(geometric_mean(vgg.early_shifts(arrays, arm, Place(rate, layer))) for arm in (STANDARD, BATCH)))


def _turns(arrays: Arrays) -> dict[tuple[float, int], dict[str, Turn]]:
    cells = product((vgg.MATCHED, vgg.LOW), arrays["shift_layer"].tolist())
    return {
        cell: {
            str(arm): _turn(arrays, arm, Place(*cell)) for arm in Normalization if rows_of(arrays, arm, cell[0]).size
        }
        for cell in cells
    }


def _turn(arrays: Arrays, arm: str, place: Place) -> Turn:
    relative = geometric_mean(vgg.early_relative_shifts(arrays, arm, place))
    return Turn(relative, float(vgg.early_cosines(arrays, arm, place).mean()))


def _noisy_test_gap(arrays: Arrays) -> Estimate | None:
    standard, noisy = (arrays["test_accuracy"][rows_of(arrays, arm, vgg.MATCHED), -1] for arm in (STANDARD, NOISY))
    return estimate(standard - noisy) if len(standard) > 1 else None


def _windows(arrays: Arrays) -> tuple[BandWindow, ...]:
    """Those in which a record has steps: a quick one stops early."""
    widths, last = band_width(loss_along(arrays)), arrays["landscape_step"][-1]
    return tuple(
        BandWindow(*window, vgg.band_ratio(arrays, widths, window), band_gain("loss", window))
        for window in WINDOWS
        if window[0] < last
    )


def _band(arrays: Arrays, arm: str) -> float:
    return geometric_mean(vgg.over_steps(arrays, arm, band_width(loss_along(arrays))))


def _scaled_band(arrays: Arrays) -> np.ndarray:
    """The band over ‖g‖²: to first order a step along g changes the loss by as much, at equal lengths."""
    return np.asarray(band_width(loss_along(arrays)) / arrays["landscape_norm_squared"])


def _moves(arrays: Arrays, arm: str) -> dict[int, float]:
    return dict(zip(arrays["histogram_layer"].tolist(), channel_moves(arrays, arm).tolist(), strict=True))


def _landscape(arrays: Arrays, l2: float) -> LandscapeFacts:
    beta, late = effective_beta(arrays, l2), arrays["landscape_step"] > vgg.BETA_STEPS
    rows = [rows_of(arrays, arm, vgg.MATCHED) for arm in (STANDARD, BATCH)]
    met = loss_along(arrays, l2)[:, 0]
    first = (met.min(axis=-1) + met.max(axis=-1)) / 2

    def over(values: np.ndarray) -> Pair:
        return Pair(*(geometric_mean(vgg.over_steps(arrays, arm, values)) for arm in (STANDARD, BATCH)))

    return LandscapeFacts(
        loss_band=over(band_width(loss_along(arrays, l2))),
        gradient_band=over(band_width(change_along(arrays, l2))),
        early_beta=Pair(*(geometric_mean(beta) for beta in vgg.early_beta(arrays, l2))),
        late_beta=Pair(*(float(np.median(beta[row][:, late])) if late.any() else np.nan for row in rows)),
        first_loss=Pair(*(float(first[row].mean()) for row in rows)),
    )


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
        least_gain=float((losses[rows[0], -1] / losses[rows[1], -1]).min()),
        final_loss=Pair(*(geometric_mean(losses[row, -1]) for row in rows)),
        first_loss=(float(starts.min()), float(starts.max())),
        cosine=float(np.median(arrays["shift_cosine"][rows[0]], axis=1).min()),
    )


def _linear_turns(arrays: Arrays, rate: float, layer: int) -> dict[str, Turn]:
    place = Place(rate, int(arrays["shift_layer"][layer]))
    return {str(arm): _turn(arrays, arm, place) for arm in (STANDARD, BATCH)}


def _by_seed(arrays: Arrays, rate: float, layer: int) -> tuple[float, ...]:
    with_bn, without = (vgg.early_shifts(arrays, arm, Place(rate, layer)) for arm in (BATCH, STANDARD))
    return tuple(np.sort(with_bn / without).tolist())
