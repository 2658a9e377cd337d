"""The registry of experiments."""

from collections.abc import Mapping

from figures_src.experiments.batch_statistics.experiment import BATCH_STATISTICS
from figures_src.experiments.cars.experiment import SHIFT_CARS
from figures_src.experiments.cars_border.experiment import CARS_BORDER
from figures_src.experiments.deep_linear.experiment import DLN, DLN_SUM
from figures_src.experiments.depth.experiment import DEPTH_INITIAL, DEPTH_TRAINING, DEPTH_TRAINING_LONG
from figures_src.experiments.experiment import AnyExperiment
from figures_src.experiments.inception.experiment import GRID as INCEPTION_GRID
from figures_src.experiments.inception.experiment import INCEPTION_CPU
from figures_src.experiments.linear_problems.experiment import LINEAR_PROBLEMS
from figures_src.experiments.mistakes.experiment import MISTAKES
from figures_src.experiments.mnist.experiment import CURVES, GRID, STATISTICS_OF_PROBE
from figures_src.experiments.mnist_page.experiment import MNIST_PAGE
from figures_src.experiments.mnist_rates.experiment import MNIST_RATES
from figures_src.experiments.parts.experiment import PARTS
from figures_src.experiments.places.experiment import PLACES
from figures_src.experiments.scale.experiment import SCALE
from figures_src.experiments.shoes.experiment import SHIFT_SHOES
from figures_src.experiments.statistics_to_fit.experiment import STATISTICS_TO_FIT
from figures_src.experiments.vgg.experiment import VGG_CPU, VGG_FULL_WIDTH
from figures_src.experiments.vgg_channels.experiment import VGG_CHANNELS
from figures_src.experiments.vgg_controls.experiment import (
    VGG_CONTROLS,
    VGG_INITIAL,
    VGG_INITIAL_GRID,
    VGG_LENGTHS,
    VGG_LOW_RATE,
)

EXPERIMENTS: Mapping[str, AnyExperiment] = {
    experiment.name: experiment
    for experiment in (
        *(CURVES, GRID, MNIST_RATES, STATISTICS_OF_PROBE, MNIST_PAGE),
        *(DLN, DLN_SUM, LINEAR_PROBLEMS, VGG_CPU, VGG_FULL_WIDTH, VGG_CHANNELS),
        *(VGG_CONTROLS, VGG_LOW_RATE, VGG_LENGTHS, VGG_INITIAL_GRID, VGG_INITIAL),
        *(SHIFT_SHOES, SHIFT_CARS, CARS_BORDER),
        *(BATCH_STATISTICS, STATISTICS_TO_FIT),
        *(INCEPTION_GRID, INCEPTION_CPU),
        *(SCALE, DEPTH_INITIAL, DEPTH_TRAINING, DEPTH_TRAINING_LONG),
        *(MISTAKES, PARTS, PLACES),
    )
}
