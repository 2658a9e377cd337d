"""A network with a part of BN, at one rate."""

from functools import partial

import numpy as np
from torch import nn

from figures_src.datasets import Dataset
from figures_src.experiments.few_images.training import FewImagesTraining
from figures_src.experiments.parts.layers import PartNorm, StandardisedConvolution
from figures_src.experiments.parts.runs import Part, PartRun
from figures_src.networks.convolutional import ConvolutionalNetwork, Sizes
from figures_src.training.one_thread import train_in_one_thread

PARTIAL = (Part.CENTRED, Part.SCALED, Part.PLAIN, Part.DETACHED)


def reduced(network: ConvolutionalNetwork, part: Part) -> ConvolutionalNetwork:
    """Leave of a network's normalizations what an arm keeps; weights stay as they are drawn."""
    if part in PARTIAL:
        network.norms = nn.ModuleList(PartNorm(layer.out_channels, part) for layer in network.convolutions())
    if part is Part.WEIGHTS:
        network.layers = nn.ModuleList(StandardisedConvolution(layer) for layer in network.convolutions())
    return network


class PartTraining(FewImagesTraining):
    """``kept_mean`` and ``kept_deviation`` besides: mean over the channels of |μ| and of σ in the averages, at the end.

    NaN where no batch is looked at.
    """

    def __init__(self, run: PartRun, dataset: Dataset, device: str):
        self.part = run.kind
        super().__init__(run, dataset, device)
        self.arrays |= {"kept_mean": np.full((), np.nan), "kept_deviation": np.full((), np.nan)}
        if self.part is Part.AFFINE:
            learning = self.descent.parameters.items()
            self.descent.parameters = {name: x for name, x in learning if name.startswith("norms.")}

    def begin(self, sizes: Sizes, group: int) -> ConvolutionalNetwork:
        """The whole network, then what is left of it."""
        return reduced(super().begin(sizes, group), self.part)

    def measure(self, row: int) -> None:
        """Judge the network, and look at what it keeps."""
        super().measure(row)
        usual = self.usual()
        if usual is not None:
            means, variances = usual.chunk(2)
            self.arrays["kept_mean"] = means.abs().mean().cpu().numpy()
            self.arrays["kept_deviation"] = variances.clamp(min=0).sqrt().mean().cpu().numpy()


train = partial(train_in_one_thread, PartTraining)
"""See `figures_src.training.one_thread.train_in_one_thread`."""
