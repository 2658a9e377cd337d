"""What tests of several rooms start from."""

import signal
from collections.abc import Iterator

import pytest


@pytest.fixture
def hangups_heard() -> Iterator[None]:
    """Let SIGHUP do what it does by default: ``nohup`` turns it off, in all that is started under it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)
