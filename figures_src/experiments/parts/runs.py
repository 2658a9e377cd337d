"""What a run with a part of BN is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass
from enum import StrEnum

from figures_src.experiments.few_images.runs import FewImagesProtocol, FewImagesRun
from figures_src.networks.normalization import Normalization


class Part(StrEnum):
    """What is kept of BN, and its neighbours."""

    WITHOUT = "without_bn"
    WHOLE = "with_bn"
    CENTRED = "centring_only"
    """z - μ, then γ and β."""
    SCALED = "scaling_only"
    """z / √(σ² + ε), then γ and β; σ is the deviation from the mean, which is not subtracted."""
    PLAIN = "no_gamma_beta"
    DETACHED = "statistics_without_gradient"
    """μ and σ are taken for constants where the gradient is computed (Ioffe & Szegedy 2015, section 2)."""
    AFFINE = "gamma_beta_only"
    """γ and β alone learn: convolutions and classifier stay as they were drawn (Frankle et al. 2021)."""
    WEIGHTS = "weight_standardisation"
    """No BN: each filter is standardised, then scaled by a gain that learns (Qiao et al. 2019), with a bias."""


BATCHLESS = (Part.WITHOUT, Part.WEIGHTS)
"""Arms that never look at a batch."""


@dataclass(frozen=True, kw_only=True)
class PartRun(FewImagesRun):
    """A network with a part of BN."""

    kind: Part

    @property
    def arm(self) -> str:
        """The part."""
        return str(self.kind)


@dataclass(frozen=True)
class PartsProtocol(FewImagesProtocol):
    """Arms at their rates, and the bias of the example of [1], section 2."""

    learning_rates: tuple[float, ...] = (0.01, 0.03, 0.1, 0.3, 1.0)
    parts: tuple[Part, ...] = tuple(Part)
    bias_steps: int = 200
    bias_rate: float = 0.1

    def runs(self) -> list[PartRun]:
        """In the order of `cells`."""
        shared = self.shared(PartRun)
        return [
            PartRun(normalization=_normalization(part), kind=part, learning_rate=rate, seed=seed, **shared)
            for seed, part, rate in self.cells({str(part): part for part in self.parts})
        ]


def _normalization(part: Part) -> Normalization:
    return Normalization.NONE if part in BATCHLESS else Normalization.BATCH
