"""What tests of several rooms start from."""

import signal
from collections.abc import Iterator

import pytest

from figures_src.article import assertions
from figures_src.experiments.inception import measures as inception


@pytest.fixture(scope="session", autouse=True)
def _samples_are_no_evidence() -> Iterator[None]:
    """Sentences are held to the records; a post made of samples marks those that the samples deny.

    Samples of E2 are as accurate as the paper's networks, and never reach the level that ours were asked for.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assertions, "held", assertions.held_or_marked)
        patch.setattr(inception, "FIXED_LEVEL", 0.7)
        yield


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
