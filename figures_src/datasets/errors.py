"""What can go wrong between a source of data and a verified array."""

from collections.abc import Iterator
from contextlib import contextmanager


class DatasetUnavailable(RuntimeError):
    """No source gave the dataset intact, or the cache cannot keep it; the message says what to do."""


class SourceError(Exception):
    """One source cannot give one file; the next source may."""


class UnreachableError(SourceError):
    """A source can give nothing at all: asking it for the other files would only cost time."""


class AlteredError(SourceError):
    """A source gave bytes that are not the expected ones: truncated, damaged or tampered with."""


@contextmanager
def refusing_damage(what: str) -> Iterator[None]:
    """Turn any failure of a decoder into :class:`AlteredError`.

    Decoders of gzip, tar, pickle, PNG and JSON raise almost anything on hostile input (``EOFError``,
    ``zlib.error``, ``IndexError``, ``RecursionError``…): listing them would leave one out.
    """
    try:
        yield
    except SourceError:
        raise
    except Exception as error:
        detail = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise AlteredError(f"{what} is unreadable ({detail})") from error
