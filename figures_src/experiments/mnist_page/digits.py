"""The digits of the page, of two grey levels: kept in the record, served as runs of pixels."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Self

import numpy as np

from figures_src.experiments.arrays import Arrays

LONGEST = 255
"""Pixels that one byte counts."""


@dataclass(frozen=True)
class Digits:
    """Which pixels of each image are lit, (N, pixels), in the order of its rows, and what the images show, (N,)."""

    pixels: np.ndarray
    labels: np.ndarray

    def first(self, count: int) -> Self:
        """The first images."""
        return replace(self, pixels=self.pixels[:count], labels=self.labels[:count])

    def last(self, count: int) -> Self:
        """The last images."""
        return replace(self, pixels=self.pixels[-count:], labels=self.labels[-count:])


def kept(found: Digits) -> dict[str, np.ndarray]:
    """The digits as arrays of a record, eight pixels a byte."""
    shape = np.array(found.pixels.shape)
    return {"digit_pixels": np.packbits(found.pixels, axis=1), "digit_labels": found.labels, "digit_shape": shape}


def of_record(arrays: Arrays) -> Digits:
    """The digits that a record keeps."""
    pixels = np.unpackbits(arrays["digit_pixels"], axis=1, count=int(arrays["digit_shape"][1]))
    return Digits(pixels.astype(bool), arrays["digit_labels"])


def served(found: Digits) -> bytes:
    """What the page fetches: gzip, whose own checksum a browser verifies as it reads.

    Inside, the labels, one byte each; then, of each image, how many bytes follow, and the lengths of its runs of
    pixels, unlit and lit by turns. A run longer than a byte can say is cut by an empty one of the other kind.
    """
    runs = [bytes(_runs(image)) for image in found.pixels]
    inside = found.labels.tobytes() + b"".join(bytes([len(each)]) + each for each in runs)
    return gzip.compress(inside, mtime=0)


def _runs(image: np.ndarray) -> Iterator[int]:
    """Lengths of the runs of an image from its first pixel to its last lit one."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], image, [False]])))
    for start, end in pairwise([0, *edges.tolist()]):
        length = end - start
        while length > LONGEST:
            yield from (LONGEST, 0)
            length -= LONGEST
        yield length
