"""Train a VGG-16 as ``figures_src.experiments.vgg.training`` does, and look at single channels.

Noisy batch normalization draws its noise for each channel: over all channels of a layer, much of it cancels. One
channel of each layer, declared before the run, has its histogram; all of them have their mean and deviation.
"""

from functools import partial

import numpy as np
from torch import Tensor

from figures_src.datasets import Dataset
from figures_src.experiments.vgg import training as vgg
from figures_src.experiments.vgg.runs import VggRun
from figures_src.training.one_thread import train_in_one_thread
from figures_src.training.photographs import in_best_precision
from figures_src.training.precision import Precision

CHANNEL = 0


class Training(vgg.Training):
    """As its parent, but that histograms are those of `CHANNEL`, and that the moments of every channel are kept."""

    def __init__(self, run: VggRun, dataset: Dataset, device: str, precision: Precision):
        super().__init__(run, dataset, device, precision)
        widest = max(
            self.descent.parameters[self.network.layer_parameters(n)[0]].shape[0] for n in run.histogram_layers
        )
        shape = (*self.arrays["histogram_mean"].shape, widest)
        for moment in ("mean", "deviation"):
            self.arrays[f"channel_{moment}"] = np.full(shape, np.nan, dtype=np.float32)

    def _take_histogram(self, row: int, column: int, inputs: Tensor) -> None:
        super()._take_histogram(row, column, inputs[:, CHANNEL])
        of_each = inputs.detach().double().transpose(0, 1).flatten(1)
        self.arrays["channel_mean"][row, column, : len(of_each)] = of_each.mean(dim=1).cpu().numpy()
        self.arrays["channel_deviation"][row, column, : len(of_each)] = of_each.std(dim=1, correction=0).cpu().numpy()


train = partial(train_in_one_thread, in_best_precision(Training))
"""See `figures_src.training.one_thread.train_in_one_thread`."""
