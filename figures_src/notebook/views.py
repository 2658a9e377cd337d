"""What is drawn of records whose arrays are not (networks, time, …): the same numbers, put in that shape.

The experiments of E4 measure networks already trained, along layers or strengths, or name no steps; the controls of E3
judge a network in several ways, or train one for each factor before the loss. A view adds the arrays that `curves` can
draw, rows in the order of the runs, and the places of their horizontal axis.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.experiments.batch_statistics import measures as batch_statistics
from figures_src.experiments.cars import measures as cars
from figures_src.experiments.cars_border.runs import FOLLOWED, PUBLISHED, RECOMPUTED, REPEATED
from figures_src.experiments.experiment import AnyExperiment
from figures_src.experiments.linear_problems.predictions import LAYER
from figures_src.experiments.shoes import measures as shoes
from figures_src.experiments.shoes.measures import EVALUATION
from figures_src.experiments.vgg_controls.measures import WAYS
from figures_src.notebook.curves import Quantity, quantities

View = Callable[[Arrays, Sequence[Any]], Arrays]
"""Of a record's arrays and the runs of its configuration, the arrays to add."""


def drawn(experiment: AnyExperiment, arrays: Arrays) -> list[Quantity]:
    """All that is drawn of the record of an experiment."""
    return quantities(viewed(experiment, arrays), experiment.config.runs())


def viewed(experiment: AnyExperiment, arrays: Arrays) -> Arrays:
    """The arrays of a record, and those that the view of its experiment adds, if it has one."""
    view = VIEWS.get(experiment.name)
    return {**arrays, **view(arrays, experiment.config.runs())} if view else arrays


def along_strengths(arrays: Arrays, runs: Sequence[Any]) -> Arrays:
    """Accuracies of the cars by strength, (networks, strengths, shifts); place 0 is the images as they are."""
    by_strength = np.swapaxes(arrays["accuracy"], -1, -2)
    return {
        "strength_place": np.arange(by_strength.shape[2]),
        "population_accuracy": by_strength[:, cars.POPULATION],
        "recomputed_accuracy": by_strength[:, cars.RECOMPUTED],
    }


def along_borders(arrays: Arrays, runs: Sequence[Any]) -> Arrays:
    """The same of each reading followed: (networks, strengths, shifts)."""
    by_strength = np.swapaxes(arrays["followed_accuracy"], -1, -2)
    names = {PUBLISHED: "zeros_population", RECOMPUTED: "zeros_recomputed", REPEATED: "replicate_recomputed"}
    places = {"strength_place": np.arange(by_strength.shape[2])}
    return places | {names[reading]: by_strength[:, place] for place, reading in enumerate(FOLLOWED)}


def along_layers(arrays: Arrays, runs: Sequence[Any]) -> Arrays:
    """What the layers of the shoe networks receive in evaluation mode: (networks, layers), or (…, groups shown)."""
    by_group = shoes.layer_means(arrays, arrays["channel_distance"][:, EVALUATION])
    return {
        "layer": 1 + np.unique(arrays["layer_of_channel"]),
        "boots_to_sneakers": shoes.layer_means(arrays, arrays["swap_distance"][:, EVALUATION]),
        "mean_shift": shoes.layer_means(arrays, shoes.channel_shifts(arrays)),
        "distance_to_familiar": np.swapaxes(by_group, 1, 2),
    }


def along_images_seen(arrays: Arrays, runs: Sequence[Any]) -> Arrays:
    """Accuracies by images seen, to within a batch: networks of all sizes are measured after as many of them."""
    evaluations = np.arange(1, runs[0].evaluations + 1)
    return {
        "images_seen": runs[0].images_seen * evaluations // runs[0].evaluations,
        "precise_test_accuracy": arrays["estimate_accuracy"][..., batch_statistics.PRECISE],
    }


def by_way(arrays: Arrays, runs: Sequence[Any]) -> Arrays:
    """Test accuracies of the controls of E3, (networks, time), in each way of judging that some network has.

    The first way is that of ``test_accuracy``.
    """
    ways = dict(zip(WAYS[1:], np.moveaxis(arrays["evaluation_accuracy"], -1, 0)[1:], strict=True))
    return {f"{way}_test_accuracy": values for way, values in ways.items() if np.isfinite(values).any()}


def by_factor(arrays: Arrays, runs: Sequence[Any]) -> Arrays:
    """Losses and shifts of the linear problems, (arms and seeds, time, factors)."""
    layer = arrays["shift_layer"].tolist().index(LAYER)
    shifts = {name: arrays[f"shift_{name}"][..., layer] for name in ("difference", "norm", "cosine")}
    every = {"loss_by_factor": arrays["train_loss"]} | {f"{name}_by_factor": found for name, found in shifts.items()}
    return {
        name: np.moveaxis(values, 1, -1).reshape(-1, values.shape[-1], values.shape[1])
        for name, values in every.items()
    }


VIEWS: Mapping[str, View] = {
    **dict.fromkeys(("vgg_controls", "vgg_low_rate", "vgg_lengths", "vgg_initial_grid", "vgg_initial"), by_way),
    "linear_problems": by_factor,
    "shift_cars": along_strengths,
    "cars_border": along_borders,
    "shift_shoes": along_layers,
    "batch_statistics": along_images_seen,
}
