"""The works that the article cites, by key."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """A work, its number in the text, and where it can be read."""

    number: int
    title: str
    authors: str
    year: int
    url: str


REFERENCES: Mapping[str, Reference] = {
    "ioffe2015": Reference(
        number=1,
        title="Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift",
        authors="Sergey Ioffe et Christian Szegedy",
        year=2015,
        url="https://arxiv.org/abs/1502.03167",
    ),
}
