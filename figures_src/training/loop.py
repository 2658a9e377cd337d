"""From the first step to the last, over as many sittings as it takes: the same for every kind of network."""

import time
from collections.abc import Callable
from typing import Protocol

import numpy as np

from figures_src.training.checkpoint import Checkpoint
from figures_src.training.machine import Machine

Arrays = dict[str, np.ndarray]
LOOK_UP_STEPS = 10
"""Between two looks at the clock, where a step is not so short that looking up is felt."""


class Interrupted(Exception):
    """The run was asked to stop; its checkpoint is on disk."""


class Resumable(Protocol):
    """A training under way. ``advance`` measures what is due, then makes one update and counts it."""

    step: int
    seconds: float
    look_up_every: int
    """Steps between two looks at the clock, and at whether to stop."""

    def advance(self) -> None:
        """Make one step."""

    def finish(self) -> Arrays:
        """Make the measurements due after the last step, and return all of them."""

    def state(self) -> Arrays:
        """Everything needed to go on from here with the same bits."""

    def restore(self, state: Arrays) -> None:
        """Go back to a saved state."""


def nothing_to_tell(step: int) -> None:
    """Tell nobody."""


def never() -> bool:
    """Go on to the end."""
    return False


def train_to_end(
    training: Resumable,
    steps: int,
    checkpoint: Checkpoint,
    *,
    save_every_seconds: float,
    on_progress: Callable[[int], None] = nothing_to_tell,
    should_stop: Callable[[], bool] = never,
) -> tuple[Arrays, float]:
    """Train from the last checkpoint if there is one; return the measurements and the seconds they took.

    Raises:
        Interrupted: ``should_stop`` said so; the state is on disk.
    """
    if should_stop():
        raise Interrupted("before its first step")
    if saved := checkpoint.load():
        training.restore(saved)
    on_progress(training.step)
    clock = _Clock(training.seconds)
    while training.step < steps:
        training.advance()
        if training.step % training.look_up_every == 0:
            on_progress(training.step)
            stop = should_stop()
            if stop or clock.since_saved() > save_every_seconds:
                training.seconds = clock.save()
                checkpoint.save(training.state())
            if stop:
                raise Interrupted(f"at step {training.step}")
    on_progress(training.step)
    training.seconds = clock.save()
    # Kept although it is done, for other runs may be killed before the record of all is written; and kept as it
    # was before the last measurement, which a resumed run makes again.
    checkpoint.save(training.state())
    return training.finish(), training.seconds


def carry_out(
    training: Resumable,
    steps: int,
    key: str,
    machine: Machine,
    on_progress: Callable[[int], None] = nothing_to_tell,
    should_stop: Callable[[], bool] = never,
) -> tuple[Arrays, float]:
    """Train to the end with the means of a machine; ``key`` names the checkpoint.

    Raises:
        Interrupted: ``should_stop`` said so; the state is on disk.
    """
    return train_to_end(
        training,
        steps,
        Checkpoint(machine.checkpoints / f"{key}.npz"),
        save_every_seconds=machine.checkpoint_seconds,
        on_progress=on_progress,
        should_stop=should_stop,
    )


class _Clock:
    """Seconds of computing, over as many sittings as a run took."""

    def __init__(self, before: float):
        self._before, self._started = before, time.monotonic()
        self._saved = self._started

    def since_saved(self) -> float:
        return time.monotonic() - self._saved

    def save(self) -> float:
        self._saved = time.monotonic()
        return self._before + self._saved - self._started
