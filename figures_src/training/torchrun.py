"""Manners of a process that torchrun starts among others: refuse with one voice, hear signals, leave with torchrun."""

import io
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from figures_src.processes import RememberSignals, leave_with

REFUSED, STOPPED = 2, 130
YIELD_SECONDS = 30
"""Time for the first process of the machine to refuse, and to be heard, before the others are."""


def learners_here() -> int:
    """Processes that learn on this machine."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))


def speaks_for_machine() -> bool:
    """Whether this is the first process of its machine: what is found here, all of them find."""
    return os.environ.get("LOCAL_RANK", "0") == "0"


@contextmanager
def one_of_many() -> Iterator[None]:
    """Run a command as one of the processes of torchrun, if it is one.

    It leaves when torchrun is killed. Until `speak_up`, only the first process of the machine is heard; when it
    refuses (exit status 2), torchrun is told to leave, which has no other way to know that trying again is vain.
    """
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        yield
        return
    torchrun = os.getppid()
    leave_with(torchrun)
    unheard = io.StringIO()
    if not speaks_for_machine():
        sys.stderr = unheard
    try:
        yield
    except SystemExit as error:
        if error.code == REFUSED and speaks_for_machine():
            _end(torchrun)
        elif error.code == REFUSED:
            time.sleep(YIELD_SECONDS)
        raise
    finally:
        speak_up()
        sys.stderr.write(unheard.getvalue())


def speak_up() -> None:
    """From here on, each process has its own to say."""
    sys.stderr = sys.__stderr__


def _end(torchrun: int) -> None:
    if os.environ.get("TORCHELASTIC_MAX_RESTARTS", "0") != "0":
        sys.stderr.flush()
        os.kill(torchrun, signal.SIGTERM)


class Stop(RememberSignals):
    """Within the block, Ctrl-C and SIGTERM ask for a checkpoint; the first process says at once that it heard."""

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if not self.heard and os.environ.get("RANK", "0") == "0":
            # Not print: this may come in the middle of one.
            os.write(2, b"\nstopping: the checkpoint is written first; run the same command to go on from it\n")
        super()._hear(number, frame)
        if self.insisted:
            os._exit(STOPPED)
