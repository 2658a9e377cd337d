"""Speed of E5's networks trained side by side, as ratios measured in one run: see the README. Never a test."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")  # which PYTHONSAFEPATH leaves out
from _environment import run  # starts the project's Python, before what another lacks

# isort: split
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
import typer
from rich.console import Console
from rich.table import Table
from timing import CORES, ROUNDS, by_turns, on_every_core, seconds_per_step
from torch import Tensor, nn

from figures_src.datasets import load_mnist
from figures_src.experiments.depth import ladder_training
from figures_src.experiments.depth.experiment import DEPTH_TRAINING
from figures_src.experiments.depth.runs import LadderRun
from figures_src.experiments.scale import training as scale_training
from figures_src.experiments.scale.experiment import SCALE
from figures_src.experiments.scale.runs import ScaleRun
from figures_src.networks.normalization import Normalization
from figures_src.training.ensemble import CLASSES, HALF, half_size

WARM_UP, PLAIN_STEPS, STEPS = 10, 200, 20
DEPTH = 20
TRAININGS: dict[type, Callable[..., Any]] = {ScaleRun: scale_training.Training, LadderRun: ladder_training.Training}


class Block(nn.Module):
    """x + φ(BN(W x))."""

    def __init__(self, width: int):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(width, width, bias=False), nn.BatchNorm1d(width), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        """Of a batch (m, width)."""
        inner: Tensor = self.inner(x)
        return x + inner


def plain_network(width: int, depth: int, residual: bool) -> nn.Sequential:
    """What anyone would write."""
    layers: list[nn.Module] = [nn.Linear(HALF * HALF, width, bias=False), nn.BatchNorm1d(width)]
    if residual:
        layers += [Block(width) for _ in range(depth - 1)]
    else:
        hidden = [(nn.Linear(width, width, bias=False), nn.BatchNorm1d(width), nn.ReLU()) for _ in range(depth - 1)]
        layers += [nn.ReLU(), *(each for three in hidden for each in three)]
    return nn.Sequential(*layers, nn.Linear(width, CLASSES))


def plain(run: ScaleRun | LadderRun, dtype: torch.dtype) -> float:
    """One network, torch.optim.SGD, PyTorch's own threads, and, as the experiment on scale measures them, no probes."""
    digits, _ = half_size(load_mnist(), dtype)
    residual = isinstance(run, LadderRun) and run.residual
    network = plain_network(run.width, run.depth, residual).to(dtype)
    optimizer, loss = torch.optim.SGD(network.parameters(), lr=0.1, weight_decay=1e-3), nn.CrossEntropyLoss()
    rows = torch.randint(0, len(digits.labels), (WARM_UP + PLAIN_STEPS, run.batch_size))

    def step(number: int) -> None:
        optimizer.zero_grad()
        loss(network(digits.images[rows[number]]), digits.labels[rows[number]]).backward()
        optimizer.step()

    return seconds_per_step(step, WARM_UP, PLAIN_STEPS)


def together(run: ScaleRun | LadderRun) -> Callable[[int], None]:
    """A step of the experiment, what it measures at each step included."""
    under_way = TRAININGS[type(run)](run, load_mnist())
    return lambda _: under_way.advance()


def here(run: ScaleRun | LadderRun) -> float:
    """Seconds for one step of one network when every core trains an ensemble."""
    return on_every_core(together, (run,), WARM_UP, STEPS) / run.networks


def rows() -> Sequence[tuple[str, ScaleRun | LadderRun, torch.dtype]]:
    """What is timed, and its precision."""
    scale = next(each for each in SCALE.config.runs() if each.normalization is Normalization.BATCH)
    ladder = [
        each
        for each in DEPTH_TRAINING.config.runs()
        if each.normalization is Normalization.BATCH and each.depth == DEPTH
    ]
    named = [(f"{DEPTH} layers{', residual' if each.residual else ''}", each, torch.float32) for each in ladder]
    return [("3 layers, float64, with its measures", scale, torch.float64), *named]


def main() -> None:
    """Print the table."""
    console = Console()
    table = Table("one step of one network with BN", "plain loop", "here", "ratio", "asked", box=None)
    for name, each, dtype in rows():
        theirs, ours, ratio = by_turns(partial(plain, each, dtype), partial(here, each))
        table.add_row(name, f"{theirs * 1e6:.0f} µs", f"{ours * 1e6:.0f} µs", f"{ratio:.2f} ×", "≥ 2 ×")
    console.print(table)
    console.print(f"medians of {ROUNDS} rounds taken by turns; here: an ensemble on each of {CORES} cores")


if __name__ == "__main__":
    run(lambda: typer.run(main))
