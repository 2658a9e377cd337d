"""Speed of E3, as ratios and fractions measured in one run: see the README. Never a test."""

import sys

sys.path.insert(0, __file__.rpartition("/")[0] or ".")  # which PYTHONSAFEPATH leaves out
from _environment import run  # starts the project's Python, before what another lacks

# isort: split
from collections.abc import Callable
from functools import partial
from itertools import chain, pairwise

import torch
import typer
from rich.console import Console
from rich.table import Table
from timing import CORES, ROUNDS, by_turns, on_every_core, product_rate, seconds_per_step
from torch import nn

from figures_src.datasets import load_cifar10
from figures_src.experiments.vgg.experiment import VGG_CPU, VggProtocol
from figures_src.experiments.vgg.runs import LandscapeProbe, VggRun
from figures_src.experiments.vgg.training import Training
from figures_src.networks.normalization import Normalization
from figures_src.networks.vgg import BLOCKS, CHANNELS, CLASSES
from figures_src.training.photographs import Photographs
from figures_src.training.precision import Precision, best_precision

WARM_UP, PLAIN_STEPS, STEPS, WIDE_STEPS, PROBED_STEPS = 5, 30, 30, 4, 5
BATCH, SIDE, DIVISOR = 128, 32, 4


def step_flop(divisor: int) -> int:
    """Multiply-adds of one step, twice: forward, weights' gradient, and inputs' gradient but for the first layer."""
    side, products = SIDE, []
    widths = [CHANNELS, *(width // divisor for width in chain.from_iterable(BLOCKS))]
    pairs = pairwise(widths)
    for block in BLOCKS:
        products += [2 * BATCH * 9 * into * out * side**2 for into, out in (next(pairs) for _ in block)]
        side //= 2
    products.append(2 * BATCH * widths[-1] * CLASSES)
    return 3 * sum(products) - products[0]


def plain_network(batch_norm: bool) -> nn.Sequential:
    """VGG-16 as anyone would write it."""
    layers: list[nn.Module] = []
    into = CHANNELS
    for block in BLOCKS:
        for width in block:
            out = width // DIVISOR
            norm = [nn.BatchNorm2d(out)] if batch_norm else []
            layers += [nn.Conv2d(into, out, 3, padding=1), *norm, nn.ReLU()]
            into = out
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(into, CLASSES))


def plain(batch_norm: bool) -> float:
    """The loop that anyone would write: float32, contiguous, torch.optim.SGD, PyTorch's own threads."""
    photographs = Photographs(load_cifar10(), "cpu")
    images = photographs.standardised(photographs.training[:10_000]).contiguous()
    labels = photographs.training_labels[:10_000]
    network, loss = plain_network(batch_norm), nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    rows = torch.randint(0, len(images), (WARM_UP + PLAIN_STEPS, BATCH))

    def step(number: int) -> None:
        optimizer.zero_grad()
        loss(network(images[rows[number]]), labels[rows[number]]).backward()
        optimizer.step()

    return seconds_per_step(step, WARM_UP, PLAIN_STEPS)


def run_of(normalization: Normalization, divisor: int = DIVISOR, shift: int = 0, histogram: int = 0) -> VggRun:
    """A run that measures the shift and the landscape, and takes histograms, every so many steps; 0 is never."""
    landscape = LandscapeProbe(every=shift)
    return VggRun(normalization, 0.1, 0, divisor=divisor, evaluate_every=0, shift_every=shift,
                  histogram_every=histogram, landscape=landscape)  # fmt: skip


def training(run: VggRun) -> Callable[[int], None]:
    """A step of the experiment."""
    under_way = Training(run, load_cifar10(), "cpu", best_precision("cpu"))
    return lambda _: under_way.advance()


def here(run: VggRun, steps: int = STEPS) -> float:
    """Seconds for one step when every core trains a network."""
    return on_every_core(training, (run,), WARM_UP, steps)


def probe_share(normalization: Normalization) -> float:
    """Seconds that the probes of the protocol take, over those of the training alone."""
    protocol: VggProtocol = VGG_CPU.config
    alone, gradients, histograms = (
        here(run_of(normalization, shift=shift, histogram=histogram), PROBED_STEPS)
        for shift, histogram in ((0, 0), (1, 0), (0, 1))
    )
    cost = (gradients - alone) / protocol.shift_every + (histograms - alone) / protocol.histogram_every
    return cost / alone


def main() -> None:
    """Print the tables."""
    console = Console()
    precision = best_precision("cpu")
    table = Table(f"one step of VGG-16÷{DIVISOR}", "plain loop", "here", "ratio", "asked", "probes", "asked", box=None)
    for normalization in (Normalization.NONE, Normalization.BATCH):
        batch_norm = normalization is Normalization.BATCH
        theirs, ours, ratio = by_turns(partial(plain, batch_norm), partial(here, run_of(normalization)))
        table.add_row(
            "with BN" if batch_norm else "without BN",
            f"{theirs * 1e3:.0f} ms",
            f"{ours * 1e3:.0f} ms",
            f"{ratio:.2f} ×",
            "≥ 2 ×",
            f"+ {probe_share(normalization):.0%}",
            "≤ 15 %",
        )
    console.print(table)
    console.print(f"medians of {ROUNDS} rounds taken by turns; here: {precision}, a network on each of {CORES} cores")
    rate = product_rate(torch.bfloat16 if precision is Precision.BFLOAT16 else torch.float32, 4096)
    for divisor, asked in ((DIVISOR, ""), (1, " (asked: ≥ 35 %)")):
        seconds = here(run_of(Normalization.NONE, divisor), STEPS if divisor > 1 else WIDE_STEPS)
        console.print(
            f"VGG-16÷{divisor} without BN: {step_flop(divisor) / 1e9:.1f} GFLOP a step in {seconds:.3f} s, "
            f"{step_flop(divisor) / seconds / rate:.0%} of the {rate / 1e9:.0f} GFLOP/s of a 4096³ product{asked}"
        )


if __name__ == "__main__":
    run(lambda: typer.run(main))
