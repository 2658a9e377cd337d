"""What a run of the deep linear network is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass

from figures_src.networks.normalization import Normalization
from figures_src.runs import SingleNetwork


@dataclass(frozen=True)
class LinearRun(SingleNetwork):
    """One deep linear network: x ~ N(0, 1), target A·x with A ~ N(0, 1), full batch.

    The loss is ``loss_factor`` times the sum of squared errors over examples and coordinates.
    """

    normalization: Normalization
    learning_rate: float
    seed: int
    steps: int
    depth: int = 25
    width: int = 10
    examples: int = 1000
    loss_factor: float = 0.5
    shift_every: int = 50
    shift_layers: tuple[int, ...] = (9, 17)
    loss_every: int = 10
    replay_steps: int = 20

    @property
    def arm(self) -> str:
        """What tells the run from the others of its experiment, rate and seed aside."""
        return str(self.normalization)

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return f"DLN {self.normalization} lr={self.learning_rate:g} seed={self.seed}"
