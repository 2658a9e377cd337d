"""A download's progress on a terminal, in the shape that pooch asks for; silent elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


class DownloadBar:
    """Adapter from pooch's progress object (``total``, ``update``, ``reset``, ``close``) to rich's."""

    def __init__(self, progress: "Progress", description: str) -> None:
        self._progress = progress
        self._task = progress.add_task(description, total=None)

    @property
    def total(self) -> float | None:
        """Bytes to come, once the server has said how many."""
        return self._progress.tasks[0].total

    @total.setter
    def total(self, count: int) -> None:
        # a server that does not say gives 0, which rich would show as already finished
        self._progress.update(self._task, total=count or None)

    def update(self, count: int) -> None:
        """Count ``count`` more bytes."""
        self._progress.advance(self._task, count)

    def reset(self) -> None:
        """Start again from zero bytes, keeping the total."""
        self._progress.reset(self._task, total=self.total)

    def close(self) -> None:
        """Leave closing to :func:`download_bar`, which also runs when a download fails and pooch does not."""


@contextmanager
def download_bar(description: str) -> Iterator[DownloadBar]:
    """Show a bar on standard error while the block runs, if that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield DownloadBar(progress, description)


@contextmanager
def spinner(description: str) -> Iterator[None]:
    """Show that something without a known length is under way, if standard error is a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(description):
        yield
