"""A network with BN in one place, at one rate."""

from collections.abc import Callable

from figures_src.datasets import Dataset
from figures_src.experiments.few_images.training import FewImagesTraining
from figures_src.experiments.places.networks import PlacedNetwork
from figures_src.experiments.places.runs import PlaceRun
from figures_src.networks.convolutional import Sizes
from figures_src.training.convolutional import train_convolutional
from figures_src.training.loop import Arrays, never, nothing_to_tell
from figures_src.training.machine import Machine
from figures_src.training.randomness import INITIAL, torch_generator


class PlaceTraining(FewImagesTraining):
    """What all networks with few images measure."""

    def __init__(self, run: PlaceRun, dataset: Dataset, device: str):
        self.placed = run
        super().__init__(run, dataset, device)

    def begin(self, sizes: Sizes, group: int) -> PlacedNetwork:
        """The architecture, with BN in its place."""
        run, generator = self.placed, torch_generator(self.run.seed, INITIAL)
        return PlacedNetwork(run.architecture, run.place, sizes, generator)


def train(
    run: PlaceRun,
    dataset: Dataset,
    machine: Machine,
    on_progress: Callable[[int], None] = nothing_to_tell,
    should_stop: Callable[[], bool] = never,
) -> tuple[Arrays, float]:
    """See ``figures_src.training.convolutional.train_convolutional``."""
    return train_convolutional(PlaceTraining, run, dataset, machine, on_progress, should_stop)
