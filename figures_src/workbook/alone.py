"""What readers run beside the layer: images, networks, training, graph; nothing but torch, numpy and matplotlib.

`contents.py` cuts the definitions out of this file, which it never imports, and of those that this one imports.
What is printed is read by readers of the notebook: it is French.
"""

import gzip
import hashlib
import io
import itertools
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from torch import Tensor, nn
from torch.nn import functional

from figures_src.batchnorm import BatchNorm1d
from figures_src.networks.perceptron import Architecture, initial_weights
from figures_src.training.randomness import numpy_generator

# --- Images -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Images:
    """Binary images float32 (N, 784), and their digits int64 (N,)."""

    pixels: Tensor
    digits: Tensor


def fetch(name: str, sha256: str, folder: Path, mirrors: Sequence[str]) -> bytes:
    """A file of MNIST: the copy in the folder if it is intact, else that of the first mirror that gives it intact."""
    path, refusals = folder / name, []
    if path.is_file() and hashlib.sha256(content := path.read_bytes()).hexdigest() == sha256:
        return content
    for mirror in mirrors:
        try:
            with urlopen(f"{mirror}{name}.gz", timeout=30) as answer:
                content = gzip.decompress(answer.read())
        except (OSError, EOFError, HTTPException, zlib.error) as error:
            refusals.append(f"{mirror} : {error}")
            continue
        if hashlib.sha256(content).hexdigest() == sha256:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            return content
        refusals.append(f"{mirror} : ce n’est pas le fichier attendu")
    raise OSError(f"{name} : placez ce fichier dans le dossier {folder.resolve()} ({' ; '.join(refusals)})")


def decode(content: bytes) -> np.ndarray:
    """The array of an IDX file: its fourth byte counts the axes, whose sizes follow, then come the elements."""
    axes = content[3]
    sizes = np.frombuffer(content, ">i4", axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(sizes)


def binary(images: np.ndarray, digits: np.ndarray, threshold: int) -> Images:
    """Pixels become 0 or 1, as in the paper."""
    pixels = (images.reshape(len(images), -1) >= threshold).astype(np.float32)
    return Images(torch.from_numpy(pixels), torch.from_numpy(digits.astype(np.int64)))


# --- Networks -----------------------------------------------------------------------------------------


def network(architecture: Architecture, sigma: float, seed: int) -> nn.Sequential:
    """Linear layers and sigmoids; with BN, a layer of it before each sigmoid takes the place of the biases."""
    layers: list[nn.Module] = []
    for number, weights in enumerate(initial_weights(architecture, sigma, seed)):
        hidden = number < len(architecture.hidden)
        normalized = hidden and architecture.batch_norm
        linear = nn.Linear(weights.shape[1], weights.shape[0], bias=not normalized)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weights))
            if linear.bias is not None:
                linear.bias.zero_()
        layers.append(linear)
        if normalized:
            layers.append(BatchNorm1d(len(weights), architecture.eps, architecture.momentum))
        if hidden:
            layers.append(nn.Sigmoid())
    return nn.Sequential(*layers)


# --- Training -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Learning:
    """How both networks learn."""

    steps: int
    learning_rate: float
    batch_size: int
    evaluate_every: int
    seed: int


@dataclass(frozen=True)
class Curve:
    """Accuracy and loss on the test images, after so many steps."""

    step: np.ndarray
    accuracy: np.ndarray
    loss: np.ndarray


def batches(images: int, batch_size: int, seed: int) -> Iterator[Tensor]:
    """Row numbers of each batch; the order depends on the seed alone, so that both networks see the same images."""
    for epoch in itertools.count():
        order = numpy_generator(seed, 1, epoch).permutation(images)
        yield from torch.from_numpy(order[: images // batch_size * batch_size]).view(-1, batch_size)


@torch.no_grad()
def score(network: nn.Module, images: Images) -> tuple[float, float]:
    """Accuracy and loss in evaluation, where BN uses its running statistics."""
    network.eval()
    logits = network(images.pixels)
    network.train()
    right = (logits.argmax(1) == images.digits).float().mean()
    return float(right), float(functional.cross_entropy(logits, images.digits))


def train(network: nn.Module, training: Images, test: Images, how: Learning) -> Curve:
    """Descend along the gradient of one batch after the other, and measure on the way."""
    descent = torch.optim.SGD(network.parameters(), lr=how.learning_rate)
    told, began = [], time.monotonic()
    for step, rows in enumerate(batches(len(training.pixels), how.batch_size, how.seed)):
        if step % how.evaluate_every == 0:
            told.append((step, *score(network, test)))
        if step and step % max(how.steps // 4, 1) == 0:
            accuracy, seconds = f"{100 * told[-1][1]:.1f}".replace(".", ","), time.monotonic() - began
            print(f"  {step} itérations en {seconds:.0f} s : {accuracy} % de chiffres reconnus", flush=True)
        if step == how.steps:
            return Curve(*map(np.array, zip(*told, strict=True)))
        descent.zero_grad()
        loss: Tensor = functional.cross_entropy(network(training.pixels[rows]), training.digits[rows])
        loss.backward()  # type: ignore[no-untyped-call]
        descent.step()
    raise AssertionError("batches never end")


# --- Graph --------------------------------------------------------------------------------------------

ACCURACIES = (0.7, 0.8, 0.9, 0.95, 0.97, 0.98)
LOSSES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


def read_recorded(text: str) -> np.ndarray:
    """The recorded numbers, one row for each arm and step, its columns by name."""
    return np.genfromtxt(io.StringIO(text), delimiter=",", names=True, dtype=None, encoding="utf-8")


def draw(curves: dict[str, Curve], recorded: np.ndarray, looks: dict[str, tuple[str, str]]) -> Figure:
    """Graph 2 with your curves on it; heights of the left panel are errors on a logarithmic scale."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.6), width_ratios=(2, 1), layout="constrained")
    last = max(curve.step[-1] for curve in curves.values())
    for arm, (name, colour) in looks.items():
        band, curve = recorded[(recorded["arm"] == arm) & (recorded["step"] <= last)], curves[arm]
        draw_band(left, band, "error", colour).set_label(f"{name}, nos graines")
        draw_band(right, band, "loss", colour)
        left.plot(curve.step, 1 - curve.accuracy, color=colour, linewidth=1.4, label=f"{name}, chez vous")
        right.plot(curve.step, curve.loss, color=colour, linewidth=1.4)
    left.set(yscale="log", ylim=(0.3, 0.015), title="Précision sur le test")
    left.set_yticks([1 - mark for mark in ACCURACIES], [f"{100 * mark:.0f} %" for mark in ACCURACIES])
    right.set(yscale="log", ylim=(0.05, 3), title="Perte sur le test")
    right.set_yticks(LOSSES, [f"{mark:g}".replace(".", ",") for mark in LOSSES])
    for axes in (left, right):
        axes.minorticks_off()
        axes.set(xlim=(0, last), xlabel="itérations")
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.xaxis.set_major_formatter(lambda step, _: f"{step:,.0f}".replace(",", "\u202f"))
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", alpha=0.3)
    left.legend(loc="lower right", frameon=False)
    return figure


def draw_band(axes: Axes, band: np.ndarray, what: str, colour: str) -> Artist:
    """All the recorded seeds, from the lowest to the highest, and within, darker, the 95 % interval of their mean."""
    edges = {name: band[f"{what}_{name}"] for name in ("least", "most", "low", "high")}
    axes.fill_between(band["step"], edges["low"], edges["high"], color=colour, alpha=0.3, linewidth=0)
    return axes.fill_between(band["step"], edges["least"], edges["most"], color=colour, alpha=0.15, linewidth=0)
