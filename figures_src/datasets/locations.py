"""Where data lives on the user's machine: the one place that reads ``BN_DATA`` and ``BN_CACHE``."""

import os
from pathlib import Path

from figures_src.datasets.errors import DatasetUnavailable

DATA_VARIABLE = "BN_DATA"
CACHE_VARIABLE = "BN_CACHE"


def data_folder(folder: Path | None = None) -> Path | None:
    """Return the folder of the user's own copies: ``folder``, else ``BN_DATA``, else none.

    Raises :class:`DatasetUnavailable` for a folder that does not exist: a misspelt name must not end in a
    silent download.
    """
    named = folder or (Path(os.environ[DATA_VARIABLE]) if os.environ.get(DATA_VARIABLE) else None)
    if named is None:
        return None
    resolved = named.expanduser().resolve()
    if not resolved.is_dir():
        raise DatasetUnavailable(f"No folder {named}: correct --data DIR or {DATA_VARIABLE}, or leave them out.")
    return resolved


def cache_folder() -> Path:
    """Return the folder of verified copies: ``BN_CACHE``, else the user's cache folder."""
    if os.environ.get(CACHE_VARIABLE):
        return Path(os.environ[CACHE_VARIABLE]).expanduser().resolve()
    import pooch  # here, because a checksum must not cost the import of a downloader

    return Path(pooch.os_cache("normalisation-par-lots"))
