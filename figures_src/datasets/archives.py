"""Archives read member by member in memory: no member's name ever becomes a path on disk."""

import gzip
import io
import tarfile
from collections.abc import Collection
from typing import IO, cast

from figures_src.datasets.errors import AlteredError, refusing_damage

# The largest of the archives unpacks to 177 MiB; beyond this limit it can only be a decompression bomb.
UNPACKED_LIMIT = 512 * 2**20
GZIP_MAGIC = b"\x1f\x8b"


class _Bounded:
    """A readable stream that refuses to give more than ``limit`` bytes."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self._stream = stream
        self._left = limit

    def read(self, size: int) -> bytes:
        chunk = self._stream.read(size)
        self._left -= len(chunk)
        if self._left < 0:
            raise AlteredError("unpacks to far more than the dataset")
        return chunk


def gunzip(compressed: bytes, limit: int) -> bytes:
    """Decompress at most ``limit`` bytes; raise :class:`AlteredError` for anything else."""
    with refusing_damage("the gzip stream"), gzip.open(io.BytesIO(compressed)) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise AlteredError(f"altered: more than {limit} bytes once decompressed")
    return content


def read_members(archive: bytes, names: Collection[str], limit: int = UNPACKED_LIMIT) -> dict[str, bytes]:
    """Read the regular files called exactly ``names`` out of a ``.tar`` or ``.tar.gz``; other members are ignored.

    Links, devices and names such as ``../x`` are harmless because nothing is extracted. Names that are not
    in the archive are not in the result. Raises :class:`AlteredError` for a damaged or bloated archive.
    """
    contents: dict[str, bytes] = {}
    with refusing_damage("the archive"), _unpacked(archive) as unpacked:
        # "r|" reads forward only, so that the bound holds for the whole archive, skipped members included
        stream = cast(IO[bytes], _Bounded(unpacked, limit))
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            for member in tar:
                file = tar.extractfile(member) if member.name in names and member.isreg() else None
                if file is not None:
                    contents[member.name] = file.read()
    return contents


def _unpacked(archive: bytes) -> IO[bytes]:
    """The stream of the tar itself; other compressions than gzip are left to whoever gives the archive."""
    stream = io.BytesIO(archive)
    return cast(IO[bytes], gzip.open(stream)) if archive.startswith(GZIP_MAGIC) else stream
