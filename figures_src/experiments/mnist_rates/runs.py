"""What a run of the control on rates is, in numbers; free of torch, so that keys can be computed without it."""

from collections.abc import Sequence
from dataclasses import dataclass

from figures_src.experiments.mnist.runs import EnsembleRun, MnistGrid


@dataclass(frozen=True)
class RatesRun(EnsembleRun):
    """An arm evaluated every ``evaluate_often`` steps up to ``often_until``, then every ``evaluate_every``."""

    evaluate_often: int = 100
    often_until: int = 4000

    def evaluation_steps(self) -> Sequence[int]:
        """Steps at which accuracy and loss are measured, increasing."""
        often = range(0, min(self.often_until, self.steps) + 1, self.evaluate_often)
        return sorted({*often, *range(0, self.steps + 1, self.evaluate_every)})


@dataclass(frozen=True)
class MnistRates(MnistGrid):
    """The grid of ``mnist_grid`` from a rate of 1 to one of 30, seen often while the fastest cells learn."""

    run_type = RatesRun
    learning_rates: tuple[float, ...] = (1.0, 3.0, 10.0, 30.0)
    evaluate_often: int = 100
    often_until: int = 4000
