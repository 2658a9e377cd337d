"""What a run with BN in one place or the other is; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from figures_src.experiments.few_images.runs import FewImagesProtocol, FewImagesRun
from figures_src.networks.normalization import Normalization


class Place(StrEnum):
    """Where BN stands; nothing else differs."""

    NOWHERE = "nowhere"
    BEFORE = "before"
    AFTER = "after"


class Architecture(StrEnum):
    """Two small networks."""

    PLAIN = "plain"
    """The one of E5.5: four convolutions, each with a ReLU and a pooling."""
    RESIDUAL = "residual"
    """A convolution, three residual blocks of two convolutions, mean over positions (He et al. 2016, 1603.05027)."""


RESIDUAL_WIDTHS = (16, 16, 32, 64)
"""Of the first convolution, and of each block."""

Network = tuple[Architecture, Place]
NETWORKS: tuple[Network, ...] = tuple(product(Architecture, Place))


def arm_of(architecture: Architecture, place: Place) -> str:
    """The name of an arm."""
    return f"{architecture}_{place}"


@dataclass(frozen=True, kw_only=True)
class PlaceRun(FewImagesRun):
    """An architecture with BN in one place."""

    architecture: Architecture
    place: Place

    @property
    def arm(self) -> str:
        """Architecture and place."""
        return arm_of(self.architecture, self.place)


@dataclass(frozen=True)
class PlacesProtocol(FewImagesProtocol):
    """Two architectures with BN in every place, at their rates."""

    learning_rates: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3)
    residual_widths: tuple[int, ...] = RESIDUAL_WIDTHS
    networks: tuple[Network, ...] = NETWORKS

    def runs(self) -> list[PlaceRun]:
        """In the order of `cells`."""
        shared = self.shared(PlaceRun)
        widths = {Architecture.PLAIN: self.widths, Architecture.RESIDUAL: self.residual_widths}
        return [
            PlaceRun(
                normalization=Normalization.NONE if place is Place.NOWHERE else Normalization.BATCH,
                architecture=architecture,
                place=place,
                learning_rate=rate,
                seed=seed,
                **shared | {"widths": widths[architecture]},
            )
            for seed, (architecture, place), rate in self.cells(
                {arm_of(*network): network for network in self.networks}
            )
        ]
