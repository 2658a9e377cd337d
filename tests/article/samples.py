"""Records and drawings small enough to write by hand, shaped as the real ones are."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from figures_src.catalogue import FIGURES, Figure, article_records
from figures_src.experiments.arrays import Arrays
from figures_src.experiments.deep_linear import predictions as dln
from figures_src.experiments.inception import measures as inception
from figures_src.experiments.inception.experiment import GRID, INCEPTION_CPU
from figures_src.experiments.inception.predictions import verdicts as inception_verdicts
from figures_src.experiments.parts.runs import Part
from figures_src.experiments.prediction import Verdict
from figures_src.experiments.registry import EXPERIMENTS
from figures_src.experiments.vgg import measures as vgg
from figures_src.experiments.vgg.experiment import VGG_CPU
from figures_src.experiments.vgg.predictions import verdicts as vgg_verdicts
from figures_src.experiments.vgg_channels import predictions as vgg_channels
from figures_src.experiments.vgg_channels.experiment import VGG_CHANNELS
from figures_src.records import store
from figures_src.records.record import Record
from tests.experiments import depth_samples, inception_samples, scale_samples
from tests.experiments.mistakes.samples import mistake_arrays
from tests.experiments.parts.samples import part_arrays
from tests.experiments.places.samples import place_arrays
from tests.experiments.samples import (
    channel_arrays,
    control_arrays,
    dln_arrays,
    initial_arrays,
    length_arrays,
    problem_arrays,
    tuned_arrays,
    vgg_arrays,
)
from tests.experiments.shift_samples import border_arrays, cars_arrays, shoes_arrays, statistics_arrays

PART_ACCURACY = dict(zip(map(str, Part), (50.0, 55.0, 52.0, 54.5, 55.5, 15.0, 30.0, 54.0), strict=True))
PLACE_ACCURACY = {"plain_nowhere": 50.0, "plain_before": 54.0, "plain_after": 55.0, "residual_nowhere": 51.0,
                  "residual_before": 57.0, "residual_after": 55.5}  # fmt: skip
MISTAKE_LOSS = {"sorted_128": 40.0, "sorted_8": 35.0, "training_1": 20.0, "training_8": 5.0, "axis_of_columns": 4.0}
VARIANTS = ("light", "dark", "light-narrow", "dark-narrow")
COMMON = {"hidden": [100, 100, 100], "binary_threshold": 128, "eps": 1e-5, "momentum": 0.1}
SIDECAR = {"preset": "full", "seconds": 3725.0, "device": "cpu", "date": "2026-11-01", "common": COMMON}
VERDICTS = [
    {
        "name": "early_gap",
        "prediction": "Avance de la BN à 4 000 itérations",
        "threshold": "> 2 points",
        "measured": 10.0,
        "bound": 2.0,
        "decimals": 2,
        "unit": "points",
        "met": True,
    },
    {
        "name": "unit_growth",
        "prediction": "Avec BN, l'écart 15–85 croît",
        "threshold": "|×| ≥ 1,3",
        "measured": 1.05,
        "bound": 1.3,
        "decimals": 2,
        "unit": "×",
        "met": False,
    },
]


def curves(seeds: int = 3) -> Record:
    """Without BN: .80 at 4 000 steps and .97 at the end; with BN ten points, then one, above. Seeds ± .001."""
    step = np.arange(0, 50_001, 1_000)
    spread = 0.001 * (np.arange(seeds) - (seeds - 1) / 2)[:, None]
    without = np.interp(step, [0, 4_000, 50_000], [0.1, 0.80, 0.97])
    with_bn = np.interp(step, [0, 4_000, 50_000], [0.1, 0.90, 0.98])
    matched = np.stack([without + spread, with_bn + spread])
    accuracy = np.stack([matched, np.minimum(matched + 0.0125, 0.995)])
    middle = np.linspace(0, 0.5, len(step))
    half = np.linspace(1, 1.5, len(step))
    unit = np.stack([middle - half, middle, middle + half], axis=-1)
    percentiles = np.broadcast_to(unit, (2, 2, seeds, *unit.shape)).copy()
    percentiles[:, 0] *= 2
    percentiles += spread[:, None]
    change = np.full((2, 2, seeds, 4, 3), 0.01)
    change[:, 0] = 0.04
    arrays = {
        "learning_rate": np.array([0.1, 1.0]),
        "step": step,
        "test_accuracy": accuracy,
        "test_loss": 1 - accuracy,
        "percentile_step": step,
        "unit_percentiles": percentiles,
        "layer_percentiles": percentiles,
        "unit_dense": percentiles[..., :5, :],
        "layer_dense": percentiles[..., :5, :],
        "layer_dense_change": change,
    }
    config = {
        "sigma": 0.1,
        "learning_rates": [0.1, 1.0],
        "seeds": list(range(seeds)),
        "steps": 50_000,
        "dense_steps": 4,
        "batch_size": 60,
        "probe_images": 1001,
        "unit": 0,
    }
    return Record("mnist_curves", arrays, {**SIDECAR, "config": config, "verdicts": VERDICTS})


def statistics(seeds: int = 3) -> Record:
    """Medians that change by .04 a step without BN, .01 with the images' statistics, .02 with the running ones."""
    half = np.array([2.0, 1.0, 1.0])[:, None, None] + np.zeros((3, seeds, 5))
    middle = np.zeros_like(half)
    change = np.array([0.04, 0.01, 0.02])[:, None, None, None] + np.zeros((3, seeds, 4, 3))
    arrays = {
        "layer_dense": np.stack([middle - half, middle, middle + half], axis=-1),
        "layer_dense_change": change,
        "layer_percentiles_change": change,
    }
    config = {"learning_rate": 0.1, "seeds": list(range(seeds)), "dense_steps": 4}
    return Record("mnist_statistics", arrays, {**SIDECAR, "config": config, "verdicts": []})


def grid(seeds: int = 2) -> Record:
    """Two σ, three rates. The best validation cell is (.1, 1) without BN and (.01, .1) with it."""
    without = np.array([[0.11, 0.50, 0.92], [0.60, 0.95, 0.94]])
    with_bn = np.array([[0.96, 0.955, 0.93], [0.95, 0.95, 0.90]])
    mean = np.stack([without, with_bn], axis=-1)
    accuracy = mean[..., None, None] + 0.001 * np.arange(seeds)[:, None] + np.zeros(2)
    validation = accuracy + np.array([0.0, 0.01])
    arrays = {
        "sigma": np.array([0.01, 0.1]),
        "learning_rate": np.array([0.1, 1.0, 3.0]),
        "step": np.array([0, 10_000]),
        "test_accuracy": accuracy,
        "validation_accuracy": validation,
    }
    config = {"seeds": list(range(seeds)), "steps": 10_000, "validation_images": 10_000}
    return Record("mnist_grid", arrays, {**SIDECAR, "config": config, "verdicts": []})


def _verdicts(arrays: Arrays, judge: Callable[[Arrays], Iterable[Verdict]]) -> list[dict[str, Any]]:
    return [asdict(verdict) for verdict in judge(arrays)]


def smoothing(moves: dict[str, float] | None = None, **settings: float) -> dict[str, Record]:
    """E3: the deep linear network alone depends on the scale of the loss."""
    arrays = vgg_arrays(**settings)
    convolutional = {**SIDECAR, "config": asdict(VGG_CPU.config), "verdicts": _verdicts(arrays, vgg_verdicts)}
    half, whole = dln_arrays(1500, 0.99, 5), dln_arrays(1500, 0.9, 5)
    whole["train_loss"] = 2 * whole["train_loss"]
    linear = {**SIDECAR, "config": {"seeds": [0, 1]}, "verdicts": _verdicts(half, dln.verdicts)}
    moved = channel_arrays(moves or {"without_bn": 0.25, "with_bn": 0.1, "noisy_bn": 0.5})
    channels = {**SIDECAR, "config": asdict(VGG_CHANNELS.config)}
    channels["verdicts"] = _verdicts(moved, vgg_channels.verdicts)
    return {
        "vgg": Record("vgg", arrays, convolutional),
        "vgg_channels": Record("vgg_channels", moved, channels),
        "dln": Record("dln", half, linear),
        "dln_sum": Record("dln_sum", whole, {**linear, "verdicts": _verdicts(whole, dln.verdicts)}),
    }


def controls(**settings: Any) -> dict[str, Record]:
    """The controls of E3; ``settings`` are those of `tests.experiments.samples.control_arrays` at the matched rate."""
    measured = {
        "vgg_controls": control_arrays(**settings),
        "vgg_low_rate": control_arrays(vgg.LOW, relative=3),
        "vgg_initial_grid": initial_arrays(),
        "vgg_initial": tuned_arrays(),
        "vgg_lengths": length_arrays(),
        "linear_problems": problem_arrays(),
    }
    return {name: _judged(name, arrays) for name, arrays in measured.items()}


def shifting(**arrays: dict[str, np.ndarray]) -> dict[str, Record]:
    """E4, from the arrays of its experiments by name, or from those in which its predictions are met."""
    usual = {
        "shift_shoes": shoes_arrays,
        "shift_cars": cars_arrays,
        "batch_statistics": statistics_arrays,
    }
    return {name: _judged(name, arrays[name] if name in arrays else make()) for name, make in usual.items()}


def border() -> Record:
    """The control on the border of shifted cars."""
    return _judged("cars_border", border_arrays())


def _judged(name: str, arrays: dict[str, np.ndarray]) -> Record:
    experiment = EXPERIMENTS[name]
    verdicts = [asdict(verdict) for verdict in experiment.verdicts(arrays)]
    return Record(name, arrays, {**SIDECAR, "config": asdict(experiment.config), "verdicts": verdicts})


def reduced(curves: dict[inception.Arm, np.ndarray] | None = None) -> dict[str, Record]:
    """E2: the published numbers at a smaller scale, unless other curves are given."""
    arrays = inception_samples.arrays(inception_samples.FAVOURABLE | (curves or {}))
    sidecar = {**SIDECAR, "config": asdict(INCEPTION_CPU.config), "common": {"classes": 10}}
    sidecar["verdicts"] = [asdict(verdict) for verdict in inception_verdicts(arrays)]
    grid = {**SIDECAR, "config": asdict(GRID.config), "verdicts": []}
    return {
        "inception": Record("inception", arrays, sidecar),
        "inception_grid": Record("inception_grid", inception_samples.grid_arrays(), grid),
    }


def rates() -> Record:
    """Four σ and four rates: 95 % at step 200, at 300 without BN; never without BN at the two largest rates."""
    step = np.array([0, 100, 200, 300, 400])
    accuracy = np.where(step < 200, 0.1, 0.98) * np.ones((4, 4, 2, 3, 1))
    accuracy[:, :, 0] = np.where(step < 300, 0.1, 0.97)
    accuracy[:, 2:, 0] = 0.1
    arrays = {
        "step": step,
        "sigma": np.array([0.01, 0.03, 0.1, 0.3]),
        "learning_rate": np.array([1.0, 3.0, 10.0, 30.0]),
        "test_accuracy": accuracy,
        "validation_accuracy": accuracy,
        "test_loss": np.full(accuracy.shape, 0.5),
    }
    return Record("mnist_rates", arrays, {**SIDECAR, "config": {"seeds": [0, 1, 2]}, "verdicts": []})


def mechanisms() -> dict[str, Record]:
    """E5: as theory has it with BN, three times as far without; all learn until 20 layers, residual BN at 80.

    Statistics without gradient learn little, at a low rate; BN after the ReLU leads in one network alone.
    """
    arrays = {
        "scale": scale_samples.arrays(),
        "depth_initial": depth_samples.initial_arrays(),
        "depth_training": depth_samples.ladder_arrays(),
        "depth_training_long": depth_samples.ladder_arrays(),
    }
    plain = {
        name: Record(name, found, {**SIDECAR, "config": asdict(EXPERIMENTS[name].config), "verdicts": []})
        for name, found in arrays.items()
    }
    tried = {
        "parts": part_arrays(PART_ACCURACY, elsewhere={Part.DETACHED: 10}),
        "places": place_arrays(PLACE_ACCURACY),
        "mistakes": mistake_arrays(MISTAKE_LOSS),
    }
    return plain | {name: _judged(name, found) for name, found in tried.items()}


def records() -> dict[str, Record]:
    """Every record that the article rests on: small samples, and the committed one where no sample is written."""
    every = (curves(), grid(), statistics(), rates())
    single = {record.name: record for record in (*every, border())}
    written = single | mechanisms() | smoothing() | controls() | reduced() | shifting()
    return {name: store.load(name) for name in article_records() if name not in written} | written


def catalogue() -> dict[str, Figure]:
    """The real ids, with titles and captions that do not change with the page."""
    texts = (
        "Un titre",
        "Au taux << setting(curves.matched.learning_rate) >>,\n\n l'écart est positif ; voyez.",
        'Deux courbes "montantes" : << percent(curves.matched.final.with_bn.mean, 0) >> & plus',
    )
    rows = [replace(figure, title=texts[0], caption=texts[1], alt=texts[2]) for figure in FIGURES.values()]
    return {row.id: row for row in rows}


def draw(folder: Path) -> Path:
    """Put the drawings of every figure under `folder`, wide ones of 468 × 288 pt, narrow ones of 320 × 400 px."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in catalogue():
        for variant in VARIANTS:
            size = 'width="320" height="400px"' if "narrow" in variant else 'width="468pt" height="288pt"'
            svg = f'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" {size}><path d="M0 0"/></svg>'
            (folder / f"{name}-{variant}.svg").write_text(svg)
    return folder
