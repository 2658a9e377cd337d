"""A network with BN in one place, at one rate."""

from functools import partial

from figures_src.datasets import Dataset
from figures_src.experiments.few_images.training import FewImagesTraining
from figures_src.experiments.places.networks import PlacedNetwork
from figures_src.experiments.places.runs import PlaceRun
from figures_src.networks.convolutional import Sizes
from figures_src.training.one_thread import train_in_one_thread
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


train = partial(train_in_one_thread, PlaceTraining)
"""See `figures_src.training.one_thread.train_in_one_thread`."""
