"""What can be drawn of a record, found from its shape: one line a seed, one panel a setting.

The axes before time are the runs of the configuration, in its order, and their seeds: every experiment stores its
arrays so. An array that does not fit, or has no axis of time, is left to its file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from figures_src.experiments.arrays import Arrays
from figures_src.notebook.vocabulary import ArrayName, LastAxis, array_name, rank

NOT_A_SETTING = ("seed", "seeds")
ARM_SETTINGS = ("batch_norm", "normalization")
WITHOUT_BN, WITH_BN = "without_bn", "with_bn"
MOST_PARTS = 4
"""An axis longer than that holds no few things of one kind, and is not drawn as panels."""


@dataclass(frozen=True)
class Run:
    """One network: its seed, its arm, and what sets it apart from the others of its record."""

    seed: int
    arm: str
    settings: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Line:
    """A network measured over time; ``values`` is (time, lines), one line or the three percentiles."""

    run: Run
    values: np.ndarray


@dataclass(frozen=True)
class Panel:
    """Lines that differ by arm and seed alone; ``part`` is the place on the axis after time, such as a layer."""

    settings: tuple[tuple[str, Any], ...]
    part: str
    lines: tuple[Line, ...]

    def arms(self) -> list[str]:
        """The arms shown, in the order of the runs."""
        return list(dict.fromkeys(line.run.arm for line in self.lines))


@dataclass(frozen=True)
class Quantity:
    """An array of a record, or of a view of it, ready to be drawn; ``steps`` is (time,), and ``axis`` its name."""

    array: str
    name: ArrayName
    axis: str
    steps: np.ndarray
    panels: tuple[Panel, ...]


def networks(runs: Sequence[Any]) -> list[Run]:
    """The networks of a configuration, in the order of its runs, then of their seeds."""
    every = [{name: x for name, x in _flat(asdict(run)).items() if name not in NOT_A_SETTING} for run in runs]
    differing = [name for name in every[0] if any(settings[name] != every[0][name] for settings in every)]
    return [
        Run(seed, _arm(settings), tuple((name, settings[name]) for name in differing))
        for run, settings in zip(runs, every, strict=True)
        for seed in (run.seeds if hasattr(run, "seeds") else (run.seed,))
    ]


def _flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that a run keeps together, each by its own name; what they are called together says nothing more."""
    together = {name: value for name, value in settings.items() if isinstance(value, dict)}
    apart = {name: value for name, value in settings.items() if name not in together}
    return apart | {name: x for value in together.values() for name, x in value.items() if name != "name"}


def _arm(settings: Mapping[str, Any]) -> str:
    if "batch_norm" in settings:
        return WITH_BN if settings["batch_norm"] else WITHOUT_BN
    return str(settings.get("normalization", WITHOUT_BN))


def quantities(arrays: Arrays, runs: Sequence[Any]) -> list[Quantity]:
    """Everything that can be drawn, in the order of the vocabulary: what a reader looks for comes first."""
    rows = networks(runs)
    found = (_quantity(name, arrays, rows) for name in sorted(arrays, key=rank))
    return [quantity for quantity in found if quantity is not None]


def _quantity(name: str, arrays: Arrays, rows: Sequence[Run]) -> Quantity | None:
    values = _by_row(arrays[name], len(rows))
    how = array_name(name)
    if values is None or values.ndim < 2 or values.dtype.kind not in "fiu":
        return None
    axis = axis_of(name, values.shape[1], arrays, how)
    parts = _parts(name, values, arrays, how)
    if axis is None or parts is None:
        return None
    measured = {row: run for row, run in enumerate(rows) if not how.arms or run.arm in how.arms}
    if not measured:
        return None
    panels = [
        Panel(settings, part, tuple(Line(run, rest[row]) for row, run in measured.items() if _shared(run) == settings))
        for settings in dict.fromkeys(_shared(run) for run in measured.values())
        for part, rest in parts.items()
    ]
    return Quantity(name, how, *axis, tuple(panels))


def _by_row(values: np.ndarray, rows: int) -> np.ndarray | None:
    """The axes that hold the networks made one, (rows, time, …); None where they do not."""
    leading = np.cumprod(values.shape)
    fits = np.flatnonzero(leading == rows)
    # The last place at which the product is right: an axis of length one belongs to the networks.
    return values.reshape(rows, *values.shape[fits[-1] + 1 :]) if fits.size else None


def _shared(run: Run) -> tuple[tuple[str, Any], ...]:
    """What the networks of a panel have in common."""
    return tuple((name, value) for name, value in run.settings if name not in ARM_SETTINGS)


def axis_of(name: str, length: int, arrays: Arrays, how: ArrayName) -> tuple[str, np.ndarray] | None:
    """The name and the steps, (length,), at which an array of so many rows was measured; None where nothing says.

    Without a word of the vocabulary, an array of steps counts if their names share a word, or if it is ``step``; one
    that is longer by one is that of the ends of changes.
    """
    if how.steps == ("index",):
        return "index", np.arange(length)
    given = [axis for axis in how.steps if axis in arrays]
    words = {word.rstrip("s") for word in name.split("_")}
    named = [axis for axis in arrays if axis.endswith("_step") and words & set(axis.removesuffix("_step").split("_"))]
    for axis in [*given, *named, *(["step"] if "step" in arrays else [])]:
        steps = arrays[axis]
        if steps.ndim == 1 and len(steps) in (length, length + 1):
            return axis, np.asarray(steps[-length:])
    return None


def _parts(name: str, values: np.ndarray, arrays: Arrays, how: ArrayName) -> dict[str, np.ndarray] | None:
    """What is drawn apart, each (rows, time, lines); None where the axes after time are not a few things."""
    if values.ndim == 2:
        return {"": values[..., None]}
    if values.ndim > 3:
        return None
    if how.last is LastAxis.PERCENTILES:
        return {"": values}
    if how.last is LastAxis.RANGE:
        return {"": (values.max(axis=-1) - values.min(axis=-1))[..., None]}
    if values.shape[-1] > MOST_PARTS:
        return None
    layers = arrays.get(f"{name.split('_')[0]}_layer", np.arange(values.shape[-1]))
    labels = how.parts or [f"couche {layer}" for layer in layers]
    return {label: values[..., [place]] for place, label in enumerate(labels)}
