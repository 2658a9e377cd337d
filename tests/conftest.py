"""What tests of several rooms start from."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from figures_src.article import assertions
from figures_src.experiments.inception import measures as inception

SITE = "tests/site/"
REPLAYS = "tests/experiments/test_replays.py"
COMMAND = "tree"
"""What a test asks for that starts the main command on a copy of the tree, some seconds each time."""
HELD, FIXED_LEVEL = assertions.held, inception.FIXED_LEVEL

for name in ("COLUMNS", "FORCE_COLOR", "GITHUB_ACTIONS", "PY_COLORS", "TERMINAL_WIDTH"):
    os.environ.pop(name, None)  # on a runner of GitHub, Typer colors the words that tests look for
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background of a script; inherited by all we start


@pytest.fixture(scope="session", autouse=True)
def _samples_are_no_evidence() -> Iterator[None]:
    """Sentences are held to the records; a post made of samples marks those that the samples deny.

    Samples of E2 are as accurate as the paper's networks, and never reach the level that ours were asked for.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assertions, "held", assertions.held_or_marked)
        patch.setattr(inception, "FIXED_LEVEL", 0.7)
        yield


@contextmanager
def as_published() -> Iterator[None]:
    """What is made of the records themselves: sentences are held, and the level is ours."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assertions, "held", HELD)
        patch.setattr(inception, "FIXED_LEVEL", FIXED_LEVEL)
        yield


@pytest.fixture(autouse=True)
def _arithmetic_left_as_found() -> Iterator[None]:
    """A training that sets how the processor computes gives it back: else what fails is a test that comes later."""
    yield
    assert sys.float_info.min / 2 > 0, "numbers below the smallest normal one are flushed to 0 in this process"


@pytest.fixture
def hangups_heard() -> Iterator[None]:
    """Let SIGHUP do what it does by default: ``nohup`` turns it off, in all that is started under it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first: else one process of ``pytest -n`` would end with it, the others idle.

    One file of the built site goes before: the other process works while the site is built.
    """
    for item in items:
        if COMMAND in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
    long = {item.location[0] for item in items if item.get_closest_marker("slow") or item.get_closest_marker("whole")}
    site = sorted({item.location[0] for item in items if item.location[0].startswith(SITE)})

    def rank(item: pytest.Item) -> tuple[int, str]:
        file = item.location[0]
        if file in site:
            return (0 if file == site[0] else 2), file
        return (1 if file in long else 3), file

    items.sort(key=rank)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the tests of a file in one process, but for those of the replays: a record each, some minutes in all."""
    from xdist.scheduler import LoadFileScheduling

    class ByFileOrRecord(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file, _, test = nodeid.partition("::")
            return file + test.partition("[")[2] if file == REPLAYS else file

    return ByFileOrRecord(config, log)
