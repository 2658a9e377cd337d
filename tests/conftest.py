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
    """Keep together, in one process of ``pytest -n``, the tests that share a tree: a file's, or the built site's.

    What takes long comes first: else one process would end with it while the others have nothing left to do.
    """
    groups = {item: "site" if "built_site" in getattr(item, "fixturenames", ()) else item.location[0] for item in items}
    long = {groups[item] for item in items for name in ("slow", "whole") if item.get_closest_marker(name)}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: (groups[item] != "site", groups[item] not in long))
