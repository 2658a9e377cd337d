"""What a run over many linear problems is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass

from figures_src.networks.normalization import Normalization


@dataclass(frozen=True)
class ProblemsRun:
    """One arm: a network of its own for each loss factor and each seed, trained side by side.

    A seed draws inputs, target and weights as `figures_src.experiments.deep_linear.runs.LinearRun` does.
    """

    normalization: Normalization
    learning_rate: float
    seeds: tuple[int, ...]
    loss_factors: tuple[float, ...]
    steps: int
    depth: int = 25
    width: int = 10
    examples: int = 1000
    shift_every: int = 50
    shift_layers: tuple[int, ...] = (9, 17)
    loss_every: int = 50
    replay_steps: int = 20

    @property
    def networks(self) -> int:
        """Networks trained side by side."""
        return len(self.seeds) * len(self.loss_factors)

    @property
    def arm(self) -> str:
        """What tells the run from the other of its experiment."""
        return str(self.normalization)

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return f"{self.networks} linear networks {self.normalization} lr={self.learning_rate:g}"

    def schedule(self, every: int) -> range:
        """Steps of something done every so many steps, from 0 on."""
        return range(0, self.steps + 1, every) if every else range(0)
