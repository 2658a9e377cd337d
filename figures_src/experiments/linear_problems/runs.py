"""What a run over many linear problems is, in numbers; free of torch, so that keys can be computed without it."""

from dataclasses import dataclass

from figures_src.experiments.deep_linear.runs import LinearSettings, OneArm


@dataclass(frozen=True, kw_only=True)
class ProblemsSettings(LinearSettings):
    """Every factor with every seed; seeds draw as those of `figures_src.experiments.deep_linear.runs.LinearRun`."""

    learning_rate: float = 1e-6
    seeds: tuple[int, ...] = tuple(range(20))
    loss_factors: tuple[float, ...] = (0.25, 0.5, 0.75, 1.0)
    loss_every: int = 50


@dataclass(frozen=True, kw_only=True)
class ProblemsRun(ProblemsSettings, OneArm):
    """One arm: a network of its own for each loss factor and each seed, trained side by side."""

    @property
    def networks(self) -> int:
        """Networks trained side by side."""
        return len(self.seeds) * len(self.loss_factors)

    @property
    def label(self) -> str:
        """A short name for progress bars."""
        return f"{self.networks} linear networks {self.normalization} lr={self.learning_rate:g}"
