"""The registry of experiments."""

from collections.abc import Mapping

from figures_src.experiments.dln import DLN
from figures_src.experiments.experiment import Experiment
from figures_src.experiments.inception import GRID as INCEPTION_GRID
from figures_src.experiments.inception import INCEPTION_CPU
from figures_src.experiments.mnist import CURVES, GRID, STATISTICS_OF_PROBE
from figures_src.experiments.vgg import VGG_CPU, VGG_FULL_WIDTH

EXPERIMENTS: Mapping[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        CURVES,
        GRID,
        STATISTICS_OF_PROBE,
        DLN,
        VGG_CPU,
        VGG_FULL_WIDTH,
        INCEPTION_GRID,
        INCEPTION_CPU,
    )
}
