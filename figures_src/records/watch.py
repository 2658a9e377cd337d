"""What the libraries of a day would change: each record replayed with them, and judged again.

A record keeps the losses of its first steps. Where today's libraries give others, further than two processors are
apart, a training today is another one, and no verdict of that record can be relied on; where they give the same, its
arrays are judged again.
"""

from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from figures_src.experiments.experiment import AnyExperiment, Outcome
from figures_src.records import produce, replays, store
from figures_src.records.record import Record
from figures_src.training.machine import Machine

STRAYS, STRAYED = 0.05, 0.01
"""Share of the networks that a rounding may carry that far, once updated: where a unit's variance is nearly nothing."""


@dataclass(frozen=True)
class Watched:
    """What became of a record."""

    name: str
    networks: int
    """Those that were trained again and can be compared here."""
    astray: tuple[str, ...]
    """The runs whose first losses are others."""
    changed: tuple[str, ...]
    """Predictions, in French, that would be judged otherwise."""
    doubtful: tuple[str, ...] = ()
    """Predictions whose verdict rests on runs astray."""

    @property
    def same(self) -> bool:
        """Whether nothing would change."""
        return not (self.astray or self.changed)


def watch(experiment: AnyExperiment, machine: Machine) -> Watched:
    """Replay the record of an experiment with today's libraries, and judge it again.

    Raises:
        FileNotFoundError: it has none.
        DamagedRecord: it cannot be trusted.
    """
    record = store.load(experiment.name)
    with replays.recorded_kernels():
        again = experiment.replay(experiment.config, machine)
    labels = np.array([run.label for run in experiment.config.runs()])
    compared, astray = _astray(record, again, experiment)
    changed = tuple(produce.changed_verdicts(experiment, "full"))
    doubtful = tuple(str(told["prediction"]) for told in record.sidecar["verdicts"]) if astray.any() else ()
    return Watched(experiment.name, compared, tuple(map(str, labels[astray])), changed, doubtful)


def computer_today(record: Record) -> str:
    """What computes here, as far as its rounding depends on it; with another PyTorch, not that of the record."""
    here, then = version("torch"), record.sidecar["libraries"]["torch"]
    computer = replays.this_computer()
    return computer if here.partition("+")[0] == then.partition("+")[0] else f"{computer}, torch {here}"


def _astray(record: Record, again: Outcome, experiment: AnyExperiment) -> tuple[int, np.ndarray]:
    """How many networks can be compared, and which runs, (runs,), have other losses in any of theirs."""
    runs, computer = experiment.config.runs(), computer_today(record)
    recorded, now = record.arrays["replay_loss"], again.arrays["replay_loss"]
    steps = now.shape[-1]
    now = now.reshape(len(runs), -1, steps)
    # Of an ensemble, the first networks alone may be trained again.
    recorded = recorded.reshape(len(runs), -1, recorded.shape[-1])[:, : now.shape[1]]
    arms = record.arrays.get("arm", np.full(len(runs), "")).reshape(len(runs), -1)[:, 0]
    kept = replays.comparable(record.sidecar, arms, replays.rounding_growth(runs), computer)
    bounds = replays.tolerances(record.sidecar, again.precision, computer, steps)
    far = _differing(now, recorded, bounds) & kept[:, None]
    if far[kept].size and far[kept].mean() <= STRAYS:
        updated = np.arange(len(bounds)) > 0
        far &= _differing(now, recorded, np.where(updated, np.maximum(bounds, STRAYED), bounds))
    return int(kept.sum()) * now.shape[1], far.any(axis=1)


def _differing(now: np.ndarray, recorded: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """Which networks, (runs, networks), have other losses."""
    one_by_one = (-1, now.shape[-1])
    return replays.differing(now.reshape(one_by_one), recorded.reshape(one_by_one), bounds).reshape(now.shape[:2])
