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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep together, in one process of ``pytest -n``, the tests that share a tree: a file's, or the built site's."""
    for item in items:
        shares_site = "built_site" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("site" if shares_site else item.location[0]))
