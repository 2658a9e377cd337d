"""The numbers that the article quotes from E4: shoes and cars that were never learnt, and statistics of small batches.

Accuracies, shares and their differences are fractions of one; distances are standard deviations of the population,
channel by channel. Means and intervals are over seeds, and differences are paired by seed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from figures_src.article.predictions import Check, checks_of
from figures_src.experiments.arrays import Arrays, rows_of
from figures_src.experiments.batch_statistics import measures as batch_statistics
from figures_src.experiments.batch_statistics.predictions import ESTIMATION, REGULARISATION
from figures_src.experiments.cars import measures as cars
from figures_src.experiments.estimates import Compared, Estimate, compare, estimate
from figures_src.experiments.prediction import Verdict
from figures_src.experiments.shoes import measures as shoes
from figures_src.experiments.shoes.measures import TRAINING
from figures_src.networks.normalization import Normalization
from figures_src.records.record import Record

STANDARD, BATCH = Normalization.NONE, Normalization.BATCH
RECORDS = SHOES, CARS, STATISTICS = "shift_shoes", "shift_cars", "batch_statistics"
SMALLEST, MIDDLE, LARGEST = batch_statistics.SMALLEST, batch_statistics.MIDDLE, batch_statistics.LARGEST
ESTIMATES: Mapping[str, int] = {
    "fast": batch_statistics.FAST,
    "slow": batch_statistics.SLOW,
    "cumulative": batch_statistics.CUMULATIVE,
}
"""What stands in for precise statistics: averages at 0.1, at 0.01, and of all batches since the first."""


@dataclass(frozen=True)
class ShoesFacts:
    """Networks that learnt sneakers among clothes, shown boots."""

    seeds: int
    learnt: int
    """Sneakers in the training set, and as many clothes."""
    distance: tuple[Compared, ...]
    """Boots to sneakers, Wasserstein-1, mean of the channels; by layer."""
    deepening: Estimate
    """That of the last layer less that of the first, with batch normalization."""
    floor: tuple[Estimate, ...]
    """Two draws of familiar images from each other, with batch normalization; by layer."""
    to_familiar: tuple[Estimate, Estimate]
    """Boots to all familiar images, sneakers and clothes, with batch normalization: at the first and last layer."""
    sneakers_to_familiar: Estimate
    """Sneakers to the same, at the last layer."""
    sneakers: Compared
    """Share answered "shoe"."""
    boots: Compared
    lost: Compared
    """Sneakers recognised less boots recognised."""
    own: Estimate
    """Boots recognised among clothes in training mode."""
    own_gain: Estimate
    """The same, less in evaluation mode."""
    own_balanced_gain: Estimate
    """Right answers to boots and clothes, as many of each: in training mode, less in evaluation mode."""


@dataclass(frozen=True)
class MilderShift:
    """The same at the middle one of the strengths, with batch normalization."""

    strength: float
    accuracy: Estimate
    recomputed: Estimate


@dataclass(frozen=True)
class ShiftFacts:
    """One way of changing the images, at its greatest strength."""

    strength: float
    """Degrees, share of light left, or share of fog."""
    accuracy: Compared
    """With the statistics of the images learnt."""
    lost: Compared
    """Less than on the images as they are."""
    recomputed: Estimate
    """With batch normalization, and the statistics of the images shown."""
    given_back: Estimate
    """What those statistics add to the accuracy."""
    recovered: float | None
    """The share that it is of what was lost with batch normalization, mean of the seeds; None if one lost nothing."""
    milder: MilderShift


@dataclass(frozen=True)
class CarsFacts:
    """Automobile or not, on images that change."""

    seeds: int
    learnt: int
    """Automobiles in the training set, and as many other images."""
    shown: int
    """Test images, half of them automobiles."""
    as_is: Compared
    rotated: ShiftFacts
    darkened: ShiftFacts
    fogged: ShiftFacts

    @property
    def shifts(self) -> tuple[ShiftFacts, ...]:
        """In the order of the figure."""
        return self.rotated, self.darkened, self.fogged


@dataclass(frozen=True)
class EstimationFacts:
    """What each estimate of the population's statistics costs; mappings are by batch size."""

    cost: Mapping[str, Mapping[int, Estimate]]
    """Test accuracy with precise statistics less that with each of `ESTIMATES`."""
    patience: Estimate
    """Smallest batches: accuracy with the slow average less that with the fast one."""
    enough_images: int
    enough: Estimate
    """What precise statistics lose when so many images make them up, mean of the sizes."""
    mode_gap: Mapping[int, Estimate]
    """Test accuracy in training mode less that in evaluation mode with precise statistics."""


@dataclass(frozen=True)
class OverfitFacts:
    """What the noise of the statistics does to new images, statistics being precise; mappings are by batch size.

    A gap is the accuracy on images learnt less that on new ones. "Grouped" networks are those of the largest batches,
    their statistics taken over the smallest groups.
    """

    gap: Mapping[int, Compared]
    gap_change: Compared
    """That of the largest batches less that of the smallest."""
    grouped: Estimate
    """Their gap."""
    grouped_change: Estimate
    """The gap of the largest batches less theirs."""
    new: Mapping[int, Compared]
    """Accuracy on new images."""
    grouped_new: Estimate
    grouped_gain: Estimate
    """Accuracy on new images: theirs less that of the largest batches."""
    new_change: Estimate
    """Accuracy on new images with batch normalization: in the largest batches, less in the smallest."""
    toll: Estimate
    """Accuracy on new images with batch normalization: in batches of the middle size, less in the smallest."""
    learnt: Mapping[int, Compared]
    """Accuracy on images learnt, at the end."""
    grouped_learnt: Estimate


@dataclass(frozen=True)
class StatisticsFacts:
    """Networks that learnt few images, in batches of many sizes."""

    seeds: int
    sizes: tuple[int, ...]
    groups: tuple[int, ...]
    """Images that share statistics within the largest batches."""
    smallest: int
    middle: int
    largest: int
    images_seen: int
    learnt_images: int
    precise_images: int
    rate: float
    """Learning rate of the largest batches; others are proportional to the size."""
    estimation: EstimationFacts
    overfitting: OverfitFacts


def gather(records: Mapping[str, Record]) -> dict[str, Any]:
    """What the templates may name.

    Raises:
        KeyError: a record is missing.
    """
    return {
        "shoes": shoes_facts(records[SHOES]),
        "cars": cars_facts(records[CARS]),
        "batch_statistics": statistics_facts(records[STATISTICS]),
    }


def checks(judged: Mapping[str, tuple[Verdict, ...]]) -> dict[str, list[Check]]:
    """The predictions that each figure shows, from the verdicts of each record; no paper has published any of it."""
    statistics = checks_of(judged[STATISTICS])
    return {
        "shoes": list(checks_of(judged[SHOES]).values()),
        "cars": list(checks_of(judged[CARS]).values()),
        "estimation": [statistics[name] for name in ESTIMATION],
        "regularisation": [statistics[name] for name in REGULARISATION],
    }


def shoes_facts(record: Record) -> ShoesFacts:
    """Numbers of the shoes."""
    arrays = record.arrays
    swap = {arm: shoes.swap_distances(arrays, arm) for arm in (STANDARD, BATCH)}
    known, unknown = (_arms(shoes.recall, arrays, group) for group in (shoes.SNEAKERS, shoes.BOOTS))
    own = shoes.recall(arrays, BATCH, shoes.SHIFTED, TRAINING)
    boots, sneakers = (shoes.distances(arrays, BATCH, group) for group in (shoes.BOOTS, shoes.SNEAKERS))
    return ShoesFacts(
        seeds=len(rows_of(arrays, BATCH)),
        learnt=record.config["learnt_per_answer"],
        distance=tuple(compare(*layer) for layer in zip(swap[STANDARD].T, swap[BATCH].T, strict=True)),
        deepening=estimate(swap[BATCH][:, -1] - swap[BATCH][:, 0]),
        floor=tuple(estimate(layer) for layer in shoes.distances(arrays, BATCH, shoes.FAMILIAR).T),
        to_familiar=(estimate(boots[:, 0]), estimate(boots[:, -1])),
        sneakers_to_familiar=estimate(sneakers[:, -1]),
        sneakers=_shares(*known),
        boots=_shares(*unknown),
        lost=_shares(*(before - after for before, after in zip(known, unknown, strict=True))),
        own=_share(own),
        own_gain=_share(own - shoes.recall(arrays, BATCH, shoes.SHIFTED)),
        own_balanced_gain=_share(
            shoes.balanced(arrays, BATCH, shoes.SHIFTED, TRAINING) - shoes.balanced(arrays, BATCH, shoes.SHIFTED)
        ),
    )


def cars_facts(record: Record) -> CarsFacts:
    """Numbers of the cars."""
    arrays, config = record.arrays, record.config
    as_is = [values[:, cars.ROTATED, cars.AS_IS] for values in _arms(cars.accuracy, arrays)]
    rotated, darkened, fogged = (_shift(arrays, shift) for shift in (cars.ROTATED, cars.DARKENED, cars.FOGGED))
    return CarsFacts(
        seeds=len(rows_of(arrays, BATCH)),
        learnt=config["learnt_per_answer"],
        shown=2 * config["shown_per_answer"],
        as_is=_shares(*as_is),
        rotated=rotated,
        darkened=darkened,
        fogged=fogged,
    )


def _shift(arrays: Arrays, shift: int) -> ShiftFacts:
    anew = cars.accuracy(arrays, BATCH, cars.RECOMPUTED)[:, shift]
    middle = anew.shape[1] // 2  # the images as they are come first: the third of five strengths
    recomputed, recovered = anew[:, cars.STRONGEST], cars.recovered(arrays, shift)
    plain, population = (values[:, shift, cars.STRONGEST] for values in _arms(cars.accuracy, arrays))
    return ShiftFacts(
        strength=float(arrays["strength"][shift, -1]),
        accuracy=_shares(plain, population),
        lost=_shares(*_arms(cars.loss_of, arrays, shift)),
        recomputed=_share(recomputed),
        given_back=_share(recomputed - population),
        recovered=float(recovered.mean()) / 100 if np.isfinite(recovered).all() else None,
        milder=MilderShift(
            strength=float(arrays["strength"][shift, middle - 1]),
            accuracy=_share(cars.accuracy(arrays, BATCH)[:, shift, middle]),
            recomputed=_share(anew[:, middle]),
        ),
    )


def statistics_facts(record: Record) -> StatisticsFacts:
    """Numbers of the batches."""
    arrays, config = record.arrays, record.config
    return StatisticsFacts(
        seeds=len(batch_statistics.rows(arrays, BATCH, SMALLEST)),
        sizes=tuple(batch_statistics.sizes(arrays).tolist()),
        groups=tuple(batch_statistics.groups(arrays).tolist()),
        smallest=SMALLEST,
        middle=MIDDLE,
        largest=LARGEST,
        images_seen=config["images_seen"],
        learnt_images=config["learnt_images"],
        precise_images=config["precise_images"],
        rate=config["rate_per_image"] * LARGEST,
        estimation=_estimation(arrays),
        overfitting=_overfitting(arrays),
    )


def _estimation(arrays: Arrays) -> EstimationFacts:
    cost, sizes = batch_statistics.cost, batch_statistics.sizes(arrays).tolist()
    precise = batch_statistics.PRECISE
    return EstimationFacts(
        cost={name: {size: _share(cost(arrays, size, place)) for size in sizes} for name, place in ESTIMATES.items()},
        patience=_share(cost(arrays, SMALLEST, ESTIMATES["fast"]) - cost(arrays, SMALLEST, ESTIMATES["slow"])),
        enough_images=batch_statistics.ENOUGH,
        enough=_share(batch_statistics.enough(arrays)),
        mode_gap={size: _share(batch_statistics.mode_gap(arrays, size, precise)) for size in sizes},
    )


def _overfitting(arrays: Arrays) -> OverfitFacts:
    gap, new = batch_statistics.overfit, batch_statistics.accuracy
    sizes = batch_statistics.sizes(arrays).tolist()
    ends = zip(_arms(gap, arrays, LARGEST), _arms(gap, arrays, SMALLEST), strict=True)
    grouped, grouped_new = (measure(arrays, BATCH, LARGEST, group=SMALLEST) for measure in (gap, new))
    return OverfitFacts(
        gap={size: _shares(*_arms(gap, arrays, size)) for size in sizes},
        gap_change=_shares(*(large - small for large, small in ends)),
        grouped=_share(grouped),
        grouped_change=_share(gap(arrays, BATCH, LARGEST) - grouped),
        new={size: _shares(*_arms(new, arrays, size)) for size in sizes},
        grouped_new=_share(grouped_new),
        grouped_gain=_share(grouped_new - new(arrays, BATCH, LARGEST)),
        new_change=_share(new(arrays, BATCH, LARGEST) - new(arrays, BATCH, SMALLEST)),
        learnt={size: _shares(*_arms(batch_statistics.learnt, arrays, size)) for size in sizes},
        grouped_learnt=_share(batch_statistics.learnt(arrays, BATCH, LARGEST, group=SMALLEST)),
        toll=_share(new(arrays, BATCH, MIDDLE) - new(arrays, BATCH, SMALLEST)),
    )


Measure = Callable[..., np.ndarray]
"""Of arrays, an arm and what else it needs, in per cent or points; the first axis is the seed."""


def _arms(measure: Measure, arrays: Arrays, *place: int) -> tuple[np.ndarray, np.ndarray]:
    without_bn, with_bn = (measure(arrays, arm, *place) for arm in (STANDARD, BATCH))
    return without_bn, with_bn


def _share(values: np.ndarray) -> Estimate:
    """Of per cent or points."""
    return estimate(values / 100)


def _shares(without_bn: np.ndarray, with_bn: np.ndarray) -> Compared:
    """Of per cent or points."""
    return compare(without_bn / 100, with_bn / 100)
