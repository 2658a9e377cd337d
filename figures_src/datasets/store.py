"""The cache of verified contents: each file whole or absent, and verified again each time it is read."""

import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from figures_src.datasets.errors import AlteredError, DatasetUnavailable
from figures_src.datasets.locations import CACHE_VARIABLE
from figures_src.datasets.spec import DatasetSpec, Part
from figures_src.files import PARTIAL, write_whole

WORKSPACE_PREFIX = ".fetching-"
ABANDONED_SECONDS = 24 * 3600

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Store:
    """Verified contents of one dataset, in a folder of its own."""

    folder: Path

    def read(self, part: Part) -> bytes | None:
        """Return the verified content of ``part``, or ``None`` where it is absent, unreadable or altered."""
        path = self.folder / part.file
        try:
            return part.verified(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, AlteredError) as error:
            logger.warning("Cached copy %s refused, fetching it again: %s", path, error)
            return None

    def write(self, part: Part, content: bytes) -> None:
        """Write ``content`` whole: two processes that store the same part both leave it intact."""
        with self._explained():
            write_whole(self.folder / part.file, content)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """Give a folder for downloads, on the same file system as the store, removed at the end."""
        with self._explained():
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            temporary = TemporaryDirectory(dir=self.folder, prefix=WORKSPACE_PREFIX, ignore_cleanup_errors=True)
        with temporary as folder:
            yield Path(folder)

    def _sweep(self) -> None:
        """Remove what killed processes left; what is young may be another process at work."""
        for remains in (*self.folder.glob(f"{WORKSPACE_PREFIX}*"), *self.folder.glob(f".*{PARTIAL}")):
            with suppress(FileNotFoundError):  # its owner may remove it at this very moment
                if time.time() - remains.stat().st_mtime > ABANDONED_SECONDS:
                    if remains.is_dir():
                        shutil.rmtree(remains, ignore_errors=True)
                    else:
                        remains.unlink()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise DatasetUnavailable(
                f"Cannot write in the cache {self.folder} ({error.strerror or error}): free some space there,"
                f" or name another folder with {CACHE_VARIABLE}=DIR."
            ) from error


def read_all(store: Store, spec: DatasetSpec) -> dict[str, bytes]:
    """Return the verified contents that the store holds, by file name."""
    found = {part.file: store.read(part) for part in spec.parts}
    return {file: content for file, content in found.items() if content is not None}
